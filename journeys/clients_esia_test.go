package journeys

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/demo"
	"okno/internal/jurisdiction"
)

// toldESIA is what a site written for ESIA needs to know: the host and the keys.
type toldESIA struct {
	Host        string `json:"host"`
	Client      string `json:"client"`
	Certificate string `json:"certificate"` // files
	Key         string `json:"key"`
	Folder      string `json:"folder"` // for what it pins
	Redirect    string `json:"redirect"`
	After       string `json:"after"`
	Scope       string `json:"scope"`
}

// saidESIA is what such a site says: what its library gave it.
type saidESIA struct {
	OID          int64                     `json:"oid"`
	Main         map[string]any            `json:"main"`
	Contacts     collection                `json:"contacts"`
	Documents    collection                `json:"documents"`
	Addresses    collection                `json:"addresses"`
	Lists        map[string]map[string]any `json:"lists"`
	Stranger     string                    `json:"stranger"`     // how data of somebody else is refused
	Organisation string                    `json:"organisation"` // how data of an organisation is
	Again        string                    `json:"again"`        // how a code is that comes twice
	After        string                    `json:"after"`        // how data is after that
}

type collection struct {
	Size     int              `json:"size"`
	Elements []map[string]any `json:"elements"`
}

// TestClientsOfESIA lets a client library that was written for ESIA, unchanged but
// for host and keys, take somebody through the dialect.
func TestClientsOfESIA(t *testing.T) {
	with := python(t)
	install := exec.Command(with, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade", "--target", "clients/esia/modules", "-r", "clients/esia/requirements.txt")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("pip install: %v: %s", err, out)
	}
	c := runIn(t, t.TempDir(), demo.Config{ESIAIssuer: "http://esia.gosuslugi.ru/"}) // the library cannot be told another
	landing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<!doctype html><html lang="en" dir="ltr"><title>Site</title><main><h1>Site</h1></main></html>`)
	}))
	defer landing.Close()
	t.Run("A-02 the whole way by esia-connector of Python, unchanged but for host and keys", func(t *testing.T) {
		one := toldESIA{Host: c.portal, Client: "ZHKH01", Folder: t.TempDir(), Redirect: landing.URL + "/callback", After: landing.URL + "/bye",
			Scope: "openid fullname birthdate snils email mobile id_doc addresses usr_org"}
		c.makeKnownESIA(t, &one)
		g := c.guest("ru", "+79000000103").at(t)
		d := drive(t, nil, with, "clients/esia/site.py")
		d.tell(one)
		p := g.agree(g.signIn(g.b.Open(d.hear().Go)))
		if !strings.HasPrefix(p.Origin()+p.Path, one.Redirect) {
			t.Fatalf("the browser ends at %s%s: %s", p.Origin(), p.Path, p.Text())
		}
		d.tell(map[string]string{"back": p.Origin() + p.Path})
		g.gotByESIA(d.hearESIA())
		p = g.b.Open(d.hear().Go).Press(g.T("oidc.logout.yes"))
		if p = p.Follow(g.T("oidc.return.go", "site", "Site ZHKH01")); p.Origin()+p.Path != one.After {
			t.Errorf("after the sign-out at %s%s", p.Origin(), p.Path)
		}
		if g.b.Open("/account").Path == "/account" {
			t.Error("the session lives on")
		}
	})
}

// gotByESIA holds what the library was told, in the shapes of ESIA.
func (g *guest) gotByESIA(got saidESIA) {
	g.t.Helper()
	var person string
	g.write(func(tx *db.Tx) error {
		a, err := g.demo.Portal.Accounts.Get(tx, g.account(tx))
		person = string(a.Person)
		return err
	})
	if strconv.FormatInt(got.OID, 10) != person {
		g.t.Errorf("the oid is %d, not %s", got.OID, person)
	}
	if m := got.Main; m["lastName"] != "Белова" || m["firstName"] != "Екатерина" || m["middleName"] != "Андреевна" || m["birthDate"] != "19.07.1990" || m["snils"] != "115-740-633 40" ||
		m["trusted"] != true || m["status"] != "REGISTERED" || m["gender"] != nil {
		g.t.Errorf("the person is %v", m)
	}
	if got.Contacts.Size != len(got.Contacts.Elements) || len(got.Contacts.Elements) == 0 || got.Contacts.Elements[0]["vrfStu"] != "VERIFIED" {
		g.t.Errorf("the contacts are %v", got.Contacts)
	}
	if got.Documents.Size != 1 || got.Documents.Elements[0]["type"] != "RF_PASSPORT" || got.Documents.Elements[0]["id"] != got.Main["rIdDoc"] {
		g.t.Errorf("the documents are %v", got.Documents)
	}
	if got.Addresses.Size != len(got.Addresses.Elements) {
		g.t.Errorf("the addresses are %v", got.Addresses)
	}
	for _, name := range []string{"orgs", "roles"} {
		if elements, is := got.Lists[name]["elements"].([]any); !is || len(elements) != 0 || got.Lists[name]["size"] != 0.0 {
			g.t.Errorf("%s is %v, no empty collection", name, got.Lists[name])
		}
	}
	if got.Stranger != "403 ESIA-007019" || got.Organisation != "403 ESIA-007194" || got.Again != "400 ESIA-007011" || got.After != "401 ESIA-005011" {
		g.t.Errorf("a stranger's data: %s; an organisation's: %s; a code again: %s; data after it: %s", got.Stranger, got.Organisation, got.Again, got.After)
	}
}

func (d *driven) hearESIA() (s saidESIA) {
	d.t.Helper()
	if !d.out.Scan() || json.Unmarshal(d.out.Bytes(), &s) != nil {
		d.t.Fatalf("%s says %q", d.command, d.out.Bytes())
	}
	return s
}

// makeKnownESIA registers such a site, with a fresh RSA key and its certificate.
func (c *country) makeKnownESIA(t *testing.T, one *toldESIA) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(20261122), Subject: pkix.Name{CommonName: one.Client}, NotBefore: c.now().Add(-time.Hour), NotAfter: c.now().AddDate(1, 0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) (path, text string) {
		path, content := filepath.Join(one.Folder, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path, string(content)
	}
	var pasted string
	one.Certificate, pasted = write("site.pem", "CERTIFICATE", certificate)
	one.Key, _ = write("site.key", "PRIVATE KEY", private)
	site := client.Client{ID: client.ID(one.Client), Stage: client.Sandbox, Name: jurisdiction.Words{"en": "Site " + one.Client}, Purpose: jurisdiction.Words{"en": "To try Okno"},
		Redirects: []string{one.Redirect}, PostLogout: []string{one.After}, Grants: []client.Grant{client.Code, client.Refresh}, Registered: true, Method: client.PrivateKeyJWT,
		Keys: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "PS256", Use: "sig"}}}, Certificates: []string{pasted},
		Required: []client.Attribute{client.Name, client.BirthDate, client.Number("snils"), client.Phone, client.Email, client.Identity, client.Citizenship, client.Address}}
	c.write(func(tx *db.Tx) error { return c.demo.Portal.Clients.Add(tx, site, audit.BySystem("test")) })
}
