package partnerpage_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"image"
	"image/jpeg"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit"
)

func certificate(t *testing.T, name string, from, until time.Time) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		anna := h.SignedIn(one)
		inSandbox(t, organised(anna))
		const site = "/partners/sites/city-library"
		text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate(t, "Library system", now.Now().Add(-time.Hour), now.Now().AddDate(0, 0, 100))}))
		t.Run("A-56 the special settings are safe as they stand and each is a question of its own", func(t *testing.T) {
			anna.For(t).Open(site).Must("Special settings", "None")
			anna.For(t).Open(site+"/advanced").Must("Pushed, or in the address", "Bound when the library asks for it", "ES256", "The site by itself")
			anna.For(t).Open(site+"/par").Choose("Pushed requests only").Press("Save and continue").Must("Saved.", "Pushed requests only")
			anna.For(t).Open(site + "/signature").Choose("RS256").Press("Save and continue").Must("RS256")
			p := anna.For(t).Open(site+"/sector").Fill("Group of sites (optional)", "a b").Press("Save and continue")
			if p.Status != 422 || p.Value("Group of sites (optional)") != "a b" {
				t.Errorf("%d %q", p.Status, p.Value("Group of sites (optional)"))
			}
			p.Must("Name the group of sites with 3 to 64 Latin letters").Fill("Group of sites (optional)", "city").Press("Save and continue").Must("city")
			anna.For(t).Open(site).Must("RS256 Pushed requests only")
			anna.For(t).Open(site + "/par").Choose("Pushed, or in the address").Press("Save and continue")
		})
		t.Run("A-02 a state system gives the certificates with which it signs for ESIA", func(t *testing.T) {
			anna.For(t).Open(site + "/esia").Must("for state systems only")
			p := anna.For(t).Open(site + "/proof").Choose("By the signatures of ESIA").Press("Continue").Choose("Yes, a registered state system").Press("Save and continue")
			p = p.Must("city-library").Fill("Or paste the certificate", "not a certificate").Press("Add the certificates")
			if p.Status != 422 || p.Value("Or paste the certificate") != "not a certificate" {
				t.Errorf("%d", p.Status)
			}
			p = p.Must("We cannot read a certificate in this").Fill("Or paste the certificate", text).Press("Add the certificates")
			p.Must("The certificates hold at once", "Library system", "Holds", "RSA 2,048")
			other := certificate(t, "The next one", now.Now().AddDate(0, 1, 0), now.Now().AddDate(0, 3, 0))
			anna.For(t).Open(site+"/try").MustBe(200, site+"/try").Must("/aas/oauth2/v2/ac", "signs them", "in ESIA's own shapes").MustNot("CODE_CHALLENGE")
			p = anna.For(t).Open(site+"/esia").Attach("Certificate file", "next.cer", "application/pkix-cert", other).Press("Add the certificates").Must("The next one", "Does not hold yet")
			p = p.Attach("Certificate file", "key.pem", "application/x-pem-file", []byte("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n")).Press("Add the certificates")
			if p.Must("This holds a private key"); p.Status != 422 {
				t.Errorf("%d", p.Status)
			}
			anna.For(t).Open(site + "/esia").Press("Remove The next one").MustNot("The next one")
		})
		t.Run("A-02 the end of the certificate is told a month before and when it has come", func(t *testing.T) {
			anna.For(t).Open(site).MustNot("ends soon")
			now.Advance(80 * 24 * time.Hour)
			h.SignedIn(one).For(t).Open(site).Must("The certificate ends soon", "Library system").Follow("Add the next certificate").Must("Ends soon")
			now.Advance(30 * 24 * time.Hour)
			h.SignedIn(one).For(t).Open(site).Must("The certificate has ended: nobody can sign in")
		})
	})
}

func TestLogoAtBothHosts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		anna := h.SignedIn(one)
		inSandbox(t, organised(anna))
		var picture bytes.Buffer
		if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 64, 64)), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.s.SetLogo(t.Context(), one, "city-library", &picture); err != nil {
			t.Fatal(err)
		}
		site, err := h.Clients.Find(t.Context(), "city-library")
		if err != nil {
			t.Fatal(err)
		}
		h.World.World.Site.Hosts = visit.Hosts{Portal: "https://okno.test", Identity: "https://id.okno.test"}
		t.Run("T-43 a logo is answered by both hosts as a picture in which nothing can run", func(t *testing.T) {
			for _, host := range []string{"https://okno.test", "https://id.okno.test"} {
				w := httptest.NewRecorder()
				h.World.World.Site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, host+"/partners/logo/"+site.Logo, nil))
				head := w.Header()
				if w.Code != 200 || head.Get("Content-Type") != "image/png" || head.Get("X-Content-Type-Options") != "nosniff" ||
					!strings.Contains(head.Get("Content-Security-Policy"), "sandbox") || !bytes.HasPrefix(w.Body.Bytes(), []byte("\x89PNG")) {
					t.Errorf("%s: %d %v", host, w.Code, head)
				}
			}
		})
	})
}

func TestNamesAreMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.SignedIn(h.Account(account.Standard, "Anna One", "+79000000001"))
		t.Run("A-56 each missing name says in which language", func(t *testing.T) {
			p := anna.For(t).Open("/partners/new").Fill("Name of the organisation: Русский", "Библиотека").Press("Register the organisation")
			if p.Status != 422 || p.Value("Name of the organisation: Русский") != "Библиотека" {
				t.Errorf("%d", p.Status)
			}
			p.Must("Enter the name: English", "Enter the name: فارسی").MustNot("Enter the name: Русский")
		})
	})
}
