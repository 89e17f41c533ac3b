package oidctest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/oidc"
	"okno/internal/oidc/oidcapi"
	"okno/internal/secret"
	"okno/internal/visit/visittest"
)

// Machines is the provider's face for machines, behind the guards of the site, on a
// socket of its own.
type Machines struct {
	t       testing.TB
	handler http.Handler
	socket  *url.URL
	client  *http.Client
}

// Machines mounts the endpoints for machines and listens; call it once for a world.
func (w *World) Machines() *Machines {
	w.T.Helper()
	if err := oidcapi.Mount(w.World.Site, w.Provider); err != nil {
		w.T.Fatal(err)
	}
	handler := w.Handler()
	server := httptest.NewServer(handler)
	w.T.Cleanup(server.Close)
	socket, err := url.Parse(server.URL)
	if err != nil {
		w.T.Fatal(err)
	}
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Machines{w.T, handler, socket, client}
}

// Reply is what a machine is answered.
type Reply struct {
	Status int
	Header http.Header
	Body   string
	JSON   map[string]any
}

// Error is the code of the refusal, "" when there is none.
func (r Reply) Error() string { code, _ := r.JSON["error"].(string); return code }

// Text is a text of the answer.
func (r Reply) Text(name string) string { text, _ := r.JSON[name].(string); return text }

// Refused says whether it is a refusal with the code and its status.
func (r Reply) Refused(code string) bool {
	return r.Error() == code && r.Status == (&oidc.Refusal{Code: code}).Status()
}

// Post posts a form to a path; change alters the request first.
func (m *Machines) Post(path string, form url.Values, change ...func(*http.Request)) Reply {
	r := httptest.NewRequest("POST", visittest.Origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return m.Do(r, change...)
}

// Get reads a path.
func (m *Machines) Get(path string, change ...func(*http.Request)) Reply {
	return m.Do(httptest.NewRequest("GET", visittest.Origin+path, nil), change...)
}

// Do sends a request over the socket; one that says that it came with a client's
// certificate goes to the handler, as from a listener that has looked at it.
func (m *Machines) Do(r *http.Request, change ...func(*http.Request)) Reply {
	m.t.Helper()
	for _, c := range change {
		c(r)
	}
	if r.TLS != nil {
		answer := httptest.NewRecorder()
		m.handler.ServeHTTP(answer, r)
		return replyOf(answer.Code, answer.Header(), answer.Body.Bytes())
	}
	r.RequestURI, r.Host = "", r.URL.Host
	r.URL.Scheme, r.URL.Host = m.socket.Scheme, m.socket.Host
	answer, err := m.client.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return replyOf(answer.StatusCode, answer.Header, body)
}

func replyOf(status int, header http.Header, body []byte) Reply {
	reply := Reply{Status: status, Header: header, Body: string(body)}
	json.Unmarshal(body, &reply.JSON)
	return reply
}

// Visit opens a path as a browser with these cookies does.
func (m *Machines) Visit(path string, query url.Values, cookies []*http.Cookie) Reply {
	m.t.Helper()
	return m.Get(path+"?"+query.Encode(), func(r *http.Request) {
		for _, c := range cookies {
			r.AddCookie(c)
		}
	})
}

// Token calls the token endpoint.
func (m *Machines) Token(call oidc.Call, change ...func(*http.Request)) Reply {
	return m.Post(oidc.PathToken, call.Form, change...)
}

// UserInfo shows an access token.
func (m *Machines) UserInfo(scheme, token string, change ...func(*http.Request)) Reply {
	return m.Get(oidc.PathUserInfo, append([]func(*http.Request){Header("Authorization", scheme+" "+token)}, change...)...)
}

// Header sets a header.
func Header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// Certified shows a client certificate on the connection.
func Certified(c *x509.Certificate) func(*http.Request) {
	return func(r *http.Request) {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true, PeerCertificates: []*x509.Certificate{c}}
	}
}

// Certificate makes a client's certificate, for all the time of tests.
func Certificate(t testing.TB) *x509.Certificate {
	t.Helper()
	return CertificateFor(t, time.Unix(0, 0), time.Unix(4e9, 0))
}

