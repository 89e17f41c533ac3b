package esia_test

import (
	"maps"
	"slices"
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
	})
}
