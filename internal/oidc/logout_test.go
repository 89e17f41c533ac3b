package oidc_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// TestLogoutModules holds the negative modules of RP-initiated logout (security.md 3).
func TestLogoutModules(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		site, other := w.Site("site", nil), w.Site("other", nil)
		v := w.Visitor(w.Account(account.Verified, "Ирина Соколова", "+79120000001"))
		hint := site.Tokens(v).ID
		bye := site.PostLogout[0]
		leave := func(pairs ...string) (oidc.Leaving, error) {
			values := url.Values{}
			for i := 0; i < len(pairs); i += 2 {
				values.Add(pairs[i], pairs[i+1])
			}
			return w.Provider.Leave(ctx, values, v)
		}
		never := func(t *testing.T, pairs ...string) {
			t.Helper()
			l, err := leave(pairs...)
			if r := oidc.RefusalOf(err); r == nil || r.Code != oidc.InvalidRequest || l.Return != "" || strings.Contains(err.Error(), "evil") {
				t.Fatalf("%+v %v", l, err)
			}
		}
		t.Run("OIDC-14 RPInitiatedLogout: a valid hint of this session needs no question and leads back with state", func(t *testing.T) {
			l, err := leave("id_token_hint", hint, "post_logout_redirect_uri", bye, "state", "a&b")
			if err != nil || !l.Sure || l.Return != bye+"?state=a%26b" || l.Client.ID != "site" {
				t.Fatalf("%+v %v", l, err)
			}
		})
		t.Run("OIDC-14 BadLogoutRedirectUri", func(t *testing.T) {
			for _, bad := range []string{"https://evil.example/", other.PostLogout[0], bye + "/", bye + "#x", strings.ToUpper(bye), site.Redirects[0], "javascript:alert(1)", "//evil.example"} {
				never(t, "id_token_hint", hint, "post_logout_redirect_uri", bad)
			}
		})
		t.Run("OIDC-14 QueryAddedToLogoutRedirectUri", func(t *testing.T) {
			never(t, "id_token_hint", hint, "post_logout_redirect_uri", bye+"?foo=bar")
			never(t, "id_token_hint", hint, "post_logout_redirect_uri", bye+"?")
		})
		t.Run("OIDC-14 BadIdTokenHint", func(t *testing.T) {
			never(t, "id_token_hint", "bad", "post_logout_redirect_uri", bye)
			never(t, "id_token_hint", "a.b.c", "post_logout_redirect_uri", bye)
			never(t, "id_token_hint", site.Tokens(v).Access, "post_logout_redirect_uri", bye)
		})
		t.Run("OIDC-14 ModifiedIdTokenHint", func(t *testing.T) {
			none := oidctest.Raw(t, map[string]any{"alg": "none"}, oidctest.Claims(t, hint), "")
			never(t, "id_token_hint", none, "post_logout_redirect_uri", bye)
			never(t, "id_token_hint", strings.TrimSuffix(none, "."), "post_logout_redirect_uri", bye)
			parts := strings.Split(hint, ".")
			never(t, "id_token_hint", parts[0]+"."+parts[1]+".", "post_logout_redirect_uri", bye)
		})
		t.Run("OIDC-14 NoIdTokenHint never redirects", func(t *testing.T) {
			for _, pairs := range [][]string{{"post_logout_redirect_uri", bye}, {"post_logout_redirect_uri", bye, "client_id", "site"}, {"post_logout_redirect_uri", bye, "state", "x"}} {
				if l, err := leave(pairs...); err != nil || l.Return != "" || l.Sure {
					t.Fatalf("%+v %v", l, err)
				}
			}
		})
		t.Run("OIDC-14 NoParams shows a page", func(t *testing.T) {
			if l, err := leave(); err != nil || l.Return != "" || l.Sure {
				t.Fatalf("%+v %v", l, err)
			}
		})
		t.Run("OIDC-14 OnlyState shows a page", func(t *testing.T) {
			if l, err := leave("state", "x"); err != nil || l.Return != "" || l.Sure {
				t.Fatalf("%+v %v", l, err)
			}
		})
		t.Run("OIDC-14 NoPostLogoutRedirectUri stays with us", func(t *testing.T) {
			if l, err := leave("id_token_hint", hint, "state", "x"); err != nil || l.Return != "" || !l.Sure {
				t.Fatalf("%+v %v", l, err)
			}
		})
		t.Run("OIDC-14 a client_id that is not the hint's is refused, and so are two hints", func(t *testing.T) {
			never(t, "id_token_hint", hint, "client_id", "other", "post_logout_redirect_uri", bye)
			never(t, "id_token_hint", hint, "id_token_hint", hint)
			never(t, "id_token_hint", hint, "post_logout_redirect_uri", bye, "post_logout_redirect_uri", "https://evil.example/")
		})
		t.Run("OIDC-14 a hint of another session, or of nobody's, is no reason to leave without a question", func(t *testing.T) {
			second := w.Visitor(v.Account.ID)
			for _, visitor := range []oidc.Visitor{second, {Browser: oidctest.Browser}} {
				l, err := w.Provider.Leave(ctx, url.Values{"id_token_hint": {hint}}, visitor)
				if err != nil || l.Sure {
					t.Fatalf("%+v %v", l, err)
				}
			}
		})
		t.Run("OIDC-14 a hint that is over still names its session", func(t *testing.T) {
			now.Advance(10 * time.Minute)
			if l, err := leave("id_token_hint", hint); err != nil || !l.Sure {
				t.Fatalf("%+v %v", l, err)
			}
		})
	})
}

