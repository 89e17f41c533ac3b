package cataloguepage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/visit/visittest"
)

func TestHome(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	p := w.Browser().Speak("en").Open("/")
	for _, row := range []struct {
		fact  string
		words []string
	}{
		{"NAV-01 the top line offers five user categories", []string{"Citizens", "Legal entities", "Entrepreneurs", "Foreign citizens", "Partners"}},
		{"NAV-05 the first visit asks for the location", []string{"Your location"}},
		{"NAV-07 the location list has the 21 cities", []string{"Moscow", "St Petersburg", "Novosibirsk", "Nizhny Novgorod", "Yekaterinburg", "Kazan", "Omsk", "Chelyabinsk", "Samara", "Rostov-on-Don", "Ufa",
			"Krasnoyarsk", "Voronezh", "Perm", "Volgograd", "Krasnodar", "Saratov", "Ulyanovsk", "Tyumen", "Cherepovets", "Vologda"}},
		{"NAV-15 Popular on the site", []string{"Popular on the site", "Foreign passport", "Traffic fines: check and pay"}},
		{"NAV-16 the block to log in to State Services", []string{"Log in to State Services", "Log in", "Register"}},
		{"NAV-17 popular services show procedure, deadline and cost", []string{"Popular services", "Deadline: 20 working days", "Fill in the application and upload a photo.", "Cost: from"}},
		{"NAV-18 popular questions with their answers", []string{"Popular questions", "How do I register?", "Type your surname, first name and mobile phone number."}},
		{"NAV-19 the latest news", []string{"News", "The portal is open"}},
		{"NAV-20 contact information", []string{"Contacts", "8-800-100-70-10"}},
		{"screens S01 it says that it costs nothing", []string{"Free, round the clock"}},
		{"S01 a letter or a code, and a centre", []string{"I have a letter or a code", "Find a service centre"}},
	} {
		t.Run(row.fact, func(t *testing.T) {
			for _, words := range row.words {
				if !p.Has(words) {
					t.Errorf("%q is not there", words)
				}
			}
		})
	}
	for _, row := range []struct{ fact, link, to string }{
		{"NAV-09 home page in the menu", "Home", "/"},
		{"NAV-09 service catalogue in the menu", "Services", "/services"},
		{"NAV-09 personal account in the menu", "Personal account", "/account"},
		{"NAV-09 payment in the menu", "Payment", "/payment"},
		{"NAV-09 help and support in the menu", "Help and support", "/help"},
		{"NAV-10 authorities in the bar", "Authorities", "/authorities"},
		{"NAV-10 state services in the bar", "State services", "/services"},
		{"NAV-10 service search in the bar", "Service search", "/search"},
		{"NAV-14 GEP-02 State Post is reached from the home page", "State Post", "/mail"},
		{"NAV-21 NAV-23 Registration in the corner leads to the identity system", "Registration", "/id/registration"},
		{"NAV-21 Log in in the corner", "Log in", "/id/signin"},
		{"NAV-22 a second, large Register", "Register", "/id/registration"},
		{"NAV-26 the service centres", "Service centres", "/centres"},
		{"NAV-27 the terms before registering", "Terms of use", "/terms"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			if got := p.Link(row.link); got != row.to {
				t.Errorf("%q leads to %q, want %q", row.link, got, row.to)
			}
		})
	}
	t.Run("NAV-11 the search line finds a service by its name", func(t *testing.T) {
		got := w.Browser().Speak("en").Open("/").Fill("What are you looking for", "foreign passport").Press("Find a service")
		got.Must("Search: foreign passport", "Foreign passport", "20 working days")
	})
	t.Run("P-27 what cannot be had online comes after what can, said in words", func(t *testing.T) {
		text := w.Browser().Speak("en").Open("/").Text()
		for _, part := range []struct{ from, to, says string }{{"Popular on the site", "Log in to State Services", "By a visit for now:"}, {"Popular services", "Popular questions", "Not online yet: by a visit for now"}} {
			_, shown, _ := strings.Cut(text, part.from)
			shown, _, _ = strings.Cut(shown, part.to)
			before, after, found := strings.Cut(shown, part.says)
			if !found {
				t.Fatalf("%q is not said: %s", part.says, shown)
			}
			for _, s := range w.list.Popular("citizens", 6) {
				name, where := s.Name.In("en"), after
				if s.Availability == jurisdiction.Online {
					where = before
				}
				if !strings.Contains(where, name) || strings.Contains(before, name) == strings.Contains(after, name) {
					t.Errorf("%s: %s is not where it belongs", part.from, name)
				}
			}
		}
	})
	t.Run("S01 who has signed in gets a page of their own", func(t *testing.T) {
		b := w.SignedIn(w.Account(account.Simplified, "Ирина Соколова", "+79120000001"))
		if got := b.Open("/").H1(); got != "Signed in home" {
			t.Fatal(got)
		}
		if got := w.Browser().Open("/"); got.H1() == "Signed in home" || got.Has("Ирина") {
			t.Fatal("the page of a person was kept for everybody")
		}
	})
	t.Run("S01 larger and simpler has four tasks and the phone on top", func(t *testing.T) {
		b := w.Browser().Speak("en")
		p := b.Open("/").Press("Larger and simpler")
		p.Must("You can also call us:")
		fifth := w.list.Popular("citizens", 5)[4].Name.In("en")
		if large, usual := strings.Count(p.Text(), fifth), strings.Count(w.Browser().Speak("en").Open("/").Text(), fifth); large != usual-1 {
			t.Fatal(large, usual)
		}
	})
}

// ask sends a bare request through the whole handler.
func ask(h http.Handler, path, encoding, cookie string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", visittest.Origin+path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	r.Header.Set("Accept-Language", "en")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestKeptHome(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	h := w.Handler()
	plain := ask(h, "/", "", "")
	t.Run("the kept page says the same in every encoding", func(t *testing.T) {
		for _, encoding := range []string{"br", "gzip"} {
			got := ask(h, "/", encoding, "")
			if got.Header().Get("Content-Encoding") != encoding || unpack(t, encoding, got.Body.Bytes()) != plain.Body.String() {
				t.Errorf("%s: %s", encoding, got.Header())
			}
		}
	})
	t.Run("goal: the first view weighs less than 60 KB", func(t *testing.T) {
		if n := ask(h, "/", "br", "").Body.Len(); n > 20<<10 {
			t.Fatal(n)
		}
	})
	t.Run("every choice has a page of its own", func(t *testing.T) {
		seen := map[string]string{plain.Body.String(): "none"}
		for _, cookie := range []string{"l=ru", "l=fa", "l=en&c=moscow", "l=en&a=legal", "l=en&s=1", "l=en&c=kazan"} {
			for range 2 {
				got := ask(h, "/", "", "okno_choices="+cookie).Body.String()
				if other, ok := seen[got]; ok && other != cookie {
					t.Errorf("%s gets the page of %s", cookie, other)
				}
				seen[got] = cookie
			}
		}
	})
	t.Run("a query is not kept, and the selectors lead back to it", func(t *testing.T) {
		if got := ask(h, "/?from=letter", "", "").Body.String(); !strings.Contains(got, `value="/?from=letter"`) {
			t.Fatal("the way back is lost")
		}
		if got := ask(h, "/", "", "").Body.String(); strings.Contains(got, "from=letter") {
			t.Fatal("a visitor's query was kept for everybody")
		}
	})
}
