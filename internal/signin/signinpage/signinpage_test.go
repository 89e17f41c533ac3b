package signinpage_test

import (
	"context"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/signin"
	"okno/internal/signin/signinpage"
	"okno/internal/text/texttest"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

const (
	phone    = "+79161234567"
	password = "Tulip;7Okna"
	fresh    = "Garden!4Sun"
)

// house is a site with the pages of signing in and one resident.
type house struct {
	*visittest.World
	signin *signin.Service
	irina  account.ID
}

func newHouse(t *testing.T, d *db.DB, now *clock.Fake) *house {
	t.Helper()
	h := &house{World: visittest.New(t, d, now, "ru")}
	notices, err := notify.New(d, h.Accounts, texttest.Load(t), notify.Doors{}, notify.Settings{Origin: visittest.Origin, Portal: h.Law.Portal}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h.signin = signin.New(d, h.Sessions, h.Law, notices)
	signinpage.Mount(h.Site, h.signin, notices, signinpage.Elsewhere{})
	h.Site.Resident("GET /account", account.Simplified, stand)
	h.Site.Resident("GET /id/check", account.Simplified, stand)
	h.irina = h.Account(account.Standard, "Irina Sokolova", phone)
	h.setPassword(h.irina, password)
	return h
}

// stand stands for pages of other packages.
func stand(w http.ResponseWriter, r *visit.Request) error {
	return r.Show(w, visit.Page{Title: "Account", Body: templ.Raw("<h1>Account</h1>")})
}

func (h *house) setPassword(id account.ID, password string) {
	h.T.Helper()
	hash, err := h.Ring.Hasher().Hash(context.Background(), password)
	if err != nil {
		h.T.Fatal(err)
	}
	h.Write(func(tx *db.Tx) error { return h.signin.Set(tx, string(id), hash) })
}

func (h *house) enter(b *webtest.Browser, login, password string) *webtest.Page {
	return b.Open("/id/signin").Fill("Phone, e-mail or SNILS", login).Fill("Password", password).Press("Log in")
}

func TestSignInPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		t.Run("LOG-01 the button Log in opens the form", func(t *testing.T) {
			h.Browser().Open("/id/signin").Follow("Log in").MustBe(200, "/id/signin").Must("Log in to the portal")
		})
		t.Run("LOG-08 after signing in one is in the personal account", func(t *testing.T) {
			b := h.Browser()
			h.enter(b, "8 916 123-45-67", password).MustBe(200, "/account").Must("Account")
			b.Open("/id/signin").MustBe(200, "/account")
		})
		t.Run("LOG-08 or where one came from", func(t *testing.T) {
			p := h.Browser().Open("/id/check").MustBe(200, "/id/signin")
			p.Fill("Phone, e-mail or SNILS", phone).Fill("Password", password).Press("Log in").MustBe(200, "/id/check")
		})
		t.Run("LOG-14 the form offers to recover the password, and the page says how", func(t *testing.T) {
			p := h.Browser().Open("/id/signin").Follow("Recover password").MustBe(200, "/id/recovery").Must("service centre")
			if p.Link("Find a service centre") != "/centres" {
				t.Fatal(p.Link("Find a service centre"))
			}
		})
		t.Run("LOG-16 the form warns to tell the password to nobody", func(t *testing.T) {
			h.Browser().Open("/id/signin").Must("Tell them to nobody")
		})
		t.Run("Q-56 the box for somebody else's computer shortens the session", func(t *testing.T) {
			b := h.Browser()
			p := b.Open("/id/signin").Fill("Phone, e-mail or SNILS", phone).Fill("Password", password)
			p.Choose("This is someone else's computer").Press("Log in").MustBe(200, "/account")
			now.Advance(11 * time.Minute)
			b.Open("/account").MustBe(200, "/id/signin")
		})
		t.Run("SESS-1 the cookie of the session cannot be read by scripts", func(t *testing.T) {
			b := h.Browser()
			h.enter(b, phone, password)
			if !slices.ContainsFunc(b.Cookies(), func(c *http.Cookie) bool { return c.Name == "okno" && len(c.Value) == 43 }) {
				t.Fatal(b.Cookies())
			}
		})
		t.Run("AUTH-7 an unknown login, a wrong and an empty password get the same page", func(t *testing.T) {
			now.Advance(25 * time.Hour)
			pages := map[string]string{}
			for name, typed := range map[string][2]string{"wrong": {phone, "wrong"}, "unknown": {"+79165550001", "wrong"}, "empty": {phone, ""}, "unknown e-mail": {"nobody@example.org", "x"}, "unknown, empty": {"+79165550002", ""}} {
				p := h.enter(h.Browser(), typed[0], typed[1]).MustBe(422, "/id/signin").Must("We cannot sign you in with these details")
				if p.Value("Phone, e-mail or SNILS") != typed[0] || p.Value("Password") != "" {
					t.Error("the login is lost or the password shown")
				}
				pages[name] = strings.ReplaceAll(p.Text(), typed[0], "")
			}
			for name, page := range pages {
				if page != pages["wrong"] {
					t.Errorf("%s: %s", name, page)
				}
			}
		})
		now.Advance(time.Minute) // without scripts one waits after two wrong tries (SEC-09)
		t.Run("LOG-11 the Exit button ends the session", func(t *testing.T) {
			b := h.Browser()
			h.enter(b, phone, password).Press("Exit").MustBe(200, "/id/signout").Must("You are signed out")
			b.Open("/account").MustBe(200, "/id/signin")
		})
		t.Run("SESS-4 signing out tells the browser to clear what it keeps", func(t *testing.T) {
			var token string
			h.Write(func(tx *db.Tx) (err error) {
				token, err = h.Sessions.Begin(tx, signin.Opening{Account: h.irina, Way: "test"})
				return err
			})
			ask := httptest.NewRequest("POST", visittest.Origin+"/id/signout", nil)
			ask.AddCookie(&http.Cookie{Name: "okno", Value: token})
			answer := httptest.NewRecorder()
			h.Handler().ServeHTTP(answer, ask)
			if answer.Code != 303 || answer.Header().Get("Clear-Site-Data") == "" || !strings.Contains(answer.Header().Get("Set-Cookie"), "Max-Age=0") {
				t.Fatal(answer.Code, answer.Header())
			}
			var left signin.Session
			h.Write(func(tx *db.Tx) (err error) { left, err = h.Sessions.Find(tx, token); return err })
			if left.Anyone() {
				t.Fatal("the session lives on the server")
			}
		})
		t.Run("Q-40 Log in again ends the session and leads back", func(t *testing.T) {
			b := h.SignedIn(h.irina)
			p := b.Send("/id/signin/again?next=/id/check", nil).Must("Log in to the portal")
			p.Fill("Phone, e-mail or SNILS", phone).Fill("Password", password).Press("Log in").MustBe(200, "/id/check")
		})
		t.Run("SESS-3 the answer to the notice keeps the session alive", func(t *testing.T) {
			b := h.SignedIn(h.irina)
			now.Advance(29 * time.Minute)
			if p := b.Send("/id/session", nil); p.Status != 204 {
				t.Fatal(p.Status)
			}
			now.Advance(29 * time.Minute)
			b.Open("/account").MustBe(200, "/account")
		})
		t.Run("NAV-04 switching the language keeps the login and where one wanted to go", func(t *testing.T) {
			p := h.Browser().Open("/id/check").Fill("Phone, e-mail or SNILS", phone).Press("Русский").MustBe(200, "/id/signin")
			if p.Value("Телефон, эл. почта или СНИЛС") != phone {
				t.Fatal(p.Text())
			}
			p.Fill("Пароль", password).Press("Войти").MustBe(200, "/id/check")
		})
		t.Run("the pages stand in every language", func(t *testing.T) {
			for lang, words := range map[string]string{"ru": "СНИЛС", "fa": "اسنیلس"} {
				p := h.Browser().Speak(lang).Open("/id/signin").MustBe(200, "/id/signin")
				if !strings.Contains(p.Body, words) {
					t.Error(lang)
				}
				h.Browser().Speak(lang).Open("/id/recovery").MustBe(200, "/id/recovery")
				h.Browser().Speak(lang).Open("/id/signout").MustBe(200, "/id/signout")
				b := h.SignedIn(h.irina).Speak(lang)
				for _, path := range []string{"events", "password", "sessions", "notices", "who"} {
					b.Open("/id/settings/"+path).MustBe(200, "/id/settings/"+path)
				}
			}
		})
	})
}

func TestSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		here, there := h.Browser(), h.Browser()
		h.enter(here, phone, password)
		h.enter(there, phone, password)
		t.Run("GEN-13 only the owner gets into the settings", func(t *testing.T) {
			for _, path := range []string{"events", "password", "sessions", "notices", "who"} {
				h.Browser().Open("/id/settings/"+path).MustBe(200, "/id/signin")
			}
		})
		t.Run("SEC-03 the section lists the events in sentences", func(t *testing.T) {
			here.Open("/id/settings").MustBe(200, "/id/settings/events").Must("Signed in from a new browser", "Was this you?")
		})
		t.Run("SESS-6 one session is ended from the list", func(t *testing.T) {
			here.Open("/id/settings/sessions").Must("This browser").Press("Sign out: Unknown browser, signed in 2 March 2026, 15:00").MustBe(200, "/id/settings/sessions").Must("The session has ended")
			there.Open("/account").MustBe(200, "/id/signin").Must("You were signed out from another device: Monday 2 March 2026, 15:00")
			there.Open("/account").MustBe(200, "/id/signin").MustNot("another device") // told once
			here.Open("/account").MustBe(200, "/account")
		})
		t.Run("SESS-6 who leaves by himself is not told of another device", func(t *testing.T) {
			h.enter(there, phone, password).MustBe(200, "/account").Press("Exit")
			there.Open("/account").MustBe(200, "/id/signin").MustNot("another device")
			there.Open("/id/signin?ended=99999999999").MustBe(200, "/id/signin").MustNot("another device")
		})
		t.Run("SEC-03 the answer No ends the other sessions and leads to a new password", func(t *testing.T) {
			h.enter(there, phone, password).MustBe(200, "/account")
			here.Open("/id/settings/events").Press("This was not me: Signed in from a new browser, Monday 2 March 2026, 15:00").MustBe(200, "/id/settings/password").Must("Now choose a new password")
			there.Open("/account").MustBe(200, "/id/signin")
		})
		t.Run("SEC-01 a wrong present password changes nothing", func(t *testing.T) {
			p := here.Open("/id/settings/password").Fill("Present password", "x").Fill("New password", fresh).Fill("Repeat the new password", fresh)
			p.Press("Change password").MustBe(422, "/id/settings/password").Must("Enter your present password").MustNot(fresh)
		})
		t.Run("PWD-13 the conditions stand beside the field", func(t *testing.T) {
			here.Open("/id/settings/password").Must("At least 8 characters", "A Latin capital letter", "Without the characters")
		})
		t.Run("PWD-15 the page makes a password that may be taken", func(t *testing.T) {
			p := here.Open("/id/settings/password").Press("Make a password for me").MustBe(200, "/id/settings/password/generate")
			_, made, _ := strings.Cut(p.Must("We made this password").Body, `<code dir="ltr" translate="no">`)
			made, _, _ = strings.Cut(made, "</code>")
			if broken := h.Law.Passwords.Check(html.UnescapeString(made), nil); len(broken) > 0 {
				t.Fatal(broken)
			}
			p.Press("Русский").MustBe(200, "/id/settings/password")
			here.Open("/id/settings/password").Press("English")
		})
		t.Run("PWD-16 the tab Change password sets a new one", func(t *testing.T) {
			h.enter(there, phone, password).MustBe(200, "/account")
			p := here.Open("/id/settings/events").Follow("Change password").Fill("Present password", password).Fill("New password", fresh).Fill("Repeat the new password", fresh)
			p.Press("Change password").MustBe(200, "/id/settings/password").Must("The password is changed")
			there.Open("/account").MustBe(200, "/id/signin")
			h.enter(there, phone, password).MustBe(422, "/id/signin")
			h.enter(there, phone, fresh).MustBe(200, "/account")
		})
		t.Run("NTF-01 the channels of notices are chosen", func(t *testing.T) {
			p := here.Open("/id/settings/notices").Must("SMS", "+7 916 123-45-67")
			p.Untick("SMS").Press("Save").MustBe(422, "/id/settings/notices").Must("Choose at least one way")
			h.Write(func(tx *db.Tx) error { return h.Accounts.AddContact(tx, h.irina, account.Email, "irina@example.org") })
			here.Open("/id/settings/notices").Untick("SMS").Press("Save").MustBe(200, "/id/settings/notices").Must("Your choice is saved")
		})
		t.Run("PRIV-3 the page says who looked at the data, with office, purpose and time, without names", func(t *testing.T) {
			here.Open("/id/settings/who").Must("Nobody looked at your data")
			centre := h.Law.Centres[0]
			operator := h.Officer(officer.Officer{Login: "op", Name: "Olga Orlova", Roles: []officer.Role{officer.Operator}, Centre: centre.Code})
			h.Write(func(tx *db.Tx) error {
				return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Officer, ID: string(operator)}, Act: "profile.read", Read: true, Subject: string(h.irina), Object: "account/" + string(h.irina)})
			})
			here.Open("/id/settings/who").Must("Operator of a service centre", centre.Name.In("en"), "Read your data", "2 March 2026").MustNot("Olga", "Orlova")
		})
	})
}
