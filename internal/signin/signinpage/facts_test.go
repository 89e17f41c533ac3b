package signinpage_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit"
)

func TestOwnComputer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		t.Run("LOG-10 the browser may keep the password, and on somebody else's computer nothing is remembered", func(t *testing.T) {
			own, other := h.Browser(), h.Browser()
			if p := own.Open("/id/signin"); !p.Has("This is someone else's computer") || !strings.Contains(p.Body, `autocomplete="current-password `) {
				t.Fatal("the browser is not asked to keep the password")
			}
			h.enter(own, phone, password).MustBe(200, "/account")
			other.Open("/id/signin").Fill("Phone, e-mail or SNILS", phone).Fill("Password", password).
				Choose("This is someone else's computer").Press("Log in").MustBe(200, "/account")
			now.Advance(20 * time.Minute)
			own.Open("/account").MustBe(200, "/account")
			other.Open("/account").MustBe(200, "/id/signin")
		})
		t.Run("LOG-13 closing the window leaves the session open on the server, Exit ends it", func(t *testing.T) {
			sessions := func() int {
				live, err := h.signin.SessionsOf(t.Context(), h.irina)
				if err != nil {
					t.Fatal(err)
				}
				return len(live)
			}
			before := sessions()
			b := h.Browser()
			page := h.enter(b, phone, password).MustBe(200, "/account")
			h.Browser().Open("/account").MustBe(200, "/id/signin") // the window was closed: a new one has no cookie
			if sessions() != before+1 {
				t.Fatal("the session is not there")
			}
			page.Press("Exit").MustBe(200, "/id/signout")
			if sessions() != before {
				t.Fatal("the session lives after Exit")
			}
		})
	})
}

func TestEverySignInIsToldIfWanted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		b := h.Browser()
		h.enter(b, phone, password).MustBe(200, "/account")
		sent := func() (n int) {
			h.Write(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int], countMessages); return err })
			return n
		}
		t.Run("NTF-06 the box in the settings switches the notice of every sign-in on and off", func(t *testing.T) {
			again := func(want int) {
				t.Helper()
				before := sent()
				h.enter(b, phone, password).MustBe(200, "/account")
				if got := sent() - before; got != want {
					t.Fatalf("%d messages, want %d", got, want)
				}
			}
			for _, on := range []bool{false, true, false} {
				p := b.Open("/id/settings/notices")
				if on {
					p = p.Choose("Tell me about every sign-in")
				} else {
					p = p.Untick("Tell me about every sign-in")
				}
				p.Press("Save").MustBe(200, "/id/settings/notices").Must("Your choice is saved").Press("Exit")
				if again(map[bool]int{true: 1}[on]); t.Failed() {
					return
				}
			}
		})
	})
}

const countMessages db.SQL = `SELECT count(*) FROM notify_message WHERE text_key = 'signin.every'`

func TestSectionSecurity(t *testing.T) {
	d, now := dbtest.SQLite(t)
	h := newHouse(t, d, now)
	t.Run("PWD-16 the password is changed in the section Security of the settings, tab Change password", func(t *testing.T) {
		p := h.SignedIn(h.irina).For(t).Open("/id/settings").Must("Account settings: Security")
		p.Follow("Change password").MustBe(200, "/id/settings/password").Must("Account settings: Security", "Repeat the new password")
	})
}

func TestNewRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		h.Site.Resident("GET /verified", account.Verified, func(w http.ResponseWriter, r *visit.Request) error {
			return r.Show(w, visit.Page{Title: "For verified", Body: templ.Raw("<h1>For verified</h1>")})
		})
		t.Run("LVL-43 what a new level opens is open after logging in again", func(t *testing.T) {
			b := h.Browser()
			h.enter(b, phone, password).MustBe(200, "/account")
			b.Open("/verified").MustNot("For verified")
			h.Write(func(tx *db.Tx) error {
				_, _, err := h.Accounts.Add(tx, h.irina, account.Evidence{Way: account.ByDesk, Source: "desk"}, account.ByHolder(h.irina))
				return err
			})
			p := b.Send("/id/signin/again?next=/verified", nil).Must("Log in to the portal")
			p.Fill("Phone, e-mail or SNILS", phone).Fill("Password", password).Press("Log in").MustBe(200, "/verified").Must("For verified")
		})
	})
}
