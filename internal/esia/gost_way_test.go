package esia_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"

	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/esia"
)

// gostCertificate is a certificate of a GOST key. Nobody looks at who signed it:
// certificates count because they were pasted.
func gostCertificate(t testing.TB, like *x509.Certificate, spki []byte) *x509.Certificate {
	t.Helper()
	type content struct {
		Version   asn1.RawValue
		Serial    asn1.RawValue
		Algorithm asn1.RawValue
		Issuer    asn1.RawValue
		Validity  asn1.RawValue
		Subject   asn1.RawValue
		Key       asn1.RawValue
	}
	var c content
	if _, err := asn1.Unmarshal(like.RawTBSCertificate, &c); err != nil {
		t.Fatal(err)
	}
	c.Key = asn1.RawValue{FullBytes: spki}
	der, err := asn1.Marshal(struct {
		Content   content
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}{c, c.Algorithm, asn1.BitString{Bytes: like.Signature, BitLength: 8 * len(like.Signature)}})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestGOSTWays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		b := c.browser(t, id)
		key := esia.NewGOSTKey(t)
		cert := gostCertificate(t, certify(t, keys()[0], "GOST01", now.Now()), key.SPKI(t))
		s := c.system(t, "GOST01", func(n *client.Client) {
			n.Certificates = append(n.Certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})))
		})
		bare := func(v url.Values, last string) url.Values {
			message := v.Get("client_id") + v.Get("scope") + v.Get("timestamp") + v.Get("state") + v.Get("redirect_uri") + last
			v.Set("client_secret", base64.URLEncoding.EncodeToString(key.Sign(t, []byte(message))))
			v.Set("client_certificate_hash", hexOf(esia.Hash(cert.Raw)))
			return v
		}
		t.Run("A-02 the whole way with bare GOST signatures, as go-api-epgu and AISGorod make them", func(t *testing.T) {
			got := c.enter(t, b, "/aas/oauth2/v2/ac?"+bare(s.ask(), "").Encode())
			te := c.post("/aas/oauth2/v3/te", bare(s.redemption(got.Get("code")), got.Get("code")))
			if te.status != 200 {
				t.Fatalf("%v: %d %s", got, te.status, te.body)
			}
			wrong := bare(s.ask(), "")
			wrong.Set("client_certificate_hash", hexOf(esia.Hash(s.cert.Raw)))
			_, refused := c.begin(t, b, "/aas/oauth2/v2/ac?"+wrong.Encode())
			says(t, refused, "007053", wrong.Get("state"))
		})
		t.Run("A-02 scope_org is signed behind scope, or not, and asks for nothing", func(t *testing.T) {
			const organisation = "http://esia.gosuslugi.ru/org_fullname http://esia.gosuslugi.ru/org_inn"
			signed := func(v url.Values, last string) url.Values {
				v.Set("scope_org", organisation)
				message := v.Get("client_id") + v.Get("scope") + organisation + v.Get("timestamp") + v.Get("state") + v.Get("redirect_uri") + last
				v.Set("client_secret", base64.URLEncoding.EncodeToString(key.Sign(t, []byte(message))))
				return v
			}
			for name, sign := range map[string]func(url.Values, string) url.Values{"signed": signed,
				"not signed": func(v url.Values, last string) url.Values { v.Set("scope_org", organisation); return bare(v, last) }} {
				got := c.enter(t, b, "/aas/oauth2/v2/ac?"+sign(s.ask(), "").Encode())
				te := c.post("/aas/oauth2/v3/te", sign(s.redemption(got.Get("code")), got.Get("code")))
				if te.status != 200 {
					t.Fatalf("%s: %v: %d %s", name, got, te.status, te.body)
				}
				if _, claims := opened(t, te.json["access_token"]); strings.Contains(claims["scope"].(string), "org_") {
					t.Errorf("%s: %v", name, claims)
				}
			}
			moved := signed(s.ask(), "")
			moved.Set("scope_org", organisation+" snils")
			_, refused := c.begin(t, b, "/aas/oauth2/v2/ac?"+moved.Encode())
			says(t, refused, "007053", moved.Get("state"))
		})
		t.Run("A-02 the whole way with GOST in CMS, as esia-potato and cryptcp make it", func(t *testing.T) {
			sign := func(v url.Values) url.Values {
				message := v.Get("scope") + v.Get("timestamp") + v.Get("client_id") + v.Get("state")
				digest := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 2}, Parameters: asn1.NullRawValue}
				algorithm := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 1}, Parameters: asn1.NullRawValue}
				v.Set("client_secret", base64.URLEncoding.EncodeToString(signedData(t, cert, digest, algorithm, key.Sign(t, []byte(message)))))
				return v
			}
			got := c.enter(t, b, "/aas/oauth2/ac?"+sign(s.ask()).Encode())
			if te := c.post("/aas/oauth2/te", sign(s.redemption(got.Get("code")))); te.status != 200 {
				t.Fatalf("%v: %d %s", got, te.status, te.body)
			}
		})
	})
}
