package relyingparty

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"okno/sim/control"
)

// What a request to the provider may take.
const (
	patience   = 10 * time.Second // one request
	tryFor     = 2 * time.Second  // discovery, with all its tries
	firstPause = 200 * time.Millisecond
)

// provider is what the discovery document says, as far as go-oidc does not read it by itself.
type provider struct {
	*oidc.Provider
	PushedURL     string `json:"pushed_authorization_request_endpoint"`
	EndSessionURL string `json:"end_session_endpoint"`
	SaysIssuer    bool   `json:"authorization_response_iss_parameter_supported"`
	TakesClaims   bool   `json:"claims_parameter_supported"`
}

// prepareClients makes the key ready and the two HTTP clients.
func (s *Site) prepareClients() error {
	s.plain = &http.Client{Timeout: patience}
	if c := s.config.HTTPClient; c != nil {
		copied := *c
		s.plain = &copied
	}
	if s.plain.Timeout == 0 {
		s.plain.Timeout = patience
	}
	s.known = s.plain
	if s.manner.esia {
		return s.prepareSystem()
	}
	if s.config.Secret != "" {
		return nil
	}
	s.key = jose.JSONWebKey{Key: s.config.Key, Algorithm: string(jose.ES256), Use: "sig"}
	public := s.key.Public()
	thumb, err := public.Thumbprint(crypto256)
	if err != nil {
		return fmt.Errorf("name the key: %w", err)
	}
	s.key.KeyID = encode(thumb)
	s.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return fmt.Errorf("sign with the key: %w", err)
	}
	copied := *s.plain
	copied.Transport = asserting{site: s, next: s.plain.Transport}
	s.known = &copied
	return nil
}

// asserting adds a fresh client assertion (RFC 7523) to every form, so that the library's own token requests are authenticated by
// private_key_jwt.
type asserting struct {
	site *Site
	next http.RoundTripper
}

// RoundTrip sends the form with the assertion added.
func (a asserting) RoundTrip(r *http.Request) (*http.Response, error) {
	form, err := io.ReadAll(r.Body)
	_ = r.Body.Close() // it was read whole
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	assertion, err := a.site.assert()
	if err != nil {
		return nil, err
	}
	added := url.Values{"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion}}
	form = append(append(form, '&'), added.Encode()...)
	out := r.Clone(r.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(form)), int64(len(form))
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(form)), nil }
	next := a.next
	if next == nil {
		next = http.DefaultTransport
	}
	return next.RoundTrip(out)
}

// assert makes a client assertion for one request. It lives a minute; its audience is the issuer alone, as one text, since
// providers that follow RFC 7523's newer edition take no list.
func (s *Site) assert() (string, error) {
	now := s.config.Now()
	return jwt.Signed(s.signer).Claims(map[string]any{
		"iss": s.config.ClientID, "sub": s.config.ClientID, "aud": s.config.Issuer, "jti": random(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}).Serialize()
}

// meet gives the provider, asking for its discovery document when nobody has yet. It tries a few times within seconds, so that a
// site may be started before its provider; when that fails, the next visitor's request tries again.
func (s *Site) meet() (*provider, error) {
	s.mu.Lock()
	met := s.met
	s.mu.Unlock()
	if met != nil {
		return met, nil
	}
	found, err, _ := s.meeting.Do("", func() (any, error) { return s.discover() })
	if err != nil {
		return nil, fmt.Errorf("discover %s: %w", s.config.Issuer, err)
	}
	return found.(*provider), nil
}

func (s *Site) discover() (*provider, error) {
	ctx, cancel := context.WithTimeout(s.ctx, tryFor)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		p, err := s.askOnce(ctx)
		if err == nil {
			s.mu.Lock()
			s.met = p
			s.mu.Unlock()
			return p, nil
		}
		if _, wrong := errors.AsType[*oidc.IssuerMismatchError](err); wrong || !control.Wait(ctx, pause) {
			return nil, err
		}
	}
}

func (s *Site) askOnce(ctx context.Context) (*provider, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, s.plain), s.config.Issuer)
	if err != nil {
		return nil, err
	}
	p := &provider{}
	if err := found.Claims(p); err != nil {
		return nil, fmt.Errorf("read the discovery document: %w", err)
	}
	p.Provider = found
	return p, nil
}

// verifier checks what the provider signed. The algorithms are ours to choose, not the token's.
func (s *Site) verifier(p *provider) *oidc.IDTokenVerifier {
	return p.Verifier(&oidc.Config{ClientID: s.config.ClientID, Now: s.config.Now, SupportedSigningAlgs: []string{oidc.ES256, oidc.EdDSA, oidc.PS256}})
}

// oauth is the library's view of this client. Its own requests go out by s.known, through speaking.
func (s *Site) oauth(p *provider) *oauth2.Config {
	end := p.Endpoint()
	end.AuthStyle = oauth2.AuthStyleInParams
	if s.config.Secret != "" {
		end.AuthStyle = oauth2.AuthStyleInHeader
	}
	return &oauth2.Config{ClientID: s.config.ClientID, ClientSecret: s.config.Secret, Endpoint: end, RedirectURL: s.RedirectURI(), Scopes: s.scopes()}
}

// scopes are all that the site asks for.
func (s *Site) scopes() []string {
	if !s.manner.number {
		return s.manner.scopes
	}
	return append(slices.Clone(s.manner.scopes), s.config.Number)
}

// speaking is ctx for the requests that the client authenticates.
func (s *Site) speaking(ctx context.Context) context.Context { return oidc.ClientContext(ctx, s.known) }
