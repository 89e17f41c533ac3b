package relyingparty_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// fake is a small honest provider on its own socket: it checks what a client sends as strictly as the standards say, and signs what
// the test tells it of the one person it knows. spoil makes it dishonest.
type fake struct {
	t      testing.TB
	server *httptest.Server
	now    *moment

	mu      sync.Mutex
	keys    []*ecdsa.PrivateKey // the last signs, all are published
	clients map[string]fakeClient
	person  person
	in      bool   // somebody is signed in at the provider: prompt=none works
	deny    string // the error to answer with
	down    bool
	noIss   bool // sends no iss, although it says so
	refuse  string
	spoil   func(header *jose.SignerOptions, claims map[string]any)
	sign    func(claims map[string]any) string // instead of the own key
	info    func(claims map[string]any)
	hold    chan struct{} // refresh waits for it
	began   chan struct{} // told when a refresh begins
	said    string        // the error_description of deny, at the face of ESIA
	rsa     int           // which of rsaKeys signs there
	noPEM   int           // the status of an answer there without certificates
	takesNo bool          // pushed requests

	pushed    map[string]url.Values
	codes     map[string]url.Values
	refreshes map[string]string // token to client
	spent     map[string]bool   // refresh tokens, assertions, codes
	asked     []url.Values      // authorization requests, as they stood after pushing
	fronts    []url.Values      // as they stood in the browser's address
	seen      map[string]int
	serial    int
}

type fakeClient struct {
	key      *jose.JSONWebKey
	secret   string
	redirect string
	after    string

	certificate *x509.Certificate // of a site built for ESIA
}

type person struct {
	sub, sid, level, way string
	claims               map[string]any
}

// moment is a clock that stands until it is moved.
type moment struct {
	mu sync.Mutex
	at time.Time
}

func (m *moment) Now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.at }
func (m *moment) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

func newFake(t testing.TB) *fake {
	f := &fake{t: t, now: &moment{at: time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)}, clients: map[string]fakeClient{}, pushed: map[string]url.Values{},
		codes: map[string]url.Values{}, refreshes: map[string]string{}, spent: map[string]bool{}, seen: map[string]int{}, in: true}
	f.person = person{sub: "p-1", sid: "s-1", level: "urn:okno:level:verified", way: "desk",
		claims: map[string]any{"name": "Иванова Мария Петровна", "birthdate": "1980-02-03", "snils": "112-233-445 95", "phone_number": "+79161234567"}}
	f.rotate()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /id/.well-known/openid-configuration", f.discovery)
	mux.HandleFunc("GET /id/keys", f.jwks)
	mux.HandleFunc("POST /id/push", f.push)
	mux.HandleFunc("GET /id/auth", f.authorize)
	mux.HandleFunc("POST /id/token", f.token)
	mux.HandleFunc("GET /id/info", f.userinfo)
	mux.HandleFunc("GET /id/bye", f.bye)
	f.speakESIA(mux)
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		down := f.down
		f.seen[r.URL.Path]++
		f.mu.Unlock()
		if down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) issuer() string { return f.server.URL + "/id" }

func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fake) count(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen[path]
}

// lastAsked is the authorization request as the provider understood it, and as the browser's address showed it.
func (f *fake) lastAsked() (understood, front url.Values) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[len(f.asked)-1], f.fronts[len(f.fronts)-1]
}

func (f *fake) rotate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.t.Fatal(err)
	}
	f.set(func() { f.keys = append(f.keys, key) })
}

func (f *fake) discovery(w http.ResponseWriter, _ *http.Request) {
	at := f.issuer()
	says := map[string]any{
		"issuer": at, "authorization_endpoint": at + "/auth", "token_endpoint": at + "/token", "jwks_uri": at + "/keys", "userinfo_endpoint": at + "/info",
		"pushed_authorization_request_endpoint": at + "/push", "end_session_endpoint": at + "/bye", "claims_parameter_supported": true,
		"authorization_response_iss_parameter_supported": true, "id_token_signing_alg_values_supported": []string{"ES256"},
	}
	if f.takesNo {
		delete(says, "pushed_authorization_request_endpoint")
	}
	give(w, 200, says)
}

