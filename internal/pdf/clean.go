package pdf

import (
	"strings"
	"unicode"
)

// clean makes any text fit to be set: line ends become "\n", tabs become spaces,
// broken UTF-8 becomes U+FFFD, and control characters, noncharacters and the old
// directional embeddings are dropped. Joiners and isolates stay.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ").Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			return -1
		case r >= 0x202A && r <= 0x202E:
			return -1
		}
		return r
	}, text)
}

// plain drops what only steers the order of text and so has no place in a copy of it.
func plain(text []rune) string {
	return strings.Map(func(r rune) rune {
		if isSteering(r) {
			return -1
		}
		return r
	}, string(text))
}

// isSteering reports marks and isolates of the bidirectional algorithm.
func isSteering(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || r >= 0x2066 && r <= 0x2069
}
