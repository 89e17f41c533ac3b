package oidcapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/secret"
)

// forger makes tokens of one kind in every wrong way.
type forger struct {
	t      *testing.T
	right  oidctest.Signing // how a true one is signed
	public any              // the key that everybody knows
	typ    string
	claims func() map[string]any
}

// forged are the wrong ones, by what is wrong with them.
func (f forger) forged() map[string]func() string {
	evil := oidctest.NewKey(f.t)
	evilJWK := jose.JSONWebKey{Key: evil.Public(), KeyID: f.right.KeyID, Algorithm: "ES256"}
	with := func(header map[string]any) func() string {
		return func() string {
			s := f.right
			s.Header = maps.Clone(f.right.Header)
			maps.Copy(s.Header, header)
			return oidctest.Sign(f.t, s, f.claims())
		}
	}
	raw := func(header map[string]any, signature string) func() string {
		return func() string { return oidctest.Raw(f.t, header, f.claims(), signature) }
	}
	return map[string]func() string{
		"alg none":                     raw(map[string]any{"alg": "none", "typ": f.typ, "kid": f.right.KeyID}, ""),
		"alg None":                     raw(map[string]any{"alg": "None", "typ": f.typ, "kid": f.right.KeyID}, ""),
		"no alg":                       raw(map[string]any{"typ": f.typ, "kid": f.right.KeyID}, ""),
		"an empty signature":           raw(map[string]any{"alg": "ES256", "typ": f.typ, "kid": f.right.KeyID}, ""),
		"a signature of zeros":         raw(map[string]any{"alg": "ES256", "typ": f.typ, "kid": f.right.KeyID}, string(make([]byte, 64))),
		"HS256 with the public key":    func() string { return f.symmetric(publicBytes(f.t, f.public)) },
		"HS256 with the public PEM":    func() string { return f.symmetric(publicPEM(f.t, f.public)) },
		"HS256 with the public JWK":    func() string { return f.symmetric(publicJWK(f.t, f.public)) },
		"another key of the same name": func() string { return f.by(oidctest.Signing{Algorithm: jose.ES256, Key: evil, KeyID: f.right.KeyID}) },
		"its own key in the header": func() string {
			return f.by(oidctest.Signing{Algorithm: jose.ES256, Key: evil, Embed: true})
		},
		"its own key beside the name": func() string {
			return f.by(oidctest.Signing{Algorithm: jose.ES256, Key: evil, KeyID: f.right.KeyID, Header: map[string]any{"jwk": evilJWK}})
		},
		"the true key in the header": with(map[string]any{"jwk": jose.JSONWebKey{Key: f.public}}),
		"jku":                        with(map[string]any{"jku": "https://evil.example/jwks"}),
		"x5u":                        with(map[string]any{"x5u": "https://evil.example/cert"}),
		"crit":                       with(map[string]any{"crit": []string{"urn:x"}, "urn:x": 1}),
		"crit of what we know":       with(map[string]any{"crit": []string{"b64"}}),
		"a wrong typ":                with(map[string]any{"typ": "dpop+jwt"}),
		"a typ of logout tokens":     with(map[string]any{"typ": "logout+jwt"}),
		"a curve that we do not take": func() string {
			key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
			if err != nil {
				f.t.Fatal(err)
			}
			return f.by(oidctest.Signing{Algorithm: jose.ES384, Key: key, KeyID: f.right.KeyID})
		},
		"a changed payload":  func() string { return f.swapped(1) },
		"a changed header":   func() string { return f.swapped(0) },
		"two signatures":     f.general,
		"an encrypted token": f.encrypted,
		"more than 16 KiB":   func() string { return f.long(16<<10 + 1) },
		"the JSON form":      func() string { return `{"payload":"e30","signatures":[]}` },
		"four parts":         func() string { return f.true() + ".x" },
		"two parts":          func() string { t := f.true(); return t[:strings.LastIndex(t, ".")] },
		"padding":            func() string { return f.true() + "==" },
		"another line":       func() string { return f.true() + "\r\n" },
		"loose bits at the end": func() string {
			t := f.true()
			return t[:len(t)-1] + string(loose(t[len(t)-1]))
		},
	}
}

func (f forger) true() string { return oidctest.Sign(f.t, f.right, f.claims()) }

