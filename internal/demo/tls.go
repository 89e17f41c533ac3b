package demo

import (
	"net"
	"path/filepath"

	"okno/internal/portal"
	"okno/sim/ca"
)

// papers are what the demo's own authority has issued.
type papers struct {
	authority string // its certificate, a file
	server    ca.Pair
	client    ca.Pair // for whoever wants to try mTLS
}

// secure is what the JSON file says more with TLS.
type secure struct {
	CA     string  `json:"ca"`
	Mutual string  `json:"mutual"`
	Client ca.Pair `json:"client"`
}

// encrypt makes the authority of the data folder issue new certificates, by the
// clock of the world, which clients hold them against, and opens the socket for
// machines.
func (d *Demo) encrypt() (err error) {
	dir, err := filepath.Abs(filepath.Join(d.config.Data, "ca"))
	if err != nil {
		return err
	}
	authority, err := ca.Open(ca.Config{Dir: dir})
	if err != nil {
		return err
	}
	p := &papers{authority: authority.File()}
	if p.server, err = authority.Server("server", "localhost", "127.0.0.1", "::1"); err != nil {
		return err
	}
	if p.client, err = authority.Client("client"); err != nil {
		return err
	}
	d.papers = p
	d.mutual, err = net.Listen("tcp", mutualAddress(d.config))
	return err
}

// mutualAddress is where machines with certificates are answered when nobody says:
// a free port when the portal takes one, otherwise 8443.
func mutualAddress(c Config) string {
	if c.Mutual != "" {
		return c.Mutual
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || port != "0" {
		port = "8443"
	}
	return net.JoinHostPort(host, port)
}

// origin is how a listener of the demo is reached from this machine.
func (d *Demo) origin(l net.Listener) string {
	if d.config.TLS {
		return "https://" + address(l)
	}
	return "http://" + address(l)
}

func (d *Demo) tlsConfig() portal.TLSConfig {
	if d.papers == nil {
		return portal.TLSConfig{}
	}
	return portal.TLSConfig{Certificate: d.papers.server.Certificate, Key: d.papers.server.Key,
		Mutual: portal.MutualConfig{Origin: d.origin(d.mutual), Listen: d.mutual.Addr().String()}}
}

func (d *Demo) secure() *secure {
	if d.papers == nil {
		return nil
	}
	return &secure{CA: d.papers.authority, Mutual: d.origin(d.mutual), Client: d.papers.client}
}
