package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isolate keeps a value in one piece inside a right-to-left sentence, where
// "+7 900 123" would be shown as "123 900 7+". It marks only what needs it, so that
// a host name, an e-mail address, a link or a code stays free of hidden marks:
// numbers, values that begin right to left, and values that begin with a letter and
// end in a letter or digit are shown right by themselves.
func (p *Printer) isolate(s string) string {
	if p.language.dir != "rtl" || isNumber(s) || strings.Contains(s, "://") || startsRightToLeft(s) {
		return s
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	if unicode.IsLetter(first) && (unicode.IsLetter(last) || unicode.IsDigit(last)) {
		return s
	}
	return "\u2068" + s + "\u2069"
}

// Isolate keeps a value in one piece where it stands as it is, not as a variable of a text:
// in a hint, beside other words.
func (p *Printer) Isolate(s string) string { return p.isolate(s) }

// isNumber says that s is digits and the signs that stand inside one number or time.
func isNumber(s string) bool {
	for _, r := range s {
		if !unicode.IsDigit(r) && !strings.ContainsRune(":.,٬٫", r) {
			return false
		}
	}
	return true
}

// startsRightToLeft says that the first letter of s is Arabic or Hebrew.
func startsRightToLeft(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return unicode.In(r, unicode.Arabic, unicode.Hebrew)
		}
	}
	return false
}
