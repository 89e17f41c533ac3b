package portal

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"okno/internal/clock"
	"okno/internal/web"
)

// Sockets are where a house answers.
type Sockets struct {
	Pages    net.Listener // people, and machines without certificates
	Machines net.Listener // machines with certificates; nil for none
	Plain    net.Listener // plain http, which is led to https; nil for none
}

// OpenSockets listens where a configuration says.
func OpenSockets(ctx context.Context, c Config) (s Sockets, err error) {
	pages := c.Listen
	if pages == "" {
		pages = "127.0.0.1:8080"
	}
	for _, l := range []struct {
		to      *net.Listener
		address string
	}{{&s.Pages, pages}, {&s.Machines, c.TLS.Mutual.Listen}, {&s.Plain, c.TLS.Redirect}} {
		if l.address == "" {
			continue
		}
		if *l.to, err = (&net.ListenConfig{}).Listen(ctx, "tcp", l.address); err != nil {
			s.Close()
			return Sockets{}, err
		}
	}
	return s, nil
}

// Close closes what was opened. A socket that was served is closed already.
func (s Sockets) Close() {
	for _, l := range []net.Listener{s.Pages, s.Machines, s.Plain} {
		if l != nil {
			l.Close()
		}
	}
}

// drain is how long a stopping server waits for requests that are under way (DEP-1).
const drain = 20 * time.Second

// Serve answers people's requests on a listener until ctx ends and then drains.
// With work it runs jobs too.
func (p *Portal) Serve(ctx context.Context, l net.Listener, work bool) error {
	return p.ServeAt(ctx, Sockets{Pages: l}, work)
}

// ServeAt is Serve on several sockets. When one of them fails, all end.
func (p *Portal) ServeAt(ctx context.Context, s Sockets, work bool) error {
	doors, err := p.open(s)
	if err != nil {
		s.Close()
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	var jobsFailed error
	if work {
		running.Go(func() { jobsFailed = p.Run(ctx) })
	}
	failed := make(chan error, len(doors))
	for _, d := range doors {
		running.Go(func() { failed <- d.serve() })
	}
	select {
	case err = <-failed:
		stop()
	case <-ctx.Done():
	}
	err = errors.Join(err, shut(context.WithoutCancel(ctx), doors))
	running.Wait()
	return errors.Join(err, jobsFailed)
}

// door is a socket with its server.
type door struct {
	server *http.Server
	socket net.Listener
}

func (d door) serve() error {
	if d.server.TLSConfig != nil {
		return d.server.ServeTLS(d.socket, "", "")
	}
	return d.server.Serve(d.socket)
}

func shut(ctx context.Context, doors []door) error {
	ctx, cancel := context.WithTimeout(ctx, drain)
	defer cancel()
	var closing sync.WaitGroup
	errs := make([]error, len(doors))
	for i, d := range doors {
		closing.Go(func() { errs[i] = d.server.Shutdown(ctx) })
	}
	closing.Wait()
	return errors.Join(errs...)
}

// open makes the servers, with the certificate when the house has its own.
func (p *Portal) open(s Sockets) ([]door, error) {
	doors := []door{{web.NewServer(p.Handler(), p.Log), s.Pages}}
	if !p.Config.TLS.own() {
		return doors, nil
	}
	c, err := web.OpenCertificate(p.Config.TLS.Certificate, p.Config.TLS.Key, p.clock, p.Log, p.Config.names()...)
	if err != nil {
		return nil, err
	}
	p.certificate.Store(c)
	p.tellFiles()
	doors[0].server.TLSConfig = c.Config(false)
	if s.Machines != nil {
		server := web.NewServer(p.Machines(), p.Log)
		server.TLSConfig = c.Config(true)
		doors = append(doors, door{server, s.Machines})
	}
	if s.Plain != nil {
		plain, err := web.ToHTTPS(p.Config.Origin)
		if err != nil {
			return nil, err
		}
		doors = append(doors, door{web.NewServer(plain, p.Log), s.Plain})
	}
	return doors, nil
}

// tellFiles logs what clients refuse or soon will refuse in the certificate. The
// house serves all the same: a better one may come while it runs. Clients have the
// clock of the world and not that of a demo.
func (p *Portal) tellFiles() {
	warnings, err := p.Config.CheckFiles(clock.System{}.Now())
	for _, w := range warnings {
		p.Log.Warn("certificate", "warning", w)
	}
	if err != nil {
		p.Log.Error("certificate", "error", err)
	}
}

// ReloadCertificate reads the certificate's files now. When they cannot be used
// the error says why and the old certificate stays. Without a certificate of its
// own the house has nothing to read.
func (p *Portal) ReloadCertificate() error {
	if c := p.certificate.Load(); c != nil {
		return c.Reload()
	}
	return nil
}
