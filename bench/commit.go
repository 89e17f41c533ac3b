package main

import (
	"context"
	"strconv"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/portal"
)

// ping is a job that is written here and never run.
type ping struct{ N int }

// Kind implements jobs.Args.
func (ping) Kind() string { return "bench.ping" }

// commit measures what group commit gives: sixteen writers of small transactions
// (a job and an audit line) through db.Write, and the same statements one by one
// through the driver.
func commit(ctx context.Context, w *workshop) error {
	t := trial{rounds: 9, size: 2000,
		prepare: func(context.Context, *portal.Portal, int) error { return nil },
		run: func(ctx context.Context, p *portal.Portal, i int) error {
			return p.DB.Write(ctx, func(tx *db.Tx) error {
				if _, err := jobs.Add(tx, ping{i}); err != nil {
					return err
				}
				return audit.Record(tx, audit.Entry{Actor: audit.BySystem("bench"), Act: "bench.ping", Object: "ping/" + strconv.Itoa(i)})
			})
		}}
	p, err := t.on(ctx, w, "sqlite")
	if err == nil {
		say("commit-sqlite", p, "/s", 0, ">=1.00")
	}
	return err
}
