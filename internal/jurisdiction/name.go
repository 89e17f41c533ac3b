package jurisdiction

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"okno/internal/fault"
	"okno/internal/text"
)

// Names are the rules for people's names.
type Names struct {
	Parts     []NamePart `yaml:"parts"`     // in the order in which a full name is written
	Alphabets []Alphabet `yaml:"alphabets"` // a value uses one of them (REG-06, REG-07)
	Marks     string     `yaml:"marks"`     // other characters that may stand in a name
	Max       int        `yaml:"max"`       // longest value in characters
}

// NamePart is one part of a name.
type NamePart struct {
	Source
	Code         string `yaml:"code"`
	Label        Words  `yaml:"label"`
	Hint         Words  `yaml:"hint,optional"`
	Optional     bool   `yaml:"optional,optional"`     // there may be none (PRF-04)
	Registration bool   `yaml:"registration,optional"` // asked when an account is opened (REG-01)
	Autocomplete string `yaml:"autocomplete,optional"`
}

// Alphabet is a set of letters of one alphabet.
type Alphabet struct {
	Code    string `yaml:"code"`
	Name    Words  `yaml:"name"`
	Letters string `yaml:"letters"` // ranges and single letters: "а-я А-Я ё Ё"
	set     []letterRange
}

type letterRange struct{ from, to rune }

func (a Alphabet) has(r rune) bool {
	for _, l := range a.set {
		if r >= l.from && r <= l.to {
			return true
		}
	}
	return false
}

// Part finds a part of a name.
func (n Names) Part(code string) (NamePart, bool) {
	return byCode(n.Parts, code, func(p NamePart) string { return p.Code })
}

// Check brings one part of a name to the form in which it is kept: NFC, single
// spaces. An empty optional part is fine. Refused as fault.Invalid, field named
// by the part: bidi overrides and controls, a letter of no alphabet, letters of
// two alphabets in one value, no letter at all, too long.
func (n Names) Check(part, typed string) (string, error) {
	known, ok := n.Part(part)
	if !ok {
		return "", fault.OneField(part, "jurisdiction.name.part", nil)
	}
	value, err := text.Clean(typed)
	if err != nil {
		return "", fault.OneField(part, "jurisdiction.unclean", nil)
	}
	value = strings.Join(strings.Fields(text.FoldDigits(value)), " ")
	switch {
	case value == "" && known.Optional:
		return "", nil
	case value == "":
		return "", fault.OneField(part, "jurisdiction.missing", nil)
	case utf8.RuneCountInString(value) > n.Max:
		return "", fault.OneField(part, "jurisdiction.too_long", fault.Vars{"n": n.Max})
	}
	if key, vars := n.mistake(value); key != "" {
		return "", fault.OneField(part, key, vars)
	}
	return value, nil
}

func (n Names) mistake(value string) (string, fault.Vars) {
	letters := 0
	fits := make([]bool, len(n.Alphabets))
	for i := range fits {
		fits[i] = true
	}
	for _, r := range value {
		if unicode.IsDigit(r) || strings.ContainsRune(n.Marks, r) || isJoiner(r) {
			continue
		}
		known := false
		for i, alphabet := range n.Alphabets {
			has := alphabet.has(r)
			known, fits[i] = known || has, fits[i] && has
		}
		if !known {
			return "jurisdiction.name.character", fault.Vars{"character": string(r)}
		}
		letters++
	}
	if letters == 0 {
		return "jurisdiction.name.letters", nil
	}
	for _, fit := range fits {
		if fit {
			return "", nil
		}
	}
	return "jurisdiction.name.mixed", nil
}

// isJoiner: Persian words need it between letters; text.Clean drops it elsewhere.
func isJoiner(r rune) bool { return r == '\u200c' }

// Fold is the form in which two writings of one name are equal (ё and е, Arabic
// and Persian yeh and kaf, upper and lower case, hyphen and space).
func (n Names) Fold(value string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text.Fold(value), "-", " ")), " ")
}

// Full joins the parts of a name in the country's order.
func (n Names) Full(parts map[string]string) string {
	var words []string
	for _, part := range n.Parts {
		if value := strings.TrimSpace(parts[part.Code]); value != "" {
			words = append(words, value)
		}
	}
	return strings.Join(words, " ")
}
