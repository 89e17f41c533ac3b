package oidc_test

import (
	"context"
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// FuzzForeign shows a value wherever somebody else's bytes are taken: nothing that
// nobody gave out or signed opens anything, and no refusal is a fault of ours.
func FuzzForeign(f *testing.F) {
	d, now := dbtest.SQLite(f)
	w := oidctest.New(f, d, now, "ru")
	site := w.Site("site", nil)
	v := w.Visitor(w.Account(account.Verified, "Ирина Соколова", "+79120000001"))
	tokens := site.Tokens(v)
	ctx := context.Background()
	none := map[string]any{"alg": "none"}
	claims := map[string]any{"iss": "site", "sub": "site", "aud": oidctest.Issuer, "jti": "x", "exp": 9999999999}
	for _, seed := range []string{"", "a.b.c", "..", tokens.Access[:len(tokens.Access)-1], tokens.Refresh[1:], tokens.ID[:len(tokens.ID)-2], oidctest.Raw(f, none, claims, ""),
		oidctest.Raw(f, map[string]any{"alg": "ES256", "kid": "k1"}, claims, "x"), oidctest.Raw(f, map[string]any{"alg": "ES256", "jwk": map[string]any{"kty": "EC"}, "typ": "dpop+jwt"}, claims, "x"),
		"okc_", "okr_x_1_y", "oka_x_1_y_z", "urn:ietf:params:oauth:request_uri:okp_", "\x00", "\xff", "{}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		w.T = t
		refused := func(what string, err error) {
			t.Helper()
			if oidc.RefusalOf(err) == nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		call := func(pairs ...string) error { _, err := w.Provider.Token(ctx, site.Call(pairs...)); return err }
		bound := site.Call("grant_type", "client_credentials")
		bound.Proof = value
		_, err := w.Provider.Token(ctx, bound)
		if value != "" {
			refused("a proof", err)
			refused("an assertion", call("grant_type", "client_credentials", "client_assertion", value))
		}
		refused("a code", call("grant_type", "authorization_code", "code", value, "redirect_uri", site.Redirects[0], "code_verifier", site.Verifier))
		refused("a refresh token", call("grant_type", "refresh_token", "refresh_token", value))
		refused("a device code", call("grant_type", string(client.Device), "device_code", value))
		_, _, err = w.Provider.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", value)
		refused("an access token", err)
		if value == "" {
			return
		}
		for _, name := range []string{"request", "request_uri"} {
			_, err = w.Provider.Authorize(ctx, site.Ask(name, value), v)
			refused(name, err)
		}
		if answer, err := w.Provider.Introspect(ctx, site.Call("token", value)); err != nil && oidc.RefusalOf(err) == nil || err == nil && answer["active"] != false {
			t.Fatal(answer, err)
		}
		if next, err := w.Provider.Authorize(ctx, site.Ask("id_token_hint", value), v); oidc.RefusalOf(err) == nil && next.Answer.Params.Get("error") == "" {
			t.Fatal(next, err)
		}
	})
}
