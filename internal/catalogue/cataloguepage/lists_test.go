package cataloguepage_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
)

func TestLists(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	b := w.Browser().Speak("en")
	t.Run("NAV-24 services stand under their categories", func(t *testing.T) {
		b.Open("/services").Must("Passports and visas", "Foreign passport", "Taxes", "Tax arrears").Follow("Passports and visas").MustBe(200, "/categories/passports").Must("Foreign passport")
	})
	t.Run("NAV-02 another category of user sees other services", func(t *testing.T) {
		legal := w.Browser().Speak("en")
		if p := legal.Open("/services").Press("Legal entities"); p.Has("Foreign passport") || !p.Has("Services for: Legal entities") {
			t.Fatal(p.Text())
		}
	})
	t.Run("NAV-25 every authority is listed and leads to its services", func(t *testing.T) {
		p := b.Open("/authorities")
		for _, a := range w.Law.Authorities {
			if !p.Has(a.Name.In("en")) {
				t.Error(a.Code)
			}
		}
		p.Follow("Pension Fund").MustBe(200, "/authorities/pension_fund").Must("Information on the state of the individual personal account")
	})
	t.Run("CAT-09 the page of every category lists all its services, each with its reference data", func(t *testing.T) {
		everybody := w.Browser().Speak("en")
		seen := map[string]bool{}
		for _, audience := range w.Law.Audiences {
			everybody.Open("/").Press(audience.Name.In("en"))
			for _, category := range w.Law.Categories {
				text := everybody.Open("/categories/"+category.Code).MustBe(200, "/categories/"+category.Code).Text()
				for _, s := range w.Law.Services {
					if s.Category != category.Code || !catalogue.IsFor(s, audience.Code) {
						continue
					}
					facts := []string{s.Summary.In("en"), levelName(w, s.Level("apply"))}
					if catalogue.CostOf(s).Free() {
						facts = append(facts, "Free")
					}
					if !slices.ContainsFunc(cards(w, text, s), func(card string) bool { return hasAll(card, facts) }) {
						t.Errorf("%s is not in %s for %s with %q", s.ID, category.Code, audience.Code, facts)
					}
					seen[s.ID] = true
				}
			}
		}
		if len(seen) != len(w.Law.Services) {
			t.Errorf("%d of %d services are listed", len(seen), len(w.Law.Services))
		}
	})
	t.Run("screens S02 a category without services on the portal is no dead end", func(t *testing.T) {
		legal := w.Browser().Speak("en")
		legal.Open("/services").Press("Legal entities")
		p := legal.Open("/categories/hunting").Must("There are no services on the portal here yet")
		if p.Link("Service centres") != "/centres" {
			t.Fatal(p.Text())
		}
	})
	t.Run("NAV-26 P-17 the finder shows only centres that confirm identity when asked", func(t *testing.T) {
		p := b.Open("/centres?city=moscow").Must("Passport office, Moscow", "Identity is not confirmed here", "Monday to Friday", "08:00–20:00")
		p = p.Select("What you need there", "Identity verification").Press("Show results")
		p.MustNot("Passport office, Moscow", "Identity is not confirmed here").Must("MFC My Documents, Moscow")
	})
	t.Run("P-18 one directory lists the centres of every city", func(t *testing.T) {
		p := b.Open("/centres?city=")
		for _, c := range w.Law.Centres {
			if !p.Has(c.Name.In("en")) {
				t.Error(c.Code)
			}
		}
	})
	t.Run("NAV-09 the payment page says honestly that nothing can be paid yet, and what to do", func(t *testing.T) {
		b.Open("/payment").Must("You cannot pay on the portal yet", "Pay at any bank", "Foreign passport", "from ₽1,400")
	})
	t.Run("NAV-27 the terms are read without an account", func(t *testing.T) {
		b.Open("/terms").Must("Terms of use", "Give only your own, real data.", "Reading it is up to you.")
	})
	t.Run("NAV-19 a piece of news has its own page with its date", func(t *testing.T) {
		b.Open("/news").Follow("The portal is open").MustBe(200, "/news/open").Must("1 September 2026", "The pension account statement")
	})
	t.Run("NAV-13 P-08 help finds a question by other words and answers in place", func(t *testing.T) {
		b.Open("/help").Fill("Your question", "sign up").Press("Find an answer").Must("Answers to your question", "Type your surname, first name and mobile phone number.")
	})
	t.Run("P-08 where help knows no answer it leads on", func(t *testing.T) {
		p := b.Open("/help?q=xqzvw")
		if p.Link("Look for it among services") != "/search?q=xqzvw" {
			t.Fatal(p.Text())
		}
	})
	t.Run("WEB-5 Markdown of a pack brings no script", func(t *testing.T) {
		for _, q := range w.Law.Questions {
			if p := b.Open("/help/" + q.Code); strings.Contains(p.Text(), "<script") {
				t.Error(q.Code)
			}
		}
	})
}

