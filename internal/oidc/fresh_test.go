package oidc_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// TestFreshCode holds that a code which is redeemed at the node that has just given it,
// where nothing of it is read again, is judged as everywhere else.
func TestFreshCode(t *testing.T) {
	ctx := context.Background()
	const (
		closeAccount db.SQL = `UPDATE account_account SET state = 'closed' WHERE id = $1`
		lines        db.SQL = `SELECT count(*) FROM audit_entry WHERE act = 'oidc.token' AND subject = $1`
	)
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		w.Register()
		nodes := []*oidc.Provider{w.Provider, w.Restarted()}
		site, stranger := w.Site("site", oidctest.Tried), w.Site("stranger", oidctest.Tried)
		keyed := w.Site("keyed", nil)
		phones := 0
		someone := func() (account.ID, oidc.Visitor) {
			phones++
			who := w.Account(account.Standard, "Олег Ким", fmt.Sprintf("+79120002%03d", phones))
			return who, w.Visitor(who)
		}
		count := func(who account.ID) (n int) {
			w.Write(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int], lines, string(who)); return err })
			return n
		}
		for name, end := range map[string]func(account.ID, oidc.Visitor){
			"Exit": func(_ account.ID, v oidc.Visitor) {
				w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, v.Session, "exit") })
			},
			"a new password": func(who account.ID, _ oidc.Visitor) {
				w.Write(func(tx *db.Tx) error { return w.Sessions.EndAll(tx, string(who), "", "password") })
			},
			"the account was closed": func(who account.ID, _ oidc.Visitor) {
				w.Write(func(tx *db.Tx) error { return tx.ExecOne(closeAccount, string(who)) })
			},
			"the account was erased": func(who account.ID, _ oidc.Visitor) {
				w.Write(func(tx *db.Tx) error { return w.Accounts.Vault().Erase(tx, string(who)) })
			},
			"the consent was stopped": func(who account.ID, _ oidc.Visitor) {
				if err := w.Provider.Stop(ctx, who, consentOf(t, w, who, site.ID)); err != nil {
					t.Fatal(err)
				}
			},
			"a minute": func(account.ID, oidc.Visitor) { now.Advance(time.Minute) },
		} {
			t.Run("SESS-5 no code serves after "+name, func(t *testing.T) {
				who, v := someone()
				code := site.Code(v)
				end(who, v)
				for _, p := range nodes {
					if _, err := p.Token(ctx, site.Redemption(code)); oidc.RefusalOf(err) == nil {
						t.Fatal("it served", err)
					}
				}
				if n := count(who); n != 0 {
					t.Fatal(n, "lines")
				}
			})
		}
		t.Run("SESS-5 no code serves after the time of a session that nobody used", func(t *testing.T) {
			who, v := someone()
			site.Code(v) // agrees
			now.Advance(v.Session.Until().Sub(now.Now()) - 30*time.Second)
			code := site.Code(v)
			now.Advance(30 * time.Second)
			if _, err := w.Provider.Token(ctx, site.Redemption(code)); oidc.RefusalOf(err) == nil || count(who) != 0 {
				t.Fatal("it served", err)
			}
		})
		t.Run("OTP-2 of 64 parallel uses of one code at once, at two nodes, exactly one succeeds, with its line", func(t *testing.T) {
			who, v := someone()
			code := site.Code(v)
			var good atomic.Int32
			many(func(i int) {
				if _, err := nodes[i%2].Token(ctx, site.Redemption(code)); err == nil {
					good.Add(1)
				} else if oidc.RefusalOf(err) == nil {
					t.Error(err)
				}
			})
			if good.Load() != 1 || count(who) != 1 {
				t.Fatal(good.Load(), count(who))
			}
		})
		for kind, site := range map[string]*oidctest.Site{"a secret": site, "a key": keyed} {
			t.Run("OTP-2 of 64 people's codes at once each succeeds, with its line, by "+kind, func(t *testing.T) {
				var codes [64]string
				var people [64]account.ID
				for i := range codes {
					who, v := someone()
					people[i], codes[i] = who, site.Code(v)
				}
				many(func(i int) {
					if _, err := w.Provider.Token(ctx, site.Redemption(codes[i])); err != nil {
						t.Error(err)
					}
				})
				for _, who := range people {
					if n := count(who); n != 1 {
						t.Fatal(n)
					}
				}
			})
		}
		t.Run("OTP-2 of 64 parallel uses of one assertion for as many codes exactly one succeeds, and takes no code from the others", func(t *testing.T) {
			var codes [64]string
			for i := range codes {
				_, v := someone()
				codes[i] = keyed.Code(v)
			}
			assertion := keyed.Assertion(nil)
			var good, later atomic.Int32
			many(func(i int) {
				_, err := w.Provider.Token(ctx, keyed.Redemption(codes[i], "client_assertion", assertion))
				if err == nil {
					good.Add(1)
					return
				}
				if oidc.RefusalOf(err) == nil || oidc.RefusalOf(err).Code != oidc.InvalidClient {
					t.Error(err)
				}
				if _, err := w.Provider.Token(ctx, keyed.Redemption(codes[i])); err == nil {
					later.Add(1)
				}
			})
			if good.Load() != 1 || later.Load() != 63 {
				t.Fatal(good.Load(), later.Load())
			}
		})
		t.Run("OIDC-5 what a code gave dies when it is used again", func(t *testing.T) {
			_, v := someone()
			code := site.Code(v)
			tokens, err := w.Provider.Token(ctx, site.Redemption(code))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Provider.Token(ctx, site.Redemption(code)); oidc.RefusalOf(err) == nil {
				t.Fatal("used twice")
			}
			now.Advance(3 * time.Second)
			for _, p := range nodes {
				if _, _, err := p.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", tokens.Access); oidc.RefusalOf(err) == nil {
					t.Fatal("its token serves")
				}
			}
		})
		t.Run("OIDC-5 who shows it wrongly gets nothing, and takes nothing from who shows it rightly", func(t *testing.T) {
			who, v := someone()
			for name, wrong := range map[string]func(code string) oidc.Call{
				"another client":   func(code string) oidc.Call { return stranger.Redemption(code) },
				"another verifier": func(code string) oidc.Call { return site.Redemption(code, "code_verifier", stranger.Verifier) },
				"no verifier":      func(code string) oidc.Call { return site.Redemption(code, "code_verifier", "") },
				"another address":  func(code string) oidc.Call { return site.Redemption(code, "redirect_uri", stranger.Redirects[0]) },
				"another resource": func(code string) oidc.Call { return site.Redemption(code, "resource", "https://other.example/") },
				"another MAC":      func(code string) oidc.Call { return site.Redemption(code[:len(code)-4] + "AAAA") },
			} {
				before := count(who)
				code := site.Code(v)
				if _, err := w.Provider.Token(ctx, wrong(code)); oidc.RefusalOf(err) == nil {
					t.Error(name, "served:", err)
				}
				if _, err := w.Provider.Token(ctx, site.Redemption(code)); err != nil || count(who) != before+1 {
					t.Error(name, err)
				}
			}
		})
		t.Run("SESS-5 no code serves a paused client", func(t *testing.T) {
			who, v := someone()
			code := site.Code(v)
			site.Paused = true
			w.Write(func(tx *db.Tx) error { return w.Clients.Change(tx, site.Client, audit.BySystem("test")) })
			w.Clients.Forget(site.ID)
			if _, err := w.Provider.Token(ctx, site.Redemption(code)); oidc.RefusalOf(err).Code != oidc.InvalidClient || count(who) != 0 {
				t.Fatal(err)
			}
		})
	})
}
