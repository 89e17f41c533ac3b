package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/jurisdiction"
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
}

// Portal is the house, assembled.
type Portal struct {
	Config Config
	*house
	guard *web.Guard
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
	h, err := wire(c, o, d, ring, law)
	if err != nil {
		d.Close()
		return nil, err
	}
	p := &Portal{Config: c, house: h}
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
	p.guard = &web.Guard{Origins: []string{p.Config.Origin}, Proxies: proxies, Log: o.Log, Fail: p.Site.Fail}
	return nil
}

// Handler is the whole site behind its guards.
func (p *Portal) Handler() http.Handler { return p.guard.Wrap(p.Site) }

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

// drain is how long a stopping server waits for requests that are under way (DEP-1).
const drain = 20 * time.Second

// Serve answers requests on a listener until ctx ends and then drains. With
// work it runs jobs too.
func (p *Portal) Serve(ctx context.Context, l net.Listener, work bool) error {
	server := web.NewServer(p.Handler(), p.Log)
	var running sync.WaitGroup
	var jobsFailed error
	if work {
		running.Go(func() { jobsFailed = p.Run(ctx) })
	}
	failed := make(chan error, 1)
	running.Go(func() { failed <- server.Serve(l) })
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := server.Shutdown(stop)
	running.Wait()
	return errors.Join(err, jobsFailed)
}

// Close closes what Open opened.
func (p *Portal) Close() error { return p.close() }

// VerifyAudit proves the audit log (`okno audit verify`).
func (p *Portal) VerifyAudit(ctx context.Context) (audit.Report, error) {
	return p.AuditLog.Verify(ctx)
}
