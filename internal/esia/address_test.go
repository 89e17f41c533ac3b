package esia_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

// TestAddresses holds what is answered beside the well-trodden addresses.
func TestAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		path := "/rs/prns/" + c.oid(id)
		token := c.system(t, "TEST01", nil).tokens(c.browser(t, id), "scope", everyScope)["access_token"].(string)
		t.Run("A-02 an address may end with a slash, and embed hold a space behind a comma, as clients on phones write them", func(t *testing.T) {
			p := c.read(path+"/?embed=(contacts.elements,%20kids.elements)", token)
			contacts, _ := p.json["contacts"].(map[string]any)
			if p.status != http.StatusOK || p.json["lastName"] != "Соколова" || len(elements(t, contacts)) != 1 || p.json["kids"] == nil {
				t.Errorf("%d %s", p.status, p.body)
			}
			list := c.read(path+"/ctts/", token)
			if list.status != http.StatusOK || len(elements(t, list.json)) != 1 {
				t.Errorf("%d %s", list.status, list.body)
			}
		})
		t.Run("A-02 an address without anything is told so in the words of ESIA", func(t *testing.T) {
			for _, at := range []string{"/rs/", "/rs/prns", "/rs/prns/", "/rs/sbjs/" + marker, path + "/ctts/1/" + marker, path + "/ctts/1", "/aas/oauth2/" + marker, "/aas/oauth2/v9/te"} {
				a := c.read(at, token)
				answers(t, a, "007003")
				if a.status != http.StatusNotFound || a.json["code"] != "ESIA-007003" || a.json["message"] != "There is nothing at this address." {
					t.Errorf("%s: %d %s", at, a.status, a.body)
				}
			}
		})
		t.Run("A-02 an address that takes another method says which", func(t *testing.T) {
			for at, allow := range map[string]string{"/aas/oauth2/te": "POST", "/aas/oauth2/v2/te": "POST", "/aas/oauth2/v3/te": "POST", path: "GET", path + "/ctts": "GET", path + "/ctts/1": "GET",
				"/aas/oauth2/ac": "GET, POST", "/aas/oauth2/v2/ac": "GET, POST", "/rs/orgs/1": "GET", "/aas/oauth2/certificates.pem": "GET"} {
				method := http.MethodPut
				if allow == "POST" {
					method = http.MethodGet
				}
				a := c.do(httptest.NewRequest(method, visittest.Origin+at, nil))
				answers(t, a, "007003")
				if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != allow || a.header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %s: %d %q %s", method, at, a.status, a.header.Get("Allow"), a.body)
				}
			}
		})
		t.Run("A-02 data without a token are refused in JSON", func(t *testing.T) {
			for _, at := range []string{path, path + "/ctts", "/rs/orgs", "/rs/orgs/1"} {
				a := c.read(at, "")
				answers(t, a, "005011")
				if a.status != http.StatusUnauthorized || a.json["code"] != "ESIA-005011" || a.header.Get("WWW-Authenticate") != "Bearer" {
					t.Errorf("%s: %d %q %s", at, a.status, a.header.Get("WWW-Authenticate"), a.body)
				}
			}
		})
	})
}
