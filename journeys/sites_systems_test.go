package journeys

import (
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/sim/relyingparty"
)

// TestSystems holds the sites of the table of systems that sign people in with
// Okno, each by what the table says of it.
func TestSystems(t *testing.T) {
	c := run(t, "")
	t.Run("A-24 the taxpayer's account opens for the verified, with proved data, and not for who was proved by letter until a centre has seen him", func(t *testing.T) { taxpayer(c.guest("ru", "+79000000107").at(t)) })
	t.Run("LTR-27 the demo has somebody who was proved by letter, for whoever tries a site that takes none", func(t *testing.T) {
		g := c.guest("ru", "+79000000108").at(t)
		g.signIn(g.knock(relyingparty.Tax)).MustBe(200, "/id/oauth/barred").Must(g.T("oidc.barred.letter"))
		if last := g.enter(relyingparty.Diary); !g.isIn(relyingparty.Diary) {
			t.Errorf("a letter is not enough for the diary: %s", last.Text())
		}
	})
	t.Run("A-30 the electronic diary opens by the sign-in here, for the verified alone", func(t *testing.T) {
		g := c.guest("ru", "+79000000103").at(t)
		g.enter(relyingparty.Diary).Must("1990-07-19")
		if last := g.ledger(relyingparty.Diary, relyingparty.SignedIn)[0]; last.Level != relyingparty.Verified {
			t.Errorf("%+v", last)
		}
		if known := g.known(relyingparty.Diary); known.Level != account.Verified || known.Stage != client.Sandbox {
			t.Errorf("%+v", known)
		}
	})
	t.Run("A-54 the portal of St Petersburg signs people in by the simplest client", func(t *testing.T) {
		g := c.guest("ru", "+79000000103").at(t)
		g.enter(relyingparty.Petersburg).Must("+79000000103")
		if known := g.known(relyingparty.Petersburg); known.Method != client.SecretBasic || known.PAR || known.Stage != client.Sandbox {
			t.Errorf("%+v", known)
		}
	})
	t.Run("A-55 the portal of Tatarstan signs people in, and the second time in silence", func(t *testing.T) {
		g := c.guest("ru", "+79000000103").at(t)
		g.enter(relyingparty.Tatarstan)
		again := c.guest("ru", "+79000000103").at(t)
		again.enter(relyingparty.Petersburg)
		again.in(relyingparty.Tatarstan, again.b.Open(again.origin(relyingparty.Tatarstan)+"/"))
		if last := again.ledger(relyingparty.Tatarstan, relyingparty.SignedIn)[0]; !last.Silent {
			t.Errorf("%+v", last)
		}
	})
}

// taxpayer comes to the tax service with a letter alone, and again after a centre.
func taxpayer(g *guest) {
	proveBy := func(e account.Evidence) {
		g.write(func(tx *db.Tx) error {
			_, _, err := g.demo.Portal.Accounts.Add(tx, g.account(tx), e, audit.BySystem("test"))
			return err
		})
	}
	g.write(func(tx *db.Tx) error { // what the demo's people have at first is taken from this one
		return g.demo.Portal.Accounts.Revoke(tx, g.account(tx), "test", audit.BySystem("test"))
	})
	for _, register := range g.demo.Portal.Accounts.Rules().StandardRegisters {
		proveBy(account.Evidence{Way: account.ByRegister, Source: register})
	}
	proveBy(account.Evidence{Way: account.ByContact, Source: "phone"})
	proveBy(account.Evidence{Way: account.ByLetter, Source: "post"})
	p := g.signIn(g.knock(relyingparty.Tax)).MustBe(200, "/id/oauth/barred").Must(g.T("oidc.barred.title", "site", g.name(relyingparty.Tax)), g.T("oidc.barred.letter"), g.T("oidc.barred.lift"))
	if g.isIn(relyingparty.Tax) || len(g.ledger(relyingparty.Tax, relyingparty.SignedIn)) != 0 {
		g.t.Fatal("a letter was enough: ", p.Text())
	}
	proveBy(account.Evidence{Way: account.ByDesk, Source: "centre", By: "test"})
	p = g.enter(relyingparty.Tax)
	last := g.ledger(relyingparty.Tax, relyingparty.SignedIn)[0]
	if last.Way != "desk" || last.Level != relyingparty.Verified || !strings.Contains(p.Text(), "desk") {
		g.t.Fatalf("%+v", last)
	}
}
