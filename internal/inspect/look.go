package inspect

import (
	"bytes"
	"slices"
)

// look inspects a file in this process; only the child and tests call it.
func look(data []byte, rules Rules) Verdict {
	rules = rules.bounded()
	switch {
	case len(data) == 0:
		return refuse("file.empty")
	case int64(len(data)) > rules.MaxBytes:
		return refuse("file.too_big").with("max", max(1, int(rules.MaxBytes>>20)))
	case isArchive(data):
		return refuse("file.archive")
	}
	t := sniff(data)
	if !rules.allow(t) {
		return refuse(wanted(rules))
	}
	if hidesAnother(data, t) {
		return refuse("file.extra_content")
	}
	if t == PDF {
		return lookAtPDF(data, rules)
	}
	return lookAtImage(data, t, rules)
}

func wanted(rules Rules) string {
	if rules.allow(PDF) {
		return "file.not_allowed"
	}
	return "file.not_image"
}

func sniff(data []byte) Type {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(data, []byte(pngMagic)):
		return PNG
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return WebP
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return PDF
	}
	return ""
}

// isArchive tells archives and compressed files by their first bytes (FILE-2).
func isArchive(data []byte) bool {
	for _, magic := range []string{"PK\x03\x04", "PK\x05\x06", "PK\x07\x08", "Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c", "\x1f\x8b", "BZh", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "MSCF"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return true
		}
	}
	return len(data) > 262 && string(data[257:262]) == "ustar"
}

// hidesAnother finds a second file inside the first (FILE-1): what another
// program would open, run or unpack. Every mark is at least five bytes long, so
// that compressed pixels do not show one by chance; a ZIP needs both of its marks.
func hidesAnother(data []byte, t Type) bool {
	if bytes.Contains(data, []byte("PK\x05\x06")) && bytes.Contains(data, []byte("PK\x03\x04")) {
		return true
	}
	marks := []string{"rar!\x1a\x07", "7z\xbc\xaf\x27\x1c"}
	if t != PDF {
		marks = append(marks, "%pdf-", "<script", "<html", "<?php", "<!doctype", "javascript:", "<iframe")
	}
	lower := bytes.Clone(data)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return slices.ContainsFunc(marks, func(mark string) bool { return bytes.Contains(lower, []byte(mark)) })
}
