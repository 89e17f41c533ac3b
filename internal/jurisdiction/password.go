package jurisdiction

import (
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"okno/internal/text"
)

// Passwords are the rules for passwords: the profiles as data, which one is in
// force, and the words that are refused in every profile (D-11).
type Passwords struct {
	InForce  string            `yaml:"in_force"` // name of a profile
	Profiles []PasswordProfile `yaml:"profiles"`
	Trivial  []string          `yaml:"trivial"` // the pack's own list: words of its languages, names of the product
	common   *CommonPasswords
	trivial  map[string]bool
}

// PasswordProfile is a set of rules. The zero value of a rule does not ask anything.
type PasswordProfile struct {
	Source
	Code         string `yaml:"code"`
	Min          int    `yaml:"min"`                    // characters (PWD-01)
	Max          int    `yaml:"max"`                    //
	ASCII        bool   `yaml:"ascii,optional"`         // printable ASCII only
	LatinCapital bool   `yaml:"latin_capital,optional"` // PWD-02
	LowerCase    bool   `yaml:"lower_case,optional"`    // PWD-03
	Digit        bool   `yaml:"digit,optional"`         // PWD-04
	Punctuation  bool   `yaml:"punctuation,optional"`   // PWD-05
	NoNeighbours bool   `yaml:"no_neighbours,optional"` // PWD-06
	Forbidden    string `yaml:"forbidden,optional"`     // PWD-07
	History      int    `yaml:"history,optional"`       // how many earlier passwords may not come back
}

// Violation is one rule that a password breaks: a text key with its variables.
type Violation struct {
	Rule string // "length", "ascii", "capital", "lower", "digit", "punctuation", "neighbours", "forbidden", "trivial", "too_long"
	Key  string // text key "jurisdiction.password.<rule>"
	Vars map[string]any
}

// Profile is the profile in force.
func (p *Passwords) Profile() PasswordProfile {
	profile, _ := byCode(p.Profiles, p.InForce, func(f PasswordProfile) string { return f.Code })
	return profile
}

// UseCommon adds a large list of breached passwords (AUTH-2). It is called once,
// at start, before anybody signs in.
func (p *Passwords) UseCommon(list *CommonPasswords) { p.common = list }

// Check gives every rule that the password breaks, in the order of the panel.
// Context are words that must not be the password: the person's names, birth
// date, contacts, numbers.
func (p *Passwords) Check(password string, context []string) []Violation {
	var broken []Violation
	for _, rule := range p.Rules(password, context) {
		if !rule.Met {
			broken = append(broken, Violation{Rule: rule.Rule, Key: "jurisdiction.password." + rule.Rule, Vars: rule.Vars})
		}
	}
	return broken
}

// Rule is one line of the panel beside the password field (PWD-13).
type Rule struct {
	Rule string
	Key  string // text key of the advice: "jurisdiction.password.<rule>"
	Vars map[string]any
	Met  bool
}

// Rules are all rules of the profile in force, in the order of the panel, each with
// whether the password meets it: what the panel beside a new password lists (PWD-13).
// How strong a password looks while it is typed is judged by the page, which sends
// nothing of it (PWD-09).
func (p *Passwords) Rules(password string, context []string) []Rule {
	f := p.Profile()
	var rules []Rule
	add := func(asked bool, name string, met bool, vars map[string]any) {
		if asked {
			rules = append(rules, Rule{Rule: name, Key: "jurisdiction.password." + name, Vars: vars, Met: met})
		}
	}
	length := utf8.RuneCountInString(password)
	add(true, "length", length >= f.Min, map[string]any{"n": f.Min})
	add(length > f.Max, "too_long", false, map[string]any{"n": f.Max})
	add(f.ASCII, "ascii", strings.IndexFunc(password, notPrintable) < 0, nil)
	add(f.LatinCapital, "capital", strings.IndexFunc(password, latinCapital) >= 0, nil)
	add(f.LowerCase, "lower", strings.IndexFunc(password, unicode.IsLower) >= 0, nil)
	add(f.Digit, "digit", strings.IndexFunc(password, unicode.IsDigit) >= 0, nil)
	add(f.Punctuation, "punctuation", strings.IndexFunc(password, punctuation) >= 0, map[string]any{"marks": "! ? ; )"})
	add(f.NoNeighbours, "neighbours", !hasNeighbours(password), nil)
	add(f.Forbidden != "", "forbidden", !strings.ContainsAny(password, f.Forbidden), map[string]any{"characters": spaced(f.Forbidden)})
	add(true, "trivial", password != "" && !p.isTrivial(password, context), nil)
	return rules
}

