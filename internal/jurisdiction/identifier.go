package jurisdiction

import (
	"regexp"
	"strings"

	"okno/internal/fault"
	"okno/internal/text"
)

// Identifier is a national number: how it looks, how it is grouped and which
// check digits it carries.
type Identifier struct {
	Source
	Code      string   `yaml:"code"`
	Name      Words    `yaml:"name"`
	Hint      Words    `yaml:"hint"`
	Where     Words    `yaml:"where,optional"` // where it is printed (PRF-09, PRF-34)
	Pattern   string   `yaml:"pattern"`        // regular expression of the whole normalised value
	Display   string   `yaml:"display"`        // "###-###-### ##": each # takes a character
	Example   string   `yaml:"example"`        // a valid value that belongs to nobody
	Checksum  Checksum `yaml:"checksum"`
	InputMode string   `yaml:"input_mode"`      // "numeric" or "text"
	Unique    bool     `yaml:"unique,optional"` // one account per value
	Login     bool     `yaml:"login,optional"`  // may be typed to sign in
	pattern   *pattern
}

// pattern is a compiled expression that must match the whole value.
type pattern struct{ *regexp.Regexp }

func compile(expression string) (*pattern, error) {
	re, err := regexp.Compile(`^(?:` + expression + `)$`)
	if err != nil {
		return nil, err
	}
	return &pattern{re}, nil
}

// Normalise brings what was typed to the form in which it is kept: capital
// letters and digits only. It takes Persian and Arabic digits, spaces, hyphens,
// dots and slashes. A value of the wrong shape is fault.Invalid with the field
// named by the identifier's code and the key "jurisdiction.identifier.shape"
// (variables name and example are not filled: they are language-bound), a value
// with a wrong check digit with "jurisdiction.identifier.checksum".
func (i Identifier) Normalise(typed string) (string, error) {
	value := strings.ToUpper(strip(text.FoldDigits(typed)))
	switch {
	case value == "":
		return "", fault.OneField(i.Code, "jurisdiction.identifier.empty", nil)
	case i.pattern == nil || !i.pattern.MatchString(value):
		return "", fault.OneField(i.Code, "jurisdiction.identifier.shape", fault.Vars{"example": i.Show(i.Example)})
	case !i.Checksum.holds(value):
		return "", fault.OneField(i.Code, "jurisdiction.identifier.checksum", fault.Vars{"example": i.Show(i.Example)})
	}
	return value, nil
}

// Show groups a normalised value for reading: "112-233-445 95". A value of
// another length is given back as it is.
func (i Identifier) Show(value string) string {
	if len(value) != strings.Count(i.Display, "#") {
		return value
	}
	var b strings.Builder
	next := 0
	for _, r := range i.Display {
		if r == '#' {
			b.WriteByte(value[next])
			next++
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// strip drops what people put between the groups of a number.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\u00a0', '\u202f', '\u2009', '-', '‐', '‑', '–', '—', '.', '/', '№', '\u200c', '\u200e', '\u200f', '\u2066', '\u2069':
			return -1
		}
		return r
	}, s)
}