func (f forger) by(s oidctest.Signing) string {
	header := map[string]any{"typ": f.typ}
	maps.Copy(header, s.Header)
	s.Header = header
	return oidctest.Sign(f.t, s, f.claims())
}

func (f forger) symmetric(key []byte) string {
	return f.by(oidctest.Signing{Algorithm: jose.HS256, Key: key, KeyID: f.right.KeyID})
}

// swapped takes a part of another true token.
func (f forger) swapped(part int) string {
	one, two := strings.Split(f.true(), "."), ""
	changed := f.claims()
	changed["more"] = "claims"
	s := f.right
	s.Header = maps.Clone(s.Header)
	s.Header["more"] = "headers"
	two = oidctest.Sign(f.t, s, changed)
	one[part] = strings.Split(two, ".")[part]
	return strings.Join(one, ".")
}

func (f forger) general() string {
	signer, err := jose.NewMultiSigner([]jose.SigningKey{{Algorithm: jose.ES256, Key: oidctest.NewKey(f.t)}, {Algorithm: jose.ES256, Key: oidctest.NewKey(f.t)}}, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	payload, _ := json.Marshal(f.claims())
	signed, err := signer.Sign(payload)
	if err != nil {
		f.t.Fatal(err)
	}
	return signed.FullSerialize()
}

func (f forger) encrypted() string {
	e, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.ECDH_ES, Key: f.public}, (&jose.EncrypterOptions{}).WithContentType("JWT"))
	if err != nil {
		f.t.Fatal(err)
	}
	object, err := e.Encrypt([]byte(f.true()))
	if err != nil {
		f.t.Fatal(err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		f.t.Fatal(err)
	}
	return text
}

// long is a true token that is too long.
func (f forger) long(n int) string {
	claims := f.claims()
	claims["long"] = strings.Repeat("x", n)
	return oidctest.Sign(f.t, f.right, claims)
}

// loose is another last letter of the same bytes.
func loose(last byte) byte {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return letters[strings.IndexByte(letters, last)|1]
}

func publicBytes(t *testing.T, key any) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func publicPEM(t *testing.T, key any) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicBytes(t, key)})
}

