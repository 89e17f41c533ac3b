package jurisdiction

import (
	"unicode/utf8"

	"github.com/nbutton23/zxcvbn-go"
)

// HighestStrength is the strength whose label is the green "High" (PWD-11).
const HighestStrength = 4

// Strength is how strong a password is, 0 to HighestStrength, and the rules with
// what is met (PWD-09 to PWD-13). A password that meets every rule has the
// highest strength (PWD-12), one that does not never has it.
func (p *Passwords) Strength(password string, context []string) (int, []Rule) {
	rules := p.rules(password, context)
	if password == "" {
		return 0, rules
	}
	met := 0
	for _, rule := range rules {
		if rule.Met {
			met++
		}
		if !rule.Met && rule.Rule == "trivial" {
			return 0, rules
		}
	}
	if met == len(rules) {
		return HighestStrength, rules
	}
	return min(guessing(password, context), 1+2*met/len(rules)), rules
}

// guessed is how many characters of a password the meter looks at. The library
// tries every way of undoing look-alikes (4 for a, @ for a ...), which for 64 odd
// characters takes seconds: somebody could keep the server busy by typing.
const guessed = 20

// guessing is how hard the password is to guess, 0 to 3.
func guessing(password string, context []string) int {
	if utf8.RuneCountInString(password) > guessed {
		password = string([]rune(password)[:guessed])
	}
	return min(zxcvbn.PasswordStrength(password, context).Score, HighestStrength-1)
}
