// Package oidctest gives tests a provider with people at every level and clients
// that do what a client does, with keys of their own. It is for tests only.
package oidctest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/oidc"
	"okno/internal/profile"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/visit/visittest"
)

// Issuer is the provider's name in tests.
const Issuer = visittest.Origin + "/id"

// World is a site with a provider.
type World struct {
	*visittest.World
	Provider *oidc.Provider
	Clients  *client.Clients
	Profiles *profile.Profiles
}

// silent sends nothing.
type silent struct{}

func (silent) Send(*db.Tx, notify.Notice) error                                 { return nil }
func (silent) SendTo(*db.Tx, notify.Direct) error                               { return nil }
func (silent) TakeSend(*db.Tx, notify.Ask) error                                { return nil }
func (silent) Wrong(*db.Tx, string, account.ContactKind, string) error          { return nil }
func (silent) Confirmed(*db.Tx, account.ContactKind, string) error              { return nil }
func (silent) DoubtPath(*db.Tx, account.ID, signin.EventKind) (string, error)   { return "", nil }
func (silent) Reauth(ctx context.Context, id account.ID, password string) error { return nil }

// New makes a world in the jurisdiction of the code.
func New(t testing.TB, d *db.DB, now *clock.Fake, code string) *World {
	t.Helper()
	w := &World{World: visittest.New(t, d, now, code), Clients: client.New(d)}
	w.Profiles = profile.New(d, w.Accounts, w.Law, silent{}, silent{})
	w.Provider = &oidc.Provider{DB: d, Vault: w.Vault, Accounts: w.Accounts, Profiles: w.Profiles, Sessions: w.Sessions, Clients: w.Clients, Law: w.Law,
		Issuer: Issuer, Limits: oidc.DefaultLimits, Log: slog.New(slog.DiscardHandler)}
	if err := w.Provider.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	return w
}

// Restarted is the same installation in a new process: nothing is remembered but
// what stands in the database.
func (w *World) Restarted() *oidc.Provider {
	p := &oidc.Provider{DB: w.DB, Vault: w.Vault, Accounts: w.Accounts, Profiles: w.Profiles, Sessions: w.Sessions, Clients: client.New(w.DB), Law: w.Law,
		Issuer: Issuer, Limits: oidc.DefaultLimits, Log: slog.New(slog.DiscardHandler)}
	if err := p.Open(context.Background()); err != nil {
		w.T.Fatal(err)
	}
	return p
}

// Browser is the name of the browser of all visitors.
const Browser = "browser-of-tests"

// Visitor signs somebody in and gives what the dispatcher sees of him.
func (w *World) Visitor(id account.ID) oidc.Visitor { return w.VisitorBy(id, "password") }

// VisitorBy signs somebody in by a way of the session's words.
func (w *World) VisitorBy(id account.ID, way string) oidc.Visitor {
	w.T.Helper()
	v := oidc.Visitor{Browser: Browser}
	w.Write(func(tx *db.Tx) error {
		token, err := w.Sessions.Begin(tx, signin.Opening{Account: id, Way: way, Browser: Browser})
		if err != nil {
			return err
		}
		if v.Session, err = w.Sessions.Find(tx, token); err != nil {
			return err
		}
		v.Account, err = w.Accounts.Get(tx, id)
		return err
	})
	return v
}

// Site is a client with its key.
type Site struct {
	client.Client
	Key      *ecdsa.PrivateKey
	Verifier string
	World    *World
}

// Site registers a client; change alters it first. Unless changed it is a state
// site that proves itself by private_key_jwt and may ask for name, birth date and,
// optionally, e-mail: nothing for which it would have to push its requests.
func (w *World) Site(id client.ID, change func(*client.Client)) *Site {
	w.T.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.T.Fatal(err)
	}
	c := client.Client{ID: id, Stage: client.Production, Name: jurisdiction.Words{"en": "Site " + string(id)}, Purpose: jurisdiction.Words{"en": "To try Okno"},
		Redirects: []string{Redirect(id)}, PostLogout: []string{"https://" + string(id) + ".example/bye"}, Method: client.PrivateKeyJWT,
		Keys:     jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}},
		Grants:   []client.Grant{client.Code, client.Refresh, client.Machine, client.Device, client.Exchange},
		Required: []client.Attribute{client.Name, client.BirthDate}, Optional: []client.Attribute{client.Email}, Scopes: []string{"reports"},
		Resources: []string{"https://api." + string(id) + ".example/"}, Level: account.Simplified}
	if change != nil {
		change(&c)
	}
	w.Write(func(tx *db.Tx) error { return w.Clients.Add(tx, c, audit.BySystem("test")) })
	return &Site{Client: c, Key: key, Verifier: secret.Token(), World: w}
}

// Redirect is the address to which a site's people come back.
func Redirect(id client.ID) string { return "https://" + string(id) + ".example/callback" }

