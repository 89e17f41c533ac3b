package oidcpage_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc/oidcpage"
	"okno/internal/signin"
	"okno/internal/text/texttest"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
)

// TestExitAtThePortal presses Exit at the portal's host, whose session has joined
// the one in which sites were entered.
func TestExitAtThePortal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		door := h.Register()
		door.Refuse["https://mute.example/logout"] = true
		h.World.World.Site.Hosts = visit.Hosts{Portal: visittest.Origin, Identity: "https://id.example"}
		exit := oidcpage.Leave(h.Provider)
		h.World.World.Site.Harmless("POST /id/signout", func(w http.ResponseWriter, r *visit.Request) error {
			to, err := exit(w, r)
			if err != nil {
				return err
			}
			r.SignOut(w)
			return r.Redirect(w, to)
		})
		words := texttest.Load(t).For("en")
		root := h.Visitor(h.Account(account.Verified, "Ирина Соколова", "+79120000001"))
		for _, id := range []client.ID{"good", "mute"} {
			h.Site(id, func(c *client.Client) { c.LogoutURI = "https://" + string(id) + ".example/logout" }).Tokens(root)
		}
		b := h.Browser().For(t).Speak("en")
		h.Write(func(tx *db.Tx) error {
			token, err := h.Sessions.Begin(tx, signin.Opening{Account: root.Account.ID, Way: "password", Joins: root.Session})
			b.SetCookie("okno", token)
			return err
		})
		p := b.Send("/id/signout", url.Values{})
		t.Run("GEN-21 Exit at the portal's host shows the sites that were entered at the identity system's", func(t *testing.T) {
			p.MustBe(200, "/id/oauth/goodbye").Must("Site good", "Site mute", words.T("oidc.goodbye.waiting"))
		})
		t.Run("SESS-4 Exit at the portal's host tells them, and says which did not answer", func(t *testing.T) {
			for range 6 {
				h.RunDue()
				now.Advance(20 * time.Minute)
			}
			b.Open(p.Path).MustBe(200, "/id/oauth/goodbye").Must(words.T("oidc.goodbye.told"), words.T("sites.again", "site", "Site mute")).MustNot(words.T("sites.again", "site", "Site good"))
		})
		t.Run("SESS-4 a silent site is told again from there", func(t *testing.T) {
			door.Refuse["https://mute.example/logout"] = false
			q := b.Open(p.Path).Press(words.T("sites.again", "site", "Site mute")).MustBe(200, "/id/oauth/goodbye")
			h.RunDue()
			b.Open(q.Path).MustNot(words.T("oidc.goodbye.silent"), words.T("oidc.goodbye.waiting"))
		})
		t.Run("SESS-4 the session at the identity system's host is over too", func(t *testing.T) {
			h.Write(func(tx *db.Tx) error {
				live, err := h.Sessions.Live(tx, root.Session.Line)
				if live.Anyone() {
					t.Error("it lives on")
				}
				return err
			})
		})
		t.Run("GEN-21 a site's logo is answered at either host, so that the consent page shows it", func(t *testing.T) {
			h.World.World.Site.Public("GET /partners/logo/{id}", func(w http.ResponseWriter, r *visit.Request) error {
				return visit.Send(w, visit.File{Name: "logo.png", Type: "image/png", Content: []byte("a picture"), Shown: true})
			})
			for _, origin := range []string{visittest.Origin, "https://id.example"} {
				answer := httptest.NewRecorder()
				h.World.World.Site.ServeHTTP(answer, httptest.NewRequest("GET", origin+"/partners/logo/x", nil))
				if answer.Code != http.StatusOK || answer.Body.String() != "a picture" {
					t.Error(origin, answer.Code, answer.Header())
				}
			}
		})
	})
}
