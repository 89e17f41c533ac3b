package oidc_test

import (
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc/oidctest"
)

func TestAlgorithms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		v := w.Visitor(w.Account(account.Verified, "Ирина Соколова", "+79120000001"))
		for _, row := range []struct {
			name  string
			rs256 bool
			want  string
		}{{"modern", false, "ES256"}, {"elderly", true, "RS256"}} {
			t.Run("OIDC-8 the "+row.name+" site gets ID tokens signed by "+row.want, func(t *testing.T) {
				site := w.Site(client.ID(row.name), func(c *client.Client) { c.RS256 = row.rs256 })
				parsed, err := jose.ParseSignedCompact(site.Tokens(v).ID, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(row.want)})
				if err != nil {
					t.Fatal(err)
				}
				jwks, err := w.Provider.JWKS(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var set jose.JSONWebKeySet
				if err := json.Unmarshal(jwks, &set); err != nil {
					t.Fatal(err)
				}
				for _, key := range set.Key(parsed.Signatures[0].Protected.KeyID) {
					if _, err := parsed.Verify(key); err == nil {
						return
					}
				}
				t.Fatal("no published key verifies it")
			})
		}
	})
}
