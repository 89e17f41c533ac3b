package demo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
	"okno/sim/relyingparty"
)

// sites are the sites of other authorities that sign people in with the portal
// (SSO-03 to SSO-07, A-56), each on its own socket.
type sites struct {
	running []*relyingparty.Site
	clients []client.Client // as the provider must know them
}

// startSites starts every site. They ask the provider for nothing before somebody
// opens them, so they may start first. The issuer of the ESIA dialect is esia, its
// own when empty. p is nil without TLS.
func startSites(ctx context.Context, issuer, esia string, law *jurisdiction.Jurisdiction, now func() time.Time, p *papers) (s *sites, err error) {
	s = &sites{}
	config := relyingparty.Config{Issuer: issuer, ESIAIssuer: esia, Help: strings.TrimSuffix(issuer, "/id") + "/id/proofing", Number: numberOf(law), Now: now}
	if p != nil {
		if config.TLS, config.HTTPClient, err = p.forSites(); err != nil {
			return s, err
		}
	}
	for _, kind := range relyingparty.Kinds() {
		one := config
		one.Site = kind
		if kind == relyingparty.Petersburg { // the one that tries a secret
			one.Secret = secret.Token()
		}
		site, err := relyingparty.Start(ctx, one)
		if err != nil {
			return s, err
		}
		s.running = append(s.running, site)
		s.clients = append(s.clients, clientOf(site.Registration(), one.Secret, law))
	}
	return s, nil
}

// numberOf is the number that the country's tax service asks for: the one that
// belongs to one person alone.
func numberOf(law *jurisdiction.Jurisdiction) string {
	for _, n := range law.Identifiers {
		if n.Unique {
			return n.Code
		}
	}
	return ""
}

// clientOf is a site as the register of clients has it.
func clientOf(g relyingparty.Registration, password string, law *jurisdiction.Jurisdiction) client.Client {
	c := client.Client{
		ID: client.ID(g.ClientID), Stage: client.Sandbox, Name: g.Names, Purpose: g.Purposes, Contact: g.ClientID + "@okno.example",
		Redirects: []string{g.RedirectURI}, PostLogout: []string{g.PostLogoutURI}, LogoutURI: g.LogoutURI, Grants: []client.Grant{client.Code}, PAR: g.Pushed,
	}
	if g.Renews {
		c.Grants = append(c.Grants, client.Refresh)
	}
	if g.ESIA { // a state system, which its certificate proves; it has no keys of OpenID Connect
		c.Method, c.Registered, c.Certificates = client.PrivateKeyJWT, true, []string{g.Certificate}
	} else if g.Key != nil {
		c.Method, c.Keys = client.PrivateKeyJWT, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{*g.Key}}
	} else {
		c.Method, c.Secret = client.SecretBasic, secret.Hash(password)
	}
	c.Level, _ = account.ParseLevel(string(g.Level[strings.LastIndex(string(g.Level), ":")+1:]))
	if g.Refuses != "" {
		c.Refuses = []account.Way{account.Way(g.Refuses)}
	}
	var numbers []string
	for _, n := range law.Identifiers {
		numbers = append(numbers, n.Code)
	}
	for _, scope := range g.Scopes {
		c.Required = union(c.Required, client.AttributesOf(scope, numbers))
	}
	c.Required = slices.DeleteFunc(c.Required, func(a client.Attribute) bool { return a == client.Sex }) // no site needs it
	for _, claim := range g.Optional {
		c.Optional = union(c.Optional, client.AttributesOf(claim, numbers))
	}
	return c
}

func union(a, b []client.Attribute) []client.Attribute {
	for _, one := range b {
		if !slices.Contains(a, one) {
			a = append(a, one)
		}
	}
	return a
}

// register makes the sites known to the provider, again at every start, since
// their addresses and keys are new each time.
func (s *sites) register(ctx context.Context, d *db.DB, known *client.Clients) error {
	err := d.Write(ctx, func(tx *db.Tx) error {
		for _, c := range s.clients {
			_, err := known.Get(tx, c.ID)
			if fault.Is(err, fault.NotFound) {
				err = known.Add(tx, c, audit.Actor{Kind: audit.System})
			} else if err == nil {
				err = known.Change(tx, c, audit.Actor{Kind: audit.System})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range s.clients {
		known.Forget(c.ID)
	}
	return err
}

// mount adds each site's control page below /sites/.
func (s *sites) mount(mux *http.ServeMux) {
	for _, one := range s.running {
		prefix := "/sites/" + one.ClientID()
		mux.Handle(prefix+"/", http.StripPrefix(prefix, one.Control()))
	}
}

// Close stops the sites.
func (s *sites) Close() error {
	var errs []error
	for _, one := range s.running {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}

// forSites is what the sites need to speak TLS: the demo's certificate, and a
// client that trusts the demo's authority.
func (p *papers) forSites() (*tls.Config, *http.Client, error) {
	pair, err := tls.LoadX509KeyPair(p.server.Certificate, p.server.Key)
	if err != nil {
		return nil, nil, err
	}
	trusting, err := p.trusting()
	if err != nil {
		return nil, nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, &http.Client{Transport: trusting, Timeout: 10 * time.Second}, nil
}

// trusting reaches whoever shows a certificate of the demo's authority: the portal
// for the sites, and the sites for the portal's logout tokens.
func (p *papers) trusting() (*http.Transport, error) {
	authority, err := os.ReadFile(p.authority)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, errors.New("demo: the authority's certificate cannot be read")
	}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}, nil
}

// Site is a site as the JSON file names it.
type Site struct {
	Name   string `json:"name"` // in English
	Client string `json:"client_id"`
	Origin string `json:"origin"`
}

func (s *sites) list() (list []Site) {
	for _, one := range s.running {
		g := one.Registration()
		list = append(list, Site{Name: g.Names["en"], Client: g.ClientID, Origin: g.Origin})
	}
	return list
}
