package cataloguepage_test

import (
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/db/dbtest"
)

func TestServicePage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	visitor := w.Browser().Speak("en")
	p := visitor.Open("/services/foreign_passport").MustBe(200, "/services/foreign_passport")
	for _, row := range []struct {
		fact  string
		words []string
	}{
		{"CAT-10 description, department and conditions", []string{"Issue and replacement of the foreign passport.", "Ministry of Internal Affairs", "For citizens of Russia aged 18 or over"}},
		{"CAT-11 procedure, deadline and cost", []string{"Fill in the application and upload a photo.", "20 working days", "from ₽1,400", "₽5,000", "₽3,500"}},
		{"CAT-12 the documents in advance", []string{"Documents you need", "Photo", "Your previous foreign passport", "(if you have it)"}},
		{"CAT-17 the button Get service", []string{"Get service"}},
		{"CAT-19 the least level", []string{"Account needed", "Verified account"}},
		{"P-27 the availability", []string{"Online"}},
		{"GEN-14 the result is that of a visit", []string{"The result is the same as when you go to the authority yourself."}},
		{"S03 the other ways", []string{"Other ways", "Service centres"}},
		{"S03 it can be printed as a checklist", []string{"print this page as a checklist"}},
	} {
		t.Run(row.fact, func(t *testing.T) {
			for _, words := range row.words {
				if !p.Has(words) {
					t.Errorf("%q is not there", words)
				}
			}
		})
	}
	t.Run("GEN-09 a visitor reads everything and is led to sign in by Get service", func(t *testing.T) {
		if got := p.Link("Get service"); got != "/services/foreign_passport/apply" {
			t.Fatal(got)
		}
	})
	t.Run("GEN-15 a service that is not online says so before anybody starts", func(t *testing.T) {
		p := visitor.Open("/services/marriage").Must("You cannot apply online here yet", "Find a service centre")
		p.MustNot("Get service")
	})
	t.Run("a service that is not there gets a page that helps on", func(t *testing.T) {
		visitor.Open("/services/none").MustBe(404, "/services/none")
	})
	number := 0
	signedIn := func(level account.Level) (account.ID, func(string, string)) {
		number++
		id := w.Account(level, "Ирина Соколова", "+7912000010"+string(rune('0'+number)))
		return id, func(service, want string) {
			t.Helper()
			if got := w.SignedIn(id).Speak("en").Open("/services/" + service); !got.Has(want) {
				t.Errorf("%s: no %q in: %s", service, want, got.Text())
			}
		}
	}
	t.Run("P-26 a simplified account is told what is missing and led there in one click", func(t *testing.T) {
		id, _ := signedIn(account.Simplified)
		p := w.SignedIn(id).Speak("en").Open("/services/foreign_passport").Must("One step is missing: your personal data", "Account needed: Verified account")
		if got := p.Link("Fill in personal data"); got != "/id/profile/edit" {
			t.Fatal(got)
		}
		if p.Link("Get service") != "" {
			t.Fatal("two ways at once")
		}
	})
	t.Run("P-26 a standard account is led to identity confirmation in one click", func(t *testing.T) {
		id, _ := signedIn(account.Standard)
		p := w.SignedIn(id).Speak("en").Open("/services/foreign_passport")
		if got := p.Link("Proceed to identity confirmation"); got != "/id/proofing" {
			t.Fatal(got)
		}
	})
	t.Run("S03 LVL-40 a verified account sees what it has and what is still needed", func(t *testing.T) {
		id, _ := signedIn(account.Verified)
		w.people.known[id] = map[string]string{"family_name": "Соколова", "citizenship": "RU", "birth_date": "1990-03-27"}
		p := w.SignedIn(id).Speak("en").Open("/services/foreign_passport").Must("You already have:", "Surname", "Still needed:", "Your photo")
		if got := p.Link("Get service"); got != "/services/foreign_passport/apply" {
			t.Fatal(got)
		}
	})
	t.Run("CAT-10 who may not have it is told why", func(t *testing.T) {
		id, _ := signedIn(account.Verified)
		w.people.known[id] = map[string]string{"citizenship": "KZ", "birth_date": "1990-03-27"}
		w.SignedIn(id).Speak("en").Open("/services/foreign_passport").Must("You cannot get this service, because:", "The foreign passport is for citizens of Russia.").MustNot("Get service")
	})
	t.Run("S03 D-16 a draft is continued instead of a second one", func(t *testing.T) {
		id, _ := signedIn(account.Verified)
		w.people.drafts[id] = map[string]catalogue.Draft{"foreign_passport": {Path: "/applications/7", Saved: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
		p := w.SignedIn(id).Speak("en").Open("/services/foreign_passport").Must("You have begun an application", "2 March 2026", "not sent yet").MustNot("Get service")
		if got := p.Link("Continue your draft"); got != "/applications/7" {
			t.Fatal(got)
		}
	})
	t.Run("CAT-15 where the region decides, the choice of location opens the way", func(t *testing.T) {
		id, has := signedIn(account.Verified)
		s, _ := w.list.Service("foreign_passport")
		s.Regions = []string{w.Law.Cities[0].Region}
		defer func() { s.Regions = nil }()
		has("foreign_passport", "Choose your location in the top line.")
		b := w.SignedIn(id).Speak("en")
		b.Open("/services/foreign_passport").Press(w.Law.Cities[0].Name.In("en")).Must("Get service")
		b.Open("/services/foreign_passport").Press("Kazan").Must("The service is online in other regions.", "Not online in your region").MustNot("Get service")
	})
}
