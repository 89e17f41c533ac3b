package esia_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
	"time"

	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/esia"
)

// The words that the two versions of a signature are over.
func firstWords(v url.Values) []byte {
	return []byte(v.Get("scope") + v.Get("timestamp") + v.Get("client_id") + v.Get("state"))
}

func secondWords(v url.Values, last string) []byte {
	return []byte(v.Get("client_id") + v.Get("scope") + v.Get("timestamp") + v.Get("state") + v.Get("redirect_uri") + last)
}

// withSecret puts a signature into a request.
func withSecret(v url.Values, signature []byte) url.Values {
	v.Set("client_secret", base64.URLEncoding.EncodeToString(signature))
	return v
}

// the algorithms of signatures in CMS.
func algorithm(numbers ...int) pkix.AlgorithmIdentifier {
	return pkix.AlgorithmIdentifier{Algorithm: numbers, Parameters: asn1.NullRawValue}
}

var (
	rsaAlgorithm    = algorithm(1, 2, 840, 113549, 1, 1, 1)
	sha1Algorithm   = algorithm(1, 3, 14, 3, 2, 26)
	sha256Algorithm = algorithm(2, 16, 840, 1, 101, 3, 4, 2, 1)
	sha512Algorithm = algorithm(2, 16, 840, 1, 101, 3, 4, 2, 3)
)

