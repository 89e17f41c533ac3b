package text

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"okno/internal/fault"
)

// errUnclean is the cause of the fault, for logs; it never repeats the input.
var errUnclean = errors.New("text: control, bidi override or unassigned character")

// Clean brings one line that somebody typed into the form in which it is kept
// (INP-3): Unicode NFC, spaces at both ends cut, tabs and odd spaces as plain
// spaces. What pasting leaves behind without being seen (direction marks, zero
// width space, byte order mark) is dropped; the joiners that Persian needs stay
// between letters. Controls, line breaks, bidi overrides, private and unassigned
// characters and broken UTF-8 are refused with fault.Invalid "text.unclean".
func Clean(s string) (string, error) { return clean(s, false) }

// CleanLines is Clean for a text of several lines: line breaks stay, as \n.
func CleanLines(s string) (string, error) {
	return clean(strings.ReplaceAll(s, "\r\n", "\n"), true)
}

func clean(s string, lines bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", fault.Wrap(fault.Invalid, "text.unclean", errUnclean)
	}
	s = norm.NFC.String(s)
	var b strings.Builder
	b.Grow(len(s))
	var previous rune
	for _, r := range s {
		switch {
		case r == '\n' && lines:
		case unicode.Is(unicode.Zs, r) || r == '\t':
			r = ' '
		case isPasteMark(r):
			continue
		case isJoiner(r) && !joins(previous):
			continue
		case isJoiner(r):
		case !isWritten(r):
			return "", fault.Wrap(fault.Invalid, "text.unclean", errUnclean)
		}
		b.WriteRune(r)
		previous = r
	}
	// Dropping a mark can bring a letter and its accent together.
	return norm.NFC.String(strings.Trim(b.String(), " \n\u200c\u200d")), nil
}

// isPasteMark says that a character is invisible and means nothing in a field:
// soft hyphen, zero width space, direction marks and isolates, word joiner, byte
// order mark.
func isPasteMark(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200e', '\u200f', '\u061c', '\u2060', '\ufeff', '\u2066', '\u2067', '\u2068', '\u2069':
		return true
	}
	return false
}

// isJoiner says that r is the zero width non-joiner or joiner.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

func joins(previous rune) bool { return unicode.IsLetter(previous) || unicode.IsMark(previous) }

// isWritten says that a character is assigned and can be seen: letters, marks,
// numbers, punctuation, symbols and the space. Controls, formats (the bidi
// overrides among them), private and unassigned ones are not.
func isWritten(r rune) bool {
	return r != '\ufffd' && unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S) || r == ' '
}
