package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/oidc"
	"okno/internal/secret"
	"okno/internal/web"
)

// bareProvider is the ceiling: what a provider costs that keeps everything in maps,
// knows one person and one site, and checks and signs the same. It is nobody's
// provider: it has no consent, no audit line, no expiry and no memory of its own.
type bareProvider struct {
	issuer    string
	idSigner  jose.Signer
	atSigner  jose.Signer
	discovery []byte
	jwks      []byte
	offices   bareOffices

	mu      sync.Mutex
	codes   map[string]bareGrant
	refresh map[string]bareGrant
	access  map[string]bareGrant
}

type bareGrant struct{ client, redirect, nonce, challenge, scope string }

func serveBareProvider(ctx context.Context, address string) error {
	b := &bareProvider{issuer: "http://" + address + "/id", codes: map[string]bareGrant{}, refresh: map[string]bareGrant{}, access: map[string]bareGrant{}}
	if err := errors.Join(b.open(), b.offices.open()); err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := web.NewServer(b.routes(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (b *bareProvider) open() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	jwk := jose.JSONWebKey{Key: key, KeyID: secret.NewID(), Algorithm: "ES256", Use: "sig"}
	for typ, signer := range map[string]*jose.Signer{"JWT": &b.idSigner, "at+jwt": &b.atSigner} {
		if *signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jwk}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ))); err != nil {
			return err
		}
	}
	if b.jwks, err = json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{jwk.Public(), jwk.Public()}}); err != nil {
		return err
	}
	origin := strings.TrimSuffix(b.issuer, "/id")
	b.discovery, err = json.Marshal(map[string]any{"issuer": b.issuer, "authorization_endpoint": origin + oidc.PathAuthorize, "token_endpoint": origin + oidc.PathToken,
		"filler": strings.Repeat("x", 3200)}) // as long as ours
	return err
}

func (b *bareProvider) routes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET "+discoveryPath, func(w http.ResponseWriter, _ *http.Request) { reply(w, b.discovery) })
	m.HandleFunc("GET "+oidc.PathJWKS, func(w http.ResponseWriter, _ *http.Request) { reply(w, b.jwks) })
	m.HandleFunc("GET "+oidc.PathAuthorize, b.authorize)
	m.HandleFunc("POST "+oidc.PathPush, b.push)
	m.HandleFunc("POST "+oidc.PathToken, b.token)
	m.HandleFunc("POST "+oidc.PathIntrospect, b.introspect)
	m.HandleFunc("GET "+oidc.PathUserInfo, b.userInfo)
	return m
}

func reply(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}

func (b *bareProvider) authorize(w http.ResponseWriter, r *http.Request) {
	q := b.offices.asked(r.URL.Query())
	id := q.Get("client_id")
	if c, err := r.Cookie("okno"); err != nil || c.Value == "" || q.Get("redirect_uri") != siteRedirect(id) || q.Get("code_challenge_method") != "S256" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	code := secret.Token()
	b.mu.Lock()
	b.codes[code] = bareGrant{id, q.Get("redirect_uri"), q.Get("nonce"), q.Get("code_challenge"), q.Get("scope")}
	b.mu.Unlock()
	w.Header().Set("Location", q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {b.issuer}}.Encode())
	w.WriteHeader(http.StatusSeeOther)
}

func (b *bareProvider) token(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	id := b.proven(r)
	if id == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	kind := r.PostForm.Get("grant_type")
	if kind == "client_credentials" {
		now := time.Now()
		token, err := signed(b.atSigner, map[string]any{"iss": b.issuer, "sub": id, "client_id": id, "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix(),
			"jti": secret.NewID(), "scope": "reports", "aud": b.issuer})
		b.give(w, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": "reports"}, err)
		return
	}
	g, ok := b.spend(kind, r.PostForm)
	if !ok || g.client != id {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.tokens(w, g)
}

func (b *bareProvider) spend(kind string, form url.Values) (g bareGrant, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if kind == "refresh_token" {
		g, ok = b.refresh[form.Get("refresh_token")]
		delete(b.refresh, form.Get("refresh_token"))
		return g, ok
	}
	g, ok = b.codes[form.Get("code")]
	delete(b.codes, form.Get("code"))
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	return g, ok && g.redirect == form.Get("redirect_uri") && secret.Equal(g.challenge, base64.RawURLEncoding.EncodeToString(sum[:]))
}

func (b *bareProvider) tokens(w http.ResponseWriter, g bareGrant) {
	access, refresh, now := secret.Token(), secret.Token(), time.Now()
	half := sha256.Sum256([]byte(access))
	token, err := signed(b.idSigner, map[string]any{"iss": b.issuer, "sub": secret.Hash(g.client), "aud": g.client, "exp": now.Add(2 * time.Minute).Unix(), "iat": now.Unix(),
		"auth_time": now.Unix(), "acr": "urn:okno:level:standard", "amr": []string{"pwd"}, "sid": secret.Hash(g.client)[:32], "nonce": g.nonce,
		"okno_proof": map[string]any{"way": "register", "at": now.Unix(), "source": "pension"}, "at_hash": base64.RawURLEncoding.EncodeToString(half[:16])})
	b.mu.Lock()
	b.access[access], b.refresh[refresh] = g, g
	b.mu.Unlock()
	b.give(w, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token, "refresh_token": refresh, "scope": g.scope}, err)
}

func (b *bareProvider) give(w http.ResponseWriter, answer map[string]any, err error) {
	body, failed := json.Marshal(answer)
	if err != nil || failed != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	reply(w, body)
}

func (b *bareProvider) find(token string) (bareGrant, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, ok := b.access[token]
	return g, ok
}

func (b *bareProvider) introspect(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil || b.proven(r) == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g, ok := b.find(r.PostForm.Get("token"))
	b.give(w, map[string]any{"active": ok, "iss": b.issuer, "sub": secret.Hash(g.client), "client_id": g.client, "scope": g.scope, "exp": time.Now().Unix(),
		"iat": time.Now().Unix(), "acr": "urn:okno:level:standard", "auth_time": time.Now().Unix(), "token_type": "Bearer"}, nil)
}

func (b *bareProvider) userInfo(w http.ResponseWriter, r *http.Request) {
	g, ok := b.find(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	b.give(w, map[string]any{"sub": secret.Hash(g.client), "okno_level": "standard", "name": "Соколова Ирина Сергеевна", "family_name": "Соколова",
		"given_name": "Ирина", "middle_name": "Сергеевна", "birthdate": "1987-03-14", "snils": "10000000000"}, nil)
}

func signed(signer jose.Signer, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	s, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return s.CompactSerialize()
}
