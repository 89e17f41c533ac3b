package db

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"okno/internal/clock"
)

// Recall remembers for a moment what reads found, by names that its owner gives, so
// that a read that is asked again and again goes to PostgreSQL once (DB.Recall). It
// holds the rows as they came: what is sealed stays sealed. The zero Recall remembers
// nothing; at most the last 2 x recallKept reads are in memory.
type Recall struct {
	For time.Duration // how old an answer may be

	mu       sync.Mutex
	now, old map[string]found
}

type found struct {
	answers []*answer
	at      time.Time
}

// recallKept is how many reads are kept before the older ones are forgotten.
const recallKept = 512

// Recall is Read for what may be a moment old: what a read of this name found less
// than r.For ago is told again. f may run more than once, and must ask the same of one
// name as far as it can: a question that is not remembered makes the whole read anew.
// On SQLite, where a read costs no way to a server, it is Read.
func (d *DB) Recall(ctx context.Context, r *Recall, name string, f func(*Tx) error) error {
	e, remote := d.engine.(*postgresEngine)
	if !remote {
		return d.Read(ctx, f)
	}
	return e.recall(ctx, d.clock, r, name, f)
}

func (e *postgresEngine) recall(ctx context.Context, now clock.Clock, r *Recall, name string, f func(*Tx) error) error {
	if known := r.find(name, now.Now()); known != nil {
		q := &recalled{known: known}
		if err := f(&Tx{ctx: ctx, now: now.Now(), q: q}); !q.more {
			return err
		}
	}
	began := now.Now()
	answers, err := e.reading(ctx, now, f, true)
	if err == nil {
		r.keep(name, found{answers, began})
	}
	return err
}

func (r *Recall) find(name string, now time.Time) []*answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, ok := r.now[name]
	if !ok {
		f = r.old[name]
	}
	if now.Before(f.at) || now.Sub(f.at) >= r.For {
		return nil
	}
	return f.answers
}

func (r *Recall) keep(name string, f found) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.now) >= recallKept {
		r.now, r.old = nil, r.now
	}
	if r.now == nil {
		r.now = map[string]found{}
	}
	r.now[name] = f
}

// recalled answers from what is remembered, and from nothing else.
type recalled struct {
	known []*answer
	more  bool // something was asked that is not remembered
}

func (r *recalled) query(_ context.Context, q SQL, args []any) (rows, error) {
	for _, a := range r.known {
		if a.is(q, args) {
			again := &remembered{answer: *a} // others read the same one now
			again.row, again.types = 0, typesOf.Get().(*pgtype.Map)
			return again, nil
		}
	}
	r.more = true
	return nil, errMore
}

// typesOf are for whoever reads without a connection of his own: one serves one at a time.
var typesOf = sync.Pool{New: func() any { return pgtype.NewMap() }}

// remembered are rows that came with an earlier read.
type remembered struct{ answer }

func (r *remembered) Close() error {
	if r.types != nil {
		typesOf.Put(r.types)
		r.types = nil
	}
	return nil
}

func (r *recalled) exec(context.Context, SQL, []any) (int64, error) { return 0, errReadOnly }
func (r *recalled) later(context.Context, SQL, []any) error         { return errReadOnly }
func (r *recalled) laterOne(context.Context, SQL, []any) error      { return errReadOnly }
func (r *recalled) foresee(SQL, []any)                              {}
func (r *recalled) whole()                                          {}
func (r *recalled) unique(error) bool                               { return false }
