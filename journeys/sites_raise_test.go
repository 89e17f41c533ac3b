package journeys

import (
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/web/webtest"
	"okno/sim/relyingparty"
)

// TestSitesRaise leads people whom a site cannot let in yet to what lets them in,
// and back, inside one sign-in.
func TestSitesRaise(t *testing.T) {
	for _, way := range []struct{ engine, lang string }{{"sqlite", "en"}, {"sqlite", "ru"}, {"sqlite", "fa"}, {"postgres", "ru"}} {
		url := ""
		if way.engine == "postgres" {
			url = dbtest.Config(t, "postgres").Postgres
		}
		t.Run(way.engine+" "+way.lang, func(t *testing.T) { raised(t, run(t, url), way.lang) })
	}
}

func raised(t *testing.T, c *country, lang string) {
	r := c.stranger(lang, c.demo.Portal.Law)
	r.b.Wander()
	r.register()
	g := &guest{country: c, Printer: r.Printer, b: r.b, login: r.phone, password: r.password}
	tax := c.known(relyingparty.Tax).Name.In(lang)
	var way *webtest.Page
	t.Run("SSO-06 who has a simplified account is led from the tax service to what raises it", func(t *testing.T) {
		g := g.at(t)
		way = g.knock(relyingparty.Tax).MustBe(200, "/id/oauth/raise").Must(g.T("oidc.raise.title", "site", tax), g.T("oidc.raise.verified"))
		way.Follow(g.T("oidc.raise.go")).MustBe(200, "/id/profile/edit")
		r.fillIn("113-520-411 93")
		r.told(r.phone, firstWords(r.T("check.passed.sms")))
		r.b.Open("/id/check")
	})
	t.Run("LVL-37 a standard account is not enough either, and the page says what is", func(t *testing.T) {
		g := g.at(t)
		p := g.b.Open(way.Path).MustBe(200, "/id/oauth/raise").Follow(g.T("oidc.raise.go"))
		p.MustBe(200, "/id/proofing")
		p = g.b.Open(way.Path).Follow(g.T("oidc.raise.again")).MustBe(200, "/id/oauth/raise") // nothing has changed
		p.Must(g.T("oidc.raise.verified"))
	})
	t.Run("LTR-27 who was proved by letter is told at our page that the tax service does not take it", func(t *testing.T) {
		g := g.at(t)
		g.write(func(tx *db.Tx) error {
			_, _, err := g.demo.Portal.Accounts.Add(tx, g.account(tx), account.Evidence{Way: account.ByLetter, Source: "post", By: "test"}, audit.BySystem("test"))
			return err
		})
		p := g.b.Open(way.Path).MustBe(200, "/id/oauth/barred").Must(g.T("oidc.barred.title", "site", tax), g.T("oidc.barred.letter"), g.T("oidc.barred.lift"))
		if where := p.Link(g.T("oidc.barred.centres")); where != "/centres" {
			t.Errorf("the way out leads to %q", where)
		}
		g.enter(relyingparty.Diary).Must("letter") // other sites take it
	})
	t.Run("TAX-05 who goes back without signing in is told by the site itself", func(t *testing.T) {
		g := g.at(t)
		p := g.knock(relyingparty.Tax).MustBe(200, "/id/oauth/barred").Press(g.T("oidc.decline", "site", tax))
		if p.Origin() != g.origin(relyingparty.Tax) || !strings.Contains(p.Text(), "access_denied") && !strings.Contains(p.Text(), "letter") {
			t.Errorf("at %s%s: %s", p.Origin(), p.Path, p.Text())
		}
	})
	t.Run("SSO-09 the desk lifts it, and the same sign-in goes on to the tax service", func(t *testing.T) {
		g := g.at(t)
		r.confirmAtDesk()
		p := g.b.Open(way.Path)
		if strings.HasPrefix(p.Path, "/id/oauth/consent") {
			p = g.agree(p)
		}
		g.in(relyingparty.Tax, p).Must("Петрова Мария Ивановна", "11352041193", string(relyingparty.Verified), "desk")
		if all := g.ledger(relyingparty.Tax, relyingparty.SignedIn); len(all) != 1 || all[0].Way != "desk" {
			t.Errorf("the site's ledger says %+v", all)
		}
	})
}
