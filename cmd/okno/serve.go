package main

import (
	"context"
	"fmt"
	"net"

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
	address := p.Config.Listen
	if address == "" {
		address = "127.0.0.1:8080"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	portal.BoundMemory()
	fmt.Printf("Okno serves %s on %s\n", p.Config.Origin, l.Addr())
	return p.Serve(ctx, l, !c.NoWork)
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
