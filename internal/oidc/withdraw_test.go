package oidc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

const sealedKeysOf db.SQL = `SELECT sealed FROM oidc_key WHERE id = $1`

// TestWithdraw holds what happens when a signing key may have become known.
func TestWithdraw(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		site := w.Site("site", nil)
		old := w.Site("old", func(c *client.Client) { c.RS256 = true })
		v := w.Visitor(w.Account(account.Verified, "Ирина Соколова", "+79120000001"))
		other := w.Restarted()
		set := func(p *oidc.Provider) *jose.JSONWebKeySet {
			t.Helper()
			set := &jose.JSONWebKeySet{}
			text, err := p.JWKS(ctx)
			if err == nil {
				err = json.Unmarshal(text, set)
			}
			if err != nil {
				t.Fatal(err)
			}
			return set
		}
		hinted := func(p *oidc.Provider, s *oidctest.Site, hint string) string {
			t.Helper()
			next, err := p.Authorize(ctx, s.Ask("id_token_hint", hint), v)
			if err != nil {
				t.Fatal(err)
			}
			return next.Answer.Params.Get("error")
		}
		for _, s := range []*oidctest.Site{site, old} {
			t.Run("F-30 a withdrawn key of "+string(s.Algorithm())+" counts no more, and a successor signs at once", func(t *testing.T) {
				tokens := s.Tokens(v, "resource", s.Resources[0])
				leaked := kidOf(t, tokens.ID)
				if set(other); hinted(other, s, tokens.ID) != "" {
					t.Fatal("a hint in order is refused")
				}
				if err := w.Provider.WithdrawKey(ctx, leaked); err != nil {
					t.Fatal(err)
				}
				fresh := s.Tokens(v)
				if kidOf(t, fresh.ID) == leaked {
					t.Fatal("it still signs")
				}
				check(t, set(w.Provider), fresh.ID)
				if len(set(w.Provider).Key(leaked)) != 0 || hinted(w.Provider, s, tokens.ID) != oidc.InvalidRequest {
					t.Fatal("its signature still counts")
				}
				now.Advance(20 * time.Second)
				if len(set(other).Key(leaked)) != 0 || hinted(other, s, tokens.ID) != oidc.InvalidRequest || len(set(other).Key(kidOf(t, fresh.ID))) != 1 {
					t.Fatal("another node goes on with it after 20 seconds")
				}
				if s == site {
					answer, err := w.Provider.Introspect(ctx, s.Call("token", tokens.Access))
					if err != nil || answer["active"] != false {
						t.Fatal("a signed access token lives on: ", answer, err)
					}
				}
				if _, err := w.Provider.Token(ctx, s.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)); err != nil {
					t.Fatal("the person must not lose his sign-in: ", err)
				}
				w.Write(func(tx *db.Tx) error {
					sealed, err := db.One(tx, db.Scalar[[]byte], sealedKeysOf, leaked)
					if err == nil && !bytes.Equal(sealed, nil) {
						t.Error("the key is still kept")
					}
					lines, err2 := audit.Newest(tx, audit.Filter{Act: "oidc.key.withdraw"}, 10)
					if err == nil && err2 == nil && (len(lines) == 0 || lines[0].Object != "oidc_key/"+leaked) {
						t.Error("no audit line")
					}
					return err
				})
			})
		}
		t.Run("F-30 keys move on after one was withdrawn, and none is made under its name again", func(t *testing.T) {
			if err := w.Provider.RotateKeys(ctx); err != nil {
				t.Fatal(err)
			}
			now.Advance(20 * time.Second)
			var waiting []string
			signs := kidOf(t, site.Tokens(v).ID)
			for _, k := range set(w.Provider).Keys {
				if k.Algorithm == "ES256" && k.KeyID != signs {
					waiting = append(waiting, k.KeyID)
				}
			}
			if len(waiting) != 1 {
				t.Fatal(waiting)
			}
			if err := w.Provider.WithdrawKey(ctx, waiting[0]); err != nil {
				t.Fatal(err)
			}
			if kidOf(t, site.Tokens(v).ID) != signs {
				t.Fatal("the key that signs was not the one to go")
			}
			for range 3 {
				now.Advance(25 * time.Hour)
				if err := w.Provider.RotateKeys(ctx); err != nil {
					t.Fatal(err)
				}
				v = w.Visitor(v.Account.ID)
				tokens := site.Tokens(v)
				check(t, set(w.Provider), tokens.ID)
				if len(set(w.Provider).Key(waiting[0])) != 0 {
					t.Fatal("the name is given again")
				}
			}
		})
		t.Run("F-30 a key that is not shown cannot be withdrawn", func(t *testing.T) {
			if err := w.Provider.WithdrawKey(ctx, "x"); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
	})
}

// kidOf is the name of the key that signed a token.
func kidOf(t *testing.T, token string) string {
	t.Helper()
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Signatures[0].Header.KeyID
}

// check holds that a key of the set has signed a token.
func check(t *testing.T, set *jose.JSONWebKeySet, token string) {
	t.Helper()
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	keys := set.Key(parsed.Signatures[0].Header.KeyID)
	if len(keys) != 1 {
		t.Fatal("nobody knows the key")
	}
	if _, err := parsed.Verify(keys[0]); err != nil {
		t.Fatal(err)
	}
}
