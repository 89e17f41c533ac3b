// Package db opens the database, runs transactions and migrates the schema.
//
// One SQL text runs on SQLite (a town on one machine) and PostgreSQL (a nation).
// Nothing else in the house imports database/sql. The package never knows a
// table: the packages that own tables keep their SQL beside the functions that
// run it.
package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/clock"
)

// SQL is a statement in the portable subset (architecture 6). A constant of
// this type is prepared on both databases by a test.
type SQL string

// Config says which database to open. The zero value is refused.
type Config struct {
	// SQLite is the path of the database file.
	SQLite string `yaml:"sqlite"`
	// Postgres is a connection URL without a password: postgres://user@host/name.
	Postgres string `yaml:"postgres"`
	// PasswordFile holds the password for Postgres.
	PasswordFile string `yaml:"password_file"`
	// Connections is the size of the read pool (SQLite) or of the pool (PostgreSQL gets one more, for Settle); 0 means 4 times the cores, at least 8.
	Connections int `yaml:"connections"`
}

// Validate returns all problems of the configuration.
func (c Config) Validate() []string {
	var problems []string
	if (c.SQLite == "") == (c.Postgres == "") {
		problems = append(problems, "database: give either sqlite or postgres")
	}
	if strings.Contains(c.Postgres, "@") && strings.Contains(strings.SplitN(strings.TrimPrefix(strings.TrimPrefix(c.Postgres, "postgres://"), "postgresql://"), "@", 2)[0], ":") {
		problems = append(problems, "database.postgres: must not hold a password; use password_file")
	}
	if c.Connections < 0 {
		problems = append(problems, "database.connections: must not be negative")
	}
	return problems
}

// DB is an open database.
type DB struct {
	engine engine
	clock  clock.Clock

	watcher atomic.Pointer[func(*Tx, Statement)]

	checking sync.Mutex
	checked  atomic.Pointer[time.Time]
	damage   atomic.Pointer[error]

	mu        sync.Mutex
	listeners map[string][]chan struct{}
}

// engine is what the two databases do differently.
type engine interface {
	name() string
	read(ctx context.Context, now clock.Clock, f func(*Tx) error) error
	collect(ctx context.Context, now clock.Clock, f func(*Tx) error) ([]recallable, error) // read, and what it was answered
	write(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error)
	claim(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error)
	prepare(ctx context.Context, q SQL) error
	migrate(ctx context.Context) error
	health() Health
	checkAll(ctx context.Context) error
	close() error
}

// Open opens a database and verifies that it is set as it must be (DB-1, DB-2).
// It does not migrate.
func Open(ctx context.Context, c Config, now clock.Clock) (*DB, error) {
	if problems := c.Validate(); len(problems) > 0 {
		return nil, errors.New(strings.Join(problems, "; "))
	}
	var e engine
	var err error
	if c.SQLite != "" {
		e, err = openSQLite(ctx, c)
	} else {
		e, err = openPostgres(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	return &DB{engine: e, clock: now, listeners: map[string][]chan struct{}{}}, nil
}

// Close waits for what is running and closes the database.
func (d *DB) Close() error { return d.engine.close() }

// Engine is "sqlite" or "postgres", for logs and reports only.
func (d *DB) Engine() string { return d.engine.name() }

// Clock is the clock that gives transactions their time.
func (d *DB) Clock() clock.Clock { return d.clock }

// Migrate brings the schema to the newest version; several nodes may call it at once.
func (d *DB) Migrate(ctx context.Context) error { return d.engine.migrate(ctx) }

// Prepare checks a statement without running it.
func (d *DB) Prepare(ctx context.Context, q SQL) error { return d.engine.prepare(ctx, q) }

// Read runs f in a read-only transaction that sees one state of the database.
func (d *DB) Read(ctx context.Context, f func(*Tx) error) error {
	return d.engine.read(ctx, d.clock, f)
}

// Write runs f in a transaction and commits it; an error rolls it back. f may run
// more than once and must touch nothing but tx. When Write returns nil the
// change is on disk. On SQLite waiting writers may share one commit.
func (d *DB) Write(ctx context.Context, f func(*Tx) error) error {
	tx, err := d.engine.write(ctx, d.clock, d.watched(f))
	if err != nil {
		return err
	}
	tx.see(Commit, nil, false)
	d.announce(tx.signals)
	return nil
}

// Claim is Write for taking jobs: it skips rows that others hold (Tx.SkipLocked).
func (d *DB) Claim(ctx context.Context, f func(*Tx) error) error {
	tx, err := d.engine.claim(ctx, d.clock, d.watched(f))
	if err != nil {
		return err
	}
	tx.see(Commit, nil, false)
	d.announce(tx.signals)
	return nil
}

// Listen gives a channel that receives after a commit whose transaction called
// Signal with the topic, in this process only. It never blocks the writer.
func (d *DB) Listen(topic string) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := make(chan struct{}, 1)
	d.listeners[topic] = append(d.listeners[topic], ch)
	return ch
}

func (d *DB) announce(topics []string) {
	if len(topics) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, topic := range topics {
		for _, ch := range d.listeners[topic] {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
	}
}

// ErrNone is the error of One when no row is found.
var ErrNone = errors.New("db: no such row")

// ErrUnique is found by errors.Is in an error of a write that a unique index refused.
var ErrUnique = errors.New("db: a unique index refused the row")

func describe(q SQL, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("db: %w in %q", err, firstWords(q))
}

// firstWords names a statement in an error: never its arguments.
func firstWords(q SQL) string {
	words := strings.Fields(string(q))
	if len(words) > 8 {
		words = words[:8]
	}
	return strings.Join(words, " ")
}
