package sms

import (
	"strings"
	"unicode/utf16"
)

// Encoding is how a text travels.
type Encoding int

// The two encodings of short messages (3GPP TS 23.038).
const (
	GSM7 Encoding = iota // the default alphabet: 160 characters alone, 153 in a part
	UCS2                 // everything else: 70 units of UTF-16 alone, 67 in a part
)

// String names the encoding as the template lint prints it.
func (e Encoding) String() string {
	if e == GSM7 {
		return "GSM-7"
	}
	return "UCS-2"
}

// The room of a message that stands alone, and of one part of several, where a
// header of six octets says which part it is (3GPP TS 23.040, 9.2.3.24.1).
const (
	gsmAlone, gsmPart = 160, 153
	ucsAlone, ucsPart = 70, 67
)

// Segments says how a text travels and how many parts it takes: 0 for no text.
// Ru and fa texts have 70 characters before they fall into two parts
// (screens.md 3.2, goal 29).
func Segments(text string) (Encoding, int) {
	encoding, parts := Split(text)
	return encoding, len(parts)
}

// Split cuts a text into the parts in which it travels. No part ends inside an
// escaped character or a surrogate pair, so every phone joins them right.
func Split(text string) (Encoding, []string) {
	encoding, cost, alone, part := GSM7, gsmCost, gsmAlone, gsmPart
	if !isGSM(text) {
		encoding, cost, alone, part = UCS2, ucsCost, ucsAlone, ucsPart
	}
	if text == "" {
		return encoding, nil
	}
	total := 0
	for _, r := range text {
		total += cost(r)
	}
	if total <= alone {
		return encoding, []string{text}
	}
	return encoding, cut(text, cost, part)
}

func cut(text string, cost func(rune) int, room int) []string {
	var parts []string
	start, used := 0, 0
	for i, r := range text {
		if used+cost(r) > room {
			parts = append(parts, text[start:i])
			start, used = i, 0
		}
		used += cost(r)
	}
	return append(parts, text[start:])
}

// Encode gives the octets of a part: one octet a septet (the form that SMSCs
// take over SMPP) for GSM7, UTF-16BE for UCS2. What the default alphabet does
// not hold becomes a question mark; Split never lets that happen.
func Encode(encoding Encoding, part string) []byte {
	if encoding == UCS2 {
		var octets []byte
		for _, unit := range utf16.Encode([]rune(part)) {
			octets = append(octets, byte(unit>>8), byte(unit))
		}
		return octets
	}
	var octets []byte
	for _, r := range part {
		if i := strings.IndexRune(extension, r); i >= 0 {
			octets = append(octets, 0x1B, extensionCodes[len([]rune(extension[:i]))])
			continue
		}
		code, known := gsmCode(r)
		if !known {
			code = '?'
		}
		octets = append(octets, code)
	}
	return octets
}

// The default alphabet in the order of its codes, rows of sixteen; U+001B
// stands at the escape's place. Extension characters cost two.
const alphabet = "@£$¥èéùìòÇ\nØø\rÅå" +
	"Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ" +
	" !\"#¤%&'()*+,-./" +
	"0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNO" +
	"PQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmno" +
	"pqrstuvwxyzäöñüà"

const extension = "\f^{}\\[~]|€"

const extensionCodes = "\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65"

func gsmCode(r rune) (byte, bool) {
	if r == 0x1B {
		return 0, false
	}
	code := 0
	for _, a := range alphabet {
		if a == r {
			return byte(code), true
		}
		code++
	}
	return 0, false
}

func isGSM(text string) bool {
	for _, r := range text {
		if _, known := gsmCode(r); !known && !strings.ContainsRune(extension, r) {
			return false
		}
	}
	return true
}

func gsmCost(r rune) int {
	if strings.ContainsRune(extension, r) {
		return 2
	}
	return 1
}

func ucsCost(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
