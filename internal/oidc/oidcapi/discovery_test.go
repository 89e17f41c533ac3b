package oidcapi_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/visit/visittest"
)

// TestDiscovery holds that the document says what the endpoints do.
func TestDiscovery(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		list := func(d map[string]any, name string) []string { l, _ := d[name].([]string); return l }
		t.Run("OIDC-6 where sites may sign to prove themselves, the algorithms are named (RFC 8414 2)", func(t *testing.T) {
			for name := range h.Provider.Discovery() {
				ways, ok := strings.CutSuffix(name, "_auth_methods_supported")
				if ok && slices.Contains(list(h.Provider.Discovery(), name), "private_key_jwt") &&
					!slices.Equal(list(h.Provider.Discovery(), ways+"_auth_signing_alg_values_supported"), []string{"ES256", "EdDSA", "PS256"}) {
					t.Error(name)
				}
			}
		})
		t.Run("OIDC-6 certificates are offered where they are asked for, and nowhere else", func(t *testing.T) {
			for _, origin := range []string{"", "https://mutual.example"} {
				p := h.Provider
				p.Mutual = origin
				for _, name := range []string{"token_endpoint", "introspection_endpoint", "revocation_endpoint"} {
					if slices.Contains(list(p.Discovery(), name+"_auth_methods_supported"), "self_signed_tls_client_auth") != (origin != "") {
						t.Error(origin, name)
					}
				}
				if _, aliases := p.Discovery()["mtls_endpoint_aliases"]; aliases != (origin != "") || p.Discovery()["tls_client_certificate_bound_access_tokens"] != (origin != "") {
					t.Error(origin)
				}
			}
		})
		t.Run("OIDC-3 a method that an endpoint does not take is answered by the standards, and which it takes is said", func(t *testing.T) {
			for path, allow := range map[string]string{oidc.PathToken: "POST", oidc.PathPush: "POST", oidc.PathIntrospect: "POST", oidc.PathRevoke: "POST", oidc.PathDevice: "POST",
				oidc.PathUserInfo: "GET, POST", oidc.PathJWKS: "GET", "/id/.well-known/openid-configuration": "GET", "/.well-known/oauth-authorization-server/id": "GET"} {
				for _, verb := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
					if slices.Contains(strings.Split(allow, ", "), verb) || verb == "HEAD" && strings.HasPrefix(allow, "GET") {
						continue
					}
					r := h.m.Do(httptest.NewRequest(verb, visittest.Origin+path, nil))
					if r.Status != http.StatusMethodNotAllowed || r.Header.Get("Allow") != allow || verb != "HEAD" && r.Error() != oidc.InvalidRequest {
						t.Errorf("%s %s: %d %v %s", verb, path, r.Status, r.Header, r.Body)
					}
				}
			}
		})
		t.Run("OIDC-9 who shows a token with DPoP is told so in the same scheme (RFC 9449 7.1)", func(t *testing.T) {
			for scheme, want := range map[string]string{"DPoP": `DPoP error="invalid_token"`, "dpop": `DPoP error="invalid_token"`, "Bearer": `Bearer error="invalid_token"`} {
				if r := h.m.UserInfo(scheme, "oka_nothing"); r.Status != http.StatusUnauthorized || !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), want) {
					t.Errorf("%s: %d %v", scheme, r.Status, r.Header)
				}
			}
		})
	})
}
