package visit_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/visit/visittest"
)

// visitor is a bare client that shows which cookies come back.
type visitor struct {
	*visittest.World
	browser string // its own cookie
}

// ask opens a page with a session's cookie and gives the status, and the cookie that
// the answer sets: "" for none, "-" for one that is taken away.
func (v visitor) ask(path, token string) (status int, set string) {
	r := httptest.NewRequest("GET", visittest.Origin+path, nil)
	r.AddCookie(&http.Cookie{Name: "okno", Value: token})
	if v.browser != "" {
		r.AddCookie(&http.Cookie{Name: "okno_browser", Value: v.browser})
	}
	w := httptest.NewRecorder()
	v.Handler().ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "okno" && c.MaxAge < 0 {
			set = "-"
		} else if c.Name == "okno" {
			set = c.Value
		}
	}
	return w.Code, set
}

func (v visitor) signIn(id account.ID) (token string) {
	v.T.Helper()
	o := signin.Opening{Account: id, Way: "test", Device: "Firefox, Linux"}
	if v.browser != "" {
		o.Browser = secret.Hash(v.browser)
	}
	v.Write(func(tx *db.Tx) (err error) { token, err = v.Sessions.Begin(tx, o); return err })
	return token
}

func (v visitor) confirm(id account.ID) {
	v.T.Helper()
	v.Write(func(tx *db.Tx) error {
		_, _, err := v.Accounts.Add(tx, id, account.Evidence{Way: account.ByDesk, Source: "centre", By: "test"}, audit.BySystem("test"))
		return err
	})
}

func (v visitor) renewals(id account.ID) (n int64) {
	v.T.Helper()
	v.Write(func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Scalar[int64], `SELECT count(*) FROM audit_entry WHERE act = 'signin.renew' AND subject = $1`, string(id))
		return err
	})
	return n
}

func TestRenew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		mount(w)
		v := visitor{w, "the-browser-of-anna"}
		anna := w.Account(account.Standard, "Anna Smirnova", "+79160000002")
		old := v.signIn(anna)
		stolen := v.signIn(anna)
		var fresh string
		t.Run("SESS-2 the level rises at the desk: the next request gets a new id", func(t *testing.T) {
			if _, set := v.ask("/mine", old); set != "" {
				t.Fatal("a new id without reason", set)
			}
			v.confirm(anna)
			var status int
			if status, fresh = v.ask("/mine", old); status != 200 || len(fresh) < 43 || fresh == old {
				t.Fatal(status, fresh)
			}
			if status, set := v.ask("/mine", fresh); status != 200 || set != "" || v.renewals(anna) != 1 {
				t.Fatal(status, set, v.renewals(anna))
			}
		})
		t.Run("SESS-2 requests under way with the old id are not signed out and get the same new one", func(t *testing.T) {
			now.Advance(29 * time.Second)
			if status, set := v.ask("/mine", old); status != 200 || set != fresh {
				t.Fatal(status, set)
			}
		})
		t.Run("SESS-2 a copy of the old cookie in another browser is nobody's at once", func(t *testing.T) {
			thief := visitor{w, "another-browser"}
			if status, set := thief.ask("/mine", old); status != 303 || set != "-" {
				t.Fatal(status, set)
			}
		})
		t.Run("SESS-2 a session whose browser does not fit does not rise, it ends", func(t *testing.T) {
			thief := visitor{w, "another-browser"}
			if status, set := thief.ask("/mine", stolen); status != 303 || set != "-" {
				t.Fatal(status, set)
			}
			if status, _ := v.ask("/mine", stolen); status != 303 {
				t.Fatal(status)
			}
		})
		t.Run("SESS-2 after half a minute the old id is dead", func(t *testing.T) {
			now.Advance(2 * time.Second)
			if status, set := v.ask("/mine", old); status != 303 || set != "-" {
				t.Fatal(status, set)
			}
			if status, _ := v.ask("/mine", fresh); status != 200 {
				t.Fatal(status)
			}
		})
		t.Run("SESS-6 the renewed session keeps its device in the list", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				live, err := w.Sessions.List(tx, anna)
				if len(live) != 1 || live[0].Device != "Firefox, Linux" || live[0].ID != secret.Hash(fresh) {
					t.Error(live)
				}
				return err
			})
		})
		t.Run("SESS-3 from then on it rests after 15 minutes", func(t *testing.T) {
			now.Advance(14 * time.Minute)
			if status, _ := v.ask("/mine", fresh); status != 200 {
				t.Fatal(status)
			}
			now.Advance(16 * time.Minute)
			if status, _ := v.ask("/mine", fresh); status != 303 {
				t.Fatal("lives on after 16 minutes")
			}
		})
		t.Run("SESS-3 and 12 hours after the sign-in it is over", func(t *testing.T) {
			petr := w.Account(account.Standard, "Petr Smirnov", "+79160000003")
			token := v.signIn(petr)
			for range 13 * 3 {
				now.Advance(20 * time.Minute)
				if status, _ := v.ask("/mine", token); status != 200 {
					t.Fatal(status)
				}
			}
			v.confirm(petr)
			if status, set := v.ask("/mine", token); status != 303 || set != "-" {
				t.Fatal(status, set)
			}
		})
		t.Run("SESS-6 ending all others by the old id keeps the renewed session, ending all ends it", func(t *testing.T) {
			vera := w.Account(account.Standard, "Vera Smirnova", "+79160000005")
			token, other := v.signIn(vera), v.signIn(vera)
			v.confirm(vera)
			_, fresh := v.ask("/mine", token)
			w.Write(func(tx *db.Tx) error { return w.Sessions.EndAll(tx, string(vera), secret.Hash(token), "test") })
			if status, _ := v.ask("/mine", fresh); status != 200 {
				t.Fatal("the own session ended", status)
			}
			if status, _ := v.ask("/mine", other); status != 303 {
				t.Fatal("another session lives", status)
			}
			w.Write(func(tx *db.Tx) error { return w.Sessions.EndAll(tx, string(vera), "", "test") })
			if status, _ := v.ask("/mine", fresh); status != 303 {
				t.Fatal("a session lives", status)
			}
		})
		t.Run("LOG-11 Exit with the old id ends the renewed session", func(t *testing.T) {
			oleg := w.Account(account.Standard, "Oleg Smirnov", "+79160000004")
			token := v.signIn(oleg)
			var before signin.Session
			w.Write(func(tx *db.Tx) (err error) { before, err = w.Sessions.Find(tx, token); return err })
			v.confirm(oleg)
			_, fresh := v.ask("/mine", token)
			w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, before, "exit") })
			if status, _ := v.ask("/mine", fresh); status != 303 {
				t.Fatal(status)
			}
		})
	})
}

func TestRenewRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		mount(w)
		v := visitor{w, "the-browser-of-anna"}
		anna := w.Account(account.Standard, "Anna Smirnova", "+79160000002")
		old := v.signIn(anna)
		v.confirm(anna)
		t.Run("SESS-2 of 48 requests at once one renews, and all get the one new id", func(t *testing.T) {
			var mu sync.Mutex
			ids := map[string]int{}
			var wg sync.WaitGroup
			for range 48 {
				wg.Go(func() {
					status, set := v.ask("/mine", old)
					if status != 200 {
						t.Error(status)
					}
					mu.Lock()
					ids[set]++
					mu.Unlock()
				})
			}
			wg.Wait()
			if len(ids) != 1 || ids[""] != 0 || v.renewals(anna) != 1 {
				t.Fatal(ids, v.renewals(anna))
			}
		})
	})
}
