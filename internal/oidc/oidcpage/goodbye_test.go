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
		door := h.Register()
		words := texttest.Load(t).For("en")
		who := h.Account(account.Verified, "Ирина Соколова", "+79120000001")
		var sites []*oidctest.Site
		for _, id := range []client.ID{"first", "second"} {
			sites = append(sites, h.Site(id, func(c *client.Client) { c.LogoutURI = "https://" + string(id) + ".example/logout" }))
		}
		home := sites[0].PostLogout[0]
		t.Run("OIDC-14 the page follows the answers by itself, and stands when there is a list to read", func(t *testing.T) {
			b, p := h.leaveFirst(t, who, false, sites)
			p = p.MustBe(200, oidc.PathLogout).Press(words.T("oidc.logout.yes")).MustBe(200, "/id/oauth/goodbye")
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
			b, p := h.leaveFirst(t, who, false, sites[:1])
			p.MustBe(200, "/id/oauth/goodbye")
			h.RunDue()
			if p = b.Open(p.Path); !strings.Contains(p.Body, `content="0;url=`+home+`"`) {
				t.Error("the page does not lead back:", p.Text())
			}
		})
		t.Run("OIDC-14 who signs out at one of several sites is out there without a question, and chooses about the others", func(t *testing.T) {
			b, p := h.leaveFirst(t, who, false, sites)
			first, second := sites[0].Name.In("en"), sites[1].Name.In("en")
			p.MustBe(200, oidc.PathLogout).Must(words.T("oidc.left.title", "site", first), words.T("oidc.left.text"), second)
			if list := p.Text(); strings.Count(list, first) != strings.Count(words.T("oidc.left.title", "site", first), first) {
				t.Error("the site that was left is among those that are open:", list)
			}
			if !strings.Contains(p.Body, `href="`+home+`"`) {
				t.Error("who stays does not get back to the site")
			}
			if b.Open(oidc.PathLogout).Path != oidc.PathLogout {
				t.Error("the session ended without a yes")
			}
			before := len(door.Said)
			if h.RunDue(); len(door.Said) != before {
				t.Error("the others were told")
			}
			p.Press(words.T("oidc.logout.yes")).MustBe(200, "/id/oauth/goodbye").Must(first, second)
			if h.RunDue(); len(door.Said) != before+2 {
				t.Error(len(door.Said)-before, "were told")
			}
			if b.Open(oidc.PathLogout).Path != "/id/signout" {
				t.Error("the session lives")
			}
		})
		t.Run("SESS-5 what the site was given dies when it is left, and nothing of the others", func(t *testing.T) {
			v := h.Visitor(who)
			gone, kept := sites[0].Tokens(v), sites[1].Tokens(v)
			if others, err := h.Provider.Depart(t.Context(), v.Session, sites[0].ID); err != nil || !others {
				t.Fatal(others, err)
			}
			if _, _, err := h.Provider.UserInfo(t.Context(), oidc.Call{Method: "GET"}, "Bearer", gone.Access); oidc.RefusalOf(err) == nil {
				t.Error("its token lives")
			}
			if _, err := h.Provider.Token(t.Context(), sites[0].Call("grant_type", "refresh_token", "refresh_token", gone.Refresh)); oidc.RefusalOf(err) == nil {
				t.Error("its refresh token lives")
			}
			if _, _, err := h.Provider.UserInfo(t.Context(), oidc.Call{Method: "GET"}, "Bearer", kept.Access); err != nil {
				t.Error("the other's token died:", err)
			}
			if others, err := h.Provider.Depart(t.Context(), v.Session, sites[1].ID); err != nil || others {
				t.Error("a site that was left counts as open", err)
			}
		})
		t.Run("Q-56 at somebody else's computer all ends at once", func(t *testing.T) {
			b, p := h.leaveFirst(t, who, true, sites)
			p.MustBe(200, "/id/oauth/goodbye").Must(sites[1].Name.In("en"))
			if b.Open(oidc.PathLogout).Path != "/id/signout" {
				t.Error("the session lives")
			}
		})
	})
}

// leaveFirst enters sites in a new session and signs out at the first of them.
func (h *house) leaveFirst(t *testing.T, who account.ID, shared bool, sites []*oidctest.Site) (*webtest.Browser, *webtest.Page) {
	b, v := h.Browser().For(t).Speak("en"), oidc.Visitor{Browser: oidctest.Browser}
	h.Write(func(tx *db.Tx) error {
		token, err := h.Sessions.Begin(tx, signin.Opening{Account: who, Way: "password", Browser: oidctest.Browser, Shared: shared})
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
	return b, b.Open(oidc.PathLogout + "?" + wish.Encode())
}