// Ask is an authorization request; pairs of names and values change it, an empty
// value takes a parameter away.
func (s *Site) Ask(pairs ...string) url.Values {
	v := url.Values{"client_id": {string(s.ID)}, "redirect_uri": {s.Redirects[0]}, "response_type": {"code"}, "scope": {"openid profile"},
		"state": {"the-state"}, "nonce": {"the-nonce"}, "code_challenge": {Challenge(s.Verifier)}, "code_challenge_method": {"S256"}}
	return with(v, pairs)
}

// Wish are the parameters with which the browser comes for that request: itself, or
// the name of what was pushed at a site that was registered as one that must push.
func (s *Site) Wish(pairs ...string) (url.Values, error) {
	if !s.MustPush() {
		return s.Ask(pairs...), nil
	}
	pushed, err := s.World.Provider.Push(context.Background(), s.Pushing(pairs...))
	return url.Values{"client_id": {string(s.ID)}, "request_uri": {pushed.URI}}, err
}

// Numbered makes a client one of high risk: it needs the SNILS too.
func Numbered(c *client.Client) { c.Required = append(c.Required, client.Number("snils")) }

func with(v url.Values, pairs []string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
			continue
		}
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// Challenge is the S256 challenge of a verifier.
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// siteSecret is that of the sites which prove themselves by one.
const siteSecret = "a-secret-of-the-sandbox-with-enough-bits-in-it"

// Tried makes a client one of the sandbox that proves itself by a secret, so that
// nothing but what it brings is spent at a call.
func Tried(c *client.Client) {
	c.Stage, c.Method, c.Secret, c.Keys = client.Sandbox, client.SecretBasic, secret.Hash(siteSecret), jose.JSONWebKeySet{}
}

// Call is a call of the token endpoint with a fresh assertion, or the site's secret.
func (s *Site) Call(pairs ...string) oidc.Call {
	if s.Method == client.SecretBasic {
		return oidc.Call{Method: "POST", Address: visittest.Origin + oidc.PathToken, Basic: true, User: string(s.ID), Password: siteSecret, Form: with(url.Values{}, pairs)}
	}
	form := url.Values{"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {s.Assertion(nil)}}
	return oidc.Call{Method: "POST", Address: visittest.Origin + oidc.PathToken, Form: with(form, pairs)}
}

// Assertion proves the client; change alters its claims.
func (s *Site) Assertion(change map[string]any) string {
	now := s.World.Now.Now()
	claims := map[string]any{"iss": string(s.ID), "sub": string(s.ID), "aud": Issuer, "jti": secret.NewID(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	return s.Sign("JWT", changed(claims, change))
}

// Sign signs claims with the client's key.
func (s *Site) Sign(typ string, claims map[string]any) string {
	s.World.T.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: s.Key, KeyID: "k1"}}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		s.World.T.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		s.World.T.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		s.World.T.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		s.World.T.Fatal(err)
	}
	return token
}

// Redemption is the call that redeems a code.
func (s *Site) Redemption(code string, pairs ...string) oidc.Call {
	return s.Call(append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", s.Redirects[0], "code_verifier", s.Verifier}, pairs...)...)
}

// Code takes a visitor through the whole way, agreeing to everything that is
// required, and gives the code.
func (s *Site) Code(v oidc.Visitor, pairs ...string) string {
	s.World.T.Helper()
	answer := s.Answer(v, pairs...)
	if answer.Params.Get("code") == "" {
		s.World.T.Fatalf("no code but %v", answer.Params)
	}
	return answer.Params.Get("code")
}

// Answer takes a visitor to the end of the way, agreeing on it.
func (s *Site) Answer(v oidc.Visitor, pairs ...string) oidc.Answer {
	s.World.T.Helper()
	ctx := context.Background()
	wish, err := s.Wish(pairs...)
	if err != nil {
		s.World.T.Fatal(err)
	}
	next, err := s.World.Provider.Authorize(ctx, wish, v)
	if err != nil {
		s.World.T.Fatal(err)
	}
	if next.Step == oidc.Consent {
		if next, err = s.World.Provider.Agree(ctx, next.Flow, v, next.Asked("en"), nil, "en"); err != nil {
			s.World.T.Fatal(err)
		}
	}
	if next.Step != oidc.Done {
		s.World.T.Fatalf("the way ends at %s", next.Step)
	}
	return next.Answer
}

// Tokens takes a visitor through the whole way and redeems the code.
func (s *Site) Tokens(v oidc.Visitor, pairs ...string) oidc.Tokens {
	s.World.T.Helper()
	tokens, err := s.World.Provider.Token(context.Background(), s.Redemption(s.Code(v, pairs...)))
	if err != nil {
		s.World.T.Fatal(err)
	}
	return tokens
}

// Claims opens a signed token without checking it.
func Claims(t testing.TB, token string) map[string]any {
	t.Helper()
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}
