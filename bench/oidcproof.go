package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/client"
	"okno/internal/oidc"
	"okno/internal/secret"
)

// A site of production proves itself with a key (private_key_jwt) and pushes its
// request: it asks for a number, as those of the sandbox here do.

// assertionKind is what a client assertion of RFC 7523 is called in a form.
const assertionKind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

func officeName(n int) string { return fmt.Sprintf("office-%02d", n) }

// officeKey is the key of all sites of production: the ceiling knows it too.
func officeKey() (*ecdsa.PrivateKey, error) {
	sum := sha256.Sum256([]byte(siteSecret))
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:])
}

// newOffice is the same site as newSite makes, in production.
func newOffice(id string) (client.Client, error) {
	key, err := officeKey()
	c := newSite(id)
	c.Stage, c.Method, c.Secret = client.Production, client.PrivateKeyJWT, ""
	c.Keys = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "office", Algorithm: "ES256", Use: "sig"}}}
	return c, err
}

// inProduction makes an opened site one of production, with the same person.
func (s *site) inProduction(n int) error {
	key, err := officeKey()
	if err != nil {
		return err
	}
	s.id = officeName(n)
	s.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "office"}}, (&jose.SignerOptions{}).WithType("JWT"))
	return err
}

// proven adds to a form what proves a site of production.
func (s *site) proven(form string) (string, error) {
	if s.signer == nil {
		return form, nil
	}
	now := time.Now()
	assertion, err := signed(s.signer, map[string]any{"iss": s.id, "sub": s.id, "aud": "http://" + s.host + "/id", "jti": secret.NewID(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	return form + "&client_assertion_type=" + url.QueryEscape(assertionKind) + "&client_assertion=" + assertion, err
}

// named is the request of the browser that names a pushed one.
func (s *site) named(uri, cookie string) []byte {
	return s.browse(oidc.PathAuthorize+"?"+url.Values{"client_id": {s.id}, "request_uri": {uri}}.Encode(), cookie)
}

// bareOffices is what the ceiling knows of the sites of production.
type bareOffices struct {
	key *ecdsa.PublicKey

	mu     sync.Mutex
	spent  map[string]bool       // ids of assertions
	pushed map[string]url.Values // by request_uri
}

func (o *bareOffices) open() error {
	key, err := officeKey()
	if err != nil {
		return err
	}
	o.key, o.spent, o.pushed = &key.PublicKey, map[string]bool{}, map[string]url.Values{}
	return nil
}

// proven is who a call is from; "" when that is not proven. The form has been read.
func (b *bareProvider) proven(r *http.Request) string {
	if assertion := r.PostForm.Get("client_assertion"); assertion != "" {
		return b.offices.asserted(assertion, b.issuer)
	}
	id, password, _ := r.BasicAuth()
	if !secret.Equal(secret.Hash(password), secret.Hash(siteSecret)) {
		return ""
	}
	return id
}

func (o *bareOffices) asserted(assertion, issuer string) string {
	parsed, err := jose.ParseSignedCompact(assertion, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return ""
	}
	payload, err := parsed.Verify(o.key)
	var claims struct {
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		ID       string `json:"jti"`
		Expires  int64  `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Audience != issuer || time.Now().Unix() > claims.Expires {
		return ""
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.spent[claims.ID] {
		return ""
	}
	o.spent[claims.ID] = true
	return claims.Subject
}

func (b *bareProvider) push(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil || b.proven(r) == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	body, err := json.Marshal(map[string]any{"request_uri": b.offices.keep(r.PostForm), "expires_in": 90})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	w.Write(body)
}

func (o *bareOffices) keep(form url.Values) string {
	uri := "urn:ietf:params:oauth:request_uri:" + secret.Token()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pushed[uri] = form
	return uri
}

// asked is the request of a browser: what it says itself, or what was pushed.
func (o *bareOffices) asked(q url.Values) url.Values {
	uri := q.Get("request_uri")
	if !strings.HasPrefix(uri, "urn:") {
		return q
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	form := o.pushed[uri]
	delete(o.pushed, uri)
	return form
}
