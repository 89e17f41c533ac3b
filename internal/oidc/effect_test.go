package oidc_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/profile"
	"okno/internal/signin"
)

// closeAccount is what a closed account looks like; the house has no way to close one yet.
const closeAccount db.SQL = `UPDATE account_account SET state = 'closed' WHERE id = $1`

// TestEffect holds that whatever ends trust is in force everywhere within five
// seconds (SESS-5): on the node where it happened and on another one, which has
// seen the tokens a moment before.
func TestEffect(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		w.Register()
		other := w.Restarted()
		site := w.Site("site", func(c *client.Client) { c.Level = account.Standard })
		phones := 0
		type held struct {
			who    account.ID
			v      oidc.Visitor
			tokens oidc.Tokens
			code   string
			device oidc.DeviceStart
		}
		begin := func(t *testing.T, level account.Level, pairs ...string) held {
			t.Helper()
			phones++
			who := w.Account(level, "Олег Ким", fmt.Sprintf("+79120001%03d", phones))
			v := w.Visitor(who)
			h := held{who: who, v: v, tokens: site.Tokens(v, pairs...), device: deviceOf(t, w, site, v), code: site.Code(v, pairs...)}
			for _, p := range []*oidc.Provider{w.Provider, other} {
				if _, _, err := p.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", h.tokens.Access); err != nil {
					t.Fatal(err)
				}
			}
			return h
		}
		// over holds that nothing of what a site was given serves any more, at any node.
		over := func(t *testing.T, h held) {
			t.Helper()
			w.RunDue()
			now.Advance(3 * time.Second)
			for _, p := range []*oidc.Provider{w.Provider, other} {
				if _, _, err := p.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", h.tokens.Access); code(err) != oidc.InvalidToken {
					t.Fatal("the access token: ", err)
				}
				for what, call := range map[string]oidc.Call{"the refresh token": site.Call("grant_type", "refresh_token", "refresh_token", h.tokens.Refresh), "the code": site.Redemption(h.code),
					"the device": site.Call("grant_type", string(client.Device), "device_code", h.device.Code)} {
					if _, err := p.Token(ctx, call); oidc.RefusalOf(err) == nil {
						t.Fatal(what, err)
					}
				}
				answer, err := p.Introspect(ctx, site.Call("token", h.tokens.Access))
				if err == nil && answer["active"] != false {
					t.Fatal("introspection: ", answer)
				}
			}
		}
		t.Run("SESS-5 a session that ended", func(t *testing.T) {
			h := begin(t, account.Standard)
			w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, h.v.Session, "exit") })
			over(t, h)
		})
		t.Run("SESS-5 all sessions that ended, as after a new password", func(t *testing.T) {
			h := begin(t, account.Standard)
			w.Write(func(tx *db.Tx) error { return w.Sessions.EndAll(tx, string(h.who), "", "password") })
			over(t, h)
		})
		for _, why := range []string{"password", string(signin.Locked), string(signin.NotMe), string(signin.EndedOthers)} {
			t.Run("SESS-5 what outlives the session, after "+why, func(t *testing.T) {
				h := begin(t, account.Standard, "scope", "openid offline_access", "prompt", "consent")
				w.Write(func(tx *db.Tx) error { return w.Sessions.EndAll(tx, string(h.who), "", why) })
				over(t, h)
			})
			t.Run("SESS-5 what outlives a session that was over long before, after "+why, func(t *testing.T) {
				h := begin(t, account.Standard, "scope", "openid offline_access", "prompt", "consent")
				w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, h.v.Session, "exit") })
				w.RunDue()
				now.Advance(25 * time.Hour)
				kept, err := other.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", h.tokens.Refresh))
				if err != nil {
					t.Fatal("it must outlive Exit and a day: ", err)
				}
				late := w.Visitor(h.who)
				w.Write(func(tx *db.Tx) error { return w.Sessions.EndAll(tx, string(h.who), late.Session.ID, why) })
				now.Advance(time.Second)
				fresh := site.Tokens(late, "scope", "openid offline_access", "prompt", "consent")
				h.tokens = kept
				over(t, h)
				if _, err := other.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", fresh.Refresh)); err != nil {
					t.Fatal("what was given afterwards must stay: ", err)
				}
			})
		}
		t.Run("SESS-5 a session that nobody used for its time", func(t *testing.T) {
			h := begin(t, account.Standard)
			now.Advance(31 * time.Minute)
			over(t, h)
		})
		t.Run("SESS-5 a closed account", func(t *testing.T) {
			h := begin(t, account.Standard)
			w.Write(func(tx *db.Tx) error { return tx.ExecOne(closeAccount, string(h.who)) })
			over(t, h)
		})
		t.Run("SESS-5 a closed account, also where the site was given what outlives the session", func(t *testing.T) {
			h := begin(t, account.Standard, "scope", "openid offline_access", "prompt", "consent")
			w.Write(func(tx *db.Tx) error { return tx.ExecOne(closeAccount, string(h.who)) })
			over(t, h)
			h.v.Account.Open = false
			if next, err := other.Authorize(ctx, site.Ask(), h.v); err != nil || next.Step != oidc.SignIn {
				t.Fatal(err, next.Step)
			}
		})
		t.Run("SESS-5 an erased account", func(t *testing.T) {
			h := begin(t, account.Standard)
			w.Write(func(tx *db.Tx) error { return w.Vault.Erase(tx, string(h.who)) })
			over(t, h)
		})
		t.Run("SESS-5 a consent that was stopped", func(t *testing.T) {
			h := begin(t, account.Standard)
			if err := w.Provider.Stop(ctx, h.who, consentOf(t, w, h.who, "site")); err != nil {
				t.Fatal(err)
			}
			over(t, h)
		})
		t.Run("SESS-5 a consent that was stopped by whoever, by its event", func(t *testing.T) {
			h := begin(t, account.Standard)
			given := consentOf(t, w, h.who, "site")
			w.Write(func(tx *db.Tx) error { _, err := consent.Stop(tx, h.who, given, "holder"); return err })
			over(t, h)
		})
		t.Run("OIDC-12 what was agreed to after a stop stays, however late its event comes", func(t *testing.T) {
			h := begin(t, account.Standard)
			given := consentOf(t, w, h.who, "site")
			w.Write(func(tx *db.Tx) error { _, err := consent.Stop(tx, h.who, given, "holder"); return err })
			now.Advance(time.Second)
			fresh := site.Tokens(h.v)
			w.RunDue()
			if _, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", fresh.Refresh)); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("SESS-5 a level that fell", func(t *testing.T) {
			h := begin(t, account.Verified)
			w.Write(func(tx *db.Tx) error { return w.Accounts.Revoke(tx, h.who, "wrong", audit.BySystem("test")) })
			over(t, h)
		})
		t.Run("Q-40 a level that rose takes nothing away, and shows in the next token", func(t *testing.T) {
			h := begin(t, account.Standard)
			w.Write(func(tx *db.Tx) error {
				_, _, err := w.Accounts.Add(tx, h.who, account.Evidence{Way: account.ByDesk, Source: "centre", By: "officer"}, audit.BySystem("test"))
				return err
			})
			w.RunDue()
			next, err := other.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", h.tokens.Refresh))
			if err != nil {
				t.Fatal(err)
			}
			before, after := oidctest.Claims(t, h.tokens.ID), oidctest.Claims(t, next.ID)
			if before["acr"] != "urn:okno:level:standard" || after["acr"] != "urn:okno:level:verified" || after["okno_proof"].(map[string]any)["way"] != "desk" || after["sub"] != before["sub"] || after["auth_time"] != before["auth_time"] {
				t.Fatal(before, after)
			}
		})
		t.Run("OIDC-9 what outlives the session ends once its person is verified, also by a rise on the way", func(t *testing.T) {
			h := begin(t, account.Standard, "scope", "openid offline_access", "prompt", "consent")
			w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, h.v.Session, "exit") })
			w.RunDue()
			kept, err := other.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", h.tokens.Refresh))
			if err != nil {
				t.Fatal("it must outlive Exit: ", err)
			}
			w.Write(func(tx *db.Tx) error {
				_, _, err := w.Accounts.Add(tx, h.who, account.Evidence{Way: account.ByDesk, Source: "centre", By: "officer"}, audit.BySystem("test"))
				return err
			})
			w.RunDue()
			if next, err := other.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", kept.Refresh)); code(err) != oidc.InvalidGrant {
				t.Fatal("a token at the highest level without a session: ", oidctest.Claims(t, next.ID)["acr"], err)
			}
			h.tokens = kept
			over(t, h)
		})
		t.Run("SESS-5 a client that may less gets less", func(t *testing.T) {
			h := begin(t, account.Standard)
			change(w, site, func(c *client.Client) { c.Required = []client.Attribute{client.BirthDate} })
			now.Advance(3 * time.Second)
			for _, p := range []*oidc.Provider{w.Provider, other} {
				claims, _, err := p.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", h.tokens.Access)
				if err != nil || claims["name"] != nil {
					t.Fatal(claims, err)
				}
			}
			change(w, site, func(c *client.Client) { c.Required = []client.Attribute{client.Name, client.BirthDate} })
			now.Advance(3 * time.Second)
		})
		t.Run("SESS-5 what a site reads of a person is two seconds old at most", func(t *testing.T) {
			h := begin(t, account.Standard)
			born := func(p *oidc.Provider) any {
				claims, _, err := p.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", h.tokens.Access)
				if err != nil {
					t.Fatal(err)
				}
				return claims["birthdate"]
			}
			before := born(w.Provider)
			born(other)
			w.Write(func(tx *db.Tx) error {
				return w.Profiles.Set(tx, h.who, map[string]string{profile.BirthDate: "1961-04-12"}, profile.FromRegister("test"), audit.BySystem("test"))
			})
			now.Advance(2 * time.Second)
			for _, p := range []*oidc.Provider{w.Provider, other} {
				if got := born(p); got != "1961-04-12" {
					t.Fatalf("still %v, first %v", got, before)
				}
			}
		})
		t.Run("OIDC-2 a redirect address that was taken away while somebody signed in is not used", func(t *testing.T) {
			h := begin(t, account.Standard)
			next, err := w.Provider.Authorize(ctx, site.Ask("prompt", "login"), h.v)
			if err != nil {
				t.Fatal(err)
			}
			old := site.Redirects
			change(w, site, func(c *client.Client) { c.Redirects = []string{"https://site.example/new"} })
			now.Advance(3 * time.Second)
			if done, err := other.Continue(ctx, next.Flow, w.Visitor(h.who)); code(err) != oidc.InvalidRequest || done.Answer.Redirect != "" {
				t.Fatalf("%v %+v", err, done)
			}
			if answer, err := other.Decline(ctx, next.Flow, h.v); code(err) != oidc.InvalidRequest || answer.Redirect != "" {
				t.Fatalf("%v %+v", err, answer)
			}
			change(w, site, func(c *client.Client) { c.Redirects = old })
			now.Advance(3 * time.Second)
		})
		t.Run("SESS-5 a paused client", func(t *testing.T) {
			h := begin(t, account.Standard)
			signed := site.Tokens(h.v, "resource", site.Resources[0])
			api := w.Site("api", func(c *client.Client) { c.Introspect, c.Resources = true, site.Resources })
			change(w, site, func(c *client.Client) { c.Paused = true })
			over(t, h)
			for _, p := range []*oidc.Provider{w.Provider, other} {
				if next, err := p.Authorize(ctx, site.Ask(), h.v); code(err) != oidc.UnauthorizedClient {
					t.Fatalf("%v %+v", err, next)
				}
				if answer, err := p.Introspect(ctx, api.Call("token", signed.Access)); err != nil || answer["active"] != false {
					t.Fatal(answer, err)
				}
			}
		})
	})
}

// change changes a client in the register, as the console does on this node.
func change(w *oidctest.World, s *oidctest.Site, f func(*client.Client)) {
	f(&s.Client)
	w.Write(func(tx *db.Tx) error { return w.Clients.Change(tx, s.Client, audit.BySystem("test")) })
	w.Clients.Forget(s.ID)
}

func consentOf(t *testing.T, w *oidctest.World, who account.ID, site client.ID) (id consent.ID) {
	t.Helper()
	w.Write(func(tx *db.Tx) error {
		found, err := consent.Find(tx, who, site)
		id = found.ID
		return err
	})
	if id == "" {
		t.Fatal("no consent")
	}
	return id
}