// signature makes one by PKCS #1 v1.5.
func signature(t testing.TB, key *rsa.PrivateKey, hash crypto.Hash, message []byte) []byte {
	t.Helper()
	sum := map[crypto.Hash]func() []byte{
		crypto.SHA1:   func() []byte { s := sha1.Sum(message); return s[:] },
		crypto.SHA256: func() []byte { s := sha256.Sum256(message); return s[:] },
		crypto.SHA512: func() []byte { s := sha512.Sum512(message); return s[:] },
	}[hash]()
	made, err := rsa.SignPKCS1v15(rand.Reader, key, hash, sum)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// forgeries are wrong signatures of a request; last is the code that it redeems.
func (s *system) forgeries(other *system) map[string]func(v url.Values, last string) url.Values {
	t := s.t
	cms := func(v url.Values) []byte { return s.pkcs7(firstWords(v)) }
	bare := func(v url.Values, last string) []byte { return s.raw(secondWords(v, last)) }
	return map[string]func(url.Values, string) url.Values{
		"CMS cut by a byte":    func(v url.Values, _ string) url.Values { der := cms(v); return withSecret(v, der[:len(der)-1]) },
		"CMS with a byte more": func(v url.Values, _ string) url.Values { return withSecret(v, append(cms(v), 0)) },
		"CMS twice":            func(v url.Values, _ string) url.Values { return withSecret(v, append(cms(v), cms(v)...)) },
		"CMS with one bit else": func(v url.Values, _ string) url.Values {
			der := cms(v)
			der[len(der)-7] ^= 1
			return withSecret(v, der)
		},
		"bare cut by a byte": func(v url.Values, last string) url.Values { return withSecret(v, bare(v, last)[1:]) },
		"bare with a zero before": func(v url.Values, last string) url.Values {
			return withSecret(v, append([]byte{0}, bare(v, last)...))
		},
		"bare with a zero behind": func(v url.Values, last string) url.Values { return withSecret(v, append(bare(v, last), 0)) },
		"bare and its modulus": func(v url.Values, last string) url.Values {
			return withSecret(v, append(bare(v, last), s.key.N.Bytes()...))
		},
		"padded by blanks": func(v url.Values, last string) url.Values {
			withSecret(v, bare(v, last))
			v.Set("client_secret", v.Get("client_secret")+"  ")
			return v
		},
		"the words themselves": func(v url.Values, last string) url.Values { return withSecret(v, secondWords(v, last)) },
		"their sum": func(v url.Values, last string) url.Values {
			sum := sha256.Sum256(secondWords(v, last))
			return withSecret(v, sum[:])
		},
		"zeros": func(v url.Values, _ string) url.Values { return withSecret(v, make([]byte, 256)) },
		"a stranger's key under the certificate's name": func(v url.Values, _ string) url.Values {
			return withSecret(v, signedData(t, s.cert, sha256Algorithm, rsaAlgorithm, signature(t, other.key, crypto.SHA256, firstWords(v))))
		},
		"a stranger's certificate, brought along": func(v url.Values, _ string) url.Values {
			return withSecret(v, other.pkcs7(firstWords(v)))
		},
		"a stranger's certificate, named by its hash": func(v url.Values, last string) url.Values {
			sum := sha256.Sum256(other.cert.Raw)
			withSecret(v, other.raw(secondWords(v, last))).Set("client_certificate_hash", hexOf(sum[:]))
			return v
		},
		"the words of the first version without CMS": func(v url.Values, _ string) url.Values { return withSecret(v, s.raw(firstWords(v))) },
		"the words of the second version in CMS":     func(v url.Values, last string) url.Values { return withSecret(v, s.pkcs7(secondWords(v, last))) },
		"SHA-1 in CMS": func(v url.Values, _ string) url.Values {
			return withSecret(v, signedData(t, s.cert, sha1Algorithm, rsaAlgorithm, signature(t, s.key, crypto.SHA1, firstWords(v))))
		},
		"SHA-1 that says SHA-256": func(v url.Values, _ string) url.Values {
			return withSecret(v, signedData(t, s.cert, sha256Algorithm, rsaAlgorithm, signature(t, s.key, crypto.SHA1, firstWords(v))))
		},
		"SHA-256 that says SHA-512": func(v url.Values, _ string) url.Values {
			return withSecret(v, signedData(t, s.cert, sha512Algorithm, rsaAlgorithm, signature(t, s.key, crypto.SHA256, firstWords(v))))
		},
		"a bare SHA-512": func(v url.Values, last string) url.Values {
			return withSecret(v, signature(t, s.key, crypto.SHA512, secondWords(v, last)))
		},
		"a bare SHA-1": func(v url.Values, last string) url.Values {
			return withSecret(v, signature(t, s.key, crypto.SHA1, secondWords(v, last)))
		},
		"RSA-PSS": func(v url.Values, last string) url.Values {
			sum := sha256.Sum256(secondWords(v, last))
			made, err := rsa.SignPSS(rand.Reader, s.key, crypto.SHA256, sum[:], nil)
			if err != nil {
				t.Fatal(err)
			}
			return withSecret(v, made)
		},
		"ECDSA": func(v url.Values, last string) url.Values {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(secondWords(v, last))
			made, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
			if err != nil {
				t.Fatal(err)
			}
			return withSecret(v, made)
		},
		"GOST, by a key that was not pasted": func(v url.Values, last string) url.Values {
			return withSecret(v, esia.NewGOSTKey(t).Sign(t, secondWords(v, last)))
		},
	}
}

func TestForgeries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		b := c.browser(t, c.irina(t))
		s, other := c.system(t, "TEST01", nil), c.system(t, "TEST02", nil)
		ac := func(v url.Values) url.Values {
			t.Helper()
			page, got := c.begin(t, b, "/aas/oauth2/v2/ac?"+v.Encode())
			if page != nil {
				t.Fatalf("a page (%d) instead of an answer:\n%s", page.Status, page.Text())
			}
			return got
		}
		te := func(v url.Values) reply { return c.post("/aas/oauth2/v3/te", v) }
		t.Run("OIDC-6 forged, cut, padded and foreign signatures prove nobody, at either door", func(t *testing.T) {
			code := s.code(b)
			for name, forge := range s.forgeries(other) {
				t.Log(name)
				v := forge(s.ask(), "")
				says(t, ac(v), "007053", v.Get("state"))
				answers(t, te(forge(s.redemption(code), code)), "007053")
			}
			if got := te(s.second(s.redemption(code), code)); got.status != 200 {
				t.Errorf("the code died of strangers' mistakes: %s", got.body)
			}
		})
		t.Run("A-02 base64 in either alphabet, padded or not, in lines or not, is one signature", func(t *testing.T) {
			for _, dress := range []func([]byte) string{base64.StdEncoding.EncodeToString, base64.RawStdEncoding.EncodeToString, base64.URLEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString,
				func(raw []byte) string { return string(bytes.Join(lines(raw), []byte("\n"))) }} {
				v := s.ask()
				v.Set("client_secret", dress(s.raw(secondWords(v, ""))))
				if got := c.enter(t, b, "/aas/oauth2/v2/ac?"+v.Encode()); got.Get("code") == "" {
					t.Errorf("%v", got)
				}
			}
		})
		t.Run("OTP-2 a signature in another dress is the same signature", func(t *testing.T) {
			v := s.second(s.ask(), "")
			if got := c.enter(t, b, "/aas/oauth2/v2/ac?"+v.Encode()); got.Get("code") == "" {
				t.Fatalf("%v", got)
			}
			v.Set("client_secret", strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(v.Get("client_secret")), "="))
			says(t, ac(v), "007053", v.Get("state"))
			v.Del("client_certificate_hash")
			says(t, ac(v), "007053", v.Get("state"))
		})
	})
}

