package oidcapi_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/visit/visittest"
)

// dead is what everybody hears of a token that is none of his.
const dead = `{"active":false}`

// TestInspect holds introspection, revocation, resources and exchange.
func TestInspect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		ask := func(s *oidctest.Site, token string) oidctest.Reply {
			return h.m.Post(oidc.PathIntrospect, s.Call("token", token).Form)
		}
		revoke := func(s *oidctest.Site, token string) {
			if r := h.m.Post(oidc.PathRevoke, s.Call("token", token).Form); r.Status != http.StatusOK || r.Body != "" {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
		}
		api := h.Site("api", func(c *client.Client) { c.Introspect, c.Resources = true, h.site.Resources })
		t.Run("OIDC-8 a site learns of its own tokens, and of no others", func(t *testing.T) {
			tokens := h.site.Tokens(h.visitor())
			r := ask(h.site, tokens.Access)
			if r.JSON["active"] != true || r.Text("client_id") != "site" || r.Text("scope") != "openid profile" || r.Text("acr") != "urn:okno:level:verified" ||
				r.JSON["exp"].(float64)-r.JSON["iat"].(float64) != 300 {
				t.Fatal(r.Body)
			}
			if r := ask(h.site, tokens.Refresh); r.JSON["active"] != true || r.Text("token_type") != "refresh_token" {
				t.Fatal(r.Body)
			}
			for _, token := range []string{tokens.Access, tokens.Refresh, tokens.ID, "x", "oka_x_y_z_w"} {
				if r := ask(h.other, token); r.Body != dead {
					t.Fatal(r.Body)
				}
			}
			refused(t, h.m.Post(oidc.PathIntrospect, url.Values{"token": {tokens.Access}}), oidc.InvalidClient)
			now.Advance(5 * time.Minute)
			if r := ask(h.site, tokens.Access); r.Body != dead {
				t.Fatal(r.Body)
			}
		})
		t.Run("OIDC-9 of a family the newest refresh token alone is active, at once", func(t *testing.T) {
			first := h.site.Tokens(h.visitor())
			ask(h.site, first.Refresh)
			second := given(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", first.Refresh)))
			if r := ask(h.site, first.Refresh); r.Body != dead {
				t.Fatal(r.Body)
			}
			if r := ask(h.site, second.Text("refresh_token")); r.JSON["active"] != true {
				t.Fatal(r.Body)
			}
		})
		t.Run("OIDC-8 a resource learns of the tokens that are meant for it, and of no others", func(t *testing.T) {
			tokens := h.site.Tokens(h.visitor(), "resource", h.site.Resources[0])
			r := ask(api, tokens.Access)
			if r.JSON["active"] != true || r.Text("sub") == "" || r.JSON["grant"] != nil {
				t.Fatal(r.Body)
			}
			foreign := h.other.Tokens(h.visitor(), "resource", h.other.Resources[0])
			if r := ask(api, foreign.Access); r.Body != dead {
				t.Fatal(r.Body)
			}
			own := h.site.Tokens(h.visitor())
			if r := ask(api, own.Access); r.Body != dead {
				t.Fatal(r.Body)
			}
			revoke(h.site, tokens.Refresh)
			if r := ask(api, tokens.Access); r.Body != dead {
				t.Fatal("a revoked token is active: " + r.Body)
			}
		})
		t.Run("OIDC-8 a token that is revoked is over with its whole family, and only its own client may do it", func(t *testing.T) {
			for _, which := range []func(oidc.Tokens) string{func(t oidc.Tokens) string { return t.Access }, func(t oidc.Tokens) string { return t.Refresh }} {
				tokens := h.site.Tokens(h.visitor())
				revoke(h.other, which(tokens))
				revoke(h.site, which(tokens)[:20])
				if r := h.m.UserInfo("Bearer", tokens.Access); r.Status != http.StatusOK {
					t.Fatal("somebody else revoked a token")
				}
				revoke(h.site, which(tokens))
				if r := h.m.UserInfo("Bearer", tokens.Access); !r.Refused(oidc.InvalidToken) {
					t.Fatalf("%d %s", r.Status, r.Body)
				}
				refused(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)), oidc.InvalidGrant)
			}
		})
		t.Run("OIDC-8 userinfo is signed for who wants it so", func(t *testing.T) {
			tokens := h.site.Tokens(h.visitor())
			r := h.m.UserInfo("Bearer", tokens.Access, oidctest.Header("Accept", "application/jwt"))
			claims := oidctest.Claims(t, r.Body)
			if r.Header.Get("Content-Type") != "application/jwt" || claims["iss"] != oidctest.Issuer || claims["aud"] != "site" || claims["name"] != "Ирина Соколова" {
				t.Fatalf("%v %v", r.Header, claims)
			}
			if r := h.m.UserInfo("bearer", tokens.Access); r.Status != http.StatusOK {
				t.Fatal("the scheme counts without case")
			}
			if r := h.m.Get(oidc.PathUserInfo + "?access_token=" + tokens.Access); r.Status != http.StatusUnauthorized {
				t.Fatal("a token in an address was taken")
			}
			if r := h.m.Post(oidc.PathUserInfo, nil, oidctest.Header("Authorization", "Bearer "+tokens.Access)); r.Status != http.StatusOK {
				t.Fatal(r.Body)
			}
		})
		t.Run("OIDC-8 a resource that is not registered is invalid_target", func(t *testing.T) {
			h.sent(t, h.site.Ask("resource", "https://other.example/"), oidc.InvalidTarget)
			refused(t, h.m.Token(h.site.Call("grant_type", "client_credentials", "resource", "https://other.example/")), oidc.InvalidTarget)
			refused(t, h.m.Token(h.site.Redemption(h.site.Code(h.visitor()), "resource", h.site.Resources[0])), oidc.InvalidTarget)
			tokens := h.site.Tokens(h.visitor())
			refused(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh, "resource", h.site.Resources[0])), oidc.InvalidTarget)
			signed := oidctest.Claims(t, h.site.Tokens(h.visitor(), "resource", h.site.Resources[0]).Access)
			if aud, _ := signed["aud"].([]any); len(aud) != 1 || aud[0] != h.site.Resources[0] || signed["client_id"] != "site" || signed["name"] != nil {
				t.Fatal(signed)
			}
		})
		t.Run("OIDC-8 no token of the sandbox is meant for a real server, whatever address was named", func(t *testing.T) {
			trial := h.Site("trial", func(c *client.Client) { c.Stage, c.Resources = client.Sandbox, h.site.Resources })
			own := trial.Tokens(h.visitor())
			for what, token := range map[string]string{
				"a machine's": given(t, h.m.Token(trial.Call("grant_type", "client_credentials"))).Text("access_token"),
				"a person's":  trial.Tokens(h.visitor(), "resource", trial.Resources[0]).Access,
				"an exchanged": given(t, h.m.Token(trial.Call("grant_type", string(client.Exchange), "subject_token", own.Access,
					"subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "resource", trial.Resources[0]))).Text("access_token"),
			} {
				aud, _ := oidctest.Claims(t, token)["aud"].([]any)
				if len(aud) != 1 || aud[0] != "urn:okno:sandbox:"+trial.Resources[0] {
					t.Errorf("%s: %v", what, aud)
				}
				if r := ask(api, token); r.Body != dead {
					t.Errorf("%s: a real server is told %s", what, r.Body)
				}
				if r := ask(trial, token); r.JSON["active"] != true {
					t.Errorf("%s: its own site is told %s", what, r.Body)
				}
			}
		})
		t.Run("OIDC-6 a machine gets the scopes that are registered for it, and no others", func(t *testing.T) {
			r := given(t, h.m.Token(h.site.Call("grant_type", "client_credentials")))
			claims := oidctest.Claims(t, r.Text("access_token"))
			if claims["sub"] != "site" || claims["scope"] != "reports" || r.Text("refresh_token") != "" || r.Text("id_token") != "" {
				t.Fatal(claims, r.Body)
			}
			refused(t, h.m.Token(h.site.Call("grant_type", "client_credentials", "scope", "reports more")), oidc.InvalidScope)
			refused(t, h.m.Token(h.site.Call("grant_type", "client_credentials", "scope", "openid")), oidc.InvalidScope)
		})
		t.Run("OIDC-8 an exchanged token says who acts, and is never wider and never longer", func(t *testing.T) {
			tokens := h.site.Tokens(h.visitor())
			now.Advance(2 * time.Minute)
			r := given(t, h.m.Token(exchange(h.site, tokens.Access, "scope", "openid")))
			claims := oidctest.Claims(t, r.Text("access_token"))
			act, _ := claims["act"].(map[string]any)
			if act["sub"] != "site" || claims["sub"] == "site" || claims["scope"] != "openid" || claims["exp"].(float64)-claims["iat"].(float64) != 180 ||
				r.JSON["expires_in"].(float64) != 180 || r.Text("refresh_token") != "" || r.Text("issued_token_type") != "urn:ietf:params:oauth:token-type:access_token" {
				t.Fatal(claims, r.Body)
			}
			for _, kind := range []string{"urn:ietf:params:oauth:token-type:access_token", "urn:ietf:params:oauth:token-type:jwt"} {
				if r := given(t, h.m.Token(exchange(h.site, tokens.Access, "requested_token_type", kind))); r.Text("issued_token_type") != kind || r.Text("token_type") != "Bearer" {
					t.Fatal(r.Body)
				}
			}
			for _, kind := range []string{"urn:ietf:params:oauth:token-type:refresh_token", "urn:ietf:params:oauth:token-type:id_token", "x"} {
				refused(t, h.m.Token(exchange(h.site, tokens.Access, "requested_token_type", kind)), oidc.InvalidRequest)
			}
			refused(t, h.m.Token(exchange(h.site, tokens.Access, "audience", "other")), oidc.InvalidTarget)
			refused(t, h.m.Token(exchange(h.site, tokens.Access, "scope", "openid email")), oidc.InvalidScope)
			refused(t, h.m.Token(exchange(h.site, tokens.Access, "resource", "https://other.example/")), oidc.InvalidTarget)
			refused(t, h.m.Token(exchange(h.site, tokens.Access, "resource", "")), oidc.InvalidTarget)
			refused(t, h.m.Token(exchange(h.other, tokens.Access)), oidc.InvalidGrant)
			refused(t, h.m.Token(exchange(h.site, tokens.ID)), oidc.InvalidGrant)
			refused(t, h.m.Token(exchange(h.site, r.Text("access_token"))), oidc.InvalidGrant)
			refused(t, h.m.Token(exchange(h.site, tokens.Access, "actor_token", "x")), oidc.InvalidRequest)
			refused(t, h.m.Token(exchange(h.site, tokens.Access, "subject_token_type", "urn:ietf:params:oauth:token-type:id_token")), oidc.InvalidRequest)
			now.Advance(3 * time.Minute)
			refused(t, h.m.Token(exchange(h.site, tokens.Access)), oidc.InvalidGrant)
		})
		t.Run("OIDC-12 signed access tokens tell no resource server which sign-in they are from", func(t *testing.T) {
			tokens := h.site.Tokens(h.visitor(), "resource", h.site.Resources[0])
			var id string
			h.Write(func(tx *db.Tx) (err error) { id, err = db.One(tx, db.Scalar[string], newestGrant); return err })
			first := oidctest.Claims(t, tokens.Access)
			second := oidctest.Claims(t, given(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh))).Text("access_token"))
			plain := h.site.Tokens(h.visitor())
			third := oidctest.Claims(t, given(t, h.m.Token(exchange(h.site, plain.Access))).Text("access_token"))
			for _, claims := range []map[string]any{first, second, third} {
				text, _ := json.Marshal(claims)
				if claims["grant"] != nil || claims["sid"] != nil || strings.Contains(string(text), id) || strings.Contains(string(text), strings.ReplaceAll(id, "-", "")) {
					t.Fatal(string(text))
				}
			}
			one, two := first["jti"].(string), second["jti"].(string)
			if one == two || one[len(one)-32:] == two[len(two)-32:] {
				t.Fatal(one, two)
			}
			if r := ask(api, tokens.Access); r.JSON["active"] != true {
				t.Fatal(r.Body)
			}
			h.m.Post(oidc.PathRevoke, h.site.Call("token", tokens.Access).Form)
			if r := ask(api, tokens.Access); r.Body != dead {
				t.Fatal("the grant is not found again: ", r.Body)
			}
		})
		h.strangeForms(t)
	})
}

