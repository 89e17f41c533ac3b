package jurisdiction_test

import (
	"slices"
	"testing"

	"okno/internal/jurisdiction"
)

func TestPhones(t *testing.T) {
	cases := []struct{ fact, land, typed, kept, key string }{
		{"REG-08 letters in a phone number are refused", "ru", "900 ABC-45-67", "", "jurisdiction.phone.digits"},
		{"REG-09 a number as dialled at home passes", "ru", "8 (900) 123-45-67", "+79001234567", ""},
		{"REG-09 a number without its country passes", "ru", "9001234567", "+79001234567", ""},
		{"REG-09 a number with 7 and no plus passes", "ru", "79001234567", "+79001234567", ""},
		{"REG-09 a number with 00 passes", "ru", "00375291234567", "+375291234567", ""},
		{"REG-09 a number too short is refused", "ru", "900123456", "", "jurisdiction.phone.shape"},
		{"REG-09 an empty number is refused", "ru", " ", "", "jurisdiction.missing"},
		{"D-24 Persian digits pass in the invented land", "xs", "۵۰۰ ۱۲۳۴", "+9995001234", ""},
		{"REG-09 a number of a country that gets no messages is refused", "xs", "+79001234567", "", "jurisdiction.phone.country"},
	}
	for _, c := range cases {
		t.Run(c.fact, func(t *testing.T) {
			kept, err := load(t, c.land).Phone.Normalise(c.typed)
			if kept != c.kept || keyOf(err) != c.key {
				t.Errorf("%q became %q, %q", c.typed, kept, keyOf(err))
			}
		})
	}
	t.Run("REG-09 a number is shown in groups", func(t *testing.T) {
		if got := load(t, "ru").Phone.Show("+79001234567"); got != "+7 900 123-45-67" {
			t.Errorf("shown as %q", got)
		}
	})
}

func TestLadder(t *testing.T) {
	for _, code := range []string{"ru", "xs"} {
		j := load(t, code)
		t.Run("LVL-03 the levels of "+code+" are climbed in order", func(t *testing.T) {
			for n, level := range j.Levels {
				if level.Code != jurisdiction.AccountLevel(n+1) {
					t.Errorf("place %d is %s", n, level.Code)
				}
			}
		})
		t.Run("LVL-08 verified in "+code+" is proved by any allowed method", func(t *testing.T) {
			for _, m := range j.Proofing.Methods {
				if !slices.Contains(j.Levels[2].Proofs, m.Code) {
					t.Errorf("%s does not prove", m.Code)
				}
			}
			if len(j.Levels[2].Proofs) == 0 {
				t.Error("nothing proves")
			}
		})
		t.Run("LVL-41 every level of "+code+" says what it brings, in every language", func(t *testing.T) {
			for _, level := range j.Levels {
				for _, lang := range j.Languages {
					if level.Brings[lang] == "" {
						t.Errorf("%s in %s", level.Code, lang)
					}
				}
			}
		})
	}
	ru := load(t, "ru")
	t.Run("CTR-01 the kinds of centre are there", func(t *testing.T) {
		for _, code := range []string{"mfc", "rostelecom", "post", "pension_fund", "bank"} {
			if !slices.ContainsFunc(ru.CentreKinds, func(k jurisdiction.CentreKind) bool { return k.Code == code }) {
				t.Errorf("%s is missing", code)
			}
		}
	})
	t.Run("Q-13 the methods stand in the order bank, in person, signature, letter", func(t *testing.T) {
		var got []string
		for _, m := range ru.Proofing.Methods {
			got = append(got, m.Code)
		}
		if !slices.Equal(got, []string{"bank", "centre", "signature", "letter"}) {
			t.Errorf("the order is %v", got)
		}
	})
	t.Run("IDC-15 the portal recommends the visit", func(t *testing.T) {
		for _, m := range ru.Proofing.Methods {
			if m.Recommended != (m.Code == "centre") {
				t.Errorf("%s: %t", m.Code, m.Recommended)
			}
		}
	})
	t.Run("CHK-22 the migration register names a page to look for oneself", func(t *testing.T) {
		if r, _ := ru.Register("migration"); r.Help == "" {
			t.Error("there is none")
		}
	})
	t.Run("D-10 an operator confirms at most 12 an hour and 60 a day", func(t *testing.T) {
		if ru.Rules.Desk.PerHour != 12 || ru.Rules.Desk.PerDay != 60 {
			t.Errorf("%+v", ru.Rules.Desk)
		}
	})
}
