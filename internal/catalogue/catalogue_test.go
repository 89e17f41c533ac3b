package catalogue_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/jurisdiction"
	"okno/jurisdictions"
)

func law(t testing.TB, code string) *jurisdiction.Jurisdiction {
	t.Helper()
	pack, err := jurisdictions.Pack(code)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// list is a catalogue that knows no person.
func list(t testing.TB, code string) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.New(nil, law(t, code), nil, catalogue.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func names(services []*jurisdiction.Service) []string {
	var ids []string
	for _, s := range services {
		ids = append(ids, s.ID)
	}
	return ids
}

func TestShelves(t *testing.T) {
	c := list(t, "ru")
	t.Run("CAT-01 the catalogue holds several dozen categories", func(t *testing.T) {
		if n := len(c.Categories("")); n < 24 {
			t.Fatal(n)
		}
	})
	for _, row := range []struct{ fact, category, service string }{
		{"CAT-02 pensions, allowances and benefits", "benefits", "pension_statement"},
		{"CAT-03 property rights and the cadastre", "property", "property_registration"},
		{"CAT-04 vehicles and driving licences", "transport", "vehicle_registration"},
		{"CAT-05 passports and visas", "passports", "foreign_passport"},
		{"CAT-06 the tax service", "taxes", "tax_debt"},
		{"CAT-07 appointments in medical institutions", "health", "doctor_appointment"},
		{"CAT-08 marriage and birth", "family", "marriage"},
	} {
		t.Run(row.fact+" are a category with services", func(t *testing.T) {
			shelf, ok := c.Category(row.category, "")
			if !ok || !slices.Contains(names(shelf.Services), row.service) {
				t.Fatal(ok, names(shelf.Services))
			}
		})
	}
	t.Run("NAV-24 every service stands in exactly one category", func(t *testing.T) {
		seen := map[string]int{}
		for _, shelf := range c.Categories("") {
			for _, s := range shelf.Services {
				seen[s.ID]++
			}
		}
		for _, s := range c.Law().Services {
			if seen[s.ID] != 1 {
				t.Errorf("%s stands in %d categories", s.ID, seen[s.ID])
			}
		}
	})
	t.Run("NAV-02 an audience sees its own services only", func(t *testing.T) {
		for _, audience := range []string{"citizens", "legal", "foreigners"} {
			n := 0
			for _, shelf := range c.Categories(audience) {
				for _, s := range shelf.Services {
					n++
					if !slices.Contains(s.Audiences, audience) {
						t.Errorf("%s is not for %s", s.ID, audience)
					}
				}
			}
			if n == 0 || n == len(c.Law().Services) {
				t.Errorf("%s sees %d of %d", audience, n, len(c.Law().Services))
			}
		}
	})
	t.Run("NAV-25 every authority of the country is listed, with every service of its own", func(t *testing.T) {
		n := 0
		for _, shelf := range c.Authorities() {
			n += len(shelf.Services)
		}
		if len(c.Authorities()) != len(c.Law().Authorities) || n != len(c.Law().Services) {
			t.Fatal(len(c.Authorities()), n)
		}
	})
	t.Run("CAT-14 the Ministry of Health, of Internal Affairs and the Customs Service can be reached", func(t *testing.T) {
		for _, code := range []string{"minzdrav", "mvd", "customs"} {
			if shelf, ok := c.Authority(code); !ok || len(shelf.Services) == 0 {
				t.Errorf("%s: %v %d", code, ok, len(shelf.Services))
			}
		}
	})
	t.Run("CAT-16 the most popular services are those of the facts", func(t *testing.T) {
		popular := names(c.Popular("", 100))
		for _, id := range []string{"foreign_passport", "traffic_fines", "tax_debt", "kindergarten_enrol", "kindergarten_queue", "marriage"} {
			if !slices.Contains(popular, id) {
				t.Errorf("%s is not among %v", id, popular)
			}
		}
		if popular[0] != "foreign_passport" || len(c.Popular("", 3)) != 3 {
			t.Error(popular)
		}
	})
	t.Run("GEN-16 the invented land's services need no other code", func(t *testing.T) {
		xs := list(t, "xs")
		if s, ok := xs.Service("market_stall"); !ok || s.Name.In("fa") == "" {
			t.Fatal(ok)
		}
	})
}

func TestHere(t *testing.T) {
	c := list(t, "ru")
	var some *jurisdiction.Service
	for _, s := range c.Law().Services {
		if len(s.Regions) > 0 {
			some = s
		}
	}
	online := *some
	online.Availability = jurisdiction.Online
	elsewhere := ""
	for _, r := range c.Law().Regions {
		if !slices.Contains(online.Regions, r.Code) {
			elsewhere = r.Code
		}
	}
	for _, row := range []struct {
		name         string
		availability jurisdiction.Availability
		region       string
		want         catalogue.Here
	}{
		{"CAT-15 in a region that has it, it is online", jurisdiction.Online, online.Regions[0], catalogue.HereOnline},
		{"CAT-15 in a region that has it not, it is not", jurisdiction.Online, elsewhere, catalogue.HereElsewhere},
		{"NAV-06 before a region was chosen, the list of services is open", jurisdiction.Online, "", catalogue.HereSomewhere},
		{"GEN-15 a service whose form is being made is said to come later", jurisdiction.Later, online.Regions[0], catalogue.HereLater},
		{"GEN-15 a service that needs a visit says so", jurisdiction.Visit, "", catalogue.HereVisit},
	} {
		t.Run(row.name, func(t *testing.T) {
			online.Availability = row.availability
			if got := catalogue.HereOf(&online, row.region); got != row.want {
				t.Fatalf("%s, want %s", got, row.want)
			}
		})
	}
}

func TestCost(t *testing.T) {
	c := list(t, "ru")
	t.Run("CAT-11 Q-47 the cost is the range of duties, whole and with the portal's discount", func(t *testing.T) {
		s, _ := c.Service("foreign_passport")
		if got, want := catalogue.CostOf(s), (catalogue.Cost{From: 200000, To: 500000, PortalFrom: 140000, Portal: 350000}); got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if !catalogue.CostOf(s).Discounted() || catalogue.CostOf(s).Free() {
			t.Fatal("the discount is lost")
		}
	})
	t.Run("duties without a condition add up", func(t *testing.T) {
		got := catalogue.CostOf(&jurisdiction.Service{Duties: []jurisdiction.Duty{{Amount: 100}, {Amount: 50, Discount: 50}}})
		if want := (catalogue.Cost{From: 150, To: 150, PortalFrom: 125, Portal: 125}); got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
	t.Run("a service without duties is free", func(t *testing.T) {
		s, _ := c.Service("pension_statement")
		if !catalogue.CostOf(s).Free() {
			t.Fatal(catalogue.CostOf(s))
		}
	})
}

func find(t *testing.T, c *catalogue.Catalogue, lang, words string) catalogue.Found {
	t.Helper()
	f, err := c.Find(context.Background(), catalogue.Wanted{Words: words, Lang: lang})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFind(t *testing.T) {
	c := list(t, "ru")
	for _, row := range []struct{ name, lang, words, first string }{
		{"NAV-11 by its name", "ru", "Заграничный паспорт", "foreign_passport"},
		{"NAV-11 by its name in English", "en", "foreign passport", "foreign_passport"},
		{"NAV-11 by its name in Persian", "fa", "گذرنامهٔ بین‌المللی", "foreign_passport"},
		{"NAV-12 by a synonym", "ru", "загран", "foreign_passport"},
		{"NAV-12 with a typing mistake", "ru", "загранпаспрот", "foreign_passport"},
		{"NAV-12 in the wrong keyboard layout", "ru", "pfuhfygfcgjhn", "foreign_passport"},
		{"NAV-12 in another language than the reader's", "ru", "speeding ticket", "traffic_fines"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := names(find(t, c, row.lang, row.words).Services); len(got) == 0 || got[0] != row.first {
				t.Fatalf("%q found %v", row.words, got)
			}
		})
	}
	t.Run("NAV-12 the more exact the query, the more exact the answer", func(t *testing.T) {
		if broad := names(find(t, c, "en", "passport").Services); len(broad) < 3 {
			t.Fatal(broad)
		}
		for words, want := range map[string]string{"foreign passport": "foreign_passport", "internal passport": "internal_passport", "lost passport": "lost_passport"} {
			if got := names(find(t, c, "en", words).Services); got[0] != want {
				t.Errorf("%q found %v", words, got)
			}
		}
	})
	for _, row := range [][2]string{{"en", "register"}, {"en", "sign up"}, {"en", "enrol"}, {"en", "create an account"}, {"en", "open an account"}, {"en", "create a personal cabinet"},
		{"ru", "завести аккаунт"}, {"ru", "открыть личный кабинет"}, {"fa", "ساختن حساب"}} {
		t.Run("NAV-13 "+row[1]+" leads to the question about joining", func(t *testing.T) {
			found, err := c.Ask(context.Background(), row[1], row[0])
			if err != nil || len(found) == 0 || found[0].Code != "join" {
				t.Fatal(err, len(found))
			}
			if f := find(t, c, row[0], row[1]); !slices.ContainsFunc(f.Questions, func(a jurisdiction.Article) bool { return a.Code == "join" }) {
				t.Error("the search of services does not know it")
			}
		})
	}
	t.Run("authorities are found too", func(t *testing.T) {
		if f := find(t, c, "en", "Federal Customs Service"); len(f.Authorities) == 0 || f.Authorities[0].Code != "customs" {
			t.Fatal(f.Authorities)
		}
	})
	t.Run("S02 what nobody has is found by nobody", func(t *testing.T) {
		if f := find(t, c, "en", "xqzvw"); !f.Empty() {
			t.Fatal(names(f.Services))
		}
	})
	t.Run("S02 a mistyped word is guessed", func(t *testing.T) {
		if f := find(t, c, "en", "pasport"); !strings.Contains(f.Instead, "passport") {
			t.Fatalf("%q", f.Instead)
		}
	})
	t.Run("without words all services are listed", func(t *testing.T) {
		if f := find(t, c, "en", "  "); len(f.Services) != len(c.Law().Services) {
			t.Fatal(len(f.Services))
		}
	})
}

func TestFilters(t *testing.T) {
	c := list(t, "ru")
	base := find(t, c, "en", "")
	for _, row := range []struct {
		name, count string
		narrow      catalogue.Wanted
		holds       func(*jurisdiction.Service) bool
	}{
		{"P-27 online here", "here.online", catalogue.Wanted{Here: []catalogue.Here{catalogue.HereOnline}}, func(s *jurisdiction.Service) bool { return catalogue.HereOf(s, "") == catalogue.HereOnline }},
		{"CAT-19 by level", "level.standard", catalogue.Wanted{Levels: []jurisdiction.AccountLevel{jurisdiction.Standard}}, func(s *jurisdiction.Service) bool { return s.Level("apply") == jurisdiction.Standard }},
		{"CAT-13 by kind", "kind.information", catalogue.Wanted{Kinds: []jurisdiction.ServiceKind{jurisdiction.ObtainInfo}}, func(s *jurisdiction.Service) bool { return s.Kind == jurisdiction.ObtainInfo }},
		{"free only", "free", catalogue.Wanted{Free: true}, func(s *jurisdiction.Service) bool { return len(s.Duties) == 0 }},
	} {
		t.Run(row.name+": what is left fits, and as many as were told", func(t *testing.T) {
			f, err := c.Find(context.Background(), row.narrow)
			if err != nil || len(f.Services) == 0 || len(f.Services) == base.All || len(f.Services) != base.Of[row.count] {
				t.Fatal(err, len(f.Services), base.Of[row.count], base.All)
			}
			for _, s := range f.Services {
				if !row.holds(s) {
					t.Error(s.ID)
				}
			}
		})
	}
}

func TestLevels(t *testing.T) {
	c := list(t, "ru")
	for _, row := range []struct {
		fact, service string
		level         account.Level
		open          bool
	}{
		{"LVL-13 simplified opens register extracts", "company_extract", account.Simplified, true},
		{"LVL-13 simplified opens a company's statements", "company_statements", account.Simplified, true},
		{"LVL-14 simplified opens checking fines", "traffic_fines", account.Simplified, true},
		{"LVL-15 simplified opens paying fines", "traffic_fines", account.Simplified, true},
		{"LVL-16 simplified opens court debts", "court_debt", account.Simplified, true},
		{"LVL-19 simplified does not open a doctor's appointment", "doctor_appointment", account.Simplified, false},
		{"LVL-20 simplified does not open the kindergarten", "kindergarten_enrol", account.Simplified, false},
		{"LVL-20 simplified does not open residence registration", "residence_registration", account.Simplified, false},
		{"LVL-21 without passport and SNILS no taxes", "tax_debt", account.Simplified, false},
		{"LVL-21 without passport and SNILS no lost documents", "lost_passport", account.Simplified, false},
		{"LVL-21 without passport and SNILS no car", "vehicle_registration", account.Simplified, false},
		{"LVL-22 standard opens a doctor's appointment", "doctor_appointment", account.Standard, true},
		{"LVL-23 standard opens trademarks", "trademark", account.Standard, true},
		{"LVL-24 standard opens checking fines", "traffic_fines", account.Standard, true},
		{"LVL-25 standard opens the pension statement", "pension_statement", account.Standard, true},
		{"LVL-26 standard opens tax arrears", "tax_debt", account.Standard, true},
		{"LVL-27 standard does not open vehicle registration", "vehicle_registration", account.Standard, false},
		{"LVL-28 standard does not open passports", "foreign_passport", account.Standard, false},
		{"LVL-29 standard does not open licence replacement", "driving_licence_exchange", account.Standard, false},
		{"LVL-29 standard does not open the driving exam", "driving_exam", account.Standard, false},
		{"LVL-31 verified opens the internal passport", "internal_passport", account.Verified, true},
		{"LVL-31 verified opens the foreign passport", "foreign_passport", account.Verified, true},
		{"LVL-32 verified opens the kindergarten", "kindergarten_enrol", account.Verified, true},
		{"LVL-33 verified opens residence registration", "residence_registration", account.Verified, true},
		{"LVL-34 verified opens car registration", "vehicle_registration", account.Verified, true},
		{"LVL-35 verified opens licence replacement", "driving_licence_exchange", account.Verified, true},
	} {
		t.Run(row.fact, func(t *testing.T) {
			s, ok := c.Service(row.service)
			if !ok || catalogue.IsOpen(s, jurisdiction.AccountLevel(row.level)) != row.open {
				t.Fatal(ok, s.Level("apply"))
			}
		})
	}
	t.Run("LVL-30 verified opens everything without exception", func(t *testing.T) {
		for _, s := range c.Law().Services {
			if !catalogue.IsOpen(s, jurisdiction.Verified) {
				t.Error(s.ID)
			}
		}
	})
	t.Run("LVL-02 LVL-04 every level opens more than the one below", func(t *testing.T) {
		for _, l := range c.Law().Levels {
			if len(c.Opens(l.Code)) == 0 {
				t.Error(l.Code)
			}
		}
	})
}
