// Package demo is `okno demo`: a whole country on one machine. It starts the
// simulators on their own sockets, the portal on an embedded database, invented
// people at every level and officers of every role, and a control page with all
// messages, the registers' switches and a time machine (D-22, docs/sandbox.md).
//
// It never runs beside real data: `okno serve` does not know it, and everything
// that it makes lies in one folder that may be thrown away.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/partner"
	"okno/internal/portal"
	"okno/internal/secret"
	"okno/internal/ui"
	"okno/internal/visit"
)

// Config is what the command line says.
type Config struct {
	Data         string       // folder of the database, keys, files and of the moved clock
	Listen       string       // of the portal
	Control      string       // of the control page
	JSON         string       // file to write addresses and sign-ins to; "" for none
	TLS          bool         // speak HTTPS with a certificate of an authority in Data, and mTLS for machines
	Mutual       string       // of the origin for machines with certificates; with TLS only
	ESIAIssuer   string       // iss of the tokens of the ESIA dialect; the origin with a slash when empty
	Jurisdiction string       // pack
	Self         string       // path of the okno binary, when this process is another one (tests)
	Quiet        bool         // print nothing
	Postgres     string       // URL of a database to use instead of the embedded one (tests)
	Log          *slog.Logger // warnings to standard error when nil
}

// Demo is a running demo.
type Demo struct {
	Portal  *portal.Portal
	Outside *outside

	config  Config
	clock   *savedClock
	control net.Listener
	portal  net.Listener
	mutual  net.Listener // with TLS
	papers  *papers      // with TLS
	sites   *sites       // that sign people in with the portal
	people  []Person
	staff   []Officer
}

// Run starts a demo and serves until ctx ends.
func Run(ctx context.Context, c Config) error {
	d, err := Start(ctx, c)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Serve(ctx)
}