// lines are base64 as mail programs break it.
func lines(raw []byte) (list [][]byte) {
	text := []byte(base64.StdEncoding.EncodeToString(raw))
	for len(text) > 64 {
		list, text = append(list, text[:64]), text[64:]
	}
	return append(list, text)
}

func TestTimesOfRequests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		b := c.browser(t, c.irina(t))
		s := c.system(t, "TEST01", nil)
		stamp := func(off time.Duration, zone int) string {
			return now.Now().Add(off).In(time.FixedZone("", zone*3600)).Format("2006.01.02 15:04:05 -0700")
		}
		t.Run("OTP-9 a redemption is taken within five minutes of its time, in any zone", func(t *testing.T) {
			code := s.code(b)
			for _, off := range []time.Duration{-301 * time.Second, 301 * time.Second, -6 * time.Minute, 6 * time.Minute, 24 * time.Hour, -365 * 24 * time.Hour} {
				answers(t, c.post("/aas/oauth2/te", s.first(s.redemption(code, "timestamp", stamp(off, 3)))), "007015")
			}
			local := s.redemption(code, "timestamp", strings.Replace(stamp(0, 3), "+0300", "+0000", 1)) // Moscow's hour called Greenwich's
			answers(t, c.post("/aas/oauth2/te", s.first(local)), "007015")
			for _, text := range []string{"2026.13.01 00:00:00 +0300", "2026.11.22 24:61:00 +0300", stamp(0, 3) + " ", strings.Replace(stamp(0, 3), "+0300", "MSK", 1), "0"} {
				answers(t, c.post("/aas/oauth2/te", s.first(s.redemption(code, "timestamp", text))), "007015")
			}
			if got := c.post("/aas/oauth2/te", s.first(s.redemption(code, "timestamp", stamp(-299*time.Second, 11)))); got.status != 200 {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
		t.Run("OTP-2 a state may come again with a new time and signature, the old signature may not", func(t *testing.T) {
			one := s.first(s.ask())
			if got := c.enter(t, b, "/aas/oauth2/ac?"+one.Encode()); got.Get("code") == "" {
				t.Fatalf("%v", got)
			}
			now.Advance(2 * time.Minute)
			_, got := c.begin(t, b, "/aas/oauth2/ac?"+one.Encode())
			says(t, got, "007053", one.Get("state"))
			again := s.first(s.ask("state", one.Get("state")))
			if got := c.enter(t, b, "/aas/oauth2/ac?"+again.Encode()); got.Get("code") == "" {
				t.Errorf("%v", got)
			}
			late := s.ask("timestamp", one.Get("timestamp"), "state", one.Get("state"), "client_secret", one.Get("client_secret"))
			now.Advance(4 * time.Minute)
			_, got = c.begin(t, b, "/aas/oauth2/ac?"+late.Encode())
			says(t, got, "007015", one.Get("state"))
			now.Advance(time.Hour) // longer than spent signatures are kept
			_, got = c.begin(t, b, "/aas/oauth2/ac?"+late.Encode())
			says(t, got, "007015", one.Get("state"))
		})
	})
}

