package main

import (
	"context"
	"errors"
	"fmt"

	"okno/internal/db"
	"okno/internal/portal"
)

// writers is how many clients write at once.
const writers = 16

// trial is a use case that writes, measured against its own statements: rounds of
// some hundred runs on one database, and each round's statements sent straight to
// a twin that was copied before the first.
type trial struct {
	rounds, size int
	// prepare makes what n runs need, before the databases are parted.
	prepare func(ctx context.Context, p *portal.Portal, n int) error
	// ready may change the house that is opened again for the runs.
	ready func(p *portal.Portal)
	run   func(ctx context.Context, p *portal.Portal, i int) error
}

// on runs the trial on one of the engines.
func (t trial) on(ctx context.Context, w *workshop, engine string) (pair, error) {
	database, err := w.database(ctx, engine)
	if err != nil {
		return pair{}, err
	}
	p, err := w.open(ctx, "", database)
	if err != nil {
		return pair{}, err
	}
	if t.ready != nil {
		t.ready(p)
	}
	err = t.prepare(ctx, p, (t.rounds+1)*t.size)
	if err := errors.Join(err, p.Close()); err != nil {
		return pair{}, fmt.Errorf("prepare: %w", err)
	}
	twin, err := w.copied(ctx, database)
	if err != nil {
		return pair{}, err
	}
	return t.compare(ctx, w, database, twin)
}

func (t trial) compare(ctx context.Context, w *workshop, database, twin db.Config) (pair, error) {
	p, err := w.open(ctx, "", database)
	if err != nil {
		return pair{}, err
	}
	defer p.Close()
	if t.ready != nil {
		t.ready(p)
	}
	direct, err := openStraight(ctx, twin)
	if err != nil {
		return pair{}, err
	}
	defer direct.close()
	seen := record(p.DB)
	round := 0
	ours := func() (float64, error) {
		first := round * t.size
		round++
		return all(ctx, t.size, writers, func(ctx context.Context, i int) error { return t.run(ctx, p, first+i) })
	}
	limit := func() (float64, error) {
		sent := seen.take()
		perSecond, err := all(ctx, len(sent), writers, func(ctx context.Context, i int) error { return direct.run(ctx, sent[i]) })
		return perSecond * float64(t.size) / float64(len(sent)), err // a run may be several transactions
	}
	return inTurns(t.rounds, ours, limit)
}
