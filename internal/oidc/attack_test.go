package oidc_test

import (
	"context"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// TestAttacks holds what a site with a registration of its own may not do.
func TestAttacks(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		t.Run("T-40 nobody is led to a site that was closed, neither with an error nor after a sign-out", func(t *testing.T) {
			site := w.Site("closed", nil)
			v := w.Visitor(irina)
			hint := site.Tokens(v).ID
			leave := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {site.PostLogout[0]}}
			if l, err := w.Provider.Leave(ctx, leave, v); err != nil || l.Return == "" {
				t.Fatal("an open site is not gone back to: ", err)
			}
			change(w, site, func(c *client.Client) { c.Stopped = &client.Stop{Reason: "fraud"} })
			for name, values := range map[string]url.Values{"a wrong request": site.Ask("code_challenge", ""), "a quiet one": site.Ask("prompt", "none"), "one that is in order": site.Ask()} {
				for _, who := range []oidc.Visitor{v, {Browser: oidctest.Browser}} {
					if next, err := w.Provider.Authorize(ctx, values, who); code(err) != oidc.UnauthorizedClient || next.Answer.Redirect != "" {
						t.Errorf("%s: %v %+v", name, err, next.Answer)
					}
				}
			}
			l, err := w.Provider.Leave(ctx, leave, v)
			if err != nil || l.Return != "" || !l.Sure {
				t.Errorf("%v %+v", err, l)
			}
		})
		t.Run("SESS-5 a resource that was taken from a site gets no more tokens, neither for a code nor by a refresh", func(t *testing.T) {
			site := w.Site("shrinks", func(c *client.Client) {
				c.Resources = []string{"https://one.example/", "https://two.example/"}
			})
			all := site.Ask()
			all["resource"] = site.Resources
			v := w.Visitor(irina)
			site.Code(v)
			code1, code2 := codeFor(t, w, all, v), codeFor(t, w, all, v)
			tokens, err := w.Provider.Token(ctx, site.Redemption(codeFor(t, w, all, v)))
			if aud, _ := oidctest.Claims(t, tokens.Access)["aud"].([]any); err != nil || len(aud) != 2 {
				t.Fatal(aud, err)
			}
			change(w, site, func(c *client.Client) { c.Resources = c.Resources[:1] })
			if _, err := w.Provider.Token(ctx, site.Redemption(code1, "resource", "https://two.example/")); code(err) != oidc.InvalidTarget {
				t.Error("a code for what was taken away: ", err)
			}
			renewed, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh))
			if aud, _ := oidctest.Claims(t, renewed.Access)["aud"].([]any); err != nil || len(aud) != 1 || aud[0] != "https://one.example/" {
				t.Error(aud, err)
			}
			change(w, site, func(c *client.Client) { c.Resources = nil })
			if _, err := w.Provider.Token(ctx, site.Redemption(code2)); code(err) != oidc.InvalidTarget {
				t.Error("a code when nothing is left: ", err)
			}
			if got, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", renewed.Refresh)); code(err) != oidc.InvalidTarget {
				t.Error("a refresh when nothing is left: ", err, got)
			}
		})
		t.Run("OIDC-7 a site whose tokens have to be bound from now on gets bound ones with the next refresh", func(t *testing.T) {
			site := w.Site("binds", nil)
			tokens := site.Tokens(w.Visitor(irina))
			change(w, site, func(c *client.Client) { c.DPoP = true })
			h := w.Holder()
			turn := func(token string, h oidctest.Holder) (oidc.Tokens, error) {
				call := site.Call("grant_type", "refresh_token", "refresh_token", token)
				call.Proof = h.Proof("POST", oidc.PathToken, "", nil)
				return w.Provider.Token(ctx, call)
			}
			renewed, err := turn(tokens.Refresh, h)
			if err != nil || renewed.Type != "DPoP" {
				t.Fatal(renewed.Type, err)
			}
			if _, _, err := w.Provider.UserInfo(ctx, oidc.Call{}, "Bearer", renewed.Access); code(err) != oidc.InvalidToken {
				t.Error("it serves whoever shows it: ", err)
			}
			if _, err := turn(renewed.Refresh, w.Holder()); code(err) != oidc.InvalidGrant {
				t.Error("another key turns it: ", err)
			}
			if _, err := turn(renewed.Refresh, h); err != nil {
				t.Error("its own key does not: ", err)
			}
		})
		t.Run("SESS-5 who left the people of a site in the sandbox is refreshed there no more", func(t *testing.T) {
			site := w.Site("tried", func(c *client.Client) { c.Stage = client.Sandbox })
			p := &partners{may: irina}
			w.Provider.Partners = p
			defer func() { w.Provider.Partners = nil }()
			tokens := site.Tokens(w.Visitor(irina))
			p.may = "somebody else"
			if _, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)); code(err) != oidc.InvalidGrant {
				t.Error(err)
			}
		})
		t.Run("OIDC-12 what outlives the session is given to nobody who was not asked about that very thing", func(t *testing.T) {
			boris := w.Visitor(w.Account(account.Standard, "Борис Ким", "+79120000200"))
			for name, change := range map[string]func(*client.Client){"quiet": nil, "lawful": func(c *client.Client) { c.Law = map[string]string{"en": "The law"} }} {
				site := w.Site(client.ID(name), change)
				site.Code(boris)
				if tokens := site.Tokens(boris, "scope", "openid offline_access"); tokens.Scope != "openid" {
					t.Errorf("%s: a site that has been let in before gets more in silence: %q", name, tokens.Scope)
				}
				next, err := w.Provider.Authorize(ctx, site.Ask("scope", "openid offline_access", "prompt", "consent"), boris)
				if err != nil || next.Step != oidc.Consent || next.Outlives != 30*24*time.Hour {
					t.Fatalf("%s: %v %+v", name, err, next)
				}
				plain, err := w.Provider.Authorize(ctx, site.Ask("scope", "openid", "prompt", "consent"), boris)
				if err != nil || plain.Outlives != 0 || plain.Asked("en") == next.Asked("en") {
					t.Fatalf("%s: a yes to less would be one to more: %v %+v", name, err, plain)
				}
				done, err := w.Provider.Agree(ctx, next.Flow, boris, next.Asked("en"), nil, "en")
				if err != nil {
					t.Fatal(err)
				}
				tokens, err := w.Provider.Token(ctx, site.Redemption(done.Answer.Params.Get("code")))
				if err != nil || tokens.Scope != "openid offline_access" {
					t.Errorf("%s: who said yes gives nothing: %v %q", name, err, tokens.Scope)
				}
			}
		})
		t.Run("OIDC-12 nobody is let in without a yes where any program of a device can pretend to be the application", func(t *testing.T) {
			boris := w.Visitor(w.Account(account.Standard, "Борис Ким", "+79120000300"))
			keyless := func(redirect string) func(*client.Client) {
				return func(c *client.Client) {
					c.Native, c.Method, c.Keys, c.Grants = true, client.NoMethod, jose.JSONWebKeySet{}, []client.Grant{client.Code}
					c.Redirects = []string{redirect}
				}
			}
			loopback, claimed := w.Site("loopback", keyless("http://127.0.0.1:7777/cb")), w.Site("claimed", keyless("https://app.example/cb"))
			for range 2 {
				next, err := w.Provider.Authorize(ctx, loopback.Ask(), boris)
				if err != nil || next.Step != oidc.Consent {
					t.Fatalf("%v %+v", err, next)
				}
				if done, err := w.Provider.Agree(ctx, next.Flow, boris, next.Asked("en"), nil, "en"); err != nil || !done.Answer.Params.Has("code") {
					t.Fatalf("%v %+v", err, done)
				}
			}
			if next, err := w.Provider.Authorize(ctx, loopback.Ask("prompt", "none"), boris); err != nil || next.Answer.Params.Get("error") != oidc.ConsentRequired {
				t.Errorf("%v %+v", err, next.Answer)
			}
			claimed.Code(boris)
			if next, err := w.Provider.Authorize(ctx, claimed.Ask("prompt", "none"), boris); err != nil || !next.Answer.Params.Has("code") {
				t.Errorf("an address of its own is one of its own: %v %+v", err, next.Answer)
			}
		})
		t.Run("OIDC-11 a site that expects a level or a person in words that nobody can meet gets no other in silence", func(t *testing.T) {
			site := w.Site("expects", nil)
			v := w.Visitor(irina)
			tokens := site.Tokens(v)
			sub, _ := oidctest.Claims(t, tokens.ID)["sub"].(string)
			for _, bad := range []string{`{"id_token":{"acr":{"value":{"a":1}}}}`, `{"id_token":{"acr":{"value":3}}}`, `{"id_token":{"acr":{"values":"urn:okno:level:verified"}}}`, `{"id_token":{"sub":{"value":["x"]}}}`,
				`{"id_token":{"sub":{"values":["x","y"]}}}`, `{"id_token":{"sub":{"value":""}}}`, `{"id_token":{"sub":7}}`, `{"id_token":{"sub":{"value":"x"}},"userinfo":{"sub":{"value":"y"}}}`} {
				if next, err := w.Provider.Authorize(ctx, site.Ask("claims", bad), v); err != nil || next.Answer.Params.Get("error") != oidc.InvalidRequest {
					t.Errorf("%s: %v %+v", bad, err, next.Answer)
				}
			}
			for _, other := range []string{`{"id_token":{"sub":{"value":"x"}}}`, `{"id_token":{"sub":{"values":["x"]}}}`, `{"userinfo":{"sub":{"value":"x"}}}`} {
				if next, err := w.Provider.Authorize(ctx, site.Ask("claims", other, "prompt", "none"), v); err != nil || next.Answer.Params.Get("error") != oidc.LoginRequired {
					t.Errorf("%s: %v %+v", other, err, next.Answer)
				}
			}
			if next, err := w.Provider.Authorize(ctx, site.Ask("claims", `{"id_token":{"sub":{"value":"x"}}}`, "id_token_hint", tokens.ID), v); err != nil || next.Answer.Params.Get("error") != oidc.InvalidRequest {
				t.Errorf("two people at once: %v %+v", err, next.Answer)
			}
			for _, good := range []string{`{"id_token":{"sub":{"value":"` + sub + `"},"acr":null}}`, `{"id_token":{"sub":null},"userinfo":{"sub":{"essential":true}}}`} {
				if site.Code(v, "claims", good) == "" {
					t.Error(good)
				}
			}
		})
		t.Run("SESS-5 a consent that is stopped ends what another node gave at the same moment, whose clock is ahead", func(t *testing.T) {
			w.Register()
			site := w.Site("ahead", nil)
			for _, name := range []string{"by its holder", "by its event"} {
				v := w.Visitor(irina)
				tokens := site.Tokens(v)
				now.Advance(-2 * time.Second)
				held := consentOf(t, w, irina, site.ID)
				if name == "by its holder" {
					if err := w.Provider.Stop(ctx, irina, held); err != nil {
						t.Fatal(err)
					}
				} else {
					w.Write(func(tx *db.Tx) error { _, err := consent.Stop(tx, irina, held, "closed"); return err })
					w.RunDue()
				}
				now.Advance(5 * time.Second)
				if _, _, err := w.Provider.UserInfo(ctx, oidc.Call{}, "Bearer", tokens.Access); code(err) != oidc.InvalidToken {
					t.Errorf("%s: it still opens: %v", name, err)
				}
			}
		})
		t.Run("INP-2 a request that says one thing again and again, or very much, is refused", func(t *testing.T) {
			site := w.Site("talks", nil)
			same := site.Ask()
			same["resource"] = []string{site.Resources[0], site.Resources[0]}
			much := site.Ask()
			for i := range 64 {
				much.Set("x"+strconv.Itoa(i), "1")
			}
			for name, values := range map[string]url.Values{"same": same, "much": much} {
				if next, err := w.Provider.Authorize(ctx, values, w.Visitor(irina)); code(err) != oidc.InvalidRequest || next.Answer.Redirect != "" {
					t.Errorf("%s: %v %+v", name, err, next)
				}
				call := site.Call()
				for key, list := range values {
					call.Form[key] = list
				}
				if _, err := w.Provider.Push(ctx, call); code(err) != oidc.InvalidRequest {
					t.Errorf("%s is pushed: %v", name, err)
				}
			}
		})
		t.Run("T-41 the proof tells the day, and neither the second nor the place, by which sites could join their people", func(t *testing.T) {
			site := w.Site("days", nil)
			proof := func(who account.ID) map[string]any {
				claims, _ := oidctest.Claims(t, site.Tokens(w.Visitor(who)).ID)["okno_proof"].(map[string]any)
				return claims
			}
			morning := time.Date(2027, 3, 5, 0, 0, 1, 0, w.Law.Zone)
			var days []float64
			for i, at := range []time.Time{morning, morning.Add(9*time.Hour + time.Second), morning.Add(24*time.Hour - 2*time.Second), morning.Add(24 * time.Hour)} {
				now.Advance(at.Sub(now.Now()))
				who := w.Account(account.Standard, "Олег Ким", "+7912000010"+string(rune('0'+i)))
				w.Write(func(tx *db.Tx) error {
					_, _, err := w.Accounts.Add(tx, who, account.Evidence{Way: account.ByDesk, Source: "centre-7", By: "officer"}, audit.BySystem("test"))
					return err
				})
				told := proof(who)
				if told["way"] != "desk" || len(told) != 2 {
					t.Fatal(told)
				}
				days = append(days, told["at"].(float64))
			}
			if days[0] != days[1] || days[1] != days[2] || days[3] != days[2]+24*60*60 || int64(days[0]) != morning.Add(-time.Second).Unix() {
				t.Error(days)
			}
		})
	})
}

// codeFor is the code of a request for which nothing is asked any more.
func codeFor(t *testing.T, w *oidctest.World, values url.Values, v oidc.Visitor) string {
	t.Helper()
	next, err := w.Provider.Authorize(context.Background(), values, v)
	if err != nil || next.Answer.Params.Get("code") == "" {
		t.Fatalf("%v %+v", err, next)
	}
	return next.Answer.Params.Get("code")
}
