package esia_test

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// permitting is the parameter as go-api-epgu makes it.
func permitting(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }

// wide asks for more than the request's own scopes, and for one minute.
const wide = `[{"responsibleObject":"` + marker + `","sysname":"CREDIT` + marker + `","expire":1,"actions":[{"sysname":"ALL_ACTIONS_TO_DATA"}],
	"purposes":[{"sysname":"CREDIT"}],"scopes":[{"sysname":"snils"},{"sysname":"contacts"},{"sysname":"ndfl_person"}]}]`

// TestPermissions holds what decision 0013 says of the parameter permissions.
func TestPermissions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		path := "/rs/prns/" + c.oid(id)
		s := c.system(t, "TEST01", nil)
		b := c.browser(t, id)
		scope := []string{"scope", "openid fullname"}
		t.Run("A-02 permissions open nothing: the person is asked for the scopes alone, the tokens name them alone, and other data stays closed", func(t *testing.T) {
			page, _ := c.begin(t, b, "/aas/oauth2/v2/ac?"+s.second(s.ask(append(scope, "permissions", permitting(wide))...), "").Encode())
			if page == nil || !page.Has("Agree and continue") || strings.Contains(page.Body, marker) || strings.Contains(page.Body, "SNILS") {
				t.Fatalf("%+v", page)
			}
			code := returned(t, page.Press("Agree and continue")).Get("code")
			with := c.post("/aas/oauth2/v3/te", s.second(s.redemption(code, append(scope, "permissions", marker)...), code))
			without := s.tokens(b, scope...)
			if with.status != 200 || !slices.Equal(slices.Sorted(maps.Keys(with.json)), slices.Sorted(maps.Keys(without))) {
				t.Fatalf("%d %s\nwithout it %v", with.status, with.body, without)
			}
			for _, name := range []string{"access_token", "id_token"} {
				_, claims := opened(t, with.json[name])
				_, plain := opened(t, without[name])
				if !slices.Equal(slices.Sorted(maps.Keys(claims)), slices.Sorted(maps.Keys(plain))) || claims["scope"] != plain["scope"] {
					t.Errorf("the %s is %v, without permissions %v", name, claims, plain)
				}
			}
			token := with.json["access_token"].(string)
			if p := c.read(path+"?embed=(contacts.elements)", token); p.status != 200 || p.json["lastName"] != "Соколова" || p.json["snils"] != nil || p.json["contacts"] != nil {
				t.Errorf("%d %s", p.status, p.body)
			}
			if p := c.read(path+"/ctts", token); p.status != 403 {
				t.Errorf("%d %s", p.status, p.body)
			}
			now.Advance(2 * time.Minute) // longer than the permission asked to last, which shortens nothing
			if p := c.read(path, token); p.status != 200 {
				t.Errorf("%d %s", p.status, p.body)
			}
		})
		t.Run("A-02 nothing of permissions is kept with the grant", func(t *testing.T) {
			code := s.code(b, append(scope, "permissions", permitting(wide))...)
			te := c.post("/aas/oauth2/te", s.first(s.redemption(code)))
			g, _, err := c.Provider.Known(t.Context(), "esia", te.json["access_token"].(string))
			if err != nil || len(g.Detail.Extra) != 0 {
				t.Errorf("%v %v", g.Detail.Extra, err)
			}
			const all db.SQL = `SELECT detail FROM oidc_grant WHERE detail LIKE $1`
			c.Write(func(tx *db.Tx) error {
				rows, err := db.All(tx, db.Scalar[string], all, "%"+marker+"%")
				if len(rows) > 0 {
					t.Errorf("%q", rows)
				}
				return err
			})
		})
		t.Run("A-02 permissions that cannot be read are told so by ESIA-007003", func(t *testing.T) {
			for what, value := range map[string]string{
				"no base64": "%%%" + marker, "no JSON": permitting(marker), "no list": permitting(`{"sysname":"` + marker + `"}`), "an empty list": permitting(`[]`),
				"two lists": permitting(`[{"sysname":"A"}][]`), "nothing in it": permitting(`[null]`), "without a name": permitting(`[{"expire":1}]`),
				"an expiry before now": permitting(`[{"sysname":"A","expire":-1}]`), "an expiry that is no number": permitting(`[{"sysname":"A","expire":"soon"}]`),
				"an expiry without end": permitting(`[{"sysname":"A","expire":99999999999999999999}]`), "an action without a name": permitting(`[{"sysname":"A","actions":[{}]}]`),
				"a purpose without a name": permitting(`[{"sysname":"A","purposes":[{"sysname":""}]}]`), "a scope that is no object": permitting(`[{"sysname":"A","scopes":["snils"]}]`),
				"more than twenty": permitting("[" + strings.Repeat(`{"sysname":"A"},`, 20) + `{"sysname":"A"}]`), "deeper than anybody reads": permitting(strings.Repeat("[", 15000)),
			} {
				v := s.ask("permissions", value)
				_, got := c.begin(t, b, "/aas/oauth2/ac?"+s.first(v).Encode())
				t.Log(what)
				says(t, got, "007003", v.Get("state"))
			}
			if s.code(b, "permissions", permitting("["+strings.Repeat(`{"sysname":"A"},`, 19)+`{"sysname":"A"}]`)) == "" {
				t.Error("twenty are refused")
			}
		})
	})
}
