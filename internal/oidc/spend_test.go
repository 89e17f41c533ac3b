package oidc_test

import (
	"context"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/secret"

	"github.com/go-jose/go-jose/v4"
)

// The audit log is away for a while, so that no line can be written.
const (
	hideLog  db.SQL = `ALTER TABLE audit_entry RENAME TO audit_entry_hidden`
	showLog  db.SQL = `ALTER TABLE audit_entry_hidden RENAME TO audit_entry`
	countLog db.SQL = `SELECT count(*) FROM audit_entry WHERE act <> 'signin.begin'`
)

// TestSpending holds that a one-time value is spent in the transaction of its audit
// line: where no line can be written, nothing is spent and the next try serves.
func TestSpending(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		site, v := w.Site("site", nil), w.Visitor(irina)
		site.Code(v)
		holder := w.Holder()
		run := func(q db.SQL) { w.Write(func(tx *db.Tx) error { _, err := tx.Exec(q); return err }) }
		lines := func() (n int) {
			w.Write(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int], countLog); return err })
			return n
		}
		token := func(call oidc.Call) func() error {
			return func() error { _, err := w.Provider.Token(ctx, call); return err }
		}
		authorize := func(pairs ...string) func() error {
			values := site.Ask(pairs...)
			return func() error { _, err := w.Provider.Authorize(ctx, values, v); return err }
		}
		push := func(call oidc.Call) func() error {
			return func() error { _, err := w.Provider.Push(ctx, call); return err }
		}
		proved := func(call oidc.Call) oidc.Call {
			call.Proof = holder.Proof("POST", oidc.PathToken, "", nil)
			return call
		}
		pushed, err := w.Provider.Push(ctx, site.Pushing())
		if err != nil {
			t.Fatal(err)
		}
		boundSite := w.Site("bound", func(c *client.Client) { c.DPoP = true })
		bound, err := w.Provider.Token(ctx, proved(boundSite.Redemption(boundSite.Code(v))))
		if err != nil {
			t.Fatal(err)
		}
		show := oidc.Call{Method: "GET", Address: oidctest.Issuer + "/oauth/userinfo", Proof: holder.Proof("GET", oidc.PathUserInfo, bound.Access, nil)}
		code1, tokens := site.Code(v), site.Tokens(v)
		introspection := site.Call("token", tokens.Access)
		refusedPush := site.Pushing("redirect_uri", "https://evil.example/")
		for what, use := range map[string]func() error{
			"a code":                        token(site.Redemption(code1)),
			"a refresh token":               token(site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)),
			"an assertion for itself":       token(site.Call("grant_type", "client_credentials")),
			"a DPoP proof for itself":       token(proved(site.Call("grant_type", "client_credentials"))),
			"an assertion at introspection": func() error { _, err := w.Provider.Introspect(ctx, introspection); return err },
			"an assertion of a push":        push(site.Pushing()),
			"a signed request":              authorize("request", site.Request(nil)),
			"a signed request for a page":   authorize("request", site.Request(map[string]any{"prompt": "login"})),
			"a pushed request":              authorize("request_uri", pushed.URI),
			"a proof at userinfo":           func() error { _, _, err := w.Provider.UserInfo(ctx, show, "DPoP", bound.Access); return err },
		} {
			t.Run("OTP-2 "+what+" is spent with its audit line or not at all", func(t *testing.T) {
				run(hideLog)
				err := use()
				run(showLog)
				if err == nil || oidc.RefusalOf(err) != nil {
					t.Fatal("without the log: ", err)
				}
				before := lines()
				if err := use(); err != nil {
					t.Fatal("it was spent without its line: ", err)
				}
				if lines() == before {
					t.Fatal("no line was written")
				}
				if err := use(); oidc.RefusalOf(err) == nil {
					t.Fatal("it serves again: ", err)
				}
			})
		}
		t.Run("OTP-2 an assertion with which nothing was got is spent with its audit line too", func(t *testing.T) {
			for what, use := range map[string]func() error{"a push that is refused": push(refusedPush), "a code that is none": token(site.Redemption("okc_" + secret.NewID() + "_" + strings.Repeat("a", 43))),
				"a refresh token that is none": token(site.Call("grant_type", "refresh_token", "refresh_token", "okr_x_1_x"))} {
				before := lines()
				if err := use(); oidc.RefusalOf(err) == nil || code(err) == oidc.InvalidClient {
					t.Fatal(what, err)
				}
				if lines() == before {
					t.Fatal("no line: ", what)
				}
				if err := use(); code(err) != oidc.InvalidClient {
					t.Fatal("the assertion serves again: ", what, err)
				}
			}
		})
		t.Run("OTP-2 a secret is no one-time value: a client's own token writes nothing", func(t *testing.T) {
			w.Site("basic", func(c *client.Client) {
				c.Stage, c.Method, c.Keys, c.Secret = client.Sandbox, client.SecretBasic, jose.JSONWebKeySet{}, secret.Hash("a-secret")
			})
			before := lines()
			call := oidc.Call{Method: "POST", Form: map[string][]string{"grant_type": {"client_credentials"}}, Basic: true, User: "basic", Password: "a-secret"}
			if _, err := w.Provider.Token(ctx, call); err != nil || lines() != before {
				t.Fatal(err, lines()-before)
			}
		})
	})
}
