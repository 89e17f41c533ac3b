package inspect

import (
	"bytes"
	"encoding/binary"
)

// anatomy is what the container of an image says, without decoding a pixel.
type anatomy struct {
	end         int // where the image ends; anything behind it is foreign
	orientation int // EXIF 1 to 8, 1 when it says nothing
	coefficient int // bytes a pixel that a progressive JPEG takes while it is decoded, 0 for all others
}

const pngMagic = "\x89PNG\r\n\x1a\n"

// dissect walks the container of an image; false when it is broken.
func dissect(data []byte, t Type) (anatomy, bool) {
	switch t {
	case JPEG:
		return dissectJPEG(data)
	case PNG:
		return dissectPNG(data)
	}
	return dissectWebP(data)
}

func dissectJPEG(data []byte) (anatomy, bool) {
	a := anatomy{orientation: 1}
	for i := 2; i+1 < len(data); {
		if data[i] != 0xff {
			return a, false
		}
		marker := data[i+1]
		switch {
		case marker == 0xff: // fill byte
			i++
			continue
		case marker == 0xd9:
			a.end = i + 2
			return a, true
		}
		if i+4 > len(data) {
			return a, false
		}
		size := int(binary.BigEndian.Uint16(data[i+2:]))
		if size < 2 || i+2+size > len(data) {
			return a, false
		}
		body := data[i+4 : i+2+size]
		if marker == 0xc2 {
			a.coefficient = max(a.coefficient, progressiveCost(body))
		}
		if exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			a.orientation = exifOrientation(exif)
		}
		i += 2 + size
		if marker == 0xda {
			i = afterScan(data, i)
		}
	}
	return a, false
}

// progressiveCost reads the frame header: each sample of each component is kept
// as a four-byte coefficient and then as a byte.
func progressiveCost(frame []byte) int {
	const head, component = 6, 3
	samples, most := 0, 1
	for i := head; i+component <= len(frame); i += component {
		n := int(frame[i+1]>>4) * int(frame[i+1]&15)
		samples += n
		most = max(most, n)
	}
	return (5*samples + most - 1) / most
}

// afterScan skips the compressed pixels up to the next real marker.
func afterScan(data []byte, i int) int {
	for ; i+1 < len(data); i++ {
		next := data[i+1]
		if data[i] == 0xff && next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7) {
			return i
		}
	}
	return len(data)
}

func dissectPNG(data []byte) (anatomy, bool) {
	a := anatomy{orientation: 1}
	for i := len(pngMagic); i+12 <= len(data); {
		size := int(binary.BigEndian.Uint32(data[i:]))
		if size > len(data)-i-12 {
			return a, false
		}
		switch string(data[i+4 : i+8]) {
		case "eXIf":
			a.orientation = exifOrientation(data[i+8 : i+8+size])
		case "IEND":
			a.end = i + 12 + size
			return a, size == 0
		}
		i += 12 + size
	}
	return a, false
}

func dissectWebP(data []byte) (anatomy, bool) {
	a := anatomy{orientation: 1, end: 8 + int(binary.LittleEndian.Uint32(data[4:]))}
	if a.end > len(data) {
		return a, false
	}
	for i := 12; i+8 <= a.end; {
		size := int(binary.LittleEndian.Uint32(data[i+4:]))
		if size > a.end-i-8 {
			return a, false
		}
		if string(data[i:i+4]) == "EXIF" {
			a.orientation = exifOrientation(bytes.TrimPrefix(data[i+8:i+8+size], []byte("Exif\x00\x00")))
		}
		i += 8 + size + size%2
	}
	return a, true
}

// exifOrientation reads tag 0x0112 of the first directory; 1 when it is not there or odd.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	entries := int(order.Uint16(tiff[at:]))
	for i := range entries {
		entry := at + 2 + 12*i
		if entry+12 > len(tiff) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if n := int(order.Uint16(tiff[entry+8:])); n >= 1 && n <= 8 {
				return n
			}
			return 1
		}
	}
	return 1
}
