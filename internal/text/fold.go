package text

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// FoldDigits turns the digits of Persian (۰ to ۹) and Arabic (٠ to ٩) keyboards,
// and full-width ones, into 0 to 9; everything else stays.
func FoldDigits(s string) string {
	return strings.Map(func(r rune) rune {
		for _, zero := range [...]rune{'۰', '٠', '０'} {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, s)
}

// Fold is the form in which two writings of the same words are equal, for
// searching and comparing, never for showing: lower case, 0 to 9, ё as е, Arabic
// ي and ك as Persian ی and ک, no accents (but й stays a letter of its own), no
// joiners, single spaces. Folding twice changes nothing.
func Fold(s string) string {
	var b strings.Builder
	var base rune
	for _, r := range norm.NFKD.String(lower(norm.NFKD.String(FoldDigits(s)))) {
		switch {
		case unicode.Is(unicode.Mn, r):
			// й is и with a breve: in Cyrillic the breve makes another letter.
			if r == '\u0306' && (base == 'и' || base == 'у') {
				b.WriteRune(r)
			}
			continue
		case unicode.Is(unicode.Cf, r):
			continue
		}
		base = r
		b.WriteString(alike(r))
	}
	return strings.Join(strings.Fields(norm.NFC.String(b.String())), " ")
}

func lower(s string) string { return strings.Map(unicode.ToLower, s) }

// alike is the plain writing of letters whose strokes are no accents to Unicode.
func alike(r rune) string {
	switch r {
	case 'ي', 'ى':
		return "ی"
	case 'ك':
		return "ک"
	case 'ة', 'ۀ':
		return "ه"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'æ':
		return "ae"
	case 'ß':
		return "ss"
	case 'ı':
		return "i"
	case '’', 'ʼ', '`', '´':
		return "'"
	case '‐', '‑', '‒', '–', '—', '−':
		return "-"
	}
	return string(r)
}

// OneScript says that no word mixes alphabets, the trick by which "раypal" looks
// like another name (INP-3). Words are parted by anything that is not a letter or
// a mark. Words listed as exceptions are let through as they are written.
func OneScript(s string, except ...string) bool {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	for _, word := range words {
		if len(Scripts(word)) > 1 && !slices.Contains(except, word) {
			return false
		}
	}
	return true
}

// Scripts lists the alphabets of the letters of s by their Unicode names, in the
// order in which they appear: "Cyrillic", "Latin". Marks, digits and signs that
// all alphabets share have none; the three of Japanese count as "Han".
func Scripts(s string) []string {
	var found []string
	for _, r := range s {
		name := scriptOf(r)
		if name != "" && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	return found
}

func scriptOf(r rune) string {
	if !unicode.IsLetter(r) {
		return ""
	}
	for _, name := range [...]string{"Latin", "Cyrillic", "Arabic"} {
		if unicode.Is(unicode.Scripts[name], r) {
			return name
		}
	}
	for name, table := range unicode.Scripts {
		if !unicode.Is(table, r) {
			continue
		}
		switch name {
		case "Common", "Inherited":
			return ""
		case "Hiragana", "Katakana":
			return "Han"
		}
		return name
	}
	return ""
}
