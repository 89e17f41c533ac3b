package esia_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/esia"
	"okno/internal/esia/esiaapi"
	"okno/internal/oidc/oidcapi"
	"okno/internal/oidc/oidcpage"
	"okno/internal/oidc/oidctest"
	"okno/internal/profile"
	"okno/internal/secret"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
	"okno/internal/web"
	"okno/internal/web/webtest"
)

// country is the house with the dialect, behind its guards.
type country struct {
	*oidctest.World
	esia *esia.ESIA
	door http.Handler
}

func open(t *testing.T, d *db.DB, now *clock.Fake) *country {
	t.Helper()
	c := &country{World: oidctest.New(t, d, now, "ru")}
	var err error
	if c.esia, err = esia.New(c.Provider, "", c.Visits().Texts.For("en")); err != nil {
		t.Fatal(err)
	}
	oidcpage.Mount(c.Visits(), c.Provider, func(*visit.Request, string) templ.Component { return templ.NopComponent })
	if err := oidcapi.Mount(c.Visits(), c.Provider); err != nil {
		t.Fatal(err)
	}
	esiaapi.Mount(c.Visits(), c.esia, oidcpage.Refused)
	guard := &web.Guard{Origins: []string{visittest.Origin}, Log: c.Visits().Log, Fail: c.Visits().Fail, Open: slices.Concat(oidcapi.Open, oidcpage.Open, esiaapi.Open())}
	c.door = guard.Wrap(c.Visits())
	return c
}

// reply is what a machine is answered.
type reply struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (c *country) do(r *http.Request) reply {
	w := httptest.NewRecorder()
	c.door.ServeHTTP(w, r)
	a := reply{status: w.Code, header: w.Header(), body: w.Body.String()}
	json.Unmarshal(w.Body.Bytes(), &a.json)
	return a
}

