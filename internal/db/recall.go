package db

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"okno/internal/clock"
)

// Recall remembers for a moment what reads found, by names that its owner gives, so
// that a read that is asked again and again goes to the database once (DB.Recall). It
// holds the rows as they came: what is sealed stays sealed. The zero Recall remembers
// nothing; at most the last 2 x recallKept reads are in memory.
type Recall struct {
	For time.Duration // how old an answer may be

	mu       sync.Mutex
	now, old map[string]found
}

type found struct {
	answers []recallable
	at      time.Time
}

// recallable is the answer to a question, which any number may read at once.
type recallable interface {
	is(q SQL, args []any) bool
	again() rows
}

// recallKept is how many reads are kept before the older ones are forgotten.
const recallKept = 512

// Recall is Read for what may be a moment old: what a read of this name found less
// than r.For ago is told again. f may run more than once, and must ask the same of one
// name as far as it can: a question that is not remembered makes the whole read anew.
func (d *DB) Recall(ctx context.Context, r *Recall, name string, f func(*Tx) error) error {
	if known := r.find(name, d.clock.Now()); known != nil {
		q := &recalled{known: known}
		if err := f(&Tx{ctx: ctx, now: d.clock.Now(), q: q}); !q.more {
			return err
		}
	}
	began := d.clock.Now()
	answers, err := d.engine.collect(ctx, d.clock, f)
	if err == nil {
		r.keep(name, found{answers, began})
	}
	return err
}

func (r *Recall) find(name string, now time.Time) []recallable {
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
	known []recallable
	more  bool // something was asked that is not remembered
}

func (r *recalled) query(_ context.Context, q SQL, args []any) (rows, error) {
	for _, a := range r.known {
		if a.is(q, args) {
			return a.again(), nil
		}
	}
	r.more = true
	return nil, errMore
}

func (r *recalled) exec(context.Context, SQL, []any) (int64, error) { return 0, errReadOnly }
func (r *recalled) later(context.Context, SQL, []any) error         { return errReadOnly }
func (r *recalled) laterOne(context.Context, SQL, []any) error      { return errReadOnly }
func (r *recalled) foresee(SQL, []any)                              {}
func (r *recalled) whole()                                          {}
func (r *recalled) unique(error) bool                               { return false }

// typesOf are for whoever reads without a connection of his own: one serves one at a time.
var typesOf = sync.Pool{New: func() any { return pgtype.NewMap() }}

// remembered are rows of PostgreSQL that came with an earlier read.
type remembered struct{ answer }

func (a *answer) again() rows {
	r := &remembered{*a}
	r.row, r.types = 0, typesOf.Get().(*pgtype.Map)
	return r
}

func (r *remembered) Close() error {
	if r.types != nil {
		typesOf.Put(r.types)
		r.types = nil
	}
	return nil
}

func (e *postgresEngine) collect(ctx context.Context, now clock.Clock, f func(*Tx) error) (list []recallable, err error) {
	answers, err := e.reading(ctx, now, f, true)
	for _, a := range answers {
		list = append(list, a)
	}
	return list, err
}

func (e *sqliteEngine) collect(ctx context.Context, now clock.Clock, f func(*Tx) error) (list []recallable, err error) {
	err = e.read(ctx, now, func(tx *Tx) error {
		q := &collecting{querier: tx.q}
		tx.q = q
		err := f(tx)
		list = q.list
		return err
	})
	return list, err
}

// collecting keeps every answer of SQLite.
type collecting struct {
	querier
	list []recallable
}

func (c *collecting) query(ctx context.Context, q SQL, args []any) (rows, error) {
	found, err := c.querier.query(ctx, q, args)
	if err != nil {
		return nil, err
	}
	all := &sqliteAnswer{statement: statement{q: q, args: args}}
	each := found.(*sqliteRows)
	for each.Next() {
		all.rows = append(all.rows, slices.Clone(each.values))
	}
	if err := errors.Join(each.Err(), each.Close()); err != nil {
		return nil, err
	}
	c.list = append(c.list, all)
	return all.again(), nil
}

// sqliteAnswer are rows of SQLite that were read whole.
type sqliteAnswer struct {
	statement
	rows [][]driver.Value
}

func (a *sqliteAnswer) again() rows {
	return &sqliteRows{found: &heldRows{left: a.rows}, values: make([]driver.Value, a.columns())}
}

func (a *sqliteAnswer) columns() int {
	if len(a.rows) == 0 {
		return 0
	}
	return len(a.rows[0])
}

// heldRows gives rows as the driver gives them.
type heldRows struct{ left [][]driver.Value }

func (h *heldRows) Columns() []string { return nil }
func (h *heldRows) Close() error      { return nil }

func (h *heldRows) Next(to []driver.Value) error {
	if len(h.left) == 0 {
		return io.EOF
	}
	for i, value := range h.left[0] {
		if b, ok := value.([]byte); ok { // who reads it may write over it
			value = bytes.Clone(b)
		}
		to[i] = value
	}
	h.left = h.left[1:]
	return nil
}
