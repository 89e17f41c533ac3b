package relyingparty_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/sim/relyingparty"
)

func TestSiteBuiltForESIA(t *testing.T) {
	t.Run("A-02 it signs its requests, redeems the code and shows what it was told", func(t *testing.T) {
		f := newFake(t)
		s := start(t, f, relyingparty.Utility)
		p := newBrowser(t).signIn(s)
		mustShow(t, p, "Иванова Мария", "+7(916)1234567", "Вологодская область, Вологда, 2", fakeOID, "verified", "PWD", "Everything, as it came")
		if strings.Contains(p.body, "<i>") {
			t.Error("the page holds markup that was sent")
		}
		if all := s.Ledger(relyingparty.SignedIn); len(all) != 1 || all[0].Subject != fakeOID || all[0].Session != "s-1" || all[0].Level != relyingparty.Verified {
			t.Errorf("the ledger says %+v", all)
		}
		if n := f.count("/id/.well-known/openid-configuration"); n != 0 {
			t.Errorf("it asked for discovery %d times", n)
		}
	})
	t.Run("A-02 its registration is a certificate and no key", func(t *testing.T) {
		g := start(t, newFake(t), relyingparty.Utility).Registration()
		if !g.ESIA || g.Key != nil || g.LogoutURI != "" || !strings.HasPrefix(g.Certificate, "-----BEGIN CERTIFICATE-----") || strings.Contains(g.Certificate, "PRIVATE") {
			t.Errorf("%+v", g)
		}
	})
	t.Run("SSO-06 who is not verified stays out, also when the provider forgot to say so", func(t *testing.T) {
		f := newFake(t)
		f.person.level = "urn:okno:level:standard"
		mustBeShown(t, newBrowser(t).open(start(t, f, relyingparty.Utility).Origin()+"/signin"), 403, "This site needs a higher level")
	})
	t.Run("SSO-06 ESIA-007055 is told in words", func(t *testing.T) {
		f := newFake(t)
		f.deny, f.said = "access_denied", "ESIA-007055: not verified"
		s := start(t, f, relyingparty.Utility)
		mustBeShown(t, newBrowser(t).open(s.Origin()+"/signin"), 403, "does not have the level or the proof", "ESIA-007055")
		if all := s.Ledger(relyingparty.Refused); len(all) != 1 || all[0].Reason != "unmet_authentication_requirements" || all[0].Detail != "ESIA-007055" {
			t.Errorf("%+v", all)
		}
	})
	t.Run("S23 who did not agree is told so", func(t *testing.T) {
		f := newFake(t)
		f.deny = "access_denied"
		mustBeShown(t, newBrowser(t).open(start(t, f, relyingparty.Utility).Origin()+"/signin"), 403, "You did not let this site see your data", "ESIA-007004")
	})
	t.Run("OIDC-14 it signs out at the provider and knows who comes back", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Utility), newBrowser(t)
		b.signIn(s)
		mustShow(t, b.post(s.Origin()+"/signout", nil), "Okno has sent you back")
		if f.in || b.isIn(s) || len(s.Ledger(relyingparty.CameBack)) != 1 {
			t.Error("somebody is in")
		}
		mustShow(t, b.open(s.Origin()+"/signed-out"), "You may still be signed in at Okno")
		if p := b.post(s.Origin()+"/backchannel-logout", nil); p.status != 404 && p.status != 405 {
			t.Errorf("it has a door for logout tokens: %d", p.status)
		}
	})
	t.Run("A-02 a site that was told another issuer of the dialect takes that one alone", func(t *testing.T) {
		f := newFake(t)
		f.spoil = claim("iss", "http://esia.gosuslugi.ru/")
		s := start(t, f, relyingparty.Utility, func(c *relyingparty.Config) { c.ESIAIssuer = "http://esia.gosuslugi.ru/" })
		b := newBrowser(t)
		b.signIn(s)
		f.set(func() { f.spoil = nil })
		mustBeShown(t, newBrowser(t).open(s.Origin()+"/signin"), http.StatusBadGateway, "could not be checked")
	})
	t.Run("OIDC-13 a new key of the provider is fetched when it is met", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Utility), newBrowser(t)
		b.signIn(s)
		b.signIn(s)
		if n := f.count("/aas/oauth2/certificates.pem"); n != 1 {
			t.Errorf("the certificates were fetched %d times", n)
		}
		f.set(func() { f.rsa = 1 })
		b.signIn(s)
		if n := f.count("/aas/oauth2/certificates.pem"); n != 2 {
			t.Errorf("the certificates were fetched %d times", n)
		}
	})
}

