package oidcapi_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/secret"
	"okno/internal/visit/visittest"
)

// TestDPoP holds tokens that are bound to a key (RFC 9449).
func TestDPoP(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		must := h.Site("must", func(c *client.Client) { c.DPoP = true })
		holder, thief := h.Holder(), h.Holder()
		token := func(call oidc.Call, proof string) oidctest.Reply {
			return h.m.Token(call, oidctest.Header("DPoP", proof))
		}
		at := func(by time.Duration) int64 { return now.Now().Add(by).Unix() }
		proof := func(change map[string]any) string { return holder.Proof("POST", oidc.PathToken, "", change) }
		t.Run("OIDC-7 DPoPHappyFlow: the token serves with its key only", func(t *testing.T) {
			r := given(t, token(must.Redemption(must.Code(h.visitor())), proof(nil)))
			access := r.Text("access_token")
			if r.Text("token_type") != "DPoP" {
				t.Fatal(r.Body)
			}
			show := func(scheme string, by oidctest.Holder, change map[string]any) oidctest.Reply {
				return h.m.UserInfo(scheme, access, oidctest.Header("DPoP", by.Proof("GET", oidc.PathUserInfo, access, change)))
			}
			if r := show("DPoP", holder, nil); r.Status != http.StatusOK {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			for what, r := range map[string]oidctest.Reply{
				"as a bearer token": h.m.UserInfo("Bearer", access), "as a bearer token with a proof": show("Bearer", holder, nil), "without a proof": h.m.UserInfo("DPoP", access),
				"with another key": show("DPoP", thief, nil), "with the proof of another token": show("DPoP", holder, map[string]any{"ath": "x"}),
				"with a proof of no token": show("DPoP", holder, map[string]any{"ath": nil}), "with a proof for another method": show("DPoP", holder, map[string]any{"htm": "POST"}),
				"with a proof for another address": show("DPoP", holder, map[string]any{"htu": visittest.Origin + oidc.PathToken})} {
				if !r.Refused(oidc.InvalidToken) && !r.Refused(oidc.InvalidProof) {
					t.Fatalf("%s: %d %s", what, r.Status, r.Body)
				}
			}
		})
		t.Run("OIDC-7 DPoPProofReuse is refused", func(t *testing.T) {
			used := proof(nil)
			given(t, token(must.Call("grant_type", "client_credentials"), used))
			refused(t, token(must.Call("grant_type", "client_credentials"), used), oidc.InvalidProof)
		})
		for what, by := range map[string]time.Duration{"10 s in the past": -10 * time.Second, "10 s in the future": 10 * time.Second} {
			t.Run("OIDC-7 DPoPIatAccepted "+what, func(t *testing.T) {
				given(t, token(must.Call("grant_type", "client_credentials"), proof(map[string]any{"iat": at(by)})))
			})
		}
		evil, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		claims := map[string]any{"htm": "POST", "htu": visittest.Origin + oidc.PathToken, "iat": at(0), "jti": "x"}
		typ := map[string]any{"typ": "dpop+jwt"}
		sign := func(s oidctest.Signing) string { return oidctest.Sign(t, s, claims) }
		for what, bad := range map[string]string{
			"no proof": "", "iat 2 minutes ago": proof(map[string]any{"iat": at(-2 * time.Minute)}), "iat 60 s in the future": proof(map[string]any{"iat": at(time.Minute)}),
			"no iat": proof(map[string]any{"iat": nil}), "no jti": proof(map[string]any{"jti": nil}), "no htm": proof(map[string]any{"htm": nil}), "no htu": proof(map[string]any{"htu": nil}),
			"htm GET": proof(map[string]any{"htm": "GET"}), "htu of another endpoint": proof(map[string]any{"htu": visittest.Origin + oidc.PathPush}),
			"htu of another host":     proof(map[string]any{"htu": "https://evil.example" + oidc.PathToken}),
			"no typ":                  sign(oidctest.Signing{Algorithm: jose.ES256, Key: holder.Key, Embed: true}),
			"typ JWT":                 sign(oidctest.Signing{Algorithm: jose.ES256, Key: holder.Key, Embed: true, Header: map[string]any{"typ": "JWT"}}),
			"no key":                  sign(oidctest.Signing{Algorithm: jose.ES256, Key: holder.Key, KeyID: "k1", Header: typ}),
			"RS256":                   sign(oidctest.Signing{Algorithm: jose.RS256, Key: evil, Embed: true, Header: typ}),
			"a weak RSA key":          sign(oidctest.Signing{Algorithm: jose.PS256, Key: evil, Embed: true, Header: typ}),
			"alg none":                oidctest.Raw(t, map[string]any{"alg": "none", "typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: holder.Key.Public()}}, claims, ""),
			"a private key":           oidctest.Raw(t, map[string]any{"alg": "ES256", "typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: holder.Key}}, claims, "x"),
			"a key that did not sign": oidctest.Raw(t, map[string]any{"alg": "ES256", "typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: thief.Key.Public()}}, claims, string(make([]byte, 64))),
			"no JWT at all":           "proof",
		} {
			t.Run("OIDC-7 DPoPNegative: "+what+" is refused", func(t *testing.T) {
				refused(t, token(must.Call("grant_type", "client_credentials"), bad), oidc.InvalidProof)
			})
		}
		t.Run("OIDC-7 DPoPNegative: two proofs are refused", func(t *testing.T) {
			r := h.m.Token(must.Call("grant_type", "client_credentials"), func(r *http.Request) { r.Header["Dpop"] = []string{proof(nil), proof(nil)} })
			refused(t, r, oidc.InvalidProof)
		})
		t.Run("OIDC-7 a code that was asked for with dpop_jkt serves with that key only", func(t *testing.T) {
			print, err := (&jose.JSONWebKey{Key: holder.Key.Public()}).Thumbprint(crypto.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			code := h.site.Code(h.visitor(), "dpop_jkt", base64url(print))
			refused(t, token(h.site.Redemption(code), thief.Proof("POST", oidc.PathToken, "", nil)), oidc.InvalidProof)
			refused(t, h.m.Token(h.site.Redemption(code)), oidc.InvalidProof)
			given(t, token(h.site.Redemption(code), proof(nil)))
		})
		t.Run("OIDC-7 a bound refresh token turns with its key only", func(t *testing.T) {
			r := given(t, token(must.Redemption(must.Code(h.visitor())), proof(nil)))
			call := func() oidc.Call {
				return must.Call("grant_type", "refresh_token", "refresh_token", r.Text("refresh_token"))
			}
			refused(t, token(call(), thief.Proof("POST", oidc.PathToken, "", nil)), oidc.InvalidGrant)
			given(t, token(call(), proof(nil)))
		})
		t.Run("OIDC-7 a bound token is exchanged by the holder of its key only, and stays bound", func(t *testing.T) {
			access := given(t, token(must.Redemption(must.Code(h.visitor())), proof(nil))).Text("access_token")
			call := func() oidc.Call { return exchange(must, access) }
			refused(t, token(call(), thief.Proof("POST", oidc.PathToken, "", nil)), oidc.InvalidProof)
			r := given(t, token(call(), proof(nil)))
			if cnf, _ := oidctest.Claims(t, r.Text("access_token"))["cnf"].(map[string]any); cnf["jkt"] == nil {
				t.Fatal(r.Body)
			}
		})
	})
}

func exchange(s *oidctest.Site, subject string, pairs ...string) oidc.Call {
	return s.Call(append([]string{"grant_type", string(client.Exchange), "subject_token", subject,
		"subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "resource", s.Resources[0]}, pairs...)...)
}

// TestCertificates holds clients and tokens that are bound to a certificate (RFC 8705).
func TestCertificates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		site, cert := h.certified(t, "bound")
		other := oidctest.Certificate(t)
		form := func() url.Values {
			return url.Values{"client_id": {"bound"}, "grant_type": {"authorization_code"}, "code": {site.Code(h.visitor())}, "redirect_uri": site.Redirects, "code_verifier": {site.Verifier}}
		}
		t.Run("OIDC-6 a client is known by the thumbprint of its certificate", func(t *testing.T) {
			refused(t, h.m.Post(oidc.PathToken, form()), oidc.InvalidClient)
			refused(t, h.m.Post(oidc.PathToken, form(), oidctest.Certified(other)), oidc.InvalidClient)
			given(t, h.m.Post(oidc.PathToken, form(), oidctest.Certified(cert)))
		})
		t.Run("OIDC-6 a registered certificate that is over, or has not begun, proves nobody", func(t *testing.T) {
			begins, ends := now.Now().Add(time.Minute).Truncate(time.Second), now.Now().Add(time.Hour).Truncate(time.Second)
			short := oidctest.CertificateFor(t, begins, ends)
			h.Site("short", func(c *client.Client) {
				c.Method, c.Keys, c.Thumbprints = client.SelfSignedTLS, jose.JSONWebKeySet{}, []string{oidc.Thumbprint(short.Raw)}
			})
			form := url.Values{"client_id": {"short"}, "grant_type": {"client_credentials"}}
			token := func() oidctest.Reply { return h.m.Post(oidc.PathToken, form, oidctest.Certified(short)) }
			refused(t, token(), oidc.InvalidClient)
			now.Advance(time.Minute)
			given(t, token())
			now.Advance(time.Hour)
			if r := token(); !r.Refused(oidc.InvalidClient) || !strings.Contains(r.Text("error_description"), "certificate") {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
		})
		t.Run("OIDC-6 the same certificate proves no other client", func(t *testing.T) {
			wrong := form()
			wrong.Set("client_id", "site")
			refused(t, h.m.Post(oidc.PathToken, wrong, oidctest.Certified(cert)), oidc.InvalidClient)
		})
		t.Run("OIDC-6 a token that is bound to a certificate serves with it only", func(t *testing.T) {
			access := given(t, h.m.Post(oidc.PathToken, form(), oidctest.Certified(cert))).Text("access_token")
			if r := h.m.UserInfo("Bearer", access, oidctest.Certified(cert)); r.Status != http.StatusOK {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			if r := h.m.UserInfo("Bearer", access); !r.Refused(oidc.InvalidToken) {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			if r := h.m.UserInfo("Bearer", access, oidctest.Certified(other)); !r.Refused(oidc.InvalidToken) {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			r := h.m.Post(oidc.PathIntrospect, url.Values{"client_id": {"bound"}, "token": {access}}, oidctest.Certified(cert))
			if cnf, _ := r.JSON["cnf"].(map[string]any); cnf["x5t#S256"] != oidc.Thumbprint(cert.Raw) {
				t.Fatal(r.Body)
			}
		})
	})
}

// TestDevice takes a device the whole way (RFC 8628).
func TestDevice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		h.site.Code(h.visitor()) // what is agreed to already does not spare the question
		start := func(s *oidctest.Site) oidctest.Reply {
			r := h.m.Post(oidc.PathDevice, s.Call("scope", "openid profile").Form)
			if r.Status != http.StatusOK || r.Text("verification_uri") != visittest.Origin+oidc.PathDevicePage || r.JSON["interval"].(float64) != 5 || r.JSON["expires_in"].(float64) != 600 {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			return r
		}
		poll := func(r oidctest.Reply) oidctest.Reply {
			return h.m.Token(h.site.Call("grant_type", string(client.Device), "device_code", r.Text("device_code")))
		}
		begin := func(t *testing.T, r oidctest.Reply, v oidc.Visitor) oidc.Next {
			next, err := h.Provider.Device(t.Context(), r.Text("user_code"), v)
			if err != nil || next.Step != oidc.Consent {
				t.Fatalf("%v %+v", err, next)
			}
			return next
		}
		agree := func(t *testing.T, next oidc.Next, v oidc.Visitor) {
			done, err := h.Provider.Agree(t.Context(), next.Flow, v, next.Asked("en"), nil, "en")
			if err != nil || done.Step != oidc.Done || done.Answer.Redirect != "" || len(done.Answer.Params) != 0 {
				t.Fatalf("%v %+v", err, done)
			}
		}
		t.Run("SSO-02 a device gets its tokens after the person has said yes, and once", func(t *testing.T) {
			r, v := start(h.site), h.visitor()
			refused(t, poll(r), oidc.AuthorizationPending)
			refused(t, poll(r), oidc.SlowDown)
			now.Advance(6 * time.Second)
			refused(t, poll(r), oidc.AuthorizationPending)
			agree(t, begin(t, r, v), v)
			tokens := given(t, poll(r))
			if i := h.m.UserInfo("Bearer", tokens.Text("access_token")); i.Text("name") != "Ирина Соколова" {
				t.Fatal(i.Body)
			}
			refused(t, poll(r), oidc.InvalidGrant)
			if i := h.m.UserInfo("Bearer", tokens.Text("access_token")); !i.Refused(oidc.InvalidToken) {
				t.Fatal("a device code was used twice and its tokens live on")
			}
			if _, err := h.Provider.Device(t.Context(), r.Text("user_code"), v); err == nil {
				t.Fatal("the word serves again")
			}
		})
		t.Run("SSO-02 a device hears that the person said no", func(t *testing.T) {
			r, v := start(h.site), h.visitor()
			if _, err := h.Provider.Decline(t.Context(), begin(t, r, v).Flow, v); err != nil {
				t.Fatal(err)
			}
			refused(t, poll(r), oidc.AccessDenied)
		})
		t.Run("SSO-02 a device that waited too long starts again", func(t *testing.T) {
			r := start(h.site)
			now.Advance(10 * time.Minute)
			refused(t, poll(r), oidc.ExpiredToken)
			if _, err := h.Provider.Device(t.Context(), r.Text("user_code"), h.visitor()); err == nil {
				t.Fatal("the word serves on")
			}
		})
		t.Run("OIDC-5 a device code of one client is nothing at another", func(t *testing.T) {
			r := start(h.site)
			refused(t, h.m.Token(h.other.Call("grant_type", string(client.Device), "device_code", r.Text("device_code"))), oidc.InvalidGrant)
		})
		t.Run("OIDC-12 the person says yes to every device, also where the law gives the data", func(t *testing.T) {
			state := h.Site("state", func(c *client.Client) { c.Law = map[string]string{"en": "Law 1"} })
			v := h.visitor()
			state.Code(v)
			next := begin(t, start(state), v)
			agree(t, next, v)
		})
		t.Run("SSO-02 the word may be typed in small letters, with blanks, and by nobody else's guess", func(t *testing.T) {
			r, v := start(h.site), h.visitor()
			word := r.Text("user_code")
			if len(word) != 9 || word[4] != '-' {
				t.Fatal(word)
			}
			for _, wrong := range []string{"", "AAAA-AAAA", word[:8], word + "2"} {
				if _, err := h.Provider.Device(t.Context(), wrong, v); err == nil {
					t.Fatal(wrong)
				}
			}
			if _, err := h.Provider.Device(t.Context(), " "+lower(word[:4])+" "+lower(word[5:])+" ", v); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("OIDC-6 a client that is not registered for devices may not start one", func(t *testing.T) {
			web := h.Site("web", func(c *client.Client) { c.Grants = []client.Grant{client.Code} })
			refused(t, h.m.Post(oidc.PathDevice, web.Call("scope", "openid").Form), oidc.UnauthorizedClient)
			refused(t, h.m.Token(web.Call("grant_type", string(client.Device), "device_code", "okd_"+secret.Token())), oidc.UnauthorizedClient)
		})
	})
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func lower(s string) string { return strings.ToLower(s) }
