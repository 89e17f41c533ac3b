package journeys

import (
	"strings"
	"testing"

	"okno/internal/web/webtest"
	"okno/sim/relyingparty"
)

// TestSiteBuiltForESIA goes through the demo's site that speaks the dialect alone,
// in each language with a person of its own.
func TestSiteBuiltForESIA(t *testing.T) {
	c := run(t, "")
	t.Run("A-02 a verified resident enters a site built for ESIA, in Russian", func(t *testing.T) { utilities(c.guest("ru", "+79000000103").at(t)) })
	t.Run("SSO-06 who is not verified leaves for it without signing in and is told why, in Persian", func(t *testing.T) { below(c.guest("fa", "+79000000102").at(t)) })
	t.Run("S23 who does not agree goes back to it without anything, in English", func(t *testing.T) { keeps(c.guest("en", "+79000000107").at(t)) })
	t.Run("OIDC-14 signing out at it signs out everywhere and leads back, in English", func(t *testing.T) { leavesUtilities(c.guest("en", "+79000000107").at(t)) })
	t.Run("OIDC-12 the person sees it among the sites and can stop it, in Persian", func(t *testing.T) { stopsUtilities(c.guest("fa", "+79000000103").at(t)) })
	t.Run("D-22 the demo lists it with the others", func(t *testing.T) {
		var site relyingparty.Registration
		c.call("GET", "/sites/utility/site", nil, &site)
		if site.Origin != c.origin(relyingparty.Utility) || !site.ESIA || site.Certificate == "" {
			t.Errorf("%+v", site)
		}
	})
}

// utilities is the whole way, and what the site was told.
func utilities(g *guest) {
	p := g.signIn(g.knock(relyingparty.Utility).Must(g.T("signin.for_site", "site", g.name(relyingparty.Utility))))
	p.Must(g.known(relyingparty.Utility).Purpose.In(g.Lang()))
	p = g.in(relyingparty.Utility, g.agree(p))
	p.Must("Белова", "Екатерина", "+7(900)0000103", string(relyingparty.Verified), "PWD").MustNot("115-740-633 40", "19.07.1990", "belova@mail.example")
	signedIn := g.ledger(relyingparty.Utility, relyingparty.SignedIn)
	if len(signedIn) != 1 || signedIn[0].Level != relyingparty.Verified || signedIn[0].Session == "" {
		g.t.Errorf("the site's ledger says %+v", signedIn)
	}
	p = g.b.Open(g.origin(relyingparty.Utility) + "/signin") // again, which asks nothing more
	g.in(relyingparty.Utility, p)
	if again := g.ledger(relyingparty.Utility, relyingparty.SignedIn); len(again) != 2 || again[0].Subject != signedIn[0].Subject {
		g.t.Errorf("the person is not the same: %+v", again)
	}
}

// below is somebody with a standard account.
func below(g *guest) {
	g.enter(relyingparty.Petersburg) // which also says which language is read here: ESIA has no word for it
	p := g.knock(relyingparty.Utility).MustBe(200, "/id/oauth/raise").Must(g.T("oidc.raise.title", "site", g.name(relyingparty.Utility)), g.T("oidc.raise.verified"))
	g.out(p.Press(g.T("oidc.decline", "site", g.name(relyingparty.Utility))), "ESIA-007055")
}

// keeps is somebody who says no.
func keeps(g *guest) {
	g.enter(relyingparty.Petersburg)
	p := g.knock(relyingparty.Utility).MustBe(200, "/id/oauth/consent")
	g.out(p.Press(g.T("oidc.consent.no")), "ESIA-007004")
}

// out holds that the site let nobody in and says for which number of ESIA.
func (g *guest) out(p *webtest.Page, number string) {
	g.t.Helper()
	if p.Origin() != g.origin(relyingparty.Utility) || !strings.HasPrefix(p.Path, "/callback") || p.Status != 403 {
		g.t.Fatalf("at %s%s (%d)", p.Origin(), p.Path, p.Status)
	}
	p.Must(number)
	if refused := g.ledger(relyingparty.Utility, relyingparty.Refused); refused[0].Detail != number || g.isIn(relyingparty.Utility) {
		g.t.Errorf("the site's ledger says %+v", refused[0])
	}
}

// leavesUtilities signs out at the site: the person is asked, other sites are told,
// and this one, which cannot be told, is named.
func leavesUtilities(g *guest) {
	g.enter(relyingparty.Diary)
	g.enter(relyingparty.Utility)
	told := len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken))
	p := g.b.Open(g.origin(relyingparty.Utility) + "/account").Press("Sign out").Must(g.T("oidc.logout.title"))
	p = p.Press(g.T("oidc.logout.yes")).MustBe(200, "/id/oauth/goodbye").Must(g.name(relyingparty.Diary))
	g.await("the diary to be told", func() bool { return len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken)) == told+1 })
	p = p.Follow(g.T("oidc.return.go", "site", g.name(relyingparty.Utility)))
	if p.Origin() != g.origin(relyingparty.Utility) || p.Path != "/signed-out" || len(g.ledger(relyingparty.Utility, relyingparty.CameBack)) != 1 {
		g.t.Errorf("led back to %s%s", p.Origin(), p.Path)
	}
	if g.isIn(relyingparty.Utility) || g.isIn(relyingparty.Diary) || g.b.Open("/account").Path == "/account" {
		g.t.Error("somebody is still in")
	}
}

// stopsUtilities takes the consent back: the next sign-in has to ask again.
func stopsUtilities(g *guest) {
	g.enter(relyingparty.Petersburg)
	g.enter(relyingparty.Utility)
	p := g.b.Open("/id/settings/sites").Must(g.name(relyingparty.Utility))
	p.Follow(g.T("oidc.stop.title", "site", g.name(relyingparty.Utility))).Press(g.T("oidc.stop.yes")).MustBe(200, "/id/settings/sites").Must(g.T("oidc.sites.stopped"))
	g.knock(relyingparty.Utility).MustBe(200, "/id/oauth/consent")
}