func (c *country) post(path string, form url.Values) reply {
	r := httptest.NewRequest("POST", visittest.Origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

// read asks for data with an access token, and follows one redirect as clients do.
func (c *country) read(path, token string) reply {
	for range 2 {
		r := httptest.NewRequest("GET", visittest.Origin+path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		a := c.do(r)
		if a.status/100 != 3 {
			return a
		}
		path = a.header.Get("Location")
	}
	return reply{}
}

// browser is one in which somebody is signed in, or nobody.
func (c *country) browser(t testing.TB, id account.ID) *webtest.Browser {
	b := webtest.New(t, c.door, visittest.Origin)
	if id != "" {
		for _, cookie := range c.SignedIn(id).Cookies() {
			b.SetCookie(cookie.Name, cookie.Value)
		}
	}
	return b
}

// begin opens an address as a browser does: it gives what the system gets back at
// once, or the page of ours that the browser is led to.
func (c *country) begin(t testing.TB, b *webtest.Browser, address string) (*webtest.Page, url.Values) {
	t.Helper()
	r := httptest.NewRequest("GET", visittest.Origin+address, nil)
	for _, cookie := range b.Cookies() {
		r.AddCookie(cookie)
	}
	a := c.do(r)
	for _, set := range (&http.Response{Header: a.header}).Cookies() {
		b.SetCookie(set.Name, set.Value)
	}
	to := a.header.Get("Location")
	switch {
	case a.status != http.StatusSeeOther:
		return b.Open(address), nil
	case strings.HasPrefix(to, "https://"):
		return nil, back(t, to)
	}
	return b.Open(to), nil
}

// enter goes the whole way and agrees to what is asked; it gives what the system gets back.
func (c *country) enter(t testing.TB, b *webtest.Browser, address string) url.Values {
	t.Helper()
	page, got := c.begin(t, b, address)
	if page == nil {
		return got
	}
	if page.Has("Agree and continue") {
		page = page.Press("Agree and continue")
	}
	return returned(t, page)
}

// returned is what a system gets when a page leads back to it.
func returned(t testing.TB, page *webtest.Page) url.Values {
	t.Helper()
	_, after, found := strings.Cut(page.Body, `content="0;url=`)
	if !found {
		t.Fatalf("%s (%d) does not lead back:\n%s", page.Path, page.Status, page.Text())
	}
	to, _, _ := strings.Cut(after, `"`)
	return back(t, strings.ReplaceAll(to, "&amp;", "&"))
}

func back(t testing.TB, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || !strings.HasSuffix(u.Host, ".example") {
		t.Fatalf("led to %q, not back to the system", address)
	}
	return u.Query()
}

// irina is somebody verified, with all her data.
func (c *country) irina(t *testing.T) account.ID {
	t.Helper()
	id := c.Account(account.Verified, "Ирина Соколова", "+79120000001")
	c.Write(func(tx *db.Tx) error {
		return c.Profiles.Set(tx, id, map[string]string{"family_name": "Соколова", "given_name": "Ирина", "patronymic": "Петровна", profile.Sex: "female",
			profile.BirthDate: "1958-03-27", profile.BirthPlace: "г. Вологда", profile.Citizenship: "RU", "snils": "11223344595", profile.Identity: "ru_passport",
			"ru_passport.series": "4509", "ru_passport.number": "104202", "ru_passport.issued_on": "2008-06-11", "ru_passport.issued_by": "ОВД Вологды",
			"ru_passport.department_code": "350-002", "registration_address.postcode": "160000", "registration_address.region": "Вологодская область",
			"registration_address.city": "Вологда", "registration_address.house": "2"}, profile.FromRegister("migration"), audit.BySystem("test"))
	})
	return id
}

// oid is the person's identifier for life.
func (c *country) oid(id account.ID) string {
	var oid string
	c.Write(func(tx *db.Tx) error {
		a, err := c.Accounts.Get(tx, id)
		oid = string(a.Person)
		return err
	})
	return oid
}

// system is a system built for ESIA, with a key of its own; it shares no code with the house.
type system struct {
	t      testing.TB
	house  *country
	client client.Client
	key    *rsa.PrivateKey
	cert   *x509.Certificate
}

var allAttributes = []client.Attribute{client.Name, client.BirthDate, client.BirthPlace, client.Sex, client.Citizenship, client.Phone, client.Email, client.Address, client.Identity, client.Number("snils"), client.Number("inn")}

// system registers one; change alters the registration first.
func (c *country) system(t testing.TB, id client.ID, change func(*client.Client)) *system {
	t.Helper()
	s := &system{t: t, house: c, key: keys()[int(id[len(id)-1])%3]}
	s.cert = certify(t, s.key, string(id), c.Now.Now())
	site := c.World.Site(id, func(n *client.Client) {
		n.Registered, n.Required, n.Optional = true, allAttributes, nil
		n.Scopes = []string{"prm_chg"}
		host := "https://" + strings.ToLower(string(id)) + ".example"
		n.Redirects, n.PostLogout, n.Resources = []string{host + "/callback"}, []string{host + "/bye"}, nil
		n.Certificates = []string{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.Raw}))}
		if change != nil {
			change(n)
		}
	})
	s.client = site.Client
	return s
}

// keys are three keys, made once, because an RSA key takes its time; systems whose
// names end in other digits have other keys.
var keys = sync.OnceValue(func() (list [3]*rsa.PrivateKey) {
	for i := range list {
		var err error
		if list[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic(err)
		}
	}
	return list
})

func certify(t testing.TB, key *rsa.PrivateKey, name string, now time.Time) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// time is the timestamp of a request.
func (s *system) time() string {
	return s.house.Now.Now().In(time.FixedZone("", 3*3600)).Format("2006.01.02 15:04:05 -0700")
}

// state is a new UUID.
func state() string { return secret.NewID() }

// first signs in the manner of the first version: PKCS #7 over scope, timestamp,
// client_id and state, without attributes, as openssl smime -noattr does.
func (s *system) first(v url.Values) url.Values {
	message := v.Get("scope") + v.Get("timestamp") + v.Get("client_id") + v.Get("state")
	v.Set("client_secret", base64.URLEncoding.EncodeToString(s.pkcs7([]byte(message))))
	return v
}

