package db

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"okno/internal/clock"
)

// Settle is Write for a decision that reads first and then only puts down what it
// decided (Tx.Later, Tx.LaterOne). What it puts down goes to PostgreSQL together with
// what others settle at the same moment, in one transaction: most of what a small
// transaction costs is its commit. So what was read may be a moment older than what is
// written: whatever must still hold stands in the condition of a LaterOne.
//
// f reads in one question (Tx.Ahead), whose answers do not show what it puts down. Where it asks more, or writes in another way, or
// what it read holds no more, it is run again as a Write.
func (d *DB) Settle(ctx context.Context, f func(*Tx) error) error {
	e, remote := d.engine.(*postgresEngine)
	if !remote { // those who wait for SQLite's only writer share a commit anyway
		return d.Write(ctx, f)
	}
	tx, err := e.settle(ctx, d.clock, d.watched(f))
	if errors.Is(err, errAlone) {
		return d.Write(ctx, f)
	}
	if err != nil {
		return err
	}
	tx.see(Commit, nil, false)
	d.announce(tx.signals)
	return nil
}

// errAlone says that a decision has to be made in a transaction of its own. Nothing
// of it was kept.
var errAlone = errors.New("db: not together with others")

func (e *postgresEngine) settle(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	whole := context.WithoutCancel(ctx)
	q := &deciding{postgresTx: postgresTx{pool: e.pool, begin: beginRead, single: true}}
	tx := &Tx{ctx: whole, now: now.Now(), q: q}
	err := q.decide(tx, f)
	switch {
	case q.alone || q.more:
		return nil, errAlone
	case err != nil || len(q.down) == 0:
		return tx, err
	}
	return tx, e.together.put(whole, q.down)
}

// deciding reads, and keeps what is to be put down.
type deciding struct {
	postgresTx
	down  []statement
	alone bool // it does what cannot be done together with others
}

// decide runs f and gives back the connection that it read on, also when f panics.
func (d *deciding) decide(tx *Tx, f func(*Tx) error) error {
	defer d.end()
	return f(tx)
}

func (d *deciding) exec(context.Context, SQL, []any) (int64, error) {
	d.alone = true
	return 0, errAlone
}

func (d *deciding) query(ctx context.Context, q SQL, args []any) (rows, error) {
	if !onlyReads(q) || len(d.down) > 0 && !d.knows(q, args) { // it would write, or see what was put down
		d.alone = true
		return nil, errAlone
	}
	return d.postgresTx.query(ctx, q, args)
}

// knows says whether a question was answered together with the first one.
func (d *deciding) knows(q SQL, args []any) bool {
	return slices.ContainsFunc(d.known, func(a *answer) bool { return a.is(q, args) })
}

func (d *deciding) later(_ context.Context, q SQL, args []any) error {
	d.down = append(d.down, statement{q: q, args: args})
	return nil
}

func (d *deciding) laterOne(_ context.Context, q SQL, args []any) error {
	d.down = append(d.down, statement{q: q, args: args, one: true})
	return nil
}

func (d *deciding) whole() {}

// together brings what is put down at the same moment to the server in one
// transaction: who comes while nobody is on the way goes at once, who comes meanwhile
// goes with the next.
type together struct {
	pool *pgxpool.Pool // of one connection

	mu      sync.Mutex
	busy    bool
	waiting []*settlement
}

type settlement struct {
	down []statement
	done chan error // the outcome, or errLead
}

// errBroken is told to those whom somebody took along who panicked: what became of
// them nobody knows.
var errBroken = errors.New("db: panic in a transaction")

// mostTogether is how many go at once.
const mostTogether = 64

// errLead tells who waits that it is his turn to take the others along.
var errLead = errors.New("db: lead")

// put gives nil when everything is on disk, and errAlone when nothing is and it must
// be tried alone.
func (t *together) put(ctx context.Context, down []statement) error {
	s := &settlement{down, make(chan error, 1)}
	t.mu.Lock()
	if t.busy {
		t.waiting = append(t.waiting, s)
		t.mu.Unlock()
		if err := <-s.done; !errors.Is(err, errLead) {
			return err
		}
		t.mu.Lock()
	}
	t.busy = true
	n := min(len(t.waiting), mostTogether-1)
	others := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	t.mu.Unlock()

	err := errBroken
	defer func() { // also when sending panics: nobody shall wait for ever
		t.next()
		for _, other := range others {
			other.done <- err
		}
	}()
	err = t.send(ctx, s, others)
	return err
}

// next lets the first of those who wait go.
func (t *together) next() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		t.busy, t.waiting = false, nil
		return
	}
	t.waiting[0].done <- errLead
	t.waiting = t.waiting[1:]
}

// send is one transaction without BEGIN and COMMIT: several statements up to one sync.
func (t *together) send(ctx context.Context, first *settlement, others []*settlement) error {
	batch := &pgx.Batch{}
	all := first.down
	for _, other := range others {
		all = append(all[:len(all):len(all)], other.down...)
	}
	for _, s := range all {
		batch.Queue(s.text(), s.args...)
	}
	err := t.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		answers := conn.SendBatch(ctx, batch)
		for range all {
			if _, err := answers.Exec(); err != nil {
				return errors.Join(err, closing(answers, err))
			}
		}
		return answers.Close()
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.SeverityUnlocalized == "ERROR" { // the server kept nothing: one of them was too late, or waited too long
		return errAlone
	}
	return describe(Commit, err)
}