const newestGrant db.SQL = `SELECT id FROM oidc_grant ORDER BY id DESC LIMIT 1`

// strangeForms sends what no client of a sound mind sends: none of it may be a
// fault of ours, and no answer may tell what was sent.
func (h house) strangeForms(t *testing.T) {
	odd := []string{"\x00", "a\x00b", "\xff\xfe", "'; DROP TABLE oidc_grant; --", strings.Repeat("x", 3000), "<script>alert(1)</script>", "\u202e", "%00", "../../etc/passwd"}
	paths := []string{oidc.PathToken, oidc.PathPush, oidc.PathIntrospect, oidc.PathRevoke, oidc.PathDevice}
	t.Run("INP-2 strange values are refused by the standards and never told back", func(t *testing.T) {
		names := []string{"client_id", "grant_type", "code", "refresh_token", "device_code", "token", "scope", "state", "redirect_uri", "request", "request_uri", "client_assertion", "subject_token", "resource"}
		for _, path := range paths {
			for _, name := range names {
				for _, value := range odd {
					r := h.m.Post(path, h.site.Call("grant_type", "authorization_code", name, value).Form)
					if r.Status >= 500 || len(value) > 4 && strings.Contains(r.Body, value) {
						t.Fatalf("%s %s=%q: %d %s", path, name, value, r.Status, r.Body)
					}
				}
			}
		}
	})
	t.Run("INP-2 strange names of clients are refused by the standards", func(t *testing.T) {
		for _, value := range odd {
			r := h.m.Post(oidc.PathToken, url.Values{"grant_type": {"client_credentials"}}, func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(value), "x") })
			if r.Status >= 500 {
				t.Fatalf("%q: %d %s", value, r.Status, r.Body)
			}
			h.shown(t, url.Values{"client_id": {value}}, h.unknown(value))
		}
	})
	t.Run("INP-2 a body of another kind, or a long one, is refused", func(t *testing.T) {
		for _, change := range []func(*http.Request){
			oidctest.Header("Content-Type", "application/json"), oidctest.Header("Content-Type", "text/plain"), oidctest.Header("Content-Type", "multipart/form-data; boundary=x"), oidctest.Header("Content-Type", "")} {
			refused(t, h.m.Post(oidc.PathToken, h.site.Call("grant_type", "client_credentials").Form, change), oidc.InvalidRequest)
		}
		refused(t, h.m.Post(oidc.PathToken, url.Values{"grant_type": {"client_credentials"}, "x": {strings.Repeat("x", 70_000)}}), oidc.InvalidRequest)
	})
	t.Run("OIDC-8 parameters in the address do not count", func(t *testing.T) {
		call := h.site.Call("grant_type", "client_credentials")
		refused(t, h.m.Post(oidc.PathToken+"?"+call.Form.Encode(), nil), oidc.InvalidRequest)
	})
	t.Run("WEB-3 pages of any origin may read the two documents, and nothing else that machines are answered", func(t *testing.T) {
		for _, path := range []string{"/id/.well-known/openid-configuration", oidc.PathJWKS} {
			if r := h.m.Get(path); r.Header.Get("Access-Control-Allow-Origin") != "*" || r.Header.Get("Cross-Origin-Resource-Policy") != "" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Fatal(path, r.Header)
			}
		}
		for _, r := range []oidctest.Reply{h.m.Token(h.site.Call("grant_type", "client_credentials")), h.m.Get(oidc.PathUserInfo), h.m.Get(oidc.PathToken)} {
			if r.Header.Get("Access-Control-Allow-Origin") != "" || r.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Fatal(r.Header)
			}
		}
	})
	t.Run("WEB-3 what machines read may be kept, and what tokens are in may not", func(t *testing.T) {
		if r := h.m.Get("/id/.well-known/openid-configuration"); r.Text("issuer") != oidctest.Issuer || r.Header.Get("Cache-Control") != "public, max-age=300" || r.Text("token_endpoint") != visittest.Origin+oidc.PathToken {
			t.Fatalf("%v %s", r.Header, r.Body)
		}
		if r := h.m.Token(h.site.Call("grant_type", "client_credentials")); r.Header.Get("Cache-Control") != "no-store" {
			t.Fatal(r.Header)
		}
	})
}

// unknown is the code for a client's name: too long and unreadable ones are no request.
func (h house) unknown(name string) string {
	if len(name) > 2048 || strings.ContainsRune(name, 0) || strings.ToValidUTF8(name, "") != name {
		return oidc.InvalidRequest
	}
	return oidc.InvalidClient
}