// CertificateFor makes one for a time.
func CertificateFor(t testing.TB, from, to time.Time) *x509.Certificate {
	t.Helper()
	key := NewKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to}
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

// NewKey makes a P-256 key.
func NewKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Signing says how a token is signed: any algorithm, any header.
type Signing struct {
	Algorithm jose.SignatureAlgorithm
	Key       any
	KeyID     string
	Header    map[string]any // typ and whatever else
	Embed     bool           // the public key into the header, as DPoP does
}

// Sign makes a token, however wrong.
func Sign(t testing.TB, s Signing, claims any) string {
	t.Helper()
	options := (&jose.SignerOptions{EmbedJWK: s.Embed})
	for name, value := range s.Header {
		options = options.WithHeader(jose.HeaderKey(name), value)
	}
	key := jose.JSONWebKey{Key: s.Key, KeyID: s.KeyID}
	if s.Embed {
		key.KeyID = ""
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: s.Algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Raw glues a token from a header, claims and a signature that may be anything.
func Raw(t testing.TB, header, claims any, signature string) string {
	t.Helper()
	part := func(value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(header) + "." + part(claims) + "." + base64.RawURLEncoding.EncodeToString([]byte(signature))
}

// Holder is whoever holds a DPoP key.
type Holder struct {
	Key   *ecdsa.PrivateKey
	World *World
}

// Holder makes one with a new key.
func (w *World) Holder() Holder { return Holder{NewKey(w.T), w} }

// Proof proves the key for a call of a path; token is the access token that goes
// with it, "" for none. change alters claims, nil takes one away.
func (h Holder) Proof(method, path, token string, change map[string]any) string {
	h.World.T.Helper()
	claims := map[string]any{"htm": method, "htu": visittest.Origin + path, "iat": h.World.Now.Now().Unix(), "jti": secret.NewID()}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return Sign(h.World.T, Signing{Algorithm: jose.ES256, Key: h.Key, Header: map[string]any{"typ": "dpop+jwt"}, Embed: true}, changed(claims, change))
}

func changed(claims, change map[string]any) map[string]any {
	for name, value := range change {
		if value == nil {
			delete(claims, name)
			continue
		}
		claims[name] = value
	}
	return claims
}

// Request is a signed request object of the site; change alters its claims.
func (s *Site) Request(change map[string]any) string {
	now := s.World.Now.Now()
	claims := map[string]any{"iss": string(s.ID), "aud": Issuer, "jti": secret.NewID(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	for name, list := range s.Ask() {
		claims[name] = list[0]
	}
	return s.Sign("oauth-authz-req+jwt", changed(claims, change))
}

// Pushing is the call that pushes a request.
func (s *Site) Pushing(pairs ...string) oidc.Call {
	call := s.Call()
	maps.Copy(call.Form, s.Ask(pairs...))
	call.Address = visittest.Origin + oidc.PathPush
	return call
}

// Push pushes a request and gives the parameters with which the browser comes.
func (s *Site) Push(m *Machines, pairs ...string) url.Values {
	s.World.T.Helper()
	reply := m.Post(oidc.PathPush, s.Pushing(pairs...).Form)
	if reply.Status != http.StatusCreated {
		s.World.T.Fatalf("not pushed: %d %s", reply.Status, reply.Body)
	}
	return url.Values{"client_id": {string(s.ID)}, "request_uri": {reply.Text("request_uri")}}
}

// Register registers the provider's jobs with a door to the sites; call it once.
func (w *World) Register() *Door {
	d := &Door{Refuse: map[string]bool{}}
	w.Provider.Register(w.Jobs, d)
	return d
}

// Door is a door to the sites that writes down what it was given.
type Door struct {
	mu     sync.Mutex
	Said   []Said
	Refuse map[string]bool // addresses that do not answer
}

// Said is one logout token.
type Said struct{ Address, Token string }

// SayGoodbye implements oidc.Site.
func (d *Door) SayGoodbye(_ context.Context, address, token string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Said = append(d.Said, Said{address, token})
	if d.Refuse[address] {
		return errors.New("no answer")
	}
	return nil
}