// TestFarewell holds back-channel logout (SESS-4).
func TestFarewell(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		door := w.Register()
		logout := func(id string) func(*client.Client) {
			return func(c *client.Client) { c.LogoutURI = "https://" + id + ".example/logout" }
		}
		good, mute, none := w.Site("good", logout("good")), w.Site("mute", logout("mute")), w.Site("none", nil)
		door.Refuse["https://mute.example/logout"] = true
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		enter := func() (oidc.Visitor, map[client.ID]oidc.Tokens) {
			v, tokens := w.Visitor(irina), map[client.ID]oidc.Tokens{}
			for _, s := range []*oidctest.Site{good, mute, none} {
				tokens[s.ID] = s.Tokens(v)
			}
			return v, tokens
		}
		states := func(line string) map[client.ID]oidc.FarewellState {
			list, err := w.Provider.PartingOf(ctx, line)
			if err != nil {
				t.Fatal(err)
			}
			all := map[client.ID]oidc.FarewellState{}
			for _, f := range list {
				all[f.Client] = f.State
			}
			return all
		}
		end := func(v oidc.Visitor) { w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, v.Session, "exit") }) }
		v, tokens := enter()
		t.Run("SESS-4 the sites of a session are known before it ends", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				sites, err := w.Provider.Entered(tx, v.Session.Line)
				if len(sites) != 3 {
					t.Fatal(len(sites))
				}
				return err
			})
		})
		t.Run("SESS-4 a session that ends is told to every site that can hear, and PromptNone then fails", func(t *testing.T) {
			end(v)
			w.RunDue()
			if s := states(v.Session.Line); len(s) != 3 || s["good"] != oidc.Told || s["mute"] != oidc.Waiting || s["none"] != oidc.Untold {
				t.Fatal(s)
			}
			next, err := w.Provider.Authorize(ctx, good.Ask("prompt", "none"), oidc.Visitor{Browser: oidctest.Browser})
			if err != nil || next.Answer.Params.Get("error") != oidc.LoginRequired {
				t.Fatalf("%+v %v", next, err)
			}
			for id, given := range tokens {
				if _, _, err := w.Restarted().UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", given.Access); code(err) != oidc.InvalidToken {
					t.Fatal(id, err)
				}
			}
		})
		t.Run("SESS-4 a logout token is what the standard says: our key, the site's names, no nonce", func(t *testing.T) {
			said := door.Said[0]
			if said.Address != "https://good.example/logout" {
				said = door.Said[1]
			}
			id := oidctest.Claims(t, tokens["good"].ID)
			claims := oidctest.Claims(t, said.Token)
			events, _ := claims["events"].(map[string]any)
			parsed, err := jose.ParseSignedCompact(said.Token, []jose.SignatureAlgorithm{jose.ES256})
			if err != nil || parsed.Signatures[0].Protected.ExtraHeaders["typ"] != "logout+jwt" {
				t.Fatal(err, parsed.Signatures[0].Protected)
			}
			if claims["iss"] != oidctest.Issuer || claims["aud"] != "good" || claims["sub"] != id["sub"] || claims["sid"] != id["sid"] || claims["jti"] == "" ||
				claims["exp"].(float64)-claims["iat"].(float64) != 120 || claims["nonce"] != nil || events["http://schemas.openid.net/event/backchannel-logout"] == nil {
				t.Fatal(claims)
			}
		})
		t.Run("SESS-4 a site that does not answer is told five times, then it is silent", func(t *testing.T) {
			for range 6 {
				now.Advance(20 * time.Minute)
				w.RunDue()
			}
			if n := count(door, "mute"); n != 5 || states(v.Session.Line)["mute"] != oidc.Silent || count(door, "good") != 1 {
				t.Fatal(n, states(v.Session.Line))
			}
		})
		t.Run("SESS-4 a silent site is told again at the person's wish, and nobody else's", func(t *testing.T) {
			list, err := w.Provider.PartingOf(ctx, v.Session.Line)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				if err := w.Provider.TellAgain(ctx, "another-line", f.ID); err != nil {
					t.Fatal(err)
				}
			}
			w.RunDue()
			if count(door, "mute") != 5 || count(door, "good") != 1 {
				t.Fatal("somebody else's wish was done")
			}
			delete(door.Refuse, "https://mute.example/logout")
			for _, f := range list {
				if err := w.Provider.TellAgain(ctx, v.Session.Line, f.ID); err != nil {
					t.Fatal(err)
				}
			}
			w.RunDue()
			if s := states(v.Session.Line); count(door, "mute") != 6 || count(door, "good") != 1 || s["mute"] != oidc.Told {
				t.Fatal(s)
			}
		})
		t.Run("SESS-4 a session that is ended twice is told once", func(t *testing.T) {
			v, _ := enter()
			w.Write(func(tx *db.Tx) error { return w.Provider.EndSession(tx, v.Session.Line) })
			end(v)
			before := count(door, "good")
			w.RunDue()
			if n := count(door, "good") - before; n != 1 {
				t.Fatal(n)
			}
		})
		t.Run("SESS-4 a site whose tokens died before hears of the end all the same", func(t *testing.T) {
			v, tokens := enter()
			if err := w.Provider.Revoke(ctx, good.Call("token", tokens["good"].Refresh)); err != nil {
				t.Fatal(err)
			}
			before := count(door, "good")
			end(v)
			w.RunDue()
			if n := count(door, "good") - before; n != 1 {
				t.Fatal(n)
			}
		})
		t.Run("SESS-4 what outlives the session lives on, and the site is told", func(t *testing.T) {
			oleg := w.Account(account.Standard, "Олег Ким", "+79120000002")
			v := w.Visitor(oleg)
			kept := good.Tokens(v, "scope", "openid offline_access", "prompt", "consent")
			before := count(door, "good")
			end(v)
			w.RunDue()
			if count(door, "good")-before != 1 {
				t.Fatal("not told")
			}
			if _, err := w.Provider.Token(ctx, good.Call("grant_type", "refresh_token", "refresh_token", kept.Refresh)); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("SESS-4 the sites of an account that was erased meanwhile hear of it", func(t *testing.T) {
			oleg := w.Account(account.Standard, "Олег Ким", "+79120000003")
			v := w.Visitor(oleg)
			id := oidctest.Claims(t, good.Tokens(v).ID)
			end(v)
			w.Write(func(tx *db.Tx) error { return w.Vault.Erase(tx, string(oleg)) })
			before := count(door, "good")
			w.RunDue()
			if count(door, "good")-before != 1 {
				t.Fatal("not told")
			}
			if claims := oidctest.Claims(t, door.Said[len(door.Said)-1].Token); claims["sub"] != id["sub"] || claims["sid"] != id["sid"] {
				t.Fatal(claims)
			}
		})
	})
}

// count is how often a site was told.
func count(d *oidctest.Door, site string) (n int) {
	for _, said := range d.Said {
		if said.Address == "https://"+site+".example/logout" {
			n++
		}
	}
	return n
}
