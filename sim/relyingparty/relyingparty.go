// Package relyingparty is a simulator of the sites that sign people in with Okno: the tax service's taxpayer account, the school
// diary, three regional portals and the cabinet of housing and utilities (SSO-03 to SSO-07, A-24, A-30, A-53 to A-56), each a small
// web application on its own socket.
//
// They are written as any integrator would write them: with go-oidc and golang.org/x/oauth2, from the provider's discovery document
// and nothing else; the last was built for ESIA and has been given another host and other keys. They import nothing of the product, so that a misread standard is not copied into both ends. Each shows what it
// received, keeps a ledger of sign-ins, refusals and logout tokens, and can be switched to fall silent at logout.
//
// They never run beside real residents: what a person lets them see lies in memory and on their pages.
package relyingparty

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"okno/sim/control"
)

// Config says which site is played and how it reaches the provider.
type Config struct {
	Site       Kind
	Listen     string            // "127.0.0.1:0" when empty
	TLS        *tls.Config       // the site speaks HTTPS with it; HTTP when nil
	Origin     string            // how browsers and the provider reach the site, like "https://tax.example"; made of the socket's address when empty
	Issuer     string            // of the provider, exactly as its discovery document says it
	ESIAIssuer string            // of the provider's ESIA dialect; its host with a slash when empty
	ClientID   string            // the Site when empty
	Key        *ecdsa.PrivateKey // P-256, for private_key_jwt with ES256; made fresh when nil and there is no Secret
	Secret     string            // client_secret_basic instead of the key
	Number     string            // scope and claim of the country's number that the tax service asks for; "snils" when empty
	Help       string            // address where a person proves who they are in another way; the issuer's first page when empty
	HTTPClient *http.Client      // to reach the provider, for a throw-away certificate authority; one with 10 s of patience when nil
	Now        func() time.Time  // the clock of sessions, tokens and the ledger; time.Now when nil
	Keep       int               // how many entries the ledger keeps, the oldest go first; 10,000 when zero
}

// A Site is a running site. Its methods may be called from many goroutines.
type Site struct {
	config   Config
	manner   manner
	origin   string
	listener *control.Listener
	mode     *control.Switch[Mode]
	bell     control.Bell
	ctx      context.Context // ends when the site closes
	cancel   context.CancelFunc
	plain    *http.Client // discovery, keys, userinfo
	known    *http.Client // requests that the client authenticates: tokens, pushed authorization
	key      jose.JSONWebKey
	signer   jose.Signer // nil with a secret, and at a site built for ESIA
	system   system      // what a site built for ESIA proves itself with
	meeting  singleflight.Group

	mu       sync.Mutex
	met      *provider            // nil before discovery succeeded
	pinned   []*x509.Certificate  // the provider's, at a site built for ESIA
	flows    map[string]flow      // by state
	sessions map[string]session   // by the cookie's value
	leaving  map[string]time.Time // states of sign-outs under way
	spent    map[string]time.Time // ids of logout tokens, until they expire
	ledger   []Entry              // as they came
}

// Start begins to listen. The provider need not answer yet: it is asked when it is first needed. The site closes when ctx ends.
func Start(ctx context.Context, c Config) (*Site, error) {
	m, ok := manners[c.Site]
	if !ok {
		return nil, fmt.Errorf("there is no site %q", c.Site)
	}
	c, err := complete(c)
	if err != nil {
		return nil, err
	}
	s := &Site{
		config: c, manner: m, mode: control.NewSwitch(Answer, Hang, Fail),
		flows: map[string]flow{}, sessions: map[string]session{}, leaving: map[string]time.Time{}, spent: map[string]time.Time{},
	}
	if err := s.prepareClients(); err != nil {
		return nil, err
	}
	socket, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", c.Listen, err)
	}
	s.origin = c.Origin
	if s.origin == "" {
		s.origin = map[bool]string{true: "https://", false: "http://"}[c.TLS != nil] + socket.Addr().String()
	}
	if c.TLS != nil {
		socket = tls.NewListener(socket, c.TLS)
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.listener = control.Serve(socket, s.handler())
	context.AfterFunc(s.ctx, func() { _ = s.listener.Close() }) // never fails
	return s, nil
}

// complete fills in what was left empty and refuses what cannot work.
func complete(c Config) (Config, error) {
	if u, err := url.Parse(c.Issuer); err != nil || u.Host == "" {
		return c, fmt.Errorf("issuer %q is not an address", c.Issuer)
	}
	if c.Key != nil && c.Secret != "" {
		return c, errors.New("a site has a key or a secret, not both")
	}
	if c.Key != nil && c.Key.Curve != elliptic.P256() {
		return c, errors.New("the key is not on P-256, which ES256 needs")
	}
	if c.Key == nil && c.Secret == "" {
		fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return c, fmt.Errorf("make a key: %w", err)
		}
		c.Key = fresh
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.ClientID == "" {
		c.ClientID = string(c.Site)
	}
	if c.Number == "" {
		c.Number = "snils"
	}
	if c.Help == "" {
		c.Help = originOf(c.Issuer) + "/"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Keep == 0 {
		c.Keep = 10_000
	}
	return c, nil
}

// originOf is the scheme and host of an address that parses.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// Origin is the address of the site without a path.
func (s *Site) Origin() string { return s.origin }

// ClientID is what the site calls itself at the provider.
func (s *Site) ClientID() string { return s.config.ClientID }

// RedirectURI is where the provider sends people back to.
func (s *Site) RedirectURI() string { return s.origin + "/callback" }

// LogoutURI is where the provider posts logout tokens to (backchannel_logout_uri); "" for a site built for ESIA, which knows none.
func (s *Site) LogoutURI() string {
	if s.manner.esia {
		return ""
	}
	return s.origin + "/backchannel-logout"
}

// PostLogoutURI is where the provider sends people back to after a sign-out that began here.
func (s *Site) PostLogoutURI() string { return s.origin + "/signed-out" }

// PublicJWK is the public half of the site's key, for the provider's register of clients. It is not valid when the site has a
// secret or was built for ESIA.
func (s *Site) PublicJWK() jose.JSONWebKey { return s.key.Public() }

// Close cuts every connection and returns when the last request has ended. It may be called again.
func (s *Site) Close() error {
	s.cancel()
	return s.listener.Close()
}
