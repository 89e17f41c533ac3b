package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const zeroWidthNonJoiner = '\u200c'

// foldedRunes are letters that people type for one another. Everything else that
// carries a mark above or below loses it by decomposition.
var foldedRunes = map[rune]rune{
	'ё': 'е', 'ي': 'ی', 'ى': 'ی', 'ئ': 'ی', 'ك': 'ک', 'ة': 'ه', 'ۀ': 'ه', 'ؤ': 'و', 'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا',
	'ł': 'l', 'ø': 'o', 'æ': 'a', 'đ': 'd', 'ı': 'i', 'ß': 's',
}

// fold gives the form in which letters are compared: lower case, no marks, one
// Persian ye and kaf, е for ё, Latin digits. й stays й: it is a letter of its own.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKC.String(s) {
		r = unicode.ToLower(r)
		if f, ok := foldedRunes[r]; ok {
			r = f
		}
		switch {
		case r == 'й' || r == zeroWidthNonJoiner:
			b.WriteRune(r)
		case r == 'ـ' || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			// tatweel, vowel signs, direction marks: not part of the word
		case unicode.IsDigit(r):
			b.WriteRune(latinDigit(r))
		case r < unicode.MaxLatin1 && r < 0x80:
			b.WriteRune(r)
		default:
			b.WriteRune(baseLetter(r))
		}
	}
	return b.String()
}

func baseLetter(r rune) rune {
	for _, base := range norm.NFD.String(string(r)) {
		return base
	}
	return r
}

func latinDigit(r rune) rune {
	switch {
	case r >= '۰' && r <= '۹':
		return '0' + r - '۰'
	case r >= '٠' && r <= '٩':
		return '0' + r - '٠'
	}
	return r
}

// words cuts a folded text into words of letters and digits. A zero-width
// non-joiner is left inside a word: joined and parts decide about it.
func words(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool {
		return r != zeroWidthNonJoiner && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// joined drops the zero-width non-joiners of a word.
func joined(word string) string {
	return strings.ReplaceAll(word, string(zeroWidthNonJoiner), "")
}

// plainWords cuts a text into folded words without zero-width non-joiners.
func plainWords(text string) []string {
	found := words(fold(text))
	out := found[:0]
	for _, w := range found {
		if w = joined(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// codeOf is the form in which identifiers are compared: letters and digits only.
func codeOf(s string) string { return strings.Join(plainWords(s), "") }
