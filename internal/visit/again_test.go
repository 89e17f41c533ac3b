package visit_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
)

// door mounts a form that signs somebody in, on a site of the world.
func door(w *visittest.World, site *visit.Site, id account.ID) {
	show := func(rw http.ResponseWriter, r *visit.Request) error {
		body := templ.Join(templ.Raw(`<h1>Enter</h1><form method="post" id="page">`), r.Key(rw), templ.Raw(`<button type="submit">Enter</button></form>`))
		return r.Show(rw, visit.Page{Title: "Enter", Body: body, Form: true})
	}
	site.Public("GET /id/enter", show)
	site.Public("POST /id/enter", func(rw http.ResponseWriter, r *visit.Request) error {
		var token string
		w.Write(func(tx *db.Tx) (err error) {
			token, err = w.Sessions.Begin(tx, signin.Opening{Account: id, Way: "test", Browser: r.Browser()})
			return err
		})
		r.SignIn(rw, token, false)
		return r.Redirect(rw, "/mine")
	})
	for _, path := range []string{"/id/other/a", "/id/other/b", "/id/other/a/more"} {
		site.Public("GET "+path, show)
		site.Public("POST "+path, func(rw http.ResponseWriter, r *visit.Request) error { return r.Redirect(rw, "/mine") })
	}
}

// press posts a form as a browser that knows only its own name, and gives the
// session's cookie of the answer.
func press(h http.Handler, path, browser, key string) (status int, token string) {
	r := httptest.NewRequest("POST", visittest.Origin+path, strings.NewReader(url.Values{"_key": {key}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "okno_browser", Value: browser})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "okno" && c.MaxAge >= 0 {
			token = c.Value
		}
	}
	return w.Code, token
}

// form opens a page and gives the browser's name and the form's key.
func form(w *visittest.World, path string) (browser, key string) {
	b := w.Browser()
	key = b.Open(path).Values("page").Get("_key")
	for _, c := range b.Cookies() {
		if c.Name == "okno_browser" {
			browser = c.Value
		}
	}
	return browser, key
}

func TestSecondPress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		mount(w)
		anna := w.Account(account.Standard, "Anna Smirnova", "+79160000002")
		door(w, w.Site, anna)
		here := w.Handler()
		t.Run("the second press brings the cookie of the first, whose answer the browser has dropped", func(t *testing.T) {
			browser, key := form(w, "/id/enter")
			_, first := press(here, "/id/enter", browser, key)
			status, second := press(here, "/id/enter", browser, key)
			if first == "" || second != first || status != 303 {
				t.Fatal(status, first == "", second == first)
			}
			w.Write(func(tx *db.Tx) error {
				kept, err := db.One(tx, db.Scalar[[]byte], `SELECT cookies FROM visit_once WHERE key = $1`, secret.Hash(key))
				if len(kept) == 0 || strings.Contains(string(kept), first) {
					t.Error("the cookie stands in the table in clear, or not at all")
				}
				return err
			})
			if status, _ := press(here, "/id/enter", "another-browser", key); status != 403 {
				t.Fatal("another browser gets the answer", status)
			}
		})
		t.Run("and so on another node", func(t *testing.T) {
			other := &visit.Site{DB: d, Vault: w.Vault, Accounts: w.Accounts, Officers: w.Officers, Sessions: w.Sessions, Texts: w.Site.Texts,
				Law: w.Law, Host: w.Site.Host, Assets: w.Site.Assets, Log: w.Site.Log}
			door(w, other, anna)
			browser, key := form(w, "/id/enter")
			_, first := press(here, "/id/enter", browser, key)
			if _, second := press(other, "/id/enter", browser, key); second != first {
				t.Fatal(second)
			}
		})
		t.Run("of 20 presses at once by a browser that keeps the last answer, all bring the one session", func(t *testing.T) {
			browser, key := form(w, "/id/enter")
			var mu sync.Mutex
			tokens := map[string]int{}
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					_, token := press(here, "/id/enter", browser, key)
					mu.Lock()
					tokens[token]++
					mu.Unlock()
				})
			}
			wg.Wait()
			if len(tokens) != 1 || tokens[""] > 0 {
				t.Fatal(tokens)
			}
		})
		t.Run("a form that was left open signs nobody in again", func(t *testing.T) {
			browser, key := form(w, "/id/enter")
			press(here, "/id/enter", browser, key)
			now.Advance(3 * time.Minute)
			if status, token := press(here, "/id/enter", browser, key); status != 303 || token != "" {
				t.Fatal(status, token)
			}
			w.Write(w.Site.Tidy)
			w.Write(func(tx *db.Tx) error {
				left, err := db.One(tx, db.Scalar[int64], `SELECT count(*) FROM visit_once WHERE cookies IS NOT NULL OR cookies_key IS NOT NULL`)
				if left != 0 {
					t.Error(left)
				}
				return err
			})
		})
		t.Run("WEB-1 a key opens only the work it was made for", func(t *testing.T) {
			browser, key := form(w, "/id/other/a")
			for path, want := range map[string]int{"/id/other/a": 303, "/id/other/a/more": 303, "/id/other/b": 403, "/id/enter": 403, "/form": 403} {
				if status, _ := press(here, path, browser, key); status != want {
					t.Error(path, status)
				}
			}
		})
	})
}
