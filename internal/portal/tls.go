package portal

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okno/internal/visit"
	"okno/internal/web"
)

// TLSConfig is how the house speaks HTTPS by itself. The zero value leaves it to a proxy.
type TLSConfig struct {
	// Certificate is a file with the certificate and its chain, the server's own first (PEM).
	// It is read again when it changes.
	Certificate string `yaml:"certificate"`
	// Key is the certificate's key (PEM), which nobody else may read (mode 0600).
	Key string `yaml:"key"`
	// Redirect is an address such as ":80" where plain http is led to https; empty for none.
	Redirect string `yaml:"redirect"`
	// Mutual is where machines show who they are by a certificate.
	Mutual MutualConfig `yaml:"mutual"`
}

// MutualConfig is an origin of its own for machines that show a certificate (mTLS,
// RFC 8705), so that browsers are never asked for one. The zero value is none.
type MutualConfig struct {
	// Origin is how machines reach it: https://mtls.okno.example.
	Origin string `yaml:"origin"`
	// Listen is its address. Empty: a listed proxy asks for the certificates and
	// tells them in the header Client-Cert (RFC 9440).
	Listen string `yaml:"listen"`
}

// proxied says whether the certificates of machines come from a proxy.
func (c MutualConfig) proxied() bool { return c.Origin != "" && c.Listen == "" }

// own says whether the house speaks TLS by itself.
func (c TLSConfig) own() bool { return c.Certificate != "" }

// checkTLS are the problems that the configuration shows by itself.
func (c Config) checkTLS() (problems []error) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	t := c.TLS
	if (t.Certificate == "") != (t.Key == "") {
		say("tls: give certificate and key, or neither when a proxy speaks HTTPS")
	}
	if t.own() && !c.secure() {
		say("tls: the origin must begin with https://")
	}
	if !t.own() && t.Redirect != "" {
		say("tls.redirect: leads to https, which needs certificate and key")
	}
	for _, l := range []struct{ name, address string }{{"listen", c.Listen}, {"tls.redirect", t.Redirect}, {"tls.mutual.listen", t.Mutual.Listen}} {
		if _, _, err := net.SplitHostPort(l.address); l.address != "" && err != nil {
			say("%s: give an address with a port, such as 127.0.0.1:8443 or :443", l.name)
		}
	}
	return append(problems, c.checkMutual()...)
}

func (c Config) checkMutual() (problems []error) {
	m := c.TLS.Mutual
	if m == (MutualConfig{}) {
		return nil
	}
	say := func(text string) { problems = append(problems, errors.New("tls.mutual"+text)) }
	if err := checkOrigin("tls.mutual.origin", m.Origin); err != nil {
		problems = append(problems, err)
	} else if !strings.HasPrefix(m.Origin, "https://") {
		say(".origin: must begin with https://")
	}
	if strings.EqualFold(host(m.Origin), host(c.Origin)) {
		say(".origin: must be another host or port than origin, so that browsers are never asked for a certificate")
	}
	if m.Listen != "" && !c.TLS.own() {
		say(".listen: needs certificate and key")
	}
	if m.proxied() && len(c.Proxies) == 0 {
		say(": give listen, or list the proxies that tell the certificates")
	}
	return problems
}

// CheckFiles says what is wrong with the certificate's files and what soon will be:
// a pair that cannot be used, and names and dates that clients would refuse.
func (c Config) CheckFiles(now time.Time) (warnings []error, err error) {
	if c.TLS.Certificate == "" || c.TLS.Key == "" {
		return nil, nil
	}
	pair, err := web.ReadPair(c.TLS.Certificate, c.TLS.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	var problems []error
	for _, p := range web.CheckLeaf(pair.Leaf, now, c.names()...) {
		p = fmt.Errorf("tls.certificate: %s: %w", c.TLS.Certificate, p)
		if errors.Is(p, web.ErrEndsSoon) {
			warnings = append(warnings, p)
		} else {
			problems = append(problems, p)
		}
	}
	return warnings, errors.Join(problems...)
}

// names are the hosts that the certificate has to cover.
func (c Config) names() []string {
	names := []string{hostname(c.Origin)}
	if c.Identity.Origin != "" {
		names = append(names, hostname(c.Identity.Origin))
	}
	if c.TLS.Mutual.Listen != "" {
		names = append(names, hostname(c.TLS.Mutual.Origin))
	}
	return names
}

// hostname is an origin's host without the port.
func hostname(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return origin
	}
	return u.Hostname()
}

// Machines is what is answered at the origin for machines with certificates: what
// was mounted for machines (visit.Site.Machine), and nothing that people visit.
func (p *Portal) Machines() http.Handler {
	mux := http.NewServeMux()
	people := map[string]bool{}
	for _, route := range p.Site.Routes() {
		if route.Who == visit.Machines {
			mux.Handle(route.Pattern, p.Site)
			continue
		}
		_, path, _ := strings.Cut(route.Pattern, " ")
		people[path] = true
	}
	for path, h := range p.Site.Otherwises() { // the answer alone: the site would find a page of people there
		if !people[path] {
			mux.Handle(path, h)
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		web.FailProblem(w, r, http.StatusNotFound, web.RequestID(r.Context()))
	})
	m := p.Config.TLS.Mutual
	g := &web.Guard{Origins: []string{m.Origin}, Proxies: p.guard.Proxies, CertificateHeader: m.proxied(), Log: p.Log, Fail: web.FailProblem}
	return g.Wrap(mux)
}
