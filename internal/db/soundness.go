package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"okno/internal/fault"
)

// smallFile is up to which size a database is checked before it is opened, which
// takes some tenths of a second. A larger one, a town's, would keep the house shut
// for seconds at each start: it is checked while it serves (DB-6).
const smallFile = 32 << 20

func isSmall(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() <= smallFile
}

// KeyDamaged is the text of a refused write: the file was found damaged.
const KeyDamaged = "db.damaged"

// soundness is the quick check of a large file. While it runs everything works; a
// file that it finds damaged is read on, as far as it can be, but nothing more is
// written to it. The zero value has found nothing.
type soundness struct {
	stop  context.CancelFunc
	ended sync.WaitGroup
	found atomic.Pointer[error]
}

// begin checks on a connection of the pool, beside everything else.
func (s *soundness) begin(pool *sql.DB) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.ended.Go(func() {
		conn, err := pool.Conn(ctx)
		if err == nil {
			err = quickCheck(ctx, conn)
			conn.Close()
		}
		if err != nil && ctx.Err() == nil {
			s.found.Store(&err)
		}
	})
}

// end breaks the check off.
func (s *soundness) end() {
	if s.stop != nil {
		s.stop()
		s.ended.Wait()
	}
}

// damage is the refusal of every write once damage was found.
func (s *soundness) damage() error {
	if err := s.found.Load(); err != nil {
		return fault.Wrap(fault.Unavailable, KeyDamaged, *err)
	}
	return nil
}

func quickCheck(ctx context.Context, conn *sql.Conn) error {
	var got string
	if err := conn.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&got); err != nil {
		return fmt.Errorf("db: quick check: %w", err)
	}
	if got != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, got)
	}
	return nil
}
