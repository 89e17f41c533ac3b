// Package jobs does later work: a job is a row that is written in the caller's
// transaction and run by a worker after it. Events and timers are jobs too.
//
// A job may run twice; its id is the idempotency key for the outside. Its
// arguments hold ids only, never secrets or personal data. The package never
// decides anything: a handler re-reads the row it is about and today's rules.
//
// Table: jobs_job.
package jobs

import (
	"encoding/json"
	"errors"
	"time"

	"okno/internal/db"
	"okno/internal/secret"
)

// Args are the arguments of a kind of job, kept as JSON.
type Args interface {
	// Kind names the kind, as "registration.remind". It never changes once released.
	Kind() string
}

// ID names a job and is its idempotency key towards the outside.
type ID string

const insertJob db.SQL = `INSERT INTO jobs_job (id, kind, uniq, args, state, run_at, attempts, created_at)
	VALUES ($1, $2, $3, $4, 'due', $5, 0, $6) ON CONFLICT DO NOTHING`

// topic wakes the workers of this process after the commit.
const topic = "jobs"

// Add runs a job as soon as the transaction has committed.
func Add(tx *db.Tx, args Args) (ID, error) { return insert(tx, tx.Now(), "", args) }

// AddAt runs a job at a moment: a timer, which is a reminder to look.
func AddAt(tx *db.Tx, at time.Time, args Args) (ID, error) { return insert(tx, at, "", args) }

// AddOnce is AddAt for a job of which only one with the same kind and uniq may
// wait or be parked; a second one is not written and its ID is empty.
func AddOnce(tx *db.Tx, at time.Time, uniq string, args Args) (ID, error) {
	return insert(tx, at, uniq, args)
}

func insert(tx *db.Tx, at time.Time, uniq string, args Args) (ID, error) {
	text, err := json.Marshal(args)
	if err != nil {
		return "", err
	}
	id := secret.NewID()
	row := []any{id, args.Kind(), db.Text(uniq), string(text), db.At(at), db.At(tx.Now())}
	if uniq == "" { // nothing can stand in its way
		err = tx.Later(insertJob, row...)
	} else if n, e := tx.Exec(insertJob, row...); e != nil || n == 0 {
		return "", e
	}
	if err != nil {
		return "", err
	}
	tx.Signal(topic)
	return ID(id), nil
}

// Publish tells an event to whoever listens (Queue.Subscribe): one row now, and
// a job for each subscriber later. Subscribers must bear hearing it twice.
func Publish(tx *db.Tx, event Args) error {
	_, err := Add(tx, event)
	return err
}

const deleteUniq db.SQL = `DELETE FROM jobs_job WHERE kind = $1 AND uniq = $2`

// Drop removes a job that was added with AddOnce and is not needed any more.
func Drop(tx *db.Tx, kind, uniq string) error {
	_, err := tx.Exec(deleteUniq, kind, uniq)
	return err
}

const deleteJob db.SQL = `DELETE FROM jobs_job WHERE id = $1`

// Again ends a running job that was added with AddOnce and has it run once more at
// a moment. When somebody has put another one in its place meanwhile, that one
// stays: it may be due sooner.
func Again(tx *db.Tx, running Job, at time.Time, uniq string, args Args) error {
	if _, err := tx.Exec(deleteJob, string(running.ID)); err != nil {
		return err
	}
	_, err := AddOnce(tx, at, uniq, args)
	return err
}

// Parked is a job that failed too often and waits for an officer.
type Parked struct {
	ID       ID
	Kind     string
	Failure  string
	Attempts int
	Since    time.Time
}

const selectParked db.SQL = `SELECT id, kind, failure, attempts, created_at FROM jobs_job WHERE state = 'parked' ORDER BY created_at LIMIT 200`

// AllParked lists what waits for an officer, oldest first.
func AllParked(tx *db.Tx) ([]Parked, error) {
	return db.All(tx, func(r db.Row) (p Parked, err error) {
		var failure db.Text
		var since db.Time
		err = r.Scan(&p.ID, &p.Kind, &failure, &p.Attempts, &since)
		p.Failure, p.Since = string(failure), since.Time
		return p, err
	}, selectParked)
}

const retryParked db.SQL = `UPDATE jobs_job SET state = 'due', attempts = 0, run_at = $2 WHERE id = $1 AND state = 'parked'`

// Retry makes a parked job due again.
func Retry(tx *db.Tx, id ID) error {
	tx.Signal(topic)
	return tx.ExecOne(retryParked, string(id), db.At(tx.Now()))
}

const oldestDue db.SQL = `SELECT run_at FROM jobs_job WHERE state = 'due' AND run_at <= $1 ORDER BY run_at LIMIT 1`

// OldestDue is how long the oldest due job has waited: the one gauge that matters.
func OldestDue(tx *db.Tx) (time.Duration, error) {
	at, err := db.One(tx, db.Scalar[db.Time], oldestDue, db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return 0, nil
	}
	return tx.Now().Sub(at.Time), err
}
