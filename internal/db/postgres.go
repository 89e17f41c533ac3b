package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"okno/internal/clock"
)

// postgresEngine runs writes at REPEATABLE READ and tries again what lost a
// race (architecture 7): READ COMMITTED lets parallel guessers past a counter.
type postgresEngine struct {
	pool      *pgxpool.Pool
	checksums bool // the server was made with data checksums (DB-6)
	together  together
}

// attempts is how often a transaction that lost a race is run, and firstPause
// the pause that doubles with each: many who want one row need room, and the
// last pause of at most a second is still shorter than a reader's patience.
const (
	attempts   = 10
	firstPause = time.Millisecond
)

// statements is how many statements a connection keeps prepared: all of the house.
const statements = 2048

// How transactions begin. They see one state of the database unless they say
// otherwise: that is set for each connection (isolation), so that it holds also for
// those that are not told to begin.
const (
	beginRead  = "BEGIN READ ONLY"
	beginWrite = "BEGIN"
	beginClaim = "BEGIN ISOLATION LEVEL READ COMMITTED"

	isolation = "repeatable read"
)

func openPostgres(ctx context.Context, c Config) (*postgresEngine, error) {
	config, err := pgxpool.ParseConfig(c.Postgres)
	if err != nil {
		return nil, errors.New("db: the address of the database cannot be read")
	}
	if c.PasswordFile != "" {
		password, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("db: password file: %w", err)
		}
		config.ConnConfig.Password = strings.TrimSpace(string(password))
	}
	config.ConnConfig.RuntimeParams["application_name"] = "okno"
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.ConnConfig.RuntimeParams["default_transaction_isolation"] = isolation
	config.ConnConfig.StatementCacheCapacity = statements
	if config.MaxConns = int32(c.Connections); c.Connections == 0 { //nolint:gosec // a number of connections is small
		config.MaxConns = int32(max(8, 4*runtime.GOMAXPROCS(0))) //nolint:gosec // as above
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("db: connect: %w", err)
	}
	checksums, err := verifyPostgres(ctx, pool)
	if err != nil {
		pool.Close()
		return nil, err
	}
	e := &postgresEngine{pool: pool, checksums: checksums}
	if e.together.pool, err = openTogether(ctx, config); err != nil {
		pool.Close()
		return nil, err
	}
	return e, nil
}

// openTogether opens the connection on which decisions are put down together. Each
// statement there sees the newest rows and holds by its own condition; none waits
// long for a row that somebody holds, as others wait for it.
func openTogether(ctx context.Context, like *pgxpool.Config) (*pgxpool.Pool, error) {
	config := like.Copy()
	config.MaxConns, config.MinConns, config.MinIdleConns = 1, 0, 0
	config.ConnConfig.RuntimeParams["default_transaction_isolation"] = "read committed"
	config.ConnConfig.RuntimeParams["lock_timeout"] = "250ms"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("db: connect: %w", err)
	}
	return pool, nil
}

// verifyPostgres refuses a server that could lose an acknowledged write (DB-2), and
// says whether it has data checksums.
func verifyPostgres(ctx context.Context, pool *pgxpool.Pool) (checksums bool, err error) {
	var commit, encoding, sums, level string
	err = pool.QueryRow(ctx, "SELECT current_setting('synchronous_commit'), current_setting('server_encoding'), current_setting('data_checksums'), current_setting('default_transaction_isolation')").
		Scan(&commit, &encoding, &sums, &level)
	if err != nil {
		return false, fmt.Errorf("db: connect: %w", err)
	}
	if level != isolation { // somebody between us and the server took it out
		return false, fmt.Errorf("db: PostgreSQL must be reached with default_transaction_isolation %q; it is %q", isolation, level)
	}
	if commit == "off" || encoding != "UTF8" {
		return false, fmt.Errorf("db: PostgreSQL must have synchronous_commit on and encoding UTF8; it has %s and %s", commit, encoding)
	}
	return sums == "on", nil
}

func (e *postgresEngine) name() string { return "postgres" }

func (e *postgresEngine) close() error {
	e.together.pool.Close()
	e.pool.Close()
	return nil
}

func (e *postgresEngine) prepare(ctx context.Context, q SQL) error {
	return e.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if _, err := conn.Conn().Prepare(ctx, "check", string(q)); err != nil {
			return describe(q, err)
		}
		return conn.Conn().Deallocate(ctx, "check")
	})
}

func (e *postgresEngine) read(ctx context.Context, now clock.Clock, f func(*Tx) error) error {
	_, err := e.reading(ctx, now, f, false)
	return err
}

// reading runs a read, and gives what it was answered if that is to be collected.
func (e *postgresEngine) reading(ctx context.Context, now clock.Clock, f func(*Tx) error, collect bool) ([]*answer, error) {
	q := &postgresTx{pool: e.pool, begin: beginRead, collect: collect}
	defer q.end()
	err := f(&Tx{ctx: ctx, now: now.Now(), q: q})
	if !q.more {
		return q.known, err
	}
	all := &postgresTx{pool: e.pool, conn: q.conn, begin: beginRead, told: true, collect: collect}
	q.conn = nil
	defer all.end()
	err = f(&Tx{ctx: ctx, now: now.Now(), q: all})
	return all.known, err
}

func (e *postgresEngine) write(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	return e.again(ctx, func() (*Tx, error) { return e.once(ctx, beginWrite, now, f) })
}

func (e *postgresEngine) claim(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	return e.again(ctx, func() (*Tx, error) { return e.once(ctx, beginClaim, now, f) })
}

// again repeats a transaction that lost a race, with a growing random pause.
func (e *postgresEngine) again(ctx context.Context, once func() (*Tx, error)) (*Tx, error) {
	for attempt := 1; ; attempt++ {
		tx, err := once()
		if err == nil || attempt == attempts || !lostRace(err) {
			return tx, err
		}
		pause := time.Duration(rand.Int64N(int64(firstPause) << attempt))
		if err := clock.Pause(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// once runs f in one transaction. The transaction does not end with ctx: a
// COMMIT that is on its way must not be cancelled (DB-4).
func (e *postgresEngine) once(ctx context.Context, begin string, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	whole := context.WithoutCancel(ctx)
	q := &postgresTx{pool: e.pool, begin: begin}
	defer q.end()
	tx := &Tx{ctx: whole, now: now.Now(), q: q, skip: " FOR UPDATE SKIP LOCKED"}
	if err := f(tx); err != nil {
		return nil, err
	}
	if err := q.commit(whole); err != nil {
		return nil, err
	}
	return tx, nil
}

func lostRace(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func uniquePostgres(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}

var errNotCommitted = fmt.Errorf("db: %w", pgx.ErrTxCommitRollback)
