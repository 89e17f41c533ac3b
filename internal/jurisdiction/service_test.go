package jurisdiction_test

import (
	"testing"

	"okno/internal/jurisdiction"
	"okno/jurisdictions"
)

func TestReferenceServices(t *testing.T) {
	ru := load(t, "ru")
	passport, _ := ru.Service("foreign_passport")
	citizen := jurisdiction.Facts{Age: 40, Citizenship: "RU", Level: jurisdiction.Verified}
	years := func(kind string) int {
		v, _ := passport.Result.ValidityFor(citizen, map[string]any{"kind": kind})
		return v.Years
	}
	t.Run("PAS-01 the passport with a chip is for ten years", func(t *testing.T) {
		if years("chip10") != 10 {
			t.Errorf("%d years", years("chip10"))
		}
	})
	t.Run("PAS-02 the passport without a chip is for five years", func(t *testing.T) {
		if years("plain5") != 5 {
			t.Errorf("%d years", years("plain5"))
		}
	})
	t.Run("PAS-03 both issue and replacement can be asked for", func(t *testing.T) {
		f, _ := passport.Field("purpose")
		for _, code := range []string{"first", "expiring"} {
			if _, ok := f.Option(code); !ok {
				t.Errorf("%s is missing", code)
			}
		}
	})
	t.Run("PAS-04 the passport is collected at an office that hands it out", func(t *testing.T) {
		f, _ := passport.Field(passport.Result.Office)
		if passport.Result.Kind != jurisdiction.ResultPickUp || f.Offers != jurisdiction.PickUp {
			t.Errorf("the result is %s at %s", passport.Result.Kind, f.Offers)
		}
	})
	t.Run("PAS-06 the foreign passport needs a verified account", func(t *testing.T) {
		if passport.Level("apply") != jurisdiction.Verified {
			t.Errorf("needs %s", passport.Level("apply"))
		}
	})
	t.Run("Q-47 the duty of 2000 is 1400 on the portal", func(t *testing.T) {
		due := passport.DutiesFor(citizen, map[string]any{"kind": "plain5"})
		if len(due) != 1 || due[0].Amount != 200000 || due[0].OnPortal() != 140000 {
			t.Errorf("due is %+v", due)
		}
	})
	t.Run("CAT-12 the card lists the documents", func(t *testing.T) {
		if len(passport.Documents) == 0 {
			t.Error("there are none")
		}
	})
	statement, _ := ru.Service("pension_statement")
	t.Run("PEN-02 the statement comes at once, from the register", func(t *testing.T) {
		if statement.Deadline.WorkingDays != 0 || statement.Result.Kind != jurisdiction.ResultStatement || statement.Result.Register != "pension_accounts" {
			t.Errorf("%+v", statement.Result)
		}
	})
	t.Run("PEN-06 the statement needs a standard account", func(t *testing.T) {
		if statement.Level("apply") != jurisdiction.Standard {
			t.Errorf("needs %s", statement.Level("apply"))
		}
	})
	t.Run("CAT-13 both kinds of service are there", func(t *testing.T) {
		if passport.Kind != jurisdiction.ObtainDocument || statement.Kind != jurisdiction.ObtainInfo {
			t.Error("the kinds are wrong")
		}
	})
}

func TestServicesOfBothLands(t *testing.T) {
	for _, code := range jurisdictions.Codes() {
		j := load(t, code)
		t.Run("D-24 "+code+" has at least two services that can be applied for", func(t *testing.T) {
			online := 0
			for _, s := range j.Services {
				if s.Availability == jurisdiction.Online {
					online++
				}
			}
			if online < 2 {
				t.Errorf("%d are online", online)
			}
		})
		t.Run("CAT-19 every service of "+code+" has a least level", func(t *testing.T) {
			for _, s := range j.Services {
				if _, ok := s.Levels["apply"]; !ok {
					t.Errorf("%s has none", s.ID)
				}
			}
		})
		t.Run("GEN-15 "+code+" says honestly what is not online yet", func(t *testing.T) {
			notYet := 0
			for _, s := range j.Services {
				if s.Availability != jurisdiction.Online {
					notYet++
					if len(s.Form) > 0 || s.IsOnlineIn(j.Regions[0].Code) {
						t.Errorf("%s is not online but can be applied for", s.ID)
					}
				}
			}
			if notYet == 0 {
				t.Error("everything claims to be online")
			}
		})
		t.Run("D-22 "+code+" has demo people at every level and for every branch", func(t *testing.T) {
			demo, err := j.Demo()
			if err != nil {
				t.Fatal(err)
			}
			levels := map[jurisdiction.AccountLevel]bool{}
			var deceased, review, unknown bool
			for _, p := range demo.People {
				levels[p.Level] = true
				deceased, review, unknown = deceased || p.Deceased, review || p.Review, unknown || p.Unknown
			}
			if len(levels) != 4 || !deceased || !review || !unknown {
				t.Errorf("levels %v, deceased %t, review %t, unknown %t", levels, deceased, review, unknown)
			}
		})
	}
}

func TestRegionsOfServices(t *testing.T) {
	xs := load(t, "xs")
	stall, _ := xs.Service("market_stall")
	t.Run("CAT-15 a service may be absent in a region", func(t *testing.T) {
		if !stall.IsOnlineIn("fern_hills") || stall.IsOnlineIn("far_isles") {
			t.Error("the stall is sold in the wrong regions")
		}
	})
	t.Run("a condition without its answers refuses nothing by accident and never fails", func(t *testing.T) {
		f, _ := stall.Field("ice")
		if f.IsAsked(jurisdiction.Facts{}, nil) || !f.IsAsked(jurisdiction.Facts{}, map[string]any{"goods": "fish"}) {
			t.Error("the condition is wrong")
		}
		if f.IsAsked(jurisdiction.Facts{}, map[string]any{"goods": 7}) {
			t.Error("an answer of a wrong type counts")
		}
	})
}

func TestFieldCheck(t *testing.T) {
	xs := load(t, "xs")
	stall, _ := xs.Service("market_stall")
	cases := []struct {
		field, typed string
		kept         any
		key          string
	}{
		{"metres", "۴", 4, ""},
		{"metres", "7", nil, "jurisdiction.too_large"},
		{"metres", "four", nil, "jurisdiction.number"},
		{"metres", "", nil, "jurisdiction.missing"},
		{"term", "century", nil, "jurisdiction.choose"},
		{"ice", "", nil, "jurisdiction.consent"},
		{"ice", "on", true, ""},
		{"start", "2026-09-30", nil, "jurisdiction.date_past"},
		{"start", "2026-10-01", "2026-10-01", ""},
		{"start", "2026-02-30", nil, "jurisdiction.date"},
		{"words", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.field+" "+c.typed, func(t *testing.T) {
			f, _ := stall.Field(c.field)
			kept, err := f.Check(c.typed, today)
			if kept != c.kept || keyOf(err) != c.key {
				t.Errorf("became %v, %q", kept, keyOf(err))
			}
		})
	}
}
