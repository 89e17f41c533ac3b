package jurisdiction_test

import (
	"slices"
	"testing"

	"okno/internal/jurisdiction"
)

// TestLevelMatrix holds the reference pack to the level matrix of the facts.
func TestLevelMatrix(t *testing.T) {
	ru := load(t, "ru")
	cases := []struct {
		fact    string
		level   jurisdiction.AccountLevel
		service []string
	}{
		{"LVL-13 simplified opens extracts and statements of companies", jurisdiction.Simplified, []string{"company_extract", "company_statements", "property_extract"}},
		{"LVL-14 simplified opens checking traffic fines", jurisdiction.Simplified, []string{"traffic_fines"}},
		{"LVL-16 simplified opens court debts", jurisdiction.Simplified, []string{"court_debt"}},
		{"LVL-22 standard opens the doctor's appointment", jurisdiction.Standard, []string{"doctor_appointment"}},
		{"LVL-23 standard opens trademark registration", jurisdiction.Standard, []string{"trademark"}},
		{"LVL-25 standard opens the pension statement", jurisdiction.Standard, []string{"pension_statement"}},
		{"LVL-26 standard opens tax arrears", jurisdiction.Standard, []string{"tax_debt", "inn_lookup"}},
		{"LVL-28 passports are not for standard", jurisdiction.Verified, []string{"foreign_passport", "internal_passport"}},
		{"LVL-29 licence and exam are not for standard", jurisdiction.Verified, []string{"driving_licence_exchange", "driving_exam"}},
		{"LVL-31 passports need verified", jurisdiction.Verified, []string{"foreign_passport", "internal_passport"}},
		{"LVL-32 kindergarten needs verified", jurisdiction.Verified, []string{"kindergarten_enrol", "kindergarten_queue"}},
		{"LVL-33 residence and stay need verified", jurisdiction.Verified, []string{"residence_registration", "stay_registration"}},
		{"LVL-34 car registration needs verified", jurisdiction.Verified, []string{"vehicle_registration", "vehicle_deregistration"}},
		{"LVL-35 licence replacement needs verified", jurisdiction.Verified, []string{"driving_licence_exchange"}},
	}
	for _, c := range cases {
		t.Run(c.fact, func(t *testing.T) {
			for _, id := range c.service {
				s, ok := ru.Service(id)
				if !ok || s.Level("apply") != c.level {
					t.Errorf("%s is there: %t, needs %v", id, ok, c.level)
				}
			}
		})
	}
	t.Run("LVL-18 everybody may read about every service", func(t *testing.T) {
		for _, s := range ru.Services {
			if s.Level("view") != jurisdiction.Anonymous {
				t.Errorf("%s is hidden below %s", s.ID, s.Level("view"))
			}
		}
	})
	t.Run("CAT-16 the most popular services are marked", func(t *testing.T) {
		for _, id := range []string{"foreign_passport", "traffic_fines", "tax_debt", "kindergarten_enrol", "kindergarten_queue", "marriage"} {
			if s, ok := ru.Service(id); !ok || s.Popular == 0 {
				t.Errorf("%s is not popular", id)
			}
		}
	})
	t.Run("CAT-11 every card has a procedure and a deadline", func(t *testing.T) {
		for _, s := range ru.Services {
			if len(s.Procedure) == 0 || s.Deadline.WorkingDays < 0 {
				t.Errorf("%s has none", s.ID)
			}
		}
	})
	t.Run("CAT-14 the ministries and the customs service are among the authorities", func(t *testing.T) {
		for _, code := range []string{"minzdrav", "mvd", "customs"} {
			if _, ok := ru.Authority(code); !ok {
				t.Errorf("%s is missing", code)
			}
		}
	})
	t.Run("CAT-18 some services also demand an electronic signature", func(t *testing.T) {
		if !slices.ContainsFunc(ru.Services, func(s *jurisdiction.Service) bool { return s.Signature }) {
			t.Error("none does")
		}
	})
	t.Run("KDG-01 kindergarten enrolment is offered per region", func(t *testing.T) {
		s, _ := ru.Service("kindergarten_enrol")
		if !s.OfferedIn("vlg") || s.OfferedIn("oms") {
			t.Errorf("offered in %v", s.Regions)
		}
	})
	t.Run("NAV-13 help knows the many names of joining", func(t *testing.T) {
		var known []string
		for _, q := range ru.Questions {
			known = append(known, q.Synonyms.All()...)
		}
		for _, word := range []string{"register", "sign up", "enrol", "create an account", "open an account", "create a personal cabinet", "open a personal cabinet"} {
			if !slices.Contains(known, word) {
				t.Errorf("%q is not known", word)
			}
		}
	})
	t.Run("NAV-27 the terms can be read in every language", func(t *testing.T) {
		if len(ru.Terms) < 2 {
			t.Errorf("there are %d", len(ru.Terms))
		}
		for _, a := range ru.Terms {
			for _, lang := range ru.Languages {
				if a.Title[lang] == "" || a.Body[lang] == "" {
					t.Errorf("%s lacks %s", a.Code, lang)
				}
			}
		}
	})
}