func TestCertificatesOfSystems(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		b := c.browser(t, id)
		pasted := func(certificates ...*x509.Certificate) func(*client.Client) {
			return func(n *client.Client) {
				n.Certificates = nil
				for _, one := range certificates {
					n.Certificates = append(n.Certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one.Raw})))
				}
			}
		}
		refused := func(s *system, v url.Values, number string) {
			t.Helper()
			_, got := c.begin(t, b, "/aas/oauth2/ac?"+v.Encode())
			says(t, got, number, v.Get("state"))
		}
		t.Run("OIDC-6 a GOST signature that no module verifies is told ESIA-007002", func(t *testing.T) {
			key := esia.NewGOSTKey(t)
			cert := gostCertificate(t, certify(t, keys()[0], "GOST01", now.Now()), key.SPKI(t))
			s := c.system(t, "GOST01", pasted(cert))
			all := c.esia.Verifiers
			c.esia.Verifiers = []esia.Verifier{esia.RSA{}}
			defer func() { c.esia.Verifiers = all }()
			v := s.ask()
			refused(s, withSecret(v, key.Sign(t, secondWords(v, ""))), "007002")
			form := s.redemption(strings.Repeat("x", 43))
			answers(t, c.post("/aas/oauth2/te", withSecret(form, key.Sign(t, secondWords(form, form.Get("code"))))), "007002")
		})
		t.Run("OIDC-6 beside a certificate that is read, one that nobody verifies signs nothing", func(t *testing.T) {
			key := esia.NewGOSTKey(t)
			own := certify(t, keys()[2], "GOST02", now.Now())
			s := c.system(t, "GOST02", pasted(own, gostCertificate(t, own, key.SPKI(t))))
			s.cert = own
			all := c.esia.Verifiers
			c.esia.Verifiers = []esia.Verifier{esia.RSA{}}
			defer func() { c.esia.Verifiers = all }()
			v := s.ask()
			refused(s, withSecret(v, key.Sign(t, secondWords(v, ""))), "007053")
			if s.code(b) == "" {
				t.Error("the other certificate signs nothing either")
			}
		})
		t.Run("OIDC-6 of two certificates each signs until its own end", func(t *testing.T) {
			old, fresh := certify(t, keys()[1], "TEST01", now.Now().AddDate(-1, 0, 1)), certify(t, keys()[1], "TEST01", now.Now())
			s := c.system(t, "TEST01", pasted(old, fresh))
			for _, one := range []*x509.Certificate{old, fresh} {
				s.cert = one
				if s.code(b) == "" {
					t.Fatal("one of two signs nothing")
				}
			}
			now.Advance(24*time.Hour + 2*time.Hour)
			b = c.browser(t, id)
			s.cert = old
			refused(s, s.first(s.ask()), "007053")
			s.cert = fresh
			if s.code(b) == "" {
				t.Error("the new one signs nothing")
			}
		})
		t.Run("OIDC-6 a certificate that ends while it is registered signs nothing from then on", func(t *testing.T) {
			s := c.system(t, "TEST04", nil)
			now.Advance(366 * 24 * time.Hour)
			b = c.browser(t, id)
			refused(s, s.first(s.ask()), "007002")
			answers(t, c.post("/aas/oauth2/te", s.first(s.redemption(strings.Repeat("x", 43)))), "007002")
		})
		t.Run("OIDC-6 a certificate of tomorrow signs nothing today", func(t *testing.T) {
			s := c.system(t, "TEST05", pasted(certify(t, keys()[2], "TEST05", now.Now().Add(25*time.Hour))))
			refused(s, s.first(s.ask()), "007002")
		})
	})
}
