package visit

import (
	"regexp"
	"strconv"

	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
)

// PasswordConditions are the lines of the panel beside a new password, in the
// order of the rules, each with what a script tests while typing (PWD-09, PWD-13).
func (r *Request) PasswordConditions(rules *jurisdiction.Passwords) (list []ui.Condition) {
	lines := rules.Rules("", nil)
	profile := rules.Profile()
	for _, line := range lines {
		c := ui.Condition{Text: r.T(line.Key, fault.Vars(line.Vars).Pairs()...)}
		switch line.Rule {
		case "length":
			c.Test = "^.{" + strconv.Itoa(profile.Min) + ",}$"
		case "ascii":
			c.Test = "^[ -~]*$"
		case "capital":
			c.Test = "[A-Z]"
		case "lower":
			c.Test = "[a-z]"
		case "digit":
			c.Test = "[0-9]"
		case "punctuation":
			c.Test = `[!-/:-@\[-` + "`" + `{-~]`
		case "neighbours":
			c.Test, c.Absent = `(.)\1`, true
		case "forbidden":
			c.Test, c.Absent = "["+regexp.QuoteMeta(profile.Forbidden)+"]", true
		}
		list = append(list, c)
	}
	return list
}