// second signs in the manner of the second version: a bare signature, in plain
// base64, and the certificate by its hash.
func (s *system) second(v url.Values, last string) url.Values {
	message := v.Get("client_id") + v.Get("scope") + v.Get("timestamp") + v.Get("state") + v.Get("redirect_uri") + last
	v.Set("client_secret", base64.StdEncoding.EncodeToString(s.raw([]byte(message))))
	hash := sha256.Sum256(s.cert.Raw)
	v.Set("client_certificate_hash", strings.ToUpper(hexOf(hash[:])))
	return v
}

func hexOf(b []byte) string {
	return (&big.Int{}).SetBytes(append([]byte{1}, b...)).Text(16)[1:]
}

func (s *system) raw(message []byte) []byte {
	sum := sha256.Sum256(message)
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		s.t.Fatal(err)
	}
	return signature
}

// pkcs7 makes SignedData, detached.
func (s *system) pkcs7(message []byte) []byte {
	return signedData(s.t, s.cert, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, Parameters: asn1.NullRawValue},
		pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, Parameters: asn1.NullRawValue}, s.raw(message))
}

func signedData(t testing.TB, cert *x509.Certificate, digest, algorithm pkix.AlgorithmIdentifier, signature []byte) []byte {
	t.Helper()
	type who struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	type signer struct {
		Version   int
		Who       who
		Digest    pkix.AlgorithmIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Signature []byte
	}
	type content struct{ Type asn1.ObjectIdentifier }
	data := struct {
		Version      int
		Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
		Content      content
		Certificates asn1.RawValue
		Signers      []signer `asn1:"set"`
	}{1, []pkix.AlgorithmIdentifier{digest}, content{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}},
		asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: cert.Raw},
		[]signer{{1, who{asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber}, digest, algorithm, signature}}}
	inner, err := asn1.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// ask is an authorization request, not yet signed; pairs change it.
func (s *system) ask(pairs ...string) url.Values {
	v := url.Values{"client_id": {string(s.client.ID)}, "redirect_uri": {s.client.Redirects[0]}, "response_type": {"code"}, "scope": {"openid fullname birthdate snils"},
		"state": {state()}, "timestamp": {s.time()}, "access_type": {"offline"}}
	return with(v, pairs)
}

func with(v url.Values, pairs []string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	return v
}

// redemption is a request of tokens for a code, not yet signed.
func (s *system) redemption(code string, pairs ...string) url.Values {
	v := url.Values{"client_id": {string(s.client.ID)}, "redirect_uri": {s.client.Redirects[0]}, "grant_type": {"authorization_code"}, "code": {code},
		"scope": {"openid fullname birthdate snils"}, "state": {state()}, "timestamp": {s.time()}, "token_type": {"Bearer"}}
	return with(v, pairs)
}

// code goes the whole way in the first manner.
func (s *system) code(b *webtest.Browser, pairs ...string) string {
	s.t.Helper()
	got := s.house.enter(s.t, b, "/aas/oauth2/ac?"+s.first(s.ask(pairs...)).Encode())
	if got.Get("code") == "" {
		s.t.Fatalf("no code but %v", got)
	}
	return got.Get("code")
}

// tokens goes the whole way.
func (s *system) tokens(b *webtest.Browser, pairs ...string) map[string]any {
	s.t.Helper()
	got := s.house.post("/aas/oauth2/te", s.first(s.redemption(s.code(b, pairs...))))
	if got.status != http.StatusOK {
		s.t.Fatalf("%d %s", got.status, got.body)
	}
	return got.json
}

// Visits is the site of pages.
func (c *country) Visits() *visit.Site { return c.World.World.Site }

// bearer is a request with an access token.
func bearer(path, token string) *http.Request {
	r := httptest.NewRequest("GET", visittest.Origin+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// signOut ends the session of a browser.
func (c *country) signOut(t testing.TB, b *webtest.Browser) {
	t.Helper()
	for _, cookie := range b.Cookies() {
		if cookie.Name != "okno" {
			continue
		}
		c.Write(func(tx *db.Tx) error {
			session, err := c.Sessions.Find(tx, cookie.Value)
			if err != nil {
				return err
			}
			return c.Sessions.End(tx, session, "exit")
		})
		return
	}
	t.Fatal("nobody is signed in")
}
