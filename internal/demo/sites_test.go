package demo

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/portal"
	"okno/sim/ca"
	"okno/sim/relyingparty"
)

func TestSites(t *testing.T) {
	for _, country := range []string{"ru", "xs"} {
		law, err := portal.Law(country)
		if err != nil {
			t.Fatal(err)
		}
		s, err := startSites(t.Context(), "http://127.0.0.1:1/id", "", law, clock.System{}.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		t.Run("A-53 the sites can be registered in "+country, func(t *testing.T) {
			if len(s.clients) != len(relyingparty.Kinds()) {
				t.Errorf("there are %d", len(s.clients))
			}
			for _, c := range s.clients {
				if err := c.Check(); err != nil {
					t.Errorf("%s: %v", c.ID, err)
				}
			}
		})
		t.Run("LTR-27 only the tax service refuses letters, in "+country, func(t *testing.T) {
			for _, c := range s.clients {
				if refuses := strings.Contains(strings.Join(words(c.Refuses), " "), "letter"); refuses != (c.ID == "tax") {
					t.Errorf("%s refuses %v", c.ID, c.Refuses)
				}
			}
		})
		t.Run("OTH-02 the tax service, the diary and the utilities ask for verified people, in "+country, func(t *testing.T) {
			for _, c := range s.clients {
				want := "standard"
				if c.ID == "tax" || c.ID == "diary" || c.ID == "utility" {
					want = "verified"
				}
				if c.Level.String() != want {
					t.Errorf("%s asks for %s", c.ID, c.Level)
				}
			}
		})
		t.Run("D-04 only the system built for ESIA learns the oid, in "+country, func(t *testing.T) {
			for _, c := range s.clients {
				if esia := c.ID == "utility"; c.Registered != esia || (len(c.Certificates) == 1) != esia || len(c.Keys.Keys) > 0 && esia {
					t.Errorf("%s: registered %t, %d certificates", c.ID, c.Registered, len(c.Certificates))
				}
			}
		})
		t.Run("OIDC-7 every site of OpenID Connect pushes that would have to in production, in "+country, func(t *testing.T) {
			must := 0
			for _, c := range s.clients {
				real := c
				real.Stage = client.Production
				if !real.MustPush() || real.OfESIA() {
					continue
				}
				must++
				if !c.PAR {
					t.Errorf("%s does not push", c.ID)
				}
			}
			if must == 0 {
				t.Error("nobody would have to push")
			}
		})
		t.Run("TAX-05 the tax service asks for the number of its country, in "+country, func(t *testing.T) {
			number := client.Number(map[string]string{"ru": "snils", "xs": numberOf(law)}[country])
			if c := s.clients[0]; c.ID != "tax" || number == client.Number("") || !c.May(number) {
				t.Errorf("%s asks for %v", c.ID, c.Required)
			}
		})
	}
}

func words[T ~string](list []T) (out []string) {
	for _, one := range list {
		out = append(out, string(one))
	}
	return out
}

func TestSitesAreRegisteredAgainAtEveryStart(t *testing.T) {
	law, err := portal.Law("ru")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		known := client.New(d)
		for range 2 {
			s, err := startSites(t.Context(), "http://127.0.0.1:1/id", "", law, now.Now, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.register(t.Context(), d, known); err != nil {
				t.Fatal(err)
			}
			for i, one := range s.running {
				c, err := known.Find(t.Context(), client.ID(one.ClientID()))
				if err != nil || !c.RedirectsTo(one.RedirectURI()) || len(c.Redirects) != 1 || c.LogoutURI != one.LogoutURI() {
					t.Errorf("%s is known as %+v, %v", s.clients[i].ID, c, err)
				}
			}
		}
	})
}

func TestSitesSpeakTLS(t *testing.T) {
	law, err := portal.Law("ru")
	if err != nil {
		t.Fatal(err)
	}
	authority, err := ca.Open(ca.Config{Dir: filepath.Join(t.TempDir(), "ca")})
	if err != nil {
		t.Fatal(err)
	}
	p := &papers{authority: authority.File()}
	if p.server, err = authority.Server("server", "localhost", "127.0.0.1", "::1"); err != nil {
		t.Fatal(err)
	}
	s, err := startSites(t.Context(), "https://127.0.0.1:1/id", "", law, clock.System{}.Now, p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	trusting, err := p.trusting()
	if err != nil {
		t.Fatal(err)
	}
	defer trusting.CloseIdleConnections()
	for _, one := range s.running {
		answer, err := (&http.Client{Transport: trusting}).Get(one.Origin() + "/style.css")
		if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(one.Origin(), "https://") {
			t.Fatalf("%s: %v, %v", one.Origin(), answer, err)
		}
		answer.Body.Close()
	}
}

func TestSitesHaveControlPages(t *testing.T) {
	law, err := portal.Law("ru")
	if err != nil {
		t.Fatal(err)
	}
	s, err := startSites(t.Context(), "http://127.0.0.1:1/id", "", law, clock.System{}.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	mux := http.NewServeMux()
	s.mount(mux)
	for _, kind := range relyingparty.Kinds() {
		for path, want := range map[string]string{"/": "Ledger", "/ledger": "[]", "/mode": "answer", "/site": string(kind)} {
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, httptest.NewRequest("GET", "/sites/"+string(kind)+path, nil))
			if rec.Code != 200 || !strings.Contains(rec.Body.String(), want) {
				t.Errorf("%s%s: got %d %s", kind, path, rec.Code, rec.Body)
			}
		}
	}
}
