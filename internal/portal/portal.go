package portal

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/esia/esiaapi"
	"okno/internal/jurisdiction"
	"okno/internal/oidc/oidcapi"
	"okno/internal/oidc/oidcpage"
	"okno/internal/secret"
	"okno/internal/web"
	"okno/jurisdictions"
)

// Options are what is not configuration: what the demo and tests set otherwise.
type Options struct {
	Clock clock.Clock  // the system's when nil
	Log   *slog.Logger // JSON to standard error when nil
	Self  string       // path of this binary, for the child that looks into uploaded files
	// CodesPerAddress is how many codes an hour one network address may ask for,
	// instead of the jurisdiction's number: in a demo everybody has the same address.
	CodesPerAddress int
	// NoQuietHours sends ordinary messages at night too: whoever tries the demo is awake.
	NoQuietHours bool
	// SitesTransport reaches other sites instead of the usual one: the demo's
	// throw-away authority vouches for them.
	SitesTransport *http.Transport
}

// Portal is the house, assembled.
type Portal struct {
	Config Config
	*house
	guard       *web.Guard
	clock       clock.Clock
	certificate atomic.Pointer[web.Certificate] // while it serves with one of its own
}

// Open checks the configuration, opens everything and migrates the schema. What
// it has opened is closed again when it fails.
func Open(ctx context.Context, c Config, o Options) (*Portal, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	if o.Self == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		o.Self = self
	}
	for _, dir := range []string{c.Data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	ring, err := secret.OpenRing(c.Keys)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	law, err := Law(c.Jurisdiction)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, c.Database, o.Clock)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx); err != nil {
		d.Close()
		return nil, err
	}
	warnOfChecksums(d, o.Log)
	h, err := wire(c, o, d, ring, law)
	if err != nil {
		d.Close()
		return nil, err
	}
	p := &Portal{Config: c, house: h, clock: o.Clock}
	return p, p.protect(o)
}

// Law loads a pack by its code, or from a folder.
func Law(name string) (*jurisdiction.Jurisdiction, error) {
	pack, unknown := jurisdictions.Pack(name)
	if unknown != nil {
		if info, err := os.Stat(name); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("%w, and no folder of this name", unknown)
		}
		pack = os.DirFS(name)
	}
	return jurisdiction.Load(pack)
}

func (p *Portal) protect(o Options) error {
	proxies, err := p.Config.proxies()
	if err != nil {
		return err
	}
	p.guard = &web.Guard{Origins: p.Config.origins(), Proxies: proxies, Log: o.Log, Fail: p.Site.Fail,
		Open: slices.Concat(oidcapi.Open, oidcpage.Open, esiaapi.Open())}
	return nil
}

// Handler is the whole site behind its guards. Where TLS ends at a proxy, the
// origin for machines with certificates is answered here too.
func (p *Portal) Handler() http.Handler {
	pages := p.guard.Wrap(p.Site)
	if !p.Config.TLS.Mutual.proxied() {
		return pages
	}
	machines, name := p.Machines(), host(p.Config.TLS.Mutual.Origin)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.EqualFold(r.Host, name) {
			machines.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// Run runs jobs until ctx ends.
func (p *Portal) Run(ctx context.Context) error {
	workers := p.Config.Workers
	if workers == 0 {
		workers = 4
	}
	return p.Jobs.Run(ctx, workers)
}

// RunDue runs what is due now, for the demo's time machine.
func (p *Portal) RunDue(ctx context.Context) error { return p.Jobs.RunDue(ctx) }

// Still moves the demo's clock while no job runs. One that hangs is not waited for
// longer than two seconds.
func (p *Portal) Still(ctx context.Context, move func() error) error {
	return p.Jobs.Still(ctx, 2*time.Second, move)
}

// Close closes what Open opened.
func (p *Portal) Close() error { return p.close() }

// VerifyAudit proves the audit log (`okno audit verify`).
func (p *Portal) VerifyAudit(ctx context.Context) (audit.Report, error) {
	return p.AuditLog.Verify(ctx)
}