func (f *fake) jwks(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	set := jose.JSONWebKeySet{}
	for i, key := range f.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: fmt.Sprint("k", i), Algorithm: "ES256", Use: "sig"})
	}
	give(w, 200, set)
}

// knows authenticates a client by exactly the way that it is registered with.
func (f *fake) knows(r *http.Request) (id string, why string) {
	if err := r.ParseForm(); err != nil {
		return "", err.Error()
	}
	if name, password, ok := r.BasicAuth(); ok {
		if c := f.clients[name]; c.secret == "" || c.secret != password || r.PostForm.Has("client_assertion") || r.PostForm.Has("client_secret") {
			return "", "wrong secret"
		}
		return name, ""
	}
	id = r.PostForm.Get("client_id")
	c := f.clients[id]
	if c.key == nil || r.PostForm.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return "", "no assertion"
	}
	parsed, err := jwt.ParseSigned(r.PostForm.Get("client_assertion"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", err.Error()
	}
	var claims map[string]any
	if err := parsed.Claims(c.key, &claims); err != nil {
		return "", err.Error()
	}
	now := float64(f.now.Now().Unix())
	jti, _ := claims["jti"].(string)
	if claims["iss"] != id || claims["sub"] != id || claims["aud"] != f.issuer() || jti == "" || f.spent[jti] || claims["exp"].(float64) <= now || claims["iat"].(float64) > now {
		return "", fmt.Sprint("bad assertion ", claims)
	}
	f.spent[jti] = true
	return id, ""
}

func (f *fake) push(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id, why := f.knows(r); why != "" || r.PostForm.Get("client_id") != id || f.refuse != "" {
		give(w, 400, map[string]any{"error": or(f.refuse, "invalid_client"), "error_description": why})
		return
	}
	uri := f.next("urn:ietf:params:oauth:request_uri:")
	f.pushed[uri] = r.PostForm
	give(w, 201, map[string]any{"request_uri": uri, "expires_in": 60})
}

func (f *fake) authorize(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	front := r.URL.Query()
	q := front
	if uri := front.Get("request_uri"); uri != "" {
		q = f.pushed[uri]
		delete(f.pushed, uri)
	}
	f.asked, f.fronts = append(f.asked, q), append(f.fronts, front)
	c := f.clients[front.Get("client_id")]
	if q.Get("redirect_uri") != c.redirect || c.redirect == "" || q.Get("client_id") != front.Get("client_id") {
		http.Error(w, "not a redirect address of this client", 400)
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {f.issuer()}}
	if f.noIss {
		back.Del("iss")
	}
	switch {
	case q.Get("response_type") != "code", q.Get("code_challenge_method") != "S256", len(q.Get("code_challenge")) != 43, q.Get("nonce") == "", len(q.Get("state")) < 22:
		back.Set("error", "invalid_request")
	case f.deny != "":
		back.Set("error", f.deny)
		back.Set("error_description", "<b>because</b>")
	case q.Get("prompt") == "none" && !f.in:
		back.Set("error", "login_required")
	default:
		code := f.next("code-")
		f.codes[code] = q
		back.Set("code", code)
		f.in = true
	}
	http.Redirect(w, r, c.redirect+"?"+back.Encode(), http.StatusSeeOther)
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	id, why := f.knows(r)
	form := r.PostForm
	refreshing := form.Get("grant_type") == "refresh_token"
	hold, began := f.hold, f.began
	f.mu.Unlock()
	if refreshing && began != nil {
		began <- struct{}{}
	}
	if refreshing && hold != nil {
		<-hold
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if why != "" {
		give(w, 401, map[string]any{"error": "invalid_client", "error_description": why})
		return
	}
	nonce := ""
	switch {
	case f.refuse != "":
		give(w, 400, map[string]any{"error": f.refuse})
		return
	case refreshing:
		old := form.Get("refresh_token")
		if f.refreshes[old] != id || f.spent[old] || form.Has("code") || form.Has("redirect_uri") {
			give(w, 400, map[string]any{"error": "invalid_grant"})
			return
		}
		f.spent[old] = true
	default:
		q, ok := f.codes[form.Get("code")]
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if !ok || form.Get("grant_type") != "authorization_code" || q.Get("client_id") != id || form.Get("redirect_uri") != q.Get("redirect_uri") ||
			base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") {
			give(w, 400, map[string]any{"error": "invalid_grant"})
			return
		}
		delete(f.codes, form.Get("code"))
		nonce = q.Get("nonce")
	}
	access, refresh := f.next("access-"), f.next("refresh-")
	f.refreshes[refresh] = id
	give(w, 200, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 300, "refresh_token": refresh, "id_token": f.idToken(id, nonce, access)})
}