// Start opens everything, makes the people and writes the JSON file. Nothing is
// served before Serve.
func Start(ctx context.Context, c Config) (*Demo, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	d := &Demo{config: c}
	if err := d.start(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Demo) start(ctx context.Context) (err error) {
	c := d.config
	law, err := portal.Law(c.Jurisdiction)
	if err != nil {
		return err
	}
	if err := sameCountry(c.Data, law.Code); err != nil {
		return err
	}
	made, err := law.Demo()
	if err != nil {
		return err
	}
	if d.clock, err = openClock(filepath.Join(c.Data, "clock")); err != nil {
		return err
	}
	if d.Outside, err = startOutside(law, made, d.clock); err != nil {
		return err
	}
	if d.portal, err = net.Listen("tcp", c.Listen); err != nil {
		return err
	}
	if d.control, err = net.Listen("tcp", c.Control); err != nil {
		return err
	}
	if c.TLS {
		if err := d.encrypt(); err != nil {
			return err
		}
	}
	config, err := d.portalConfig(law)
	if err != nil {
		return err
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	options := portal.Options{Clock: d.clock, Log: log, Self: c.Self, CodesPerAddress: codesPerAddress, NoQuietHours: true}
	if err := d.openSites(ctx, &config, &options, law); err != nil {
		return err
	}
	if d.Portal, err = portal.Open(ctx, config, options); err != nil {
		return err
	}
	if err := d.sites.register(ctx, d.Portal.DB, d.Portal.Clients); err != nil {
		return err
	}
	d.mountGallery()
	if err := d.populate(ctx, made); err != nil {
		return err
	}
	d.openSandbox()
	return nil
}

// openSandbox lets the invented people enter every site of the sandbox, and names
// them to whoever tries one.
func (d *Demo) openSandbox() {
	var people []partner.Person
	for _, p := range d.people {
		if p.Password != "" && p.Login != "" {
			people = append(people, partner.Person{Name: p.Name, About: p.about(), Login: p.Login, Password: p.Password})
		}
	}
	d.Portal.Partners.UsePeople(people)
}

// openSites starts the sites that sign people in with the portal, and lets the
// portal reach them on this machine.
func (d *Demo) openSites(ctx context.Context, config *portal.Config, options *portal.Options, law *jurisdiction.Jurisdiction) (err error) {
	config.Sites.Private = true
	if d.papers != nil {
		if options.SitesTransport, err = d.papers.trusting(); err != nil {
			return err
		}
	}
	d.sites, err = startSites(ctx, config.Origin+"/id", d.config.ESIAIssuer, law, d.clock.Now, d.papers)
	return err
}

// mountGallery shows every component of the look at /ui, in the demo only.
func (d *Demo) mountGallery() {
	site := d.Portal.Site
	site.Public("GET /ui", func(w http.ResponseWriter, r *visit.Request) error {
		return r.Show(w, visit.Page{Title: r.T("ui.gallery.title"), Body: ui.Gallery(r), Form: true, Wide: true})
	})
	site.Harmless("POST /ui", func(w http.ResponseWriter, r *visit.Request) error { return r.Redirect(w, "/ui") })
	site.Harmless("POST /ui/save", func(w http.ResponseWriter, _ *visit.Request) error {
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// codesPerAddress is how many codes an hour the one address of a demo may ask for.
const codesPerAddress = 100_000

// portalConfig is the configuration that an installation would write into okno.yaml.
func (d *Demo) portalConfig(law *jurisdiction.Jurisdiction) (portal.Config, error) {
	keys := filepath.Join(d.config.Data, "keys")
	if _, err := secret.CompleteRing(keys); err != nil {
		return portal.Config{}, err
	}
	config := portal.Config{
		Origin:       d.origin(d.portal),
		TLS:          d.tlsConfig(),
		ESIA:         portal.ESIAConfig{Issuer: d.config.ESIAIssuer},
		Data:         filepath.Join(d.config.Data, "files"),
		Keys:         keys,
		Jurisdiction: d.config.Jurisdiction,
		Witness:      filepath.Join(d.config.Data, "audit-witness"),
		Database:     db.Config{SQLite: filepath.Join(d.config.Data, "okno.db")},
	}
	if d.config.Postgres != "" {
		config.Database = db.Config{Postgres: d.config.Postgres}
	}
	return config, d.Outside.configure(&config, law, d.config.Data)
}

// address is how a browser on this machine reaches a listener.
func address(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	host := "127.0.0.1"
	if h, _, _ := net.SplitHostPort(l.Addr().String()); h == "::1" {
		host = "[::1]"
	}
	return host + ":" + port
}

// sameCountry refuses to open one country's data as another's.
func sameCountry(data, code string) error {
	path := filepath.Join(data, "jurisdiction")
	was, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return os.WriteFile(path, []byte(code), 0o600)
	}
	if err == nil && string(was) != code {
		return fmt.Errorf("demo: %s holds a demo of %s; name another folder with --data, or remove it", data, was)
	}
	return err
}

// Serve answers until ctx ends.
func (d *Demo) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 2)
	go func() { failed <- d.Portal.ServeAt(ctx, portal.Sockets{Pages: d.portal, Machines: d.mutual}, true) }()
	go func() { failed <- d.serveControl(ctx) }()
	if err := d.announce(); err != nil {
		stop()
		return errors.Join(err, <-failed, <-failed)
	}
	err := <-failed
	stop()
	return errors.Join(err, <-failed)
}

// Close stops what was started.
func (d *Demo) Close() error {
	var errs []error
	if d.Portal != nil {
		errs = append(errs, d.Portal.Close())
	}
	for _, l := range []net.Listener{d.portal, d.control, d.mutual} {
		if l != nil {
			l.Close() // closed already when it was served
		}
	}
	if d.sites != nil {
		errs = append(errs, d.sites.Close())
	}
	if d.Outside != nil {
		errs = append(errs, d.Outside.Close())
	}
	return errors.Join(errs...)
}

var _ clock.Clock = (*savedClock)(nil)
