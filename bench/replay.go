package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"okno/internal/db"
)

// recorder keeps the statements of every transaction that was committed.
type recorder struct {
	mu      sync.Mutex
	pending map[*db.Tx][]db.Statement
	done    [][]db.Statement
}

// record watches a database until stop is called.
func record(d *db.DB) *recorder {
	r := &recorder{pending: map[*db.Tx][]db.Statement{}}
	d.Watch(r.see)
	return r
}

func (r *recorder) see(tx *db.Tx, s db.Statement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.SQL == db.Commit {
		r.done = append(r.done, r.pending[tx])
		delete(r.pending, tx)
		return
	}
	r.pending[tx] = append(r.pending[tx], s)
}

// take gives what was recorded and begins anew. Attempts that failed are left out.
func (r *recorder) take() [][]db.Statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	done := r.done
	r.done, r.pending = nil, map[*db.Tx][]db.Statement{}
	return done
}

// straight sends recorded transactions through the driver, each with a synced
// commit of its own, and with nothing of ours between.
type straight interface {
	run(ctx context.Context, transaction []db.Statement) error
	close() error
}

// openStraight opens a twin database with the settings that the house uses.
func openStraight(ctx context.Context, c db.Config) (straight, error) {
	if c.Postgres != "" {
		pool, err := sql.Open("pgx", c.Postgres)
		if err == nil {
			pool.SetMaxOpenConns(writers)
			pool.SetMaxIdleConns(writers)
		}
		return &straightPostgres{pool}, err
	}
	address := "file:" + (&url.URL{Path: c.SQLite}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-8000)"
	pool, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	return &straightSQLite{pool: pool, conn: conn, stmts: map[db.SQL]*sql.Stmt{}}, errors.Join(err)
}

// straightPostgres has a connection for each writer; the driver keeps prepared statements.
type straightPostgres struct{ pool *sql.DB }

func (s *straightPostgres) close() error { return s.pool.Close() }

func (s *straightPostgres) run(ctx context.Context, transaction []db.Statement) error {
	tx, err := s.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, one := range transaction {
		if !one.Rows {
			_, err = tx.ExecContext(ctx, string(one.SQL), one.Args...)
		} else {
			err = drain(tx.QueryContext(ctx, string(one.SQL), one.Args...))
		}
		if err != nil {
			return fmt.Errorf("%w in %s", err, one.SQL)
		}
	}
	return tx.Commit()
}

func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return errors.Join(rows.Err(), rows.Close())
}

// straightSQLite has one connection with prepared statements, which the writers
// use one after the other: several would only wait for the file's lock.
type straightSQLite struct {
	pool  *sql.DB
	mu    sync.Mutex
	conn  *sql.Conn
	stmts map[db.SQL]*sql.Stmt
}

func (s *straightSQLite) close() error { return errors.Join(s.conn.Close(), s.pool.Close()) }

func (s *straightSQLite) run(ctx context.Context, transaction []db.Statement) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.send(ctx, db.Statement{SQL: "BEGIN IMMEDIATE"}); err != nil {
		return err
	}
	for _, one := range transaction {
		if err := s.send(ctx, one); err != nil {
			return fmt.Errorf("%w in %s", err, one.SQL)
		}
	}
	return s.send(ctx, db.Statement{SQL: "COMMIT"})
}

func (s *straightSQLite) send(ctx context.Context, one db.Statement) error {
	stmt, ok := s.stmts[one.SQL]
	if !ok {
		var err error
		if stmt, err = s.conn.PrepareContext(ctx, string(one.SQL)); err != nil {
			return err
		}
		s.stmts[one.SQL] = stmt
	}
	if one.Rows {
		return drain(stmt.QueryContext(ctx, one.Args...))
	}
	_, err := stmt.ExecContext(ctx, one.Args...)
	return err
}

// all does n things by so many writers at once and gives how many a second.
func all(ctx context.Context, n, writers int, do func(ctx context.Context, i int) error) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	begun := time.Now()
	for range writers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return float64(n) / time.Since(begun).Seconds(), nil
}