// cards is what stands after each mention of a service until the next service is named.
func cards(w *world, text string, s *jurisdiction.Service) []string {
	all := strings.Split(text, s.Name.In("en"))[1:]
	for i := range all {
		for _, other := range w.Law.Services {
			if other.Category == s.Category {
				all[i], _, _ = strings.Cut(all[i], other.Name.In("en"))
			}
		}
	}
	return all
}

func hasAll(text string, facts []string) bool {
	return !slices.ContainsFunc(facts, func(fact string) bool { return !strings.Contains(text, fact) })
}

// levelName is how the pack calls a level.
func levelName(w *world, level jurisdiction.AccountLevel) string {
	for _, l := range w.Law.Levels {
		if l.Code == level {
			return l.Name.In("en")
		}
	}
	return "Anybody"
}

func TestSearchPage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	b := w.Browser().Speak("en")
	t.Run("P-26 P-27 a result shows availability, deadline, cost and level", func(t *testing.T) {
		b.Open("/search?q=foreign+passport").Must("Foreign passport", "Online", "20 working days", "from ₽1,400", "Verified account")
	})
	t.Run("S02 filters are plain boxes, kept in the address, with counts", func(t *testing.T) {
		p := b.Open("/search?q=passport").Must("Online (1)")
		p = p.Choose("Online (1)").Press("Show results").Must("1 service found", "Foreign passport")
		p.MustNot("Replacement of the internal passport")
		if !strings.Contains(p.Path, "here=online") {
			t.Fatal(p.Path)
		}
	})
	t.Run("S02 filters that leave nothing lead back", func(t *testing.T) {
		p := b.Open("/search?q=passport&here=online&free=1").Must("Nothing is left with these filters")
		p.Follow("Show all without filters").Must("Replacement of the internal passport")
	})
	t.Run("S02 a mistyped word gets a guess", func(t *testing.T) {
		b.Open("/search?q=pasport").Must("Did you mean:").Follow("passport").Must("Foreign passport")
	})
	t.Run("S02 an empty answer leads on and repeats the words", func(t *testing.T) {
		p := b.Open("/search?q=xqzvw").Must("There is no service called “xqzvw”", "Services by authority", "8-800-100-70-10")
		if p.Value("Other words") != "xqzvw" {
			t.Fatal(p.Value("Other words"))
		}
	})
	t.Run("INP-6 a long query is cut between letters and still finds", func(t *testing.T) {
		long := "загранпаспорт " + strings.Repeat("ж", 300)
		if p := b.Open("/search?q=" + url.QueryEscape(long)); !p.Has("Foreign passport") || p.Has("64 services found") {
			t.Fatal(p.Text())
		}
	})
	t.Run("INP-6 what is typed is shown as text, and cut when it is endless", func(t *testing.T) {
		for _, words := range []string{"%3Cscript%3Ealert(1)%3C%2Fscript%3E", strings.Repeat("x", 5000), "%00%01", "%E2%80%AEabc", "%FF%FE"} {
			if p := b.Open("/search?q=" + words); p.Status != 200 {
				t.Errorf("%.20s: %d", words, p.Status)
			}
		}
	})
}

func TestLevelsPage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	p := w.Browser().Speak("en").Open("/help/levels")
	for _, row := range []struct {
		fact  string
		words []string
	}{
		{"LVL-01 exactly three levels", []string{"Simplified account", "Standard account", "Verified account"}},
		{"LVL-06 what the simplified level needs", []string{"Surname, First name, mobile phone or e-mail and password"}},
		{"LVL-07 what the standard level needs", []string{"sex, date of birth", "SNILS and identity document", "Checked by: Pension Fund and Ministry of Internal Affairs"}},
		{"LVL-08 any one way makes verified", []string{"One of these ways is enough:", "Apply in person", "Receive the code by letter"}},
		{"screens S12 how long it takes at home", []string{"The first two levels take 5–10 minutes of your time at home."}},
		{"LVL-42 what to fill in to get more than a simplified account opens", []string{"A simplified account lets you receive reference and information services.",
			"To get more, fill in: Surname, First name", "SNILS and identity document.", "from a few seconds to 5 days", "Doctor's appointments"}},
		{"LVL-38 without an account one reads only", []string{"Reading only"}},
	} {
		t.Run(row.fact, func(t *testing.T) {
			for _, words := range row.words {
				if !p.Has(words) {
					t.Errorf("%q is not there", words)
				}
			}
		})
	}
	t.Run("LVL-41 the level of whoever asks is marked", func(t *testing.T) {
		p.MustNot("Your level now")
		w.SignedIn(w.Account(account.Standard, "Ирина Соколова", "+79120000031")).Speak("en").Open("/help/levels").Must("Your level now")
	})
	t.Run("D-24 the invented land's levels have its own names", func(t *testing.T) {
		d, now := dbtest.SQLite(t)
		newWorld(t, d, now, "xs").Browser().Speak("en").Open("/help/levels").Must("Sprout", "Sapling", "Tree").MustNot("Simplified account")
	})
}
