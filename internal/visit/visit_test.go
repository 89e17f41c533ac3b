package visit_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/officer"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
)

// mount adds pages that a test can visit: a form with one field.
func mount(w *visittest.World) (acts *atomic.Int64) {
	acts = new(atomic.Int64)
	show := func(rw http.ResponseWriter, r *visit.Request) error {
		body := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
			templ.Raw(`<h1>Form</h1><form id="page" method="post"><label for="word">Word</label><input id="word" name="word" value="`+
				templ.EscapeString(r.Form.Text("word"))+`"><label for="password">Secret</label><input id="password" type="password" name="password" value="`+
				templ.EscapeString(r.Form.Text("password"))+`">`).Render(ctx, out)
			r.Key(rw).Render(ctx, out)
			return templ.Raw(`<button type="submit">Send</button></form>`).Render(ctx, out)
		})
		return r.Show(rw, visit.Page{Title: "Form", Body: body, Form: true})
	}
	act := func(rw http.ResponseWriter, r *visit.Request) error {
		acts.Add(1)
		return r.Redirect(rw, "/done")
	}
	done := func(rw http.ResponseWriter, r *visit.Request) error {
		return r.Show(rw, visit.Page{Title: "Done", Body: templ.Raw("<h1>Done</h1>")})
	}
	w.Site.Public("GET /form", show)
	w.Site.Public("POST /form", act)
	w.Site.Public("GET /done", done)
	w.Site.Resident("GET /mine", account.Standard, show)
	w.Site.Resident("POST /mine", account.Standard, act)
	w.Site.Officer("GET /desk/work", officer.DecideCases, done)
	w.Site.Public("GET /id/signin", done)
	w.Site.Public("GET /desk/signin", done)
	w.Site.Public("GET /panic", func(http.ResponseWriter, *visit.Request) error { panic("x") })
	return acts
}

