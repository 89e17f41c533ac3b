package oidc_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc/oidctest"
)

const day = 24 * time.Hour

// pinning is a system that pins the certificates of the dialect.
type pinning struct {
	*testing.T
	w   *oidctest.World
	ctx context.Context
}

// shown are the certificates that are published now.
func (p pinning) shown() (list []*x509.Certificate) {
	p.Helper()
	all, err := p.w.Provider.Certify(p.ctx)
	if err != nil {
		p.Fatal(err)
	}
	for _, der := range all {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			p.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// signer is the certificate of a list that a token of this moment is signed with.
func (p pinning) signer(list []*x509.Certificate) *x509.Certificate {
	p.Helper()
	token, err := p.w.Provider.SignIdentity(p.ctx, map[string]any{"iss": "https://elsewhere.example/"})
	if err != nil {
		p.Fatal(err)
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		p.Fatal(err)
	}
	for _, c := range list {
		if _, err := parsed.Verify(c.PublicKey); err == nil {
			return c
		}
	}
	return nil
}

// pass lets time go by, with the job that moves the keys on.
func (p pinning) pass(d time.Duration) {
	p.Helper()
	p.w.Now.Advance(d)
	if err := p.w.Provider.MoveKeys(p.ctx); err != nil {
		p.Fatal(err)
	}
	p.w.Now.Advance(time.Minute) // what is remembered
}

func TestKeysOfTheDialect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		p := pinning{t, oidctest.New(t, d, now, "ru"), context.Background()}
		first := p.shown()
		p.Run("OIDC-13 a key of the dialect signs for a year, and its successor is shown 30 days before", func(t *testing.T) {
			p := pinning{t, p.w, p.ctx}
			p.pass(334 * day)
			if n := len(p.shown()); n != 1 || p.signer(first) == nil {
				t.Fatalf("%d certificates after 334 days", n)
			}
			p.pass(day)
			both := p.shown()
			if len(both) != 2 || !both[0].Equal(first[0]) || p.signer(both[:1]) == nil {
				t.Fatalf("%d certificates after 335 days, or a new key signs that nobody knows yet", len(both))
			}
			p.pass(29 * day)
			if p.signer(first) == nil {
				t.Fatal("the successor signs before its notice is over")
			}
			now.Advance(day) // the job that moves the keys on has not run yet
			if after := p.shown(); len(after) != 2 || !after[0].Equal(both[1]) || p.signer(both[1:]) == nil {
				t.Fatal("the certificate that signs now does not stand first")
			}
			p.pass(0)
			if after := p.shown(); len(after) != 2 || !after[0].Equal(both[1]) || p.signer(both[1:]) == nil {
				t.Fatalf("after a year the successor does not sign, or the old one is hidden already: %d", len(after))
			}
			p.pass(25 * time.Hour)
			if after := p.shown(); len(after) != 1 || p.signer(after) == nil || now.Now().After(after[0].NotAfter) {
				t.Fatalf("%d certificates a day later", len(after))
			}
		})
		p.Run("OIDC-13 every certificate that is shown is in force while its key signs", func(t *testing.T) {
			p := pinning{t, p.w, p.ctx}
			for month := range 30 {
				p.pass(30 * day)
				list := p.shown()
				if c := p.signer(list); c == nil || now.Now().Before(c.NotBefore) || now.Now().After(c.NotAfter) || !c.Equal(list[0]) {
					t.Fatalf("month %d: signed with %v", month, c)
				}
			}
		})
		p.Run("OIDC-13 who hurries has a new key after a day", func(t *testing.T) {
			p := pinning{t, p.w, p.ctx}
			before := p.shown()
			for range 2 { // pressing twice makes no third key
				if err := p.w.Provider.HurryKeys(p.ctx); err != nil {
					t.Fatal(err)
				}
			}
			now.Advance(time.Minute)
			if list := p.shown(); p.signer(before[:1]) == nil || len(list) > 2 {
				t.Fatalf("%d certificates", len(list))
			}
			p.pass(day)
			if p.signer(before[:1]) != nil || p.signer(p.shown()) == nil {
				t.Fatal("the old key signs on")
			}
		})
		p.Run("OIDC-13 the console tells each key with its times and the print of its certificate", func(t *testing.T) {
			p := pinning{t, p.w, p.ctx}
			list, err := p.w.Provider.SigningKeys(p.ctx)
			if err != nil {
				t.Fatal(err)
			}
			states := map[string]int{}
			for _, k := range list {
				states[k.Algorithm+" "+k.State(now.Now())]++
				if k.Algorithm == "ES256" {
					continue
				}
				found := false
				for _, c := range p.shown() {
					sum := sha256.Sum256(c.Raw)
					found = found || hex.EncodeToString(sum[:]) == k.Print
				}
				if !found {
					t.Errorf("%s is the print of no certificate", k.Print)
				}
				if signs := k.State(now.Now()) == "signs"; signs != (k.Successor.Equal(k.Signs.Add(335*day))) || signs == !k.Hidden.IsZero() {
					t.Errorf("%+v", k)
				}
			}
			if states["RS256 signs"] != 1 || states["ES256 signs"] != 1 || states["RS256 old"] != 1 {
				t.Errorf("%v", states)
			}
		})
	})
}