func TestSiteBuiltForESIAWithoutCertificates(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		t.Run("OIDC-13 an answer of "+http.StatusText(status)+" without certificates takes nothing from those that were pinned", func(t *testing.T) {
			f := newFake(t)
			s, b := start(t, f, relyingparty.Utility), newBrowser(t)
			b.signIn(s)
			f.set(func() { f.rsa, f.noPEM = 1, status })
			mustBeShown(t, b.open(s.Origin()+"/signin"), http.StatusServiceUnavailable, "Okno does not answer now")
			f.set(func() { f.rsa = 0 })
			b.signIn(s)
			if n := f.count("/aas/oauth2/certificates.pem"); n != 2 {
				t.Errorf("the certificates were fetched %d times", n)
			}
		})
	}
}

func TestAnswersThatASiteBuiltForESIARefuses(t *testing.T) {
	sign := func(key jose.SigningKey) func(map[string]any) string {
		return func(c map[string]any) string { return signWith(t, key, nil, c) }
	}
	for name, spoil := range map[string]func(f *fake){
		"an ID token of another issuer":    func(f *fake) { f.spoil = claim("iss", "http://esia.gosuslugi.ru/") },
		"an ID token for another system":   func(f *fake) { f.spoil = claim("aud", "tax") },
		"an ID token that is over":         func(f *fake) { f.spoil = claim("exp", f.now.Now().Unix()) },
		"an ID token of the future":        func(f *fake) { f.spoil = claim("nbf", f.now.Now().Add(time.Hour).Unix()) },
		"an ID token about two":            func(f *fake) { f.spoil = claim("sub", "1000000001") },
		"an ID token about nobody":         func(f *fake) { f.spoil = claim("urn:esia:sbj", map[string]any{}) },
		"a key that is not the provider's": func(f *fake) { f.sign = sign(jose.SigningKey{Algorithm: jose.RS256, Key: rsaKeys()[1]}) },
		"another algorithm": func(f *fake) {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			f.sign = sign(jose.SigningKey{Algorithm: jose.ES256, Key: key})
		},
		"no signature": func(f *fake) {
			f.sign = func(c map[string]any) string {
				body, _ := json.Marshal(c)
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
			}
		},
		"tokens with another state": func(f *fake) { f.info = func(a map[string]any) { a["state"] = "e2b1a9d0-0000-4000-8000-000000000000" } },
		"no ID token":               func(f *fake) { f.info = func(a map[string]any) { delete(a, "id_token") } },
	} {
		t.Run("OIDC-8 "+name+" opens nothing", func(t *testing.T) {
			f := newFake(t)
			s, b := start(t, f, relyingparty.Utility), newBrowser(t)
			f.set(func() { spoil(f) })
			mustBeShown(t, b.open(s.Origin()+"/signin"), http.StatusBadGateway, "could not be checked")
			if s.Sessions() != 0 || b.isIn(s) {
				t.Error("somebody is in")
			}
		})
	}
	t.Run("OIDC-5 a refused code opens nothing", func(t *testing.T) {
		f := newFake(t)
		f.refuse = "invalid_grant"
		mustBeShown(t, newBrowser(t).open(start(t, f, relyingparty.Utility).Origin()+"/signin"), http.StatusBadGateway, "was used already or has run out", "ESIA-007011")
	})
	t.Run("a refusal offers no sign-in as another person, which ESIA has no word for; other sites offer it", func(t *testing.T) {
		f := newFake(t)
		for kind, offered := range map[relyingparty.Kind]bool{relyingparty.Utility: false, relyingparty.Diary: true} {
			p := newBrowser(t).open(start(t, f, kind).Origin() + "/callback?state=x")
			mustBeShown(t, p, 400, "Sign in again")
			if strings.Contains(p.body, "other=1") != offered {
				t.Errorf("%s: offered must be %v", kind, offered)
			}
		}
	})
	t.Run("OIDC-8 an answer of another browser opens nothing", func(t *testing.T) {
		f := newFake(t)
		s := start(t, f, relyingparty.Utility)
		mustBeShown(t, newBrowser(t).open(s.Origin()+"/callback?code=code-1&state=e2b1a9d0-0000-4000-8000-000000000000"), 400, "does not belong to a sign-in")
	})
}

// claim changes one claim.
func claim(name string, value any) func(*jose.SignerOptions, map[string]any) {
	return func(_ *jose.SignerOptions, claims map[string]any) { claims[name] = value }
}