func publicJWK(t *testing.T, key any) []byte {
	text, err := json.Marshal(jose.JSONWebKey{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestForged shows tokens that were signed in every wrong way (OIDC-8, LOAD-6).
func TestForged(t *testing.T) {
	d, now := dbtest.SQLite(t)
	h := newHouse(t, d, now)
	right := oidctest.Signing{Algorithm: jose.ES256, Key: h.site.Key, KeyID: "k1", Header: map[string]any{"typ": "JWT"}}
	claims := func() map[string]any { return oidctest.Claims(t, h.site.Assertion(nil)) }
	assertions := forger{t, right, h.site.Key.Public(), "JWT", claims}
	given(t, h.m.Token(h.site.Call("grant_type", "client_credentials", "client_assertion", assertions.true())))
	for what, forge := range assertions.forged() {
		t.Run("OIDC-8 an assertion with "+what+" is refused", func(t *testing.T) {
			r := h.m.Token(h.site.Call("grant_type", "client_credentials", "client_assertion", forge()))
			if !r.Refused(oidc.InvalidClient) && !r.Refused(oidc.InvalidRequest) {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
		})
	}
	right.Header = map[string]any{"typ": "oauth-authz-req+jwt"}
	requests := forger{t, right, h.site.Key.Public(), "oauth-authz-req+jwt", func() map[string]any { return oidctest.Claims(t, h.site.Request(nil)) }}
	if next, err := h.ask(h.site.Ask("request", requests.true())); err != nil || next.Step != oidc.Consent {
		t.Fatal(err, next.Step)
	}
	for what, forge := range requests.forged() {
		t.Run("OIDC-8 a request object with "+what+" is refused", func(t *testing.T) {
			next, err := h.ask(h.site.Ask("request", forge()))
			if r := oidc.RefusalOf(err); r == nil || r.Code != oidc.InvalidRequestObject && r.Code != oidc.InvalidRequest {
				t.Fatalf("%v %+v", err, next)
			}
		})
	}
	for what, change := range map[string]map[string]any{
		"another issuer": {"iss": "other"}, "no issuer": {"iss": nil}, "another audience": {"aud": "https://other.example/id"}, "no audience": {"aud": nil},
		"two audiences": {"aud": []string{oidctest.Issuer, "https://other.example/id"}}, "another client": {"client_id": "other"}, "no client": {"client_id": nil},
		"no end": {"exp": nil}, "an end that is over": {"exp": now.Now().Add(-time.Minute).Unix()}, "an end that is far": {"exp": now.Now().Add(3 * time.Hour).Unix()},
		"a time to come": {"nbf": now.Now().Add(time.Minute).Unix()}, "a birth to come": {"iat": now.Now().Add(time.Minute).Unix()},
		"a time that no clock shows": {"nbf": int64(math.MaxInt64)}, "a birth that no clock shows": {"iat": int64(math.MaxInt64)}, "an end that no clock shows": {"exp": int64(math.MaxInt64)},
		"a request inside": {"request": "x"}, "a request_uri inside": {"request_uri": "x"}, "another response_type": {"response_type": "token"}} {
		t.Run("OIDC-8 a request object with "+what+" is refused", func(t *testing.T) {
			h.shown(t, h.site.Ask("request", h.site.Request(change)), oidc.InvalidRequestObject)
		})
	}
	t.Run("OIDC-8 a request object that was used is refused", func(t *testing.T) {
		request := h.site.Request(nil)
		if _, err := h.ask(h.site.Ask("request", request)); err != nil {
			t.Fatal(err)
		}
		h.shown(t, h.site.Ask("request", request), oidc.InvalidRequestObject)
	})
	t.Run("OIDC-8 only what is inside a request object counts", func(t *testing.T) {
		ask := h.site.Ask("request", h.site.Request(map[string]any{"state": "inside"}), "state", "outside", "redirect_uri", "https://evil.example/")
		next, err := h.Provider.Authorize(t.Context(), ask, h.visitor())
		if err != nil || next.Step != oidc.Consent {
			t.Fatal(err)
		}
		answer, err := h.Provider.Decline(t.Context(), next.Flow, oidc.Visitor{Browser: oidctest.Browser})
		if err != nil || answer.Redirect != h.site.Redirects[0] || answer.Params.Get("state") != "inside" {
			t.Fatal(err, answer)
		}
	})
	h.crossed(t)
	h.forgedHints(t)
}

// crossed shows what a site signed for one purpose where another one is wanted
// (RFC 9101 10.8): a request object passes through browsers and their histories, and
// must never prove the site itself.
func (h house) crossed(t *testing.T) {
	both := oidctest.Claims(t, h.site.Request(nil))
	maps.Copy(both, oidctest.Claims(t, h.site.Assertion(nil)))
	signed := func(typ string, without ...string) string {
		claims := maps.Clone(both)
		claims["jti"] = secret.NewID()
		for _, name := range without {
			delete(claims, name)
		}
		return h.site.Sign(typ, claims)
	}
	proves := func(assertion string) oidctest.Reply {
		return h.m.Token(h.site.Call("grant_type", "client_credentials", "client_assertion", assertion))
	}
	for _, typ := range []string{"JWT", "", "oauth-authz-req+jwt"} {
		t.Run("OIDC-6 RequestObjectAsClientAssertionFails of type "+typ, func(t *testing.T) {
			refused(t, proves(signed(typ)), oidc.InvalidClient)
			refused(t, proves(signed(typ, "sub")), oidc.InvalidClient)
		})
	}
	for _, typ := range []string{"JWT", "", "client-authentication+jwt"} {
		t.Run("OIDC-8 ClientAssertionAsRequestObjectFails of type "+typ, func(t *testing.T) {
			h.shown(t, h.site.Ask("request", signed(typ)), oidc.InvalidRequestObject)
		})
	}
	all := []string{"client_id", "response_type", "redirect_uri"}
	for i, kept := range all {
		t.Run("OIDC-6 a client assertion that holds "+kept+" is refused", func(t *testing.T) {
			refused(t, proves(signed("JWT", slices.Delete(slices.Clone(all), i, i+1)...)), oidc.InvalidClient)
		})
	}
	t.Run("OIDC-8 a request object proves no site where requests are pushed", func(t *testing.T) {
		refused(t, h.m.Post(oidc.PathPush, h.site.Call("request", h.site.Request(nil), "client_assertion", signed("JWT")).Form), oidc.InvalidClient)
	})
	given(t, proves(signed("JWT", all...)))
}

// forgedHints shows tokens that pretend to be ours.
func (h house) forgedHints(t *testing.T) {
	v := h.visitor()
	tokens := h.site.Tokens(v, "resource", h.site.Resources[0])
	claims := oidctest.Claims(t, tokens.ID)
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(h.m.Get(oidc.PathJWKS).Body), &set); err != nil {
		t.Fatal(err)
	}
	ours := set.Key(kid(t, tokens.ID))[0]
	header := map[string]any{"typ": "JWT"}
	strange := oidctest.NewKey(t)
	parts := strings.Split(tokens.ID, ".")
	swapped := maps.Clone(claims)
	swapped["sub"] = "somebody-else"
	changed := strings.Split(oidctest.Raw(t, header, swapped, ""), ".")
	pretenders := map[string]string{
		"ModifiedIdTokenHint with alg none":       oidctest.Raw(t, map[string]any{"alg": "none", "typ": "JWT", "kid": ours.KeyID}, claims, ""),
		"a hint by HS256 with the public key":     oidctest.Sign(t, oidctest.Signing{Algorithm: jose.HS256, Key: publicBytes(t, ours.Key), KeyID: ours.KeyID, Header: header}, claims),
		"a hint by HS256 with the public PEM":     oidctest.Sign(t, oidctest.Signing{Algorithm: jose.HS256, Key: publicPEM(t, ours.Key), KeyID: ours.KeyID, Header: header}, claims),
		"a hint by another key of our key's name": oidctest.Sign(t, oidctest.Signing{Algorithm: jose.ES256, Key: strange, KeyID: ours.KeyID, Header: header}, claims),
		"a hint with its own key":                 oidctest.Sign(t, oidctest.Signing{Algorithm: jose.ES256, Key: strange, Embed: true, Header: header}, claims),
		"a hint without a key's name":             oidctest.Sign(t, oidctest.Signing{Algorithm: jose.ES256, Key: strange, Header: header}, claims),
		"a hint by the site's own key":            oidctest.Sign(t, oidctest.Signing{Algorithm: jose.ES256, Key: h.site.Key, KeyID: "k1", Header: header}, claims),
		"a hint with another payload":             parts[0] + "." + changed[1] + "." + parts[2],
		"a signed access token as a hint":         tokens.Access,
		"a hint that was given to another site":   h.other.Tokens(v).ID,
		"a hint of another installation":          stranger(t),
		"a hint of more than 16 KiB":              strings.Repeat("a", 16<<10+1),
	}
	for what, hint := range pretenders {
		t.Run("OIDC-8 "+what+" is refused", func(t *testing.T) {
			next, err := h.Provider.Authorize(t.Context(), h.site.Ask("id_token_hint", hint), v)
			if oidc.RefusalOf(err) == nil && next.Answer.Params.Get("error") != oidc.InvalidRequest {
				t.Fatalf("%v %+v", err, next)
			}
			if what == "a hint that was given to another site" {
				return
			}
			if l, err := h.Provider.Leave(t.Context(), map[string][]string{"id_token_hint": {hint}}, v); oidc.RefusalOf(err) == nil || l.Return != "" {
				t.Fatalf("%v %+v", err, l)
			}
		})
	}
	t.Run("OIDC-8 a machine's token of another installation is not active here", func(t *testing.T) {
		foreign := oidctest.Sign(t, oidctest.Signing{Algorithm: jose.ES256, Key: strange, KeyID: ours.KeyID, Header: map[string]any{"typ": "at+jwt"}},
			map[string]any{"iss": oidctest.Issuer, "client_id": "site", "sub": "site", "aud": oidctest.Issuer, "exp": h.Now.Now().Add(time.Minute).Unix()})
		if r := h.m.Post(oidc.PathIntrospect, h.site.Call("token", foreign).Form); r.Body != `{"active":false}` {
			t.Fatal(r.Body)
		}
	})
}

// stranger is an ID token of another installation for the same person, site and issuer.
func stranger(t *testing.T) string {
	d, now := dbtest.SQLite(t)
	w := oidctest.New(t, d, now, "ru")
	return w.Site("site", nil).Tokens(w.Visitor(w.Account(account.Verified, "Ирина Соколова", "+79120000001"))).ID
}
