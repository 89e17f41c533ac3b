package esia_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

const everyScope = "openid fullname birthdate birthplace gender snils inn id_doc contacts addresses usr_org vehicles kids"

// elements are those of a list.
func elements(t testing.TB, list map[string]any) []any {
	t.Helper()
	all, ok := list["elements"].([]any)
	if !ok || list["size"] != float64(len(all)) || list["stateFacts"].([]any)[0] != "hasSize" {
		t.Fatalf("no list: %v", list)
	}
	return all
}

func TestData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		oid := c.oid(id)
		s := c.system(t, "TEST01", nil)
		b := c.browser(t, id)
		token := s.tokens(b, "scope", everyScope)["access_token"].(string)
		path := "/rs/prns/" + oid
		t.Run("A-02 a person in the words of ESIA", func(t *testing.T) {
			p := c.read(path, token)
			for name, want := range map[string]any{"lastName": "Соколова", "firstName": "Ирина", "middleName": "Петровна", "birthDate": "27.03.1958", "birthPlace": "г. Вологда",
				"gender": "F", "citizenship": "RUS", "snils": "112-233-445 95", "trusted": true, "status": "REGISTERED", "verifying": false} {
				if p.json[name] != want {
					t.Errorf("%s is %v, not %v", name, p.json[name], want)
				}
			}
			if p.status != 200 || p.json["rIdDoc"] == nil || p.json["updatedOn"] == nil || p.header.Get("Content-Type") != "application/json" || p.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %s", p.status, p.body)
			}
		})
		t.Run("A-02 a list is links, and every link gives its element, as fr05t1k/esia reads it", func(t *testing.T) {
			for list, want := range map[string]string{"ctts": "+7(912)0000001", "docs": "104202", "addrs": "160000"} {
				all := elements(t, c.read(path+"/"+list, token).json)
				if len(all) != 1 {
					t.Fatalf("%s: %v", list, all)
				}
				link, _ := all[0].(string)
				if !strings.HasPrefix(link, visittest.Origin+path+"/"+list+"/") {
					t.Fatalf("%s: %v", list, all)
				}
				one := c.read(strings.TrimPrefix(link, visittest.Origin), token)
				if one.status != 200 || !strings.Contains(one.body, want) || one.json["eTag"] == nil {
					t.Errorf("%s: %d %s", list, one.status, one.body)
				}
			}
			if one := c.read(path+"/ctts/1", token); one.status != 404 {
				t.Errorf("%d %s", one.status, one.body)
			}
		})
		t.Run("A-02 embed gives the elements themselves, as esia-oauth2 and AISGorod read them", func(t *testing.T) {
			doc := elements(t, c.read(path+"/docs?embed=(elements)", token).json)[0].(map[string]any)
			for name, want := range map[string]any{"type": "RF_PASSPORT", "vrfStu": "VERIFIED", "series": "4509", "number": "104202", "issueDate": "11.06.2008", "issueId": "350002", "issuedBy": "ОВД Вологды"} {
				if doc[name] != want {
					t.Errorf("%s is %v", name, doc[name])
				}
			}
			contact := elements(t, c.read(path+"/ctts?embed=(elements)", token).json)[0].(map[string]any)
			if contact["type"] != "MBT" || contact["vrfStu"] != "VERIFIED" || contact["id"] == nil {
				t.Errorf("%v", contact)
			}
			address := elements(t, c.read(path+"/addrs?embed=(elements)", token).json)[0].(map[string]any)
			if address["type"] != "PRG" || address["countryId"] != "RUS" || address["zipCode"] != "160000" || address["addressStr"] != "Вологодская область, Вологда, 2" {
				t.Errorf("%v", address)
			}
		})
		t.Run("A-02 lists stand inside the person when they are asked for, as oauth2-esia asks", func(t *testing.T) {
			p := c.read(path+"?embed=(contacts.elements,addresses.elements,documents.elements,vehicles.elements,organizations.elements)", token)
			if len(elements(t, p.json["contacts"].(map[string]any))) != 1 || len(elements(t, p.json["documents"].(map[string]any))) != 1 || len(elements(t, p.json["vehicles"].(map[string]any))) != 0 {
				t.Errorf("%s", p.body)
			}
		})
		t.Run("A-02 what the house does not have yet is an empty list, also by a doubled slash", func(t *testing.T) {
			for _, list := range []string{"/orgs", "/roles", "/kids", "/vhls", "//vhls"} {
				p := c.read(path+list+"?embed=(elements)", token)
				if p.status != 200 || len(elements(t, p.json)) != 0 {
					t.Errorf("%s: %d %s", list, p.status, p.body)
				}
			}
		})
		t.Run("OIDC-12 two systems see different numbers of one element", func(t *testing.T) {
			other := c.system(t, "TEST02", nil)
			theirs := other.tokens(b, "scope", everyScope)["access_token"].(string)
			if one, two := c.read(path+"/ctts", token).json, c.read(path+"/ctts", theirs).json; elements(t, one)[0] == elements(t, two)[0] {
				t.Errorf("%v", one)
			}
		})
		t.Run("AUTHZ-1 a token shows its own person and what was agreed to, and nothing else", func(t *testing.T) {
			stranger := c.oid(c.Account(account.Verified, "Олег Ким", "+79120000004"))
			for _, p := range []string{"/rs/prns/" + stranger, "/rs/prns/" + stranger + "/ctts", "/rs/prns/0", "/rs/prns/" + oid + "0"} {
				if a := c.read(p, token); a.status != 403 || strings.Contains(a.body, "Ким") {
					t.Errorf("%s: %d %s", p, a.status, a.body)
				}
			}
			narrow := s.tokens(b, "scope", "openid fullname")["access_token"].(string)
			p := c.read(path, narrow)
			for _, name := range []string{"birthDate", "snils", "gender", "citizenship", "rIdDoc", "birthPlace", "contacts"} {
				if p.json[name] != nil {
					t.Errorf("%s: %v", name, p.json[name])
				}
			}
			for _, list := range []string{"/ctts", "/addrs", "/docs", "/orgs", "/kids", "/vhls", "/roles", "/nothing"} {
				if a := c.read(path+list, narrow); a.status != 403 {
					t.Errorf("%s: %d", list, a.status)
				}
			}
			if p := c.read(path+"?embed=(contacts.elements,documents.elements)", narrow); p.status != 200 || p.json["contacts"] != nil || p.json["documents"] != nil {
				t.Errorf("%s", p.body)
			}
		})
		t.Run("OIDC-8 no token, a strange one, a changed one or a wrong embed opens nothing", func(t *testing.T) {
			parts := strings.Split(token, ".")
			for _, bad := range []string{"", "x", marker, parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1] + "." + parts[2][:len(parts[2])-4] + "AAAA"} {
				if a := c.read(path, bad); a.status != 401 || strings.Contains(a.body, marker) {
					t.Errorf("%q: %d %s", bad, a.status, a.body)
				}
			}
			if a := c.read(path+"?access_token="+token, ""); a.status != 401 {
				t.Errorf("taken from the address: %d", a.status)
			}
			if a := c.read(path+"/ctts?embed=("+marker+"(", token); a.status != 400 || strings.Contains(a.body, marker) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
		t.Run("A-02 systems check our tokens with the certificates that we show", func(t *testing.T) {
			a := c.read("/aas/oauth2/certificates.pem", "")
			part, _ := pem.Decode([]byte(a.body))
			if a.status != 200 || part == nil {
				t.Fatalf("%d %s", a.status, a.body)
			}
			cert, err := x509.ParseCertificate(part.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parsed.Verify(cert.PublicKey.(*rsa.PublicKey)); err != nil {
				t.Fatal(err)
			}
			if again := c.read("/aas/oauth2/certificates.pem", ""); again.body != a.body {
				t.Error("another certificate for the same key")
			}
		})
		t.Run("SESS-5 data is closed when the consent, the session, the token or the registration ends", func(t *testing.T) {
			fresh := func() string { return s.tokens(b, "scope", everyScope)["access_token"].(string) }
			closed := func(what, token string) {
				t.Helper()
				now.Advance(3 * time.Second)
				if a := c.read(path, token); a.status != 401 && a.status != 403 {
					t.Errorf("%s: %d %s", what, a.status, a.body)
				}
			}
			old := fresh()
			now.Advance(5 * time.Minute)
			closed("five minutes", old)
			paused := fresh()
			change := func(alter func(*client.Client)) {
				n := s.client
				alter(&n)
				c.Write(func(tx *db.Tx) error { return c.Clients.Change(tx, n, account.ByHolder(id)) })
				c.Clients.Forget(n.ID)
			}
			change(func(n *client.Client) { n.Registered = false })
			closed("the registration", paused)
			change(func(*client.Client) {})
			first, second := c.browser(t, id), c.browser(t, id)
			bye, stays := s.tokens(first, "scope", everyScope)["access_token"].(string), s.tokens(second, "scope", everyScope)["access_token"].(string)
			c.signOut(t, first)
			closed("the session", bye)
			if a := c.read(path, stays); a.status != 200 {
				t.Errorf("the end of another session closed it: %d", a.status)
			}
			c.Write(func(tx *db.Tx) error {
				holds, err := consent.Find(tx, id, s.client.ID)
				if err == nil {
					_, err = consent.Stop(tx, id, holds.ID, "holder")
				}
				return err
			})
			c.World.Register()
			c.RunDue()
			closed("the consent", stays)
		})
	})
}

