package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/portal"
)

// configured are the commands that read okno.yaml.
type configured struct {
	Config string `short:"c" default:"okno.yaml" help:"The configuration file." type:"path"`
}

func (c configured) open(ctx context.Context) (*portal.Portal, error) {
	config, err := portal.ReadConfig(c.Config)
	if err != nil {
		return nil, err
	}
	return portal.Open(ctx, config, portal.Options{})
}

type serveCommand struct {
	configured
	NoWork bool `help:"Serve only; jobs run on nodes started with okno work."`
}

// Run serves until it is told to stop.
func (c serveCommand) Run(ctx context.Context) error {
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	sockets, err := portal.OpenSockets(ctx, p.Config)
	if err != nil {
		return err
	}
	if p.Config.TLS.Certificate != "" {
		onHangup(ctx, func() { reload(p) })
	}
	portal.BoundMemory()
	fmt.Printf("Okno serves %s on %s\n", p.Config.Origin, sockets.Pages.Addr())
	if sockets.Machines != nil {
		fmt.Printf("Machines with certificates are served at %s on %s\n", p.Config.TLS.Mutual.Origin, sockets.Machines.Addr())
	}
	if sockets.Plain != nil {
		fmt.Printf("Plain http on %s leads there\n", sockets.Plain.Addr())
	}
	return p.ServeAt(ctx, sockets, !c.NoWork)
}

// onHangup acts at each SIGHUP until ctx ends.
func onHangup(ctx context.Context, act func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangups)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
				act()
			}
		}
	}()
}

// reload reads the certificate again; one that cannot be used is told and changes nothing.
func reload(p *portal.Portal) {
	if err := p.ReloadCertificate(); err != nil {
		p.Log.Error("the new certificate cannot be used, the old one stays", "error", err)
	}
}

type workCommand struct{ configured }

// Run runs jobs until it is told to stop.
func (c workCommand) Run(ctx context.Context) error {
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	return p.Run(ctx)
}

type migrateCommand struct{ configured }

// Run migrates and ends.
func (c migrateCommand) Run(ctx context.Context) error {
	config, err := portal.ReadConfig(c.Config)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, config.Database, clock.System{})
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Migrate(ctx)
}
