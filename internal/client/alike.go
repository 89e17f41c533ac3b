package client

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"okno/internal/jurisdiction"
)

// lookalikes are small letters and digits that people take for one another, each
// line by the one that stands for all (T-43).
var lookalikes = strings.NewReplacer(
	"а", "a", "α", "a", "в", "b", "β", "b", "с", "c", "ԁ", "d", "е", "e", "ε", "e", "н", "h", "η", "h",
	"і", "l", "ι", "l", "ı", "l", "i", "l", "1", "l", "ӏ", "l", "ј", "j", "к", "k", "κ", "k", "м", "m", "μ", "m", "ո", "n", "ν", "v",
	"о", "o", "ο", "o", "օ", "o", "0", "o", "р", "p", "ρ", "p", "ԛ", "q", "ѕ", "s", "т", "t", "τ", "t",
	"у", "y", "υ", "y", "ү", "y", "ԝ", "w", "х", "x", "χ", "x", "з", "3", "ς", "c", "σ", "c",
	"ي", "ی", "ى", "ی", "ك", "ک", "ة", "ه",
)

// Skeleton is a name as somebody sees it who does not look closely: without case,
// spaces, points, marks above letters and what cannot be seen, and with one letter
// for all that look alike. Names of two owners may not have the same one (T-43).
func Skeleton(name string) string {
	plain := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsSymbol(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, norm.NFKD.String(name))
	return lookalikes.Replace(plain)
}

// Skeletons are those of a name in all its languages, each once.
func Skeletons(name jurisdiction.Words) map[string]bool {
	all := map[string]bool{}
	for _, text := range name {
		all[Skeleton(text)] = true
	}
	delete(all, "")
	return all
}
