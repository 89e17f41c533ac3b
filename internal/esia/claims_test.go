package esia_test

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// exactly holds that these names and no others stand there.
func exactly(t testing.TB, what string, got map[string]any, names ...string) {
	t.Helper()
	slices.Sort(names)
	if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, names) {
		t.Errorf("%s holds %q\nnot           %q", what, have, names)
	}
}

// TestClaims holds the claims of every token against behaviour.md 3.3, name by name.
func TestClaims(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		verified, standard := c.irina(t), c.Account(account.Standard, "Олег Ким", "+79120000003")
		s := c.system(t, "TEST01", nil)
		t.Run("A-02 the ID token holds the claims of ESIA and no others, and is_tru of verified people alone", func(t *testing.T) {
			for id, level := range map[account.ID]string{verified: "PR", standard: "P"} {
				_, claims := opened(t, s.tokens(c.browser(t, id), "scope", "openid fullname")["id_token"])
				exactly(t, "the ID token", claims, "iss", "aud", "sub", "nbf", "iat", "exp", "auth_time", "amr", "urn:esia:amd", "urn:esia:sid", "urn:esia:sbj")
				subject, _ := claims["urn:esia:sbj"].(map[string]any)
				names := []string{"urn:esia:sbj:typ", "urn:esia:sbj:oid", "urn:esia:sbj:nam", "urn:esia:sbj:lvl"}
				if id == verified {
					names = append(names, "urn:esia:sbj:is_tru")
				}
				exactly(t, "the subject at level "+level, subject, names...)
				if subject["urn:esia:sbj:lvl"] != level || claims["sub"] != c.oid(id) {
					t.Errorf("%v", claims)
				}
			}
		})
		t.Run("A-02 the access token of a person, also a renewed one, holds the claims of ESIA and no others", func(t *testing.T) {
			tokens := s.tokens(c.browser(t, verified), "scope", "openid fullname")
			refresh := s.first(s.redemption("", "grant_type", "refresh_token", "refresh_token", tokens["refresh_token"].(string)))
			renewed := c.post("/aas/oauth2/te", refresh)
			for what, token := range map[string]any{"the first token": tokens["access_token"], "the renewed token": renewed.json["access_token"]} {
				_, claims := opened(t, token)
				exactly(t, what, claims, "iss", "client_id", "urn:esia:sid", "urn:esia:sbj_id", "scope", "jti", "iat", "nbf", "exp")
			}
		})
		t.Run("A-02 the access token of a system itself names no person and opens nothing here", func(t *testing.T) {
			own := c.post("/aas/oauth2/te", s.first(s.redemption("", "grant_type", "client_credentials", "scope", "prm_chg?oid="+c.oid(verified))))
			_, claims := opened(t, own.json["access_token"])
			exactly(t, "the token", claims, "iss", "client_id", "scope", "jti", "iat", "nbf", "exp")
			if a := c.read("/rs/prns/"+c.oid(verified), own.json["access_token"].(string)); a.status != http.StatusUnauthorized {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
		t.Run("OIDC-12 no token tells a system our name of the grant, and two tokens of one grant have no name in common", func(t *testing.T) {
			tokens := s.tokens(c.browser(t, verified), "scope", "openid fullname")
			first := tokens["access_token"].(string)
			g, _, err := c.Provider.Known(t.Context(), "esia", first)
			if err != nil || g.ID == "" {
				t.Fatal(err)
			}
			renewed := c.post("/aas/oauth2/te", s.first(s.redemption("", "grant_type", "refresh_token", "refresh_token", tokens["refresh_token"].(string)))).json["access_token"].(string)
			names := map[any]bool{}
			for _, token := range []string{first, renewed, tokens["id_token"].(string)} {
				payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
				if err != nil || strings.Contains(string(payload), g.ID) || strings.Contains(string(payload), strings.ReplaceAll(g.ID, "-", "")) {
					t.Errorf("%s %v", payload, err)
				}
				_, claims := opened(t, token)
				names[claims["jti"]] = true
			}
			if again, _, err := c.Provider.Known(t.Context(), "esia", renewed); err != nil || again.ID != g.ID || len(names) != 3 {
				t.Errorf("%v %v: %v", again.ID, err, names)
			}
			if _, _, err := c.Provider.Known(t.Context(), "another", first); err == nil {
				t.Error("another dialect takes it")
			}
		})
	})
}