func TestVisit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		acts := mount(w)
		t.Run("WEB-1 a form without its key, or with another browser's, is refused", func(t *testing.T) {
			p := w.Browser().Open("/form").Fill("Word", "x")
			values := p.Values("page")
			if got := w.Browser().Send("/form", values); got.Status != 403 {
				t.Fatal(got.Status)
			}
			values.Del("_key")
			if got := w.Browser().Send("/form", values); got.Status != 403 || acts.Load() != 0 {
				t.Fatal(got.Status, acts.Load())
			}
		})
		t.Run("a second press leads where the first one led, without a second act", func(t *testing.T) {
			acts.Store(0)
			p := w.Browser().Open("/form").Fill("Word", "x")
			p.Press("Send").MustBe(200, "/done")
			p.Press("Send").MustBe(200, "/done")
			if acts.Load() != 1 {
				t.Fatal(acts.Load())
			}
		})
		t.Run("NAV-04 switching the language keeps the page and what was typed, but no password", func(t *testing.T) {
			p := w.Browser().Open("/form").Fill("Word", "слово").Fill("Secret", "hush")
			p = p.Press("Русский").MustBe(200, "/form").Must("Ваше местоположение")
			if p.Value("Word") != "слово" || p.Value("Secret") != "" {
				t.Fatal(p.Value("Word"), p.Value("Secret"))
			}
			if p = p.Press("فارسی"); !strings.Contains(p.Body, `dir="rtl"`) || p.Value("Word") != "слово" {
				t.Fatal("not Persian, or the word is lost")
			}
		})
		t.Run("one address cannot fill the disk with forms", func(t *testing.T) {
			b, kept := w.Browser(), 0
			for range 60 {
				if p := b.Send("/language/ru", url.Values{"word": {"x"}, "_return": {"/form"}}); strings.Contains(p.Path, "kept=") {
					kept++
				}
			}
			if kept == 0 || kept > 25 {
				t.Fatal(kept)
			}
			now.Advance(5 * time.Minute)
		})
		t.Run("NAV-05 the first visit asks for a location, which then stays", func(t *testing.T) {
			b := w.Browser()
			p := b.Open("/form").Must("Your location")
			p.Press("Kazan").MustBe(200, "/form").Must("Kazan")
			b.Open("/done").Must("Your location: Kazan")
		})
		t.Run("NAV-02 the user category can be changed on every page", func(t *testing.T) {
			w.Browser().Open("/form").Press("Legal entities").MustBe(200, "/form").Must("Legal entities")
		})
		t.Run("NAV-03 the top line holds the location selector", func(t *testing.T) {
			w.Browser().Open("/done").Must("Your location", "Vologda")
		})
		t.Run("NAV-09 the menu reaches home, services, account, payment and help from every page", func(t *testing.T) {
			p := w.Browser().Open("/done")
			for words, href := range map[string]string{"Home": "/", "Services": "/services", "Personal account": "/account", "Payment": "/payment", "Help and support": "/help"} {
				if p.Link(words) != href {
					t.Errorf("%s: %s", words, p.Link(words))
				}
			}
		})
		t.Run("NAV-10 a bar offers authorities, state services and search to everybody", func(t *testing.T) {
			id := w.Account(account.Simplified, "Oleg Petrov", "+79160000077")
			for _, p := range []interface{ Link(string) string }{w.Browser().Open("/done"), w.SignedIn(id).Open("/done")} {
				if p.Link("Authorities") != "/authorities" || p.Link("State services") != "/services" || p.Link("Service search") != "/search" {
					t.Error(p)
				}
			}
		})
		t.Run("NAV-21 the top right corner has Log in and Registration", func(t *testing.T) {
			p := w.Browser().Open("/done")
			if p.Link("Log in") != "/id/signin" || p.Link("Registration") != "/id/registration" {
				t.Fatal(p.Link("Log in"), p.Link("Registration"))
			}
		})
		t.Run("SSO-03 they do not forget the site that sent the visitor", func(t *testing.T) {
			p := w.Browser().Open("/done?next=%2Fid%2Foauth%2Fcontinue%3Fflow%3D1")
			if p.Link("Log in") != "/id/signin?next=%2Fid%2Foauth%2Fcontinue%3Fflow%3D1" || p.Link("Registration") != "/id/registration?next=%2Fid%2Foauth%2Fcontinue%3Fflow%3D1" {
				t.Fatal(p.Link("Log in"), p.Link("Registration"))
			}
			if p := w.Browser().Open("/done?next=https%3A%2F%2Fevil.example"); p.Link("Log in") != "/id/signin" {
				t.Fatal(p.Link("Log in"))
			}
		})
		simplified := w.Account(account.Simplified, "Irina Sokolova", "+79160000001")
		standard := w.Account(account.Standard, "Anna Smirnova", "+79160000002")
		t.Run("LOG-09 the name stands in the corner of who is signed in", func(t *testing.T) {
			w.SignedIn(standard).Open("/done").Must("Anna", "Exit").MustNot("Log in")
		})
		t.Run("LOG-12 the exit button has the hint Exit", func(t *testing.T) {
			if p := w.SignedIn(standard).Open("/done"); !strings.Contains(p.Body, `title="Exit"`) {
				t.Fatal("no hint")
			}
		})
		t.Run("CAT-19 a page that needs a level leads to it in one click", func(t *testing.T) {
			p := w.SignedIn(simplified).Open("/mine")
			if p.Status != 403 || p.Link("Fill in personal data") != "/id/profile/edit" {
				t.Fatal(p.Status, p.Text())
			}
			w.SignedIn(standard).Open("/mine").MustBe(200, "/mine")
		})
		t.Run("who is not signed in is asked to and comes back with what was typed", func(t *testing.T) {
			b := w.SignedIn(standard)
			p := b.Open("/mine").Fill("Word", "kept")
			now.Advance(31 * time.Minute)
			p = p.Press("Send").MustBe(200, "/id/signin")
			next := p.Path[strings.Index(p.Path, "next=")+5:]
			if acts.Load() != 1 || next == "" {
				t.Fatal("the form was carried out")
			}
		})
		t.Run("SESS-3 a session ends after its idle time and after its whole time", func(t *testing.T) {
			b := w.SignedIn(standard)
			now.Advance(29 * time.Minute)
			b.Open("/mine").MustBe(200, "/mine")
			now.Advance(29 * time.Minute)
			b.Open("/mine").MustBe(200, "/mine")
			now.Advance(31 * time.Minute)
			b.Open("/mine").MustBe(200, "/id/signin")
			b = w.SignedIn(standard)
			for range 24 * 60 / 29 {
				now.Advance(29 * time.Minute)
				b.Open("/mine")
			}
			b.Open("/mine").MustBe(200, "/mine")
			now.Advance(20 * time.Minute)
			b.Open("/mine").MustBe(200, "/id/signin")
		})
		t.Run("AUTHZ-1 an officer enters by permission and a resident never", func(t *testing.T) {
			w.Browser().Open("/desk/work").MustBe(200, "/desk/signin")
			w.SignedIn(standard).Open("/desk/work").MustBe(200, "/desk/signin")
			operator := w.Officer(officer.Officer{Login: "op", Name: "Olga", Roles: []officer.Role{officer.Operator}})
			if p := w.AtDesk(operator).Open("/desk/work"); p.Status != 403 {
				t.Fatal(p.Status)
			}
			worker := w.Officer(officer.Officer{Login: "cw", Name: "Pavel", Roles: []officer.Role{officer.CaseWorker}})
			w.AtDesk(worker).Open("/desk/work").MustBe(200, "/desk/work")
			desk := w.AtDesk(worker)
			w.Write(func(tx *db.Tx) error { return w.Officers.End(tx, worker, audit.BySystem("test")) })
			desk.Open("/desk/work").MustBe(200, "/desk/signin")
		})
		t.Run("a page that does not exist helps on", func(t *testing.T) {
			if p := w.Browser().Open("/nonsense"); p.Status != 404 || p.Link("Services") != "/services" {
				t.Fatal(p.Status)
			}
		})
		t.Run("LOG-2 a panic shows a page with a reference", func(t *testing.T) {
			if p := w.Browser().Open("/panic"); p.Status != 500 || !p.Has("Reference:") {
				t.Fatal(p.Status, p.Text())
			}
		})
	})
}

func TestOnceRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		acts := mount(w)
		t.Run("of 20 presses at once one acts and all lead to its page", func(t *testing.T) {
			b := w.Browser()
			values := b.Open("/form").Values("page")
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					if p := b.Send("/form", values); p.Status != 200 || p.H1() != "Done" {
						t.Error(p.Status, p.H1())
					}
				})
			}
			wg.Wait()
			if acts.Load() != 1 {
				t.Fatal(acts.Load())
			}
		})
	})
}
