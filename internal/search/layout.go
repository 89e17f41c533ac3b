package search

import "strings"

// The keys of a keyboard in the order of its rows, without Shift. The same place
// in two strings is the same key.
const (
	latinKeys    = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	cyrillicKeys = "ёйцукенгшщзхъфывапролджэячсмитьбю"
	persianKeys  = "\u200dضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو."
)

// retyped is the word as another layout would have written it: from has typed
// what was meant for to.
func retyped(text, from, to string) string {
	source, target := []rune(from), []rune(to)
	keys := make(map[rune]rune, len(source))
	for i, r := range source {
		keys[r] = target[i]
	}
	return strings.Map(func(r rune) rune {
		if t, ok := keys[r]; ok {
			return t
		}
		return r
	}, text)
}

// layouts lists the ways in which a query may have been typed on the wrong
// layout, each as a whole text, because ; and [ are letters there.
func layouts(text string) []string {
	lower := strings.ToLower(text)
	pairs := [][2]string{
		{latinKeys, cyrillicKeys}, {latinKeys, persianKeys}, {cyrillicKeys, latinKeys}, {persianKeys, latinKeys},
		{cyrillicKeys, persianKeys}, {persianKeys, cyrillicKeys},
	}
	var out []string
	for _, p := range pairs {
		if t := retyped(lower, p[0], p[1]); t != lower {
			out = append(out, t)
		}
	}
	return out
}