func TestLogout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		c.system(t, "TEST01", nil)
		c.World.Site("bank", nil)
		t.Run("OIDC-14 a system's wish to sign out is asked about, and leads back to its registered address", func(t *testing.T) {
			b := c.browser(t, id)
			page := b.Open("/idp/ext/Logout?client_id=TEST01&redirect_url=https%3A%2F%2Ftest01.example%2Fbye")
			if page.Status != 200 || page.H1() != "Sign out everywhere?" {
				t.Fatalf("%d %s", page.Status, page.H1())
			}
			page = page.Press("Sign out everywhere")
			if page.H1() != "You have signed out" || !strings.Contains(page.Body, "https://test01.example/bye") {
				t.Fatalf("%d %s", page.Status, page.Body)
			}
			if got := b.Open("/id/settings/sites"); !strings.HasPrefix(got.Path, "/id/signin") {
				t.Errorf("still signed in: %s", got.Path)
			}
		})
		t.Run("OIDC-14 the wish goes to the provider's own address alone, and nothing else of it does", func(t *testing.T) {
			a := c.do(httptest.NewRequest("GET", visittest.Origin+"/idp/ext/Logout?client_id=TEST01&redirect_url=https%3A%2F%2Fevil.example%2F&id_token_hint="+marker+"&to="+marker, nil))
			if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != "/id/oauth/logout?client_id=TEST01&dialect=esia&redirect_url=https%3A%2F%2Fevil.example%2F" {
				t.Errorf("%d %s", a.status, to)
			}
			if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%v", a.header)
			}
		})
		t.Run("OIDC-2 who is signed in nowhere is led to a registered address, and to no other", func(t *testing.T) {
			b := c.browser(t, "")
			if page := b.Open("/idp/ext/Logout?client_id=TEST01&redirect_url=https%3A%2F%2Fevil.example%2F" + marker); page.Status != 400 || strings.Contains(page.Body, "evil.example") {
				t.Errorf("%d %s", page.Status, page.Body)
			}
			wish := c.do(httptest.NewRequest("GET", visittest.Origin+"/idp/ext/Logout?client_id=TEST01&redirect_url=https%3A%2F%2Ftest01.example%2Fbye", nil))
			if a := c.do(httptest.NewRequest("GET", visittest.Origin+wish.header.Get("Location"), nil)); a.header.Get("Location") != "https://test01.example/bye" {
				t.Errorf("%d %v", a.status, a.header)
			}
		})
		t.Run("OIDC-2 no other address is led to, and no other site is taken for a system", func(t *testing.T) {
			b := c.browser(t, id)
			for _, query := range []string{"client_id=TEST01&redirect_url=https%3A%2F%2Fevil.example%2F" + marker, "client_id=TEST01&redirect_url=https%3A%2F%2Ftest01.example%2Fbye%2F", "client_id=" + marker,
				"client_id=bank&redirect_url=https%3A%2F%2Fbank.example%2Fbye", ""} {
				page := b.Open("/idp/ext/Logout?" + query)
				if page.Status != 400 || strings.Contains(page.Text(), marker) {
					t.Errorf("%s: %d %s", query, page.Status, page.H1())
				}
			}
			if got := b.Open("/id/settings/sites"); got.Status != 200 || strings.HasPrefix(got.Path, "/id/signin") {
				t.Errorf("signed out: %s", got.Path)
			}
		})
	})
}
