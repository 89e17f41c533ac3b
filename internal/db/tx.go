package db

import (
	"context"
	"errors"
	"time"
)

// Tx is a transaction: its context, its SQL and its one instant of time.
type Tx struct {
	ctx     context.Context
	now     time.Time
	q       querier
	skip    string
	signals []string
	kept    map[any]any
	watch   func(*Tx, Statement)
}

// querier is what a transaction of either engine offers.
type querier interface {
	exec(ctx context.Context, q SQL, args []any) (changed int64, err error)
	query(ctx context.Context, q SQL, args []any) (rows, error)
	later(ctx context.Context, q SQL, args []any) error
	laterOne(ctx context.Context, q SQL, args []any) error
	foresee(q SQL, args []any)
	whole()
	unique(err error) bool
}

// rows are what a query finds.
type rows interface {
	Row
	Next() bool
	Err() error
	Close() error
}

var errReadOnly = errors.New("db: a read transaction cannot write")

// Context carries cancellation, deadline and request id.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now is the instant of this transaction, in UTC, to the microsecond.
func (tx *Tx) Now() time.Time { return tx.now }

// SkipLocked ends a claiming select: FOR UPDATE SKIP LOCKED where the database
// has it, nothing where there is one writer. The only text that differs.
func (tx *Tx) SkipLocked() SQL { return SQL(tx.skip) }

// Signal wakes the listeners of a topic after this transaction has committed.
func (tx *Tx) Signal(topic string) {
	for _, s := range tx.signals {
		if s == topic {
			return
		}
	}
	tx.signals = append(tx.signals, topic)
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(q SQL, args ...any) (int64, error) {
	tx.see(q, args, false)
	n, err := tx.q.exec(tx.ctx, q, args)
	if err != nil {
		return 0, tx.mark(q, err)
	}
	return n, nil
}

// Later runs a statement whose answer nobody waits for, at the latest before the
// commit: on PostgreSQL it is sent with what comes next, which then tells its
// error. It is for rows that are only put down: an audit line, a job, an event.
func (tx *Tx) Later(q SQL, args ...any) error {
	tx.see(q, args, false)
	if err := tx.q.later(tx.ctx, q, args); err != nil {
		return tx.mark(q, err)
	}
	return nil
}

// Ahead says that One or All will ask this after the next statement, so that on
// PostgreSQL both answers come at once. It changes nothing that anybody sees: the
// answer is that of the question, and is forgotten when something is written.
func (tx *Tx) Ahead(q SQL, args ...any) { tx.q.foresee(q, args) }

// Whole says of a read that what was said to come (Ahead) and what is asked next is
// all that it asks, so that PostgreSQL needs to be told neither where it begins nor
// where it ends. A read that asks more all the same is run again from its start as
// one that may: it must stand that, like a Write. A Write is not changed by it.
func (tx *Tx) Whole() { tx.q.whole() }

// LaterOne is Later for a statement that must change exactly one row: if it does
// not, nothing of the transaction is kept, and Write gives ErrNone. PostgreSQL looks
// at it by itself, so that COMMIT is sent without waiting for the answer (OTP-2).
// It is an UPDATE, DELETE or INSERT without RETURNING.
func (tx *Tx) LaterOne(q SQL, args ...any) error {
	tx.see(q, args, false)
	if err := tx.q.laterOne(tx.ctx, q, args); err != nil {
		return tx.mark(q, err)
	}
	return nil
}

// Spend is ExecOne for a one-time value whose spending is expected to go well (OTP-2).
// In Settle it is put down like LaterOne, so that nobody waits for it; where the value
// was spent before, the whole is run again as a Write, in which this tells ErrNone.
func (tx *Tx) Spend(q SQL, args ...any) error {
	if _, together := tx.q.(*deciding); together {
		return tx.LaterOne(q, args...)
	}
	return tx.ExecOne(q, args...)
}

// ExecOne runs a statement that must change exactly one row; ErrNone otherwise.
// One-time values are spent this way: one conditional update (OTP-2).
func (tx *Tx) ExecOne(q SQL, args ...any) error {
	n, err := tx.Exec(q, args...)
	if err != nil {
		return err
	}
	if n != 1 {
		return ErrNone
	}
	return nil
}

// Keep remembers a value until the transaction ends, so that what was read once
// need not be read again; the key is of a type of the package that keeps it. nil
// forgets it.
func (tx *Tx) Keep(key, value any) {
	if tx.kept == nil {
		tx.kept = map[any]any{}
	}
	tx.kept[key] = value
}

// Kept is what was kept in this transaction, nil if nothing was.
func (tx *Tx) Kept(key any) any { return tx.kept[key] }

func (tx *Tx) mark(q SQL, err error) error {
	if tx.q.unique(err) {
		return describe(q, errors.Join(ErrUnique, err))
	}
	return describe(q, err)
}

// Row is one found row, ready to be scanned.
type Row interface {
	Scan(dest ...any) error
}

// One reads the first row, or gives ErrNone.
func One[T any](tx *Tx, scan func(Row) (T, error), q SQL, args ...any) (T, error) {
	var none T
	tx.see(q, args, true)
	rows, err := tx.q.query(tx.ctx, q, args)
	if err != nil {
		return none, tx.mark(q, err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return none, tx.mark(q, err)
		}
		return none, ErrNone
	}
	value, err := scan(rows)
	if err != nil {
		return none, describe(q, err)
	}
	return value, rows.Close()
}

// All reads every row.
func All[T any](tx *Tx, scan func(Row) (T, error), q SQL, args ...any) ([]T, error) {
	tx.see(q, args, true)
	rows, err := tx.q.query(tx.ctx, q, args)
	if err != nil {
		return nil, tx.mark(q, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, describe(q, err)
		}
		all = append(all, value)
	}
	return all, tx.mark2(q, rows.Err())
}

func (tx *Tx) mark2(q SQL, err error) error {
	if err == nil {
		return nil
	}
	return tx.mark(q, err)
}

// Scalar scans a row of one column, for One and All.
func Scalar[T any](r Row) (T, error) {
	var value T
	err := r.Scan(&value)
	return value, err
}

// Exists says whether a query finds a row.
func Exists(tx *Tx, q SQL, args ...any) (bool, error) {
	_, err := One(tx, func(Row) (struct{}, error) { return struct{}{}, nil }, q, args...)
	if errors.Is(err, ErrNone) {
		return false, nil
	}
	return err == nil, err
}