func notPrintable(r rune) bool { return r < ' ' || r > '~' }
func latinCapital(r rune) bool { return r >= 'A' && r <= 'Z' }

func punctuation(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

func hasNeighbours(s string) bool {
	var previous rune = -1
	for _, r := range s {
		if r == previous {
			return true
		}
		previous = r
	}
	return false
}

func spaced(s string) string { return strings.Join(strings.Split(s, ""), " ") }

// isTrivial says whether the password is a known word or somebody's own data,
// also with the usual ornaments around: capitals, digits and marks at the ends,
// @ for a, 0 for o (PWD-08, AUTH-2).
func (p *Passwords) isTrivial(password string, context []string) bool {
	forms := barePasswords(password)
	for _, form := range forms {
		if p.trivial[form] || p.common.Has(form) {
			return true
		}
	}
	if isRun(forms[0]) {
		return true
	}
	for _, word := range context {
		if holdsContext(password, word) {
			return true
		}
	}
	return false
}

var leet = strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "i", "3", "e", "$", "s", "5", "s", "7", "t")

// barePasswords are the password folded, without marks and digits at its ends,
// and the same with the usual replacements undone; the first is the plain fold.
func barePasswords(password string) []string {
	whole := text.Fold(password)
	core := strings.TrimFunc(whole, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	word := strings.TrimFunc(whole, func(r rune) bool { return !unicode.IsLetter(r) })
	forms := []string{whole}
	for _, form := range []string{core, word, leet.Replace(core), leet.Replace(word)} {
		if len(form) >= 4 {
			forms = append(forms, form)
		}
	}
	return forms
}

// isRun: 12345678, abcdefgh, 87654321, aaaa: each character follows the one before by the same step.
func isRun(s string) bool {
	runes := []rune(s)
	if len(runes) < 4 {
		return false
	}
	step := runes[1] - runes[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(runes); i++ {
		if runes[i]-runes[i-1] != step {
			return false
		}
	}
	return true
}

// holdsContext says whether the password is little more than a word of the
// context: the word, or its digits in any order of a date, makes up half of it.
func holdsContext(password, word string) bool {
	bare := onlyLettersDigits(text.Fold(password))
	for _, form := range contextForms(word) {
		if len(form) >= 4 && strings.Contains(bare, form) && 2*utf8.RuneCountInString(form) >= utf8.RuneCountInString(bare) {
			return true
		}
	}
	return false
}

// contextForms are the word itself, the part of an address before @, and for a
// day 2006-01-02 the ways in which people write it.
func contextForms(word string) []string {
	forms := []string{onlyLettersDigits(text.Fold(word))}
	if name, _, ok := strings.Cut(word, "@"); ok {
		forms = append(forms, onlyLettersDigits(text.Fold(name)))
	}
	if d, err := text.ParseDay(word); err == nil {
		y, m, n := fmt.Sprint(d.Year), fmt.Sprintf("%02d", d.Month), fmt.Sprintf("%02d", d.Day)
		forms = append(forms, n+m+y, m+n+y, y+n+m, n+m+y[2:], m+n+y[2:], y[2:]+m+n, n+m, y)
	}
	return forms
}

func onlyLettersDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// Alphabets of the generator: without characters that look alike.
const (
	capitals = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	smalls   = "abcdefghijkmnpqrstuvwxyz"
	numerals = "23456789"
	marks    = "!?;)(-+=_%:,."
)

// Generate makes a password that passes every rule of the profile in force
// (PWD-15, Q-28): sixteen characters, about 90 bits. The source is crypto/rand
// when it is nil. It fails only if the source fails.
func (p *Passwords) Generate(source io.Reader) (string, error) {
	if source == nil {
		source = rand.Reader
	}
	length := max(16, p.Profile().Min)
	for range 10000 {
		password, err := draw(source, length)
		if err != nil {
			return "", fmt.Errorf("generate a password: %w", err)
		}
		if len(p.Check(password, nil)) == 0 {
			return password, nil
		}
	}
	return "", fmt.Errorf("generate a password: the profile %q refuses everything", p.InForce)
}

func draw(source io.Reader, length int) (string, error) {
	const all = capitals + smalls + numerals + marks
	const limit = 256 - 256%len(all) // without favour for the first letters
	password := make([]byte, 0, length)
	one := make([]byte, 1)
	for tries := 0; len(password) < length; tries++ {
		if tries > 100*length {
			return "", fmt.Errorf("the random source repeats itself")
		}
		if _, err := io.ReadFull(source, one); err != nil {
			return "", err
		}
		if int(one[0]) < limit {
			password = append(password, all[int(one[0])%len(all)])
		}
	}
	return string(password), nil
}
