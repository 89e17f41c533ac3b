package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"okno/internal/clock"
)

// postgresEngine runs writes at REPEATABLE READ and tries again what lost a
// race (architecture 7): READ COMMITTED lets parallel guessers past a counter.
type postgresEngine struct {
	pool      *sql.DB
	checksums bool // the server was made with data checksums (DB-6)
}

// attempts is how often a transaction that lost a race is run, and firstPause
// the pause that doubles with each: many who want one row need room, and the
// last pause of at most a second is still shorter than a reader's patience.
const (
	attempts   = 10
	firstPause = time.Millisecond
)

func openPostgres(ctx context.Context, c Config) (*postgresEngine, error) {
	config, err := pgx.ParseConfig(c.Postgres)
	if err != nil {
		return nil, errors.New("db: the address of the database cannot be read")
	}
	if c.PasswordFile != "" {
		password, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("db: password file: %w", err)
		}
		config.Password = strings.TrimSpace(string(password))
	}
	config.RuntimeParams["application_name"] = "okno"
	config.RuntimeParams["timezone"] = "UTC"
	pool := stdlib.OpenDB(*config)
	size := c.Connections
	if size == 0 {
		size = max(8, 4*runtime.GOMAXPROCS(0))
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	checksums, err := verifyPostgres(ctx, pool)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresEngine{pool: pool, checksums: checksums}, nil
}

// verifyPostgres refuses a server that could lose an acknowledged write (DB-2), and
// says whether it has data checksums.
func verifyPostgres(ctx context.Context, pool *sql.DB) (checksums bool, err error) {
	var commit, encoding, sums string
	err = pool.QueryRowContext(ctx, "SELECT current_setting('synchronous_commit'), current_setting('server_encoding'), current_setting('data_checksums')").Scan(&commit, &encoding, &sums)
	if err != nil {
		return false, fmt.Errorf("db: connect: %w", err)
	}
	if commit == "off" || encoding != "UTF8" {
		return false, fmt.Errorf("db: PostgreSQL must have synchronous_commit on and encoding UTF8; it has %s and %s", commit, encoding)
	}
	return sums == "on", nil
}

func (e *postgresEngine) name() string { return "postgres" }

func (e *postgresEngine) close() error { return e.pool.Close() }

func (e *postgresEngine) prepare(ctx context.Context, q SQL) error {
	stmt, err := e.pool.PrepareContext(ctx, string(q))
	if err != nil {
		return describe(q, err)
	}
	return stmt.Close()
}

func (e *postgresEngine) read(ctx context.Context, now clock.Clock, f func(*Tx) error) error {
	btx, err := e.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer btx.Rollback()
	return f(&Tx{ctx: ctx, now: now.Now(), q: postgresTx{btx}})
}

func (e *postgresEngine) write(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	return e.again(ctx, func() (*Tx, error) { return e.once(ctx, sql.LevelRepeatableRead, now, f) })
}

func (e *postgresEngine) claim(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	return e.again(ctx, func() (*Tx, error) { return e.once(ctx, sql.LevelReadCommitted, now, f) })
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
func (e *postgresEngine) once(ctx context.Context, level sql.IsolationLevel, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	whole := context.WithoutCancel(ctx)
	btx, err := e.pool.BeginTx(whole, &sql.TxOptions{Isolation: level})
	if err != nil {
		return nil, err
	}
	tx := &Tx{ctx: whole, now: now.Now(), q: postgresTx{btx}, skip: " FOR UPDATE SKIP LOCKED"}
	if err := call(f, tx, func() { btx.Rollback() }); err != nil {
		btx.Rollback()
		return nil, err
	}
	if err := btx.Commit(); err != nil {
		return nil, err
	}
	return tx, nil
}

func lostRace(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// postgresTx lets the driver keep prepared statements.
type postgresTx struct{ tx *sql.Tx }

func (p postgresTx) exec(ctx context.Context, q SQL, args []any) (sql.Result, error) {
	return p.tx.ExecContext(ctx, string(q), args...)
}

func (p postgresTx) query(ctx context.Context, q SQL, args []any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, string(q), args...)
}

func (p postgresTx) unique(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}
