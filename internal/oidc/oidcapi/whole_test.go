package oidcapi_test

import (
	"context"
	"crypto/x509"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// spoiled gives every prefix and suffix of a value but the whole, and the value
// with something more, twice, in other letters, and with blanks.
func spoiled(value string) []string {
	var list []string
	for i := range len(value) {
		list = append(list, value[:i], value[i+1:])
	}
	for _, more := range []string{"A", "_", "-", "=", ".", " ", "\x00", "\n", "%00", "\u00a0"} {
		list = append(list, value+more, more+value)
	}
	list = append(list, value+value, strings.ToUpper(value), strings.ToLower(value), value+","+value)
	return slices.DeleteFunc(list, func(s string) bool { return s == value })
}

// TestWhole holds that what we give out is compared whole (OIDC-10): no cut and no
// padded value opens anything, and none of them spends or ends the true one.
func TestWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		ctx := context.Background()
		must := h.Site("must", func(c *client.Client) { c.PAR = true })
		site, cert := h.certified(t, "whole")
		call := func(form url.Values) oidctest.Reply {
			form.Set("client_id", "whole")
			return h.m.Post(oidc.PathToken, form, oidctest.Certified(cert))
		}
		redeem := func(code string) oidctest.Reply {
			return call(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": site.Redirects, "code_verifier": {site.Verifier}})
		}
		turn := func(token string) oidctest.Reply {
			return call(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
		}
		t.Run("OIDC-10 every cut and padded code is refused, and the whole one then serves", func(t *testing.T) {
			code := site.Code(h.visitor())
			for _, bad := range spoiled(code) {
				if r := redeem(bad); r.Status != 400 {
					t.Fatalf("%q: %d %s", bad, r.Status, r.Body)
				}
			}
			given(t, redeem(code))
		})
		tokens := h.site.Tokens(h.visitor())
		t.Run("OIDC-10 every cut and padded access token is refused", func(t *testing.T) {
			for _, bad := range spoiled(tokens.Access) {
				if strings.TrimSpace(bad) == tokens.Access || strings.ContainsFunc(bad, unicode.IsControl) {
					continue // no header ends with blanks or carries control characters (RFC 9110 5.5)
				}
				if r := h.m.UserInfo("Bearer", bad); r.Status != 401 {
					t.Fatalf("%q: %d %s", bad, r.Status, r.Body)
				}
			}
			if r := h.m.UserInfo("Bearer", tokens.Access); r.Status != 200 {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
		})
		t.Run("OIDC-10 every cut and padded refresh token is refused, and ends no family", func(t *testing.T) {
			refresh := given(t, redeem(site.Code(h.visitor()))).Text("refresh_token")
			for _, bad := range spoiled(refresh) {
				if r := turn(bad); r.Status != 400 {
					t.Fatalf("%q: %d %s", bad, r.Status, r.Body)
				}
			}
			given(t, turn(refresh))
		})
		t.Run("OIDC-10 every cut and padded request_uri is refused, and the whole one then serves", func(t *testing.T) {
			v, uri := h.visitor(), must.Push(h.m)
			whole := uri.Get("request_uri")
			for _, bad := range spoiled(whole) {
				next, err := h.Provider.Authorize(ctx, url.Values{"client_id": {"must"}, "request_uri": {bad}}, v)
				if oidc.RefusalOf(err) == nil {
					t.Fatalf("%q: %v %+v", bad, err, next)
				}
			}
			if _, err := h.Provider.Authorize(ctx, uri, v); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("OIDC-10 every cut and padded assertion is refused, and the whole one then serves", func(t *testing.T) {
			whole := h.site.Assertion(nil)
			for _, bad := range spoiled(whole) {
				if r := h.m.Token(h.site.Call("grant_type", "client_credentials", "client_assertion", bad)); r.Status != 401 && r.Status != 400 {
					t.Fatalf("%q: %d %s", bad, r.Status, r.Body)
				}
			}
			given(t, h.m.Token(h.site.Call("grant_type", "client_credentials", "client_assertion", whole)))
		})
		t.Run("OIDC-10 every cut and padded ID token hint is refused", func(t *testing.T) {
			v := h.visitor()
			h.site.Code(v)
			for _, bad := range spoiled(tokens.ID) {
				if bad == "" {
					continue
				}
				next, err := h.Provider.Authorize(ctx, h.site.Ask("id_token_hint", bad), v)
				if oidc.RefusalOf(err) == nil && next.Answer.Params.Get("error") != oidc.InvalidRequest {
					t.Fatalf("%q: %v %+v", bad, err, next)
				}
			}
			h.site.Code(v, "id_token_hint", tokens.ID)
		})
		t.Run("OIDC-10 every cut device code is refused, and the whole one then serves", func(t *testing.T) {
			start := h.m.Post(oidc.PathDevice, url.Values{"client_id": {"whole"}, "scope": {"openid"}}, oidctest.Certified(cert))
			whole := start.Text("device_code")
			for _, bad := range spoiled(whole) {
				if r := call(url.Values{"grant_type": {string(client.Device)}, "device_code": {bad}}); r.Status != 400 || r.Error() == oidc.AuthorizationPending {
					t.Fatalf("%q: %d %s", bad, r.Status, r.Body)
				}
			}
			refused(t, call(url.Values{"grant_type": {string(client.Device)}, "device_code": {whole}}), oidc.AuthorizationPending)
		})
	})
}

// certified registers a site that proves itself by its certificate.
func (h house) certified(t *testing.T, id client.ID) (*oidctest.Site, *x509.Certificate) {
	cert := oidctest.Certificate(t)
	return h.Site(id, func(c *client.Client) {
		c.Method, c.Keys, c.Thumbprints = client.SelfSignedTLS, jose.JSONWebKeySet{}, []string{oidc.Thumbprint(cert.Raw)}
	}), cert
}

// TestKinds holds that a value of one kind is never looked up as another (OTP-9).
func TestKinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		kinds := h.kinds(t)
		for _, e := range h.endpoints() {
			for name, make := range kinds {
				if strings.Contains(e.takes, name) {
					continue
				}
				t.Run("OTP-9 "+name+" is nothing as "+e.name, func(t *testing.T) {
					if got := e.try(make()); got != "" {
						t.Fatalf("%s", got)
					}
				})
			}
		}
	})
}

