package esia_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// opened is a JWT without its signature looked at.
func opened(t testing.TB, token any) (header, claims map[string]any) {
	t.Helper()
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("%v is no JWT", token)
	}
	for i, into := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

func TestWays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		oid := c.oid(id)
		s := c.system(t, "TEST01", nil)
		b := c.browser(t, id)
		t.Run("A-02 the whole way with PKCS #7 by the old addresses, as oauth2-esia, esia-oauth2 and fr05t1k/esia go it", func(t *testing.T) {
			ask := s.first(s.ask())
			got := c.enter(t, b, "/aas/oauth2/ac?"+ask.Encode())
			if got.Get("code") == "" || got.Get("state") != ask.Get("state") || got.Get("iss") != "" {
				t.Fatalf("%v", got)
			}
			form := s.first(s.redemption(got.Get("code"), "scope", "openid", "refresh_token", state()))
			te := c.post("/aas/oauth2/te", form)
			if te.status != 200 || te.json["state"] != form.Get("state") || te.json["token_type"] != "Bearer" || te.json["expires_in"] != 300.0 {
				t.Fatalf("%d %s", te.status, te.body)
			}
			header, access := opened(t, te.json["access_token"])
			if header["alg"] != "RS256" || access["urn:esia:sbj_id"].(float64) == 0 || access["client_id"] != "TEST01" || access["iss"] != "http://okno.test/" {
				t.Fatalf("%v %v", header, access)
			}
			if access["scope"] != "openid fullname?oid="+oid+" birthdate?oid="+oid+" snils?oid="+oid {
				t.Fatalf("%v", access["scope"])
			}
			person := c.read("/rs/prns/"+oid+"?embed=()", te.json["access_token"].(string))
			if person.status != 200 || person.json["lastName"] != "Соколова" || person.json["birthDate"] != "27.03.1958" || person.json["snils"] != "112-233-445 95" ||
				person.json["trusted"] != true || person.json["gender"] != nil {
				t.Fatalf("%d %s", person.status, person.body)
			}
		})
		t.Run("A-02 the whole way with a bare signature by the present addresses, as AISGorod and go-api-epgu go it", func(t *testing.T) {
			ask := s.second(s.ask("response_mode", "form_post", "permissions", base64.RawURLEncoding.EncodeToString([]byte(`[{"sysname":"CREDIT","expire":30,"actions":[{"sysname":"ALL"}],"purposes":[{"sysname":"CREDIT"}],"scopes":[{"sysname":"fullname"}]}]`))), "")
			got := c.enter(t, b, "/aas/oauth2/v2/ac?"+ask.Encode())
			if got.Get("code") == "" || got.Get("state") != ask.Get("state") {
				t.Fatalf("%v", got)
			}
			te := c.post("/aas/oauth2/v3/te", s.second(s.redemption(got.Get("code")), got.Get("code")))
			if te.status != 200 {
				t.Fatalf("%d %s", te.status, te.body)
			}
			header, claims := opened(t, te.json["id_token"])
			subject, _ := claims["urn:esia:sbj"].(map[string]any)
			if header["alg"] != "RS256" || claims["sub"] != oid || claims["aud"] != "TEST01" || claims["iss"] != "http://okno.test/" || claims["urn:esia:amd"] != "PWD" || claims["urn:esia:sid"] == "" ||
				claims["nbf"] == nil || claims["auth_time"] == nil || subject["urn:esia:sbj:typ"] != "P" || subject["urn:esia:sbj:nam"] != "OID."+oid || subject["urn:esia:sbj:is_tru"] != true || subject["urn:esia:sbj:lvl"] != "PR" {
				t.Fatalf("%v", claims)
			}
			refresh := te.json["refresh_token"].(string)
			form := url.Values{"client_id": {"TEST01"}, "scope": {"openid fullname birthdate snils"}, "timestamp": {s.time()}, "state": {state()}, "grant_type": {"refresh_token"}, "refresh_token": {refresh}}
			form = s.second(form, refresh)
			form.Del("client_certificate_hash")
			renewed := c.post("/aas/oauth2/v3/te", form)
			if renewed.status != 200 || renewed.json["state"] != form.Get("state") || renewed.json["refresh_token"] == refresh || renewed.json["refresh_token"] == nil {
				t.Fatalf("%d %s", renewed.status, renewed.body)
			}
			if p := c.read("/rs/prns/"+oid, renewed.json["access_token"].(string)); p.status != 200 || p.json["firstName"] != "Ирина" {
				t.Fatalf("%d %s", p.status, p.body)
			}
		})
		t.Run("A-02 a posted request goes on as one in the address", func(t *testing.T) {
			form := s.first(s.ask())
			got := c.post("/aas/oauth2/ac", form)
			if got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/aas/oauth2/ac?") {
				t.Fatalf("%d %v", got.status, got.header)
			}
			if q := c.enter(t, b, got.header.Get("Location")); q.Get("code") == "" || q.Get("state") != form.Get("state") {
				t.Fatalf("%v", q)
			}
		})
		t.Run("A-02 a system gets a token for itself, as go-api-epgu asks for prm_chg", func(t *testing.T) {
			form := url.Values{"client_id": {"TEST01"}, "scope": {"prm_chg?oid=" + oid}, "timestamp": {s.time()}, "state": {state()}, "redirect_uri": {s.client.Redirects[0]}, "grant_type": {"client_credentials"}, "token_type": {"Bearer"}}
			got := c.post("/aas/oauth2/v3/te", s.second(form, ""))
			if got.status != 200 || got.json["refresh_token"] != nil || got.json["id_token"] != nil {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if _, claims := opened(t, got.json["access_token"]); claims["scope"] != "prm_chg?oid="+oid || claims["urn:esia:sbj_id"] != nil {
				t.Fatalf("%v", claims)
			}
			if p := c.read("/rs/prns/"+oid, got.json["access_token"].(string)); p.status != 401 || p.json["lastName"] != nil {
				t.Fatalf("%d %s", p.status, p.body)
			}
			form.Set("scope", "fullname?oid="+oid)
			form.Set("state", state())
			if got := c.post("/aas/oauth2/v3/te", s.second(form, "")); got.json["error"] != "invalid_scope" {
				t.Fatalf("%d %s", got.status, got.body)
			}
		})
		t.Run("A-02 who asks online gets no refresh token, and who does not ask for openid no ID token", func(t *testing.T) {
			got := s.tokens(b, "access_type", "online", "scope", "fullname birthdate")
			if got["refresh_token"] != nil || got["id_token"] != nil || got["access_token"] == nil {
				t.Fatalf("%v", got)
			}
		})
	})
}
