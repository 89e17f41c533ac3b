package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Health is what this process knows of the database's soundness (DB-6).
type Health struct {
	Checked   time.Time // when every page and index was last checked through, zero: not since the start
	Damage    error     // what was found, nil: nothing
	Writable  bool      // false: writes are refused, reading goes on
	Checksums bool      // a flipped bit on the disk is found when it is read; false on a PostgreSQL made without data checksums
}

// ErrDamaged is found by errors.Is in what CheckAll gives when the database is damaged.
var ErrDamaged = errors.New("db: the database is damaged")

// Health tells what the checks have found so far.
func (d *DB) Health() Health {
	h := d.engine.health()
	if checked := d.checked.Load(); checked != nil {
		h.Checked = *checked
	}
	if found := d.damage.Load(); found != nil {
		h.Damage = *found
	}
	return h
}

// CheckAll reads the whole database once, beside everything else: on SQLite every
// page, index and row by its integrity check, on PostgreSQL every row of every
// table. It gives ErrDamaged for damage, which Health then tells until the process
// ends and which, on SQLite, refuses every later write; any other error means that
// nothing is known. A second call while one runs gives nil at once.
func (d *DB) CheckAll(ctx context.Context) error {
	if !d.checking.TryLock() {
		return nil
	}
	defer d.checking.Unlock()
	err := d.engine.checkAll(ctx)
	if errors.Is(err, ErrDamaged) {
		d.damage.Store(&err)
	} else if err != nil {
		return err
	}
	now := d.clock.Now()
	d.checked.Store(&now)
	return err
}

func (e *sqliteEngine) health() Health {
	h := Health{Writable: true, Checksums: true} // of SQLite the nightly check is the whole guard
	if found := e.check.found.Load(); found != nil {
		h.Damage, h.Writable = *found, false
	}
	return h
}

func (e *sqliteEngine) checkAll(ctx context.Context) error {
	conn, err := e.reads.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = integrity(ctx, conn)
	if errors.Is(err, ErrDamaged) {
		e.check.found.Store(&err)
	}
	return err
}

// integrity is the full check: also that every index holds what its table holds.
func integrity(ctx context.Context, conn *sql.Conn) error {
	var got string
	err := conn.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&got)
	switch {
	case err != nil && ctx.Err() == nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case err != nil:
		return err
	case got != "ok":
		return fmt.Errorf("%w: %s", ErrDamaged, got)
	}
	return nil
}

func (e *postgresEngine) health() Health { return Health{Writable: true, Checksums: e.checksums} }

// checkAll reads every table whole, long values too, so that the server meets
// every page and its checksum.
func (e *postgresEngine) checkAll(ctx context.Context) error {
	rows, err := e.pool.Query(ctx, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, table := range tables {
		var letters sql.NullInt64
		err := e.pool.QueryRow(ctx, "SELECT sum(length(t::text)) FROM "+table+" t").Scan(&letters)
		if corrupted(err) {
			return fmt.Errorf("%w: table %s: %w", ErrDamaged, table, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// corrupted knows the server's codes for damaged data, indexes and pages.
func corrupted(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "XX001" || e.Code == "XX002")
}
