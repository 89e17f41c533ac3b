package jurisdiction_test

import (
	"slices"
	"testing"

	"okno/internal/jurisdiction"
)

// TestLegalWeight holds the reference pack to the rule behind its levels.
func TestLegalWeight(t *testing.T) {
	ru := load(t, "ru")
	t.Run("LVL-05 what issues a document never asks for less than what only informs, and some asks for more", func(t *testing.T) {
		informs, issues := map[string]jurisdiction.AccountLevel{}, map[string]jurisdiction.AccountLevel{}
		for _, s := range ru.Services {
			level := s.Level("apply")
			if s.Kind == jurisdiction.ObtainInfo {
				informs[s.Authority] = max(informs[s.Authority], level)
			} else if least, seen := issues[s.Authority]; !seen || level < least {
				issues[s.Authority] = level
			}
		}
		more := 0
		for authority, level := range informs {
			least, both := issues[authority]
			if both && least < level {
				t.Errorf("%s informs from %s and issues documents from %s", authority, level, least)
			}
			if both && least > level {
				more++
			}
		}
		if more < 3 {
			t.Errorf("only %d authorities ask for more where the weight is greater", more)
		}
	})
	t.Run("LVL-39 one's own arrears and pension are read from standard, what binds needs verified", func(t *testing.T) {
		for _, id := range []string{"tax_debt", "pension_statement"} {
			if s, ok := ru.Service(id); !ok || s.Level("apply") != jurisdiction.Standard {
				t.Errorf("%s is there: %t, needs %s", id, ok, s.Level("apply"))
			}
		}
		named := []string{"doctor_appointment", "trademark"} // LVL-22, LVL-23
		for _, s := range ru.Services {
			if s.Kind == jurisdiction.ObtainDocument && s.Level("apply") != jurisdiction.Verified && !slices.Contains(named, s.ID) {
				t.Errorf("%s needs only %s", s.ID, s.Level("apply"))
			}
		}
	})
}