// kinds are all values that the provider gives out or takes, each made anew.
func (h house) kinds(t *testing.T) map[string]func() string {
	resource := h.site.Resources[0]
	start := func() oidctest.Reply { return h.m.Post(oidc.PathDevice, h.site.Call("scope", "openid").Form) }
	return map[string]func() string{
		"a code":                func() string { return h.site.Code(h.visitor()) },
		"an access token":       func() string { return h.site.Tokens(h.visitor()).Access },
		"a signed access token": func() string { return h.site.Tokens(h.visitor(), "resource", resource).Access },
		"a machine's token": func() string {
			return given(t, h.m.Token(h.site.Call("grant_type", "client_credentials"))).Text("access_token")
		},
		"a refresh token":  func() string { return h.site.Tokens(h.visitor()).Refresh },
		"an ID token":      func() string { return h.site.Tokens(h.visitor()).ID },
		"a request_uri":    func() string { return h.site.Push(h.m).Get("request_uri") },
		"a device code":    func() string { return start().Text("device_code") },
		"a device's word":  func() string { return start().Text("user_code") },
		"an assertion":     func() string { return h.site.Assertion(nil) },
		"a signed request": func() string { return h.site.Request(nil) },
		"a proof":          func() string { return h.Holder().Proof("POST", oidc.PathToken, "", nil) },
		"signed userinfo": func() string {
			return h.m.UserInfo("Bearer", h.site.Tokens(h.visitor()).Access, oidctest.Header("Accept", "application/jwt")).Body
		},
		"a flow": func() string {
			next, _ := h.ask(h.site.Ask("prompt", "login"))
			return next.Flow
		},
	}
}

// endpoint is a place where a value is taken: try gives "" when it was refused.
type endpoint struct {
	name, takes string
	try         func(value string) string
}

func (h house) endpoints() []endpoint {
	token := func(pairs ...string) func(string) string {
		return func(value string) string {
			if r := h.m.Token(h.site.Call(append(append([]string{}, pairs...), value)...)); r.Status != 400 && r.Status != 401 {
				return r.Body
			}
			return ""
		}
	}
	ask := func(pair string) func(string) string {
		return func(value string) string {
			next, err := h.ask(h.site.Ask(pair, value))
			if oidc.RefusalOf(err) == nil && next.Answer.Params.Get("error") == "" {
				return string(next.Step)
			}
			return ""
		}
	}
	info := func(value string) string {
		if r := h.m.UserInfo("Bearer", value); r.Status != 401 {
			return r.Body
		}
		return ""
	}
	introspect := func(value string) string {
		if r := h.m.Post(oidc.PathIntrospect, h.site.Call("token", value).Form); r.JSON["active"] != false {
			return r.Body
		}
		return ""
	}
	flow := func(value string) string {
		if next, err := h.Provider.Continue(context.Background(), value, h.visitor()); err == nil {
			return string(next.Step)
		}
		return ""
	}
	word := func(value string) string {
		if next, err := h.Provider.Device(context.Background(), value, h.visitor()); err == nil {
			return string(next.Step)
		}
		return ""
	}
	site := h.site
	return []endpoint{
		{"a code", "a code", token("grant_type", "authorization_code", "redirect_uri", site.Redirects[0], "code_verifier", site.Verifier, "code")},
		{"a refresh token", "a refresh token", token("grant_type", "refresh_token", "refresh_token")},
		{"a device code", "a device code", token("grant_type", string(client.Device), "device_code")},
		{"a subject token", "an access token", token("grant_type", string(client.Exchange), "resource", site.Resources[0],
			"subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "subject_token")},
		{"an assertion", "an assertion", token("grant_type", "client_credentials", "client_assertion")},
		{"an access token at userinfo", "an access token", info},
		{"a living token at introspection", "an access token, a refresh token, a signed access token, a machine's token", introspect},
		{"a request_uri", "a request_uri", ask("request_uri")},
		{"a signed request", "a signed request", ask("request")},
		{"an ID token hint", "an ID token", ask("id_token_hint")},
		{"a flow", "a flow", flow},
		{"a device's word", "a device's word", word},
	}
}
