package oidcpage_test

import (
	"net/url"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/signin"
	"okno/internal/text/texttest"
	"okno/internal/web/webtest"
)

// TestGoodbyeIsRead signs out at a site: where others were entered too, the page stands until the person goes on.
func TestGoodbyeIsRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		h.Register()
		words := texttest.Load(t).For("en")
		who := h.Account(account.Verified, "Ирина Соколова", "+79120000001")
		var sites []*oidctest.Site
		for _, id := range []client.ID{"first", "second"} {
			sites = append(sites, h.Site(id, func(c *client.Client) { c.LogoutURI = "https://" + string(id) + ".example/logout" }))
		}
		home := sites[0].PostLogout[0]
		t.Run("OIDC-14 the page follows the answers by itself, and stands when there is a list to read", func(t *testing.T) {
			b, p := h.leaveFirst(t, who, sites)
			p.Must(words.T("oidc.goodbye.text"))
			if !strings.Contains(p.Body, `data-poll="/id/oauth/goodbye?of=`) {
				t.Error("nobody asks how it goes on")
			}
			h.RunDue()
			p = b.Open(p.Path).MustBe(200, "/id/oauth/goodbye").Must(words.T("oidc.goodbye.everywhere"), words.T("oidc.goodbye.told"))
			if strings.Contains(p.Body, "http-equiv") || strings.Contains(p.Body, "data-poll") {
				t.Error("the page does not stand")
			}
			if !strings.Contains(p.Body, `href="`+home+`"`) {
				t.Error("there is no button back")
			}
		})
		t.Run("OIDC-14 who entered no other site is back at once", func(t *testing.T) {
			b, p := h.leaveFirst(t, who, sites[:1])
			h.RunDue()
			if p = b.Open(p.Path); !strings.Contains(p.Body, `content="0;url=`+home+`"`) {
				t.Error("the page does not lead back:", p.Text())
			}
		})
	})
}

// leaveFirst enters sites in a new session and signs out at the first of them.
func (h *house) leaveFirst(t *testing.T, who account.ID, sites []*oidctest.Site) (*webtest.Browser, *webtest.Page) {
	b, v := h.Browser().For(t).Speak("en"), oidc.Visitor{Browser: oidctest.Browser}
	h.Write(func(tx *db.Tx) error {
		token, err := h.Sessions.Begin(tx, signin.Opening{Account: who, Way: "password", Browser: oidctest.Browser})
		if err != nil {
			return err
		}
		b.SetCookie("okno", token)
		if v.Session, err = h.Sessions.Find(tx, token); err != nil {
			return err
		}
		v.Account, err = h.Accounts.Get(tx, who)
		return err
	})
	wish := url.Values{"id_token_hint": {sites[0].Tokens(v).ID}, "post_logout_redirect_uri": sites[0].PostLogout}
	for _, s := range sites[1:] {
		s.Tokens(v)
	}
	return b, b.Open(oidc.PathLogout+"?"+wish.Encode()).MustBe(200, "/id/oauth/goodbye")
}
