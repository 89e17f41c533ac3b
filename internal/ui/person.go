package ui

import (
	"strings"
	"unicode/utf8"
)

// initials are the first letters of the first two words of a name.
func initials(name string) string {
	var letters []string
	for _, word := range strings.Fields(name) {
		r, _ := utf8.DecodeRuneInString(word)
		letters = append(letters, string(r))
		if len(letters) == 2 {
			break
		}
	}
	return strings.Join(letters, "\u200c")
}