// idToken is called with f.mu held.
func (f *fake) idToken(client, nonce, access string) string {
	now := f.now.Now()
	hash := sha256.Sum256([]byte(access))
	claims := map[string]any{
		"iss": f.issuer(), "sub": f.person.sub, "aud": client, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "acr": f.person.level, "amr": []string{"pwd", "otp"},
		"auth_time": int64(1790845200), "sid": f.person.sid, "at_hash": base64.RawURLEncoding.EncodeToString(hash[:16]),
	}
	if f.person.way != "" {
		claims["okno_proof"] = map[string]any{"way": f.person.way, "at": 1768471200}
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if f.spoil != nil {
		f.spoil(options, claims)
	}
	if f.sign != nil {
		return f.sign(claims)
	}
	return f.signed(options, claims)
}

// signed signs with the newest key. It is called with f.mu held.
func (f *fake) signed(options *jose.SignerOptions, claims map[string]any) string {
	last := len(f.keys) - 1
	return signWith(f.t, jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: f.keys[last], KeyID: fmt.Sprint("k", last)}}, options, claims)
}

func signWith(t testing.TB, key jose.SigningKey, options *jose.SignerOptions, claims map[string]any) string {
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		t.Error(err)
		return ""
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Error(err)
	}
	return token
}

// logoutToken is a good one for the client, changed by change.
func (f *fake) logoutToken(client string, change func(options *jose.SignerOptions, claims map[string]any)) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now.Now()
	claims := map[string]any{
		"iss": f.issuer(), "aud": client, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": f.next("jti-"), "sub": f.person.sub, "sid": f.person.sid,
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	options := (&jose.SignerOptions{}).WithType("logout+jwt")
	if change != nil {
		change(options, claims)
	}
	return f.signed(options, claims)
}

func (f *fake) userinfo(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer access-") {
		give(w, 401, map[string]any{"error": "invalid_token"})
		return
	}
	claims := maps.Clone(f.person.claims)
	claims["sub"] = f.person.sub
	if f.info != nil {
		f.info(claims)
	}
	give(w, 200, claims)
}

// bye ends the session when the hint is a token of ours for this client.
func (f *fake) bye(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := r.URL.Query()
	parsed, err := jwt.ParseSigned(q.Get("id_token_hint"), []jose.SignatureAlgorithm{jose.ES256})
	var claims jwt.Claims
	if err == nil {
		err = parsed.Claims(f.keys[len(f.keys)-1].Public(), &claims)
	}
	c := f.clients[q.Get("client_id")]
	if err != nil || !claims.Audience.Contains(q.Get("client_id")) || q.Get("post_logout_redirect_uri") != c.after {
		http.Error(w, "not a sign-out that we know", 400)
		return
	}
	f.in = false
	http.Redirect(w, r, c.after+"?"+url.Values{"state": {q.Get("state")}}.Encode(), http.StatusSeeOther)
}

// next is a value that was never given before. It is called with f.mu held.
func (f *fake) next(prefix string) string {
	f.serial++
	return fmt.Sprint(prefix, f.serial)
}

func give(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
