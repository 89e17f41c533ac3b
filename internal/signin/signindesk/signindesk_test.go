package signindesk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/pquerna/otp/totp"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/signin"
	"okno/internal/signin/signindesk"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

const password = "window over the river"

type house struct {
	*visittest.World
	signin *signin.Service
}

// silent sends nothing: officers get no notices.
type silent struct{ signin.Notices }

func (silent) Send(*db.Tx, notify.Notice) error { return nil }

func newHouse(t *testing.T, d *db.DB, now *clock.Fake) *house {
	t.Helper()
	h := &house{World: visittest.New(t, d, now, "ru")}
	h.signin = signin.New(d, h.Sessions, h.Law, silent{})
	signindesk.Mount(h.Site, h.signin, []signindesk.Workplace{
		{Path: "/desk/proofing", Title: "signin.who.role.operator", Text: "signin.who.worked", Need: officer.ConfirmIdentity},
		{Path: "/desk/cases", Title: "signin.who.role.case_worker", Need: officer.DecideCases},
	})
	h.Site.Officer("GET /desk/proofing", officer.ConfirmIdentity, func(w http.ResponseWriter, r *visit.Request) error {
		return r.Show(w, visit.Page{Title: "Work", Body: templ.Raw("<h1>Work</h1>")})
	})
	return h
}

// invite adds an invited operator and gives the address of the invitation.
func (h *house) invite(login string) string {
	h.T.Helper()
	var token string
	h.Write(func(tx *db.Tx) error {
		by := audit.BySystem("test")
		id, err := h.Officers.Add(tx, officer.Officer{Login: login, Name: "Olga Orlova", Roles: []officer.Role{officer.Operator}, Centre: h.Law.Centres[0].Code}, by)
		if err != nil {
			return err
		}
		token, err = h.signin.Invite(tx, id, by)
		return err
	})
	return "/desk/invitation?token=" + url.QueryEscape(token)
}

// secretOn reads the key that the page shows in letters.
func secretOn(p *webtest.Page) string {
	_, rest, _ := strings.Cut(p.Body, `<code translate="no">`)
	key, _, _ := strings.Cut(rest, "<")
	return strings.ReplaceAll(key, " ", "")
}

func (h *house) code(secret string) string {
	h.T.Helper()
	c, err := totp.GenerateCode(secret, h.Now.Now())
	if err != nil {
		h.T.Fatal(err)
	}
	return c
}

func (h *house) enter(b *webtest.Browser, path, login, password, code string) *webtest.Page {
	p := b.Open(path).Fill("Login", login).Fill("Password", password)
	return p.Fill("Code from the authenticator app", code).Press("Log in")
}

func TestDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		address := h.invite("orlova")
		b := h.Browser()
		p := b.Open(address).MustBe(200, "/desk/invitation").Must("Your login is", "orlova", "Key:")
		secret := secretOn(p)
		t.Run("D-11 the invitation shows the authenticator's key as a picture and in letters", func(t *testing.T) {
			if !strings.Contains(p.Body, `src="data:image/png;base64,`) || len(secret) != 32 {
				t.Fatal(len(secret))
			}
		})
		t.Run("a weak password or a wrong code is refused, and the key stays", func(t *testing.T) {
			refused := p.Fill("New password", "short").Fill("Repeat the new password", "other").Fill("Code that the app shows", "000000").Press("Set up access")
			refused.MustBe(422, "/desk/invitation").Must("Choose a password that meets every condition", "Enter the same password twice", "Enter the code that the app shows now")
			if secretOn(refused) != secret {
				t.Fatal("another key")
			}
			if secretOn(refused.Press("Русский").MustBe(200, "/desk/invitation")) != secret {
				t.Fatal("switching the language lost the invitation")
			}
			b.Open("/desk/signin").Press("English")
		})
		p = b.Open(address).Fill("New password", password).Fill("Repeat the new password", password).Fill("Code that the app shows", h.code(secret))
		p.Press("Set up access").MustBe(200, "/desk/signin").Must("Your access is ready")
		t.Run("AUTH-5 the invitation is dead after use", func(t *testing.T) {
			if got := b.Open(address); got.Status != 410 {
				t.Fatal(got.Status)
			}
		})
		t.Run("AUTH-4 an officer enters with login, password and the code of the app, and comes where he wanted", func(t *testing.T) {
			now.Advance(time.Minute)
			b.Open("/desk/proofing").MustBe(200, "/desk/signin")
			h.enter(b, "/desk/signin?next=/desk/proofing", "Orlova", password, h.code(secret)).MustBe(200, "/desk/proofing")
		})
		t.Run("AUTHZ-1 the first page lists only the workplaces of the role", func(t *testing.T) {
			b.Open("/desk").MustBe(200, "/desk").Must("Operator of a service centre").MustNot("Officer who decides applications")
		})
		t.Run("SESS-3 the answer to the notice keeps an officer's session alive, ten minutes at a time", func(t *testing.T) {
			now.Advance(9 * time.Minute)
			if got := b.Send("/desk/session", nil); got.Status != 204 {
				t.Fatal(got.Status)
			}
			now.Advance(9 * time.Minute)
			b.Open("/desk").MustBe(200, "/desk")
			now.Advance(10 * time.Minute)
			b.Open("/desk").MustBe(200, "/desk/signin")
			if got := b.Send("/desk/session", nil); got.Status != 401 {
				t.Fatal(got.Status)
			}
		})
		t.Run("AUTH-7 the refusal does not say what was wrong", func(t *testing.T) {
			var pages []string
			for _, typed := range [][3]string{{"orlova", password, "000000"}, {"orlova", "wrong", h.code(secret)}, {"nobody", password, h.code(secret)}} {
				got := h.enter(h.Browser(), "/desk/signin", typed[0], typed[1], typed[2]).MustBe(422, "/desk/signin")
				pages = append(pages, got.Text())
			}
			if pages[0] != pages[1] || pages[1] != pages[2] {
				t.Fatal(pages)
			}
		})
		t.Run("LOG-11 the Exit button ends an officer's session", func(t *testing.T) {
			now.Advance(time.Minute)
			h.enter(b, "/desk/signin", "orlova", password, h.code(secret)).Press("Exit").MustBe(200, "/desk/signout").Must("You are signed out of the workplace")
			b.Open("/desk").MustBe(200, "/desk/signin")
		})
		t.Run("a workplace's pages stand in every language", func(t *testing.T) {
			for _, lang := range []string{"ru", "fa"} {
				for _, path := range []string{"/desk/signin", "/desk/signout", h.invite(lang)} {
					h.Browser().Speak(lang).Open(path).MustBe(200, strings.Split(path, "?")[0])
				}
			}
		})
	})
}

func TestRightsThatEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		home := func(login string, lasts time.Duration) *webtest.Page {
			id := h.Officer(officer.Officer{Login: login, Name: "Olga Orlova", Roles: []officer.Role{officer.Operator}, Centre: h.Law.Centres[0].Code, Until: now.Now().Add(lasts)})
			return h.AtDesk(id).For(t).Open("/desk")
		}
		t.Run("AUTHZ-5 whose rights end within two weeks is told when, and others are not", func(t *testing.T) {
			home("soon", 13*24*time.Hour).Must("Your rights end by themselves on")
			home("later", 20*24*time.Hour).MustNot("Your rights end by themselves")
		})
	})
}
