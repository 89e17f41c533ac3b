package smsc

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"unicode/utf16"
)

// The encodings that a Message names.
const (
	encodingGSM    = "gsm"
	encodingASCII  = "ascii"
	encodingLatin1 = "latin1"
	encodingUCS2   = "ucs2"
	encodingBinary = "binary"
)

// gsmLetters is the default alphabet of GSM 03.38 (3GPP TS 23.038, 6.2.1) in its order; 0x1B begins a letter of the extension.
var gsmLetters = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")

const (
	gsmEscape = 0x1B
	unknown   = '\uFFFD'
)

// gsmExtension is the letter that follows the escape (23.038, 6.2.1.1); 0 when there is none.
func gsmExtension(b byte) rune {
	switch b {
	case 0x0A:
		return '\f'
	case 0x14:
		return '^'
	case 0x28:
		return '{'
	case 0x29:
		return '}'
	case 0x2F:
		return '\\'
	case 0x3C:
		return '['
	case 0x3D:
		return '~'
	case 0x3E:
		return ']'
	case 0x40:
		return '|'
	case 0x65:
		return '€'
	}
	return 0
}

// encodingOf reads data_coding (SMPP 3.4, 5.2.19). The groups from 0xC0 on are those of 23.038.
func encodingOf(coding byte) string {
	switch {
	case coding == 0x00 || coding >= 0xC0 && coding < 0xE0 || coding >= 0xF0 && coding&0x04 == 0:
		return encodingGSM
	case coding == 0x01:
		return encodingASCII
	case coding == 0x03:
		return encodingLatin1
	case coding == 0x08 || coding >= 0xE0 && coding < 0xF0:
		return encodingUCS2
	}
	return encodingBinary
}

// decode turns octets into text. What has no letter becomes U+FFFD; binary is shown in hexadecimal.
func decode(coding byte, b []byte) string {
	switch encodingOf(coding) {
	case encodingGSM:
		return decodeGSM(b)
	case encodingASCII, encodingLatin1:
		return decodeLatin1(b, encodingOf(coding) == encodingASCII)
	case encodingUCS2:
		return decodeUCS2(b)
	}
	return hex.EncodeToString(b)
}

// decodeGSM reads the default alphabet with one letter an octet, as SMPP carries it. An unknown extension is shown as the letter
// of the default alphabet (23.038, 6.2.1), a lone escape as a space.
func decodeGSM(b []byte) string {
	var text strings.Builder
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] > 0x7F:
			text.WriteRune(unknown)
		case b[i] != gsmEscape:
			text.WriteRune(gsmLetters[b[i]])
		case i+1 < len(b) && gsmExtension(b[i+1]) != 0:
			i++
			text.WriteRune(gsmExtension(b[i]))
		case i+1 < len(b) && b[i+1] <= 0x7F && b[i+1] != gsmEscape:
			i++
			text.WriteRune(gsmLetters[b[i]])
		default:
			text.WriteRune(' ')
		}
	}
	return text.String()
}

func decodeLatin1(b []byte, onlyASCII bool) string {
	var text strings.Builder
	for _, c := range b {
		if onlyASCII && c > 0x7F {
			text.WriteRune(unknown)
			continue
		}
		text.WriteRune(rune(c))
	}
	return text.String()
}

// decodeUCS2 reads big-endian UTF-16, since telephones write letters beyond the first plane as pairs. An odd octet is unknown.
func decodeUCS2(b []byte) string {
	units := make([]uint16, 0, len(b)/2+1)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		units = append(units, unknown)
	}
	return string(utf16.Decode(units))
}
