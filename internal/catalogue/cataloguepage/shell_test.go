package cataloguepage_test

import (
	"testing"

	"okno/internal/db/dbtest"
)

func TestTheShellStaysTheSame(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	b := w.Browser().Speak("en")
	menu := map[string]string{"Home": "/", "Services": "/services", "Personal account": "/account", "Payment": "/payment", "Help and support": "/help",
		"Authorities": "/authorities", "Service search": "/search"}
	t.Run("NAV-08 P-04 the same menu and search stand on every page", func(t *testing.T) {
		for _, path := range paths {
			p := b.Open(path)
			for words, to := range menu {
				if got := p.Link(words); got != to {
					t.Errorf("%s: %q leads to %q", path, words, got)
				}
			}
		}
	})
	t.Run("P-04 a page below another one shows the way back", func(t *testing.T) {
		p := b.Open("/services/foreign_passport")
		for words, to := range map[string]string{"Services by category": "/services", "Passports and visas": "/categories/passports"} {
			if got := p.Link(words); got != to {
				t.Errorf("%q leads to %q", words, got)
			}
		}
	})
	t.Run("NAV-03 NAV-06 the chosen location is kept and decides what is shown as online", func(t *testing.T) {
		p := b.Open("/services").Press("Kazan")
		p.Must("Availability is shown for: Kazan")
		b.Open("/authorities/mvd").Must("Availability is shown for: Kazan")
	})
	t.Run("NAV-02 for every category of user the home page has services to begin with, or leads to all", func(t *testing.T) {
		for _, audience := range w.Law.Audiences {
			p := w.Browser().Speak("en").Open("/").Press(audience.Name.In("en")).MustBe(200, "/")
			if got := p.Link("All services by category"); got != "/services" {
				t.Errorf("%s: %q", audience.Code, got)
			}
			if len(w.list.Popular(audience.Code, 1)) == 0 && p.Has("Popular on the site") {
				t.Errorf("%s: a heading above nothing", audience.Code)
			}
		}
	})
	t.Run("P-07 every page says that it is the official site", func(t *testing.T) {
		for _, path := range paths {
			b.Open(path).Must("This is the official site.")
		}
	})
	t.Run("P-03 the start page tells how registration works in plain words", func(t *testing.T) {
		b.Open("/").Follow("How registration works").MustBe(200, "/help/join").Must("How do I register?", "Registration is free and takes a few minutes.")
	})
}
