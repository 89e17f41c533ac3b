package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"okno/internal/clock"
)

// sqliteEngine has one connection that writes, owned by one goroutine, and a
// pool that reads. Writers that wait are taken into one transaction, a savepoint
// each, and are answered together after its commit has been synced.
type sqliteEngine struct {
	reads  *sql.DB
	writes *sql.DB
	conn   *sql.Conn
	queue  chan *writing
	ended  chan struct{}
	closed sync.Once

	gone     chan struct{} // closed when nobody may come any more
	queueing sync.RWMutex  // held by whoever puts a writer into the queue

	readers chan *sqliteRead // free ones; a nil is one that was not opened yet
	check   soundness
}

// writing is one Write that waits for its turn.
type writing struct {
	ctx  context.Context
	now  clock.Clock
	f    func(*Tx) error
	tx   *Tx
	err  error
	bad  any // what f panicked with
	done chan struct{}
}

// groupSize is how many waiting writers share one commit at most.
const groupSize = 64

func openSQLite(ctx context.Context, c Config) (*sqliteEngine, error) {
	if err := os.MkdirAll(filepath.Dir(c.SQLite), 0o700); err != nil {
		return nil, err
	}
	pool := c.Connections
	if pool == 0 {
		pool = max(8, 4*runtime.GOMAXPROCS(0))
	}
	e := &sqliteEngine{queue: make(chan *writing, groupSize), gone: make(chan struct{}), ended: make(chan struct{}), readers: make(chan *sqliteRead, pool)}
	var err error
	if e.writes, err = sql.Open("sqlite", sqliteAddress(c.SQLite)+"&_txlock=immediate"); err != nil {
		return nil, err
	}
	e.writes.SetMaxOpenConns(2) // one that writes, one for migrations and checks
	if e.conn, err = e.writes.Conn(ctx); err != nil {
		e.writes.Close()
		return nil, fmt.Errorf("db: open %s: %w", filepath.Base(c.SQLite), err)
	}
	if err := e.verify(ctx, c.SQLite); err != nil {
		e.conn.Close()
		e.writes.Close()
		return nil, err
	}
	if e.reads, err = sql.Open("sqlite", sqliteAddress(c.SQLite)+"&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	e.reads.SetMaxOpenConns(pool + 1) // one for the check
	e.reads.SetMaxIdleConns(pool)
	for range pool {
		e.readers <- nil
	}
	own, err := newSQLiteConn(e.conn)
	if err != nil {
		return nil, err
	}
	go e.writer(own)
	if !isSmall(c.SQLite) {
		e.check.begin(e.reads)
	}
	return e, nil
}

func sqliteAddress(path string) string {
	pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", "cache_size(-2000)"}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=" + strings.Join(pragmas, "&_pragma=")
}

// verifySQLite refuses a database whose settings could lose an acknowledged write (DB-1).
func verifySQLite(ctx context.Context, conn *sql.Conn) error {
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
	for pragma, value := range want {
		var got string
		if err := conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return fmt.Errorf("db: pragma %s: %w", pragma, err)
		}
		if got != value {
			return fmt.Errorf("db: pragma %s is %s, must be %s", pragma, got, value)
		}
	}
	return nil
}

// verify checks the settings and, of a small file, the content too.
func (e *sqliteEngine) verify(ctx context.Context, path string) error {
	if err := verifySQLite(ctx, e.conn); err != nil || !isSmall(path) {
		return err
	}
	return quickCheck(ctx, e.conn)
}

func (e *sqliteEngine) name() string { return "sqlite" }

func (e *sqliteEngine) close() error {
	var err error
	e.closed.Do(func() {
		e.check.end()
		close(e.gone)
		e.queueing.Lock()
		close(e.queue)
		e.queueing.Unlock()
		<-e.ended
		for range cap(e.readers) {
			if r := <-e.readers; r != nil {
				r.close()
				err = errors.Join(err, r.pooled.Close())
			}
		}
		err = errors.Join(err, e.conn.Close(), e.writes.Close(), e.reads.Close())
	})
	return err
}

// read takes a free reader, or waits for one. Each reader has its own connection
// with its own prepared statements, so that nobody who reads waits for another.
func (e *sqliteEngine) read(ctx context.Context, now clock.Clock, f func(*Tx) error) error {
	var r *sqliteRead
	select {
	case r = <-e.readers:
	case <-e.gone:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.readers <- r }()
	if r == nil {
		conn, err := e.reads.Conn(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		own, err := newSQLiteConn(conn)
		if err != nil {
			return errors.Join(err, conn.Close())
		}
		r = &sqliteRead{sqliteWrite{own}}
	}
	if err := r.run(context.Background(), "BEGIN"); err != nil {
		return err
	}
	defer r.run(context.Background(), "COMMIT")
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(&Tx{ctx: ctx, now: now.Now(), q: r})
}

func (e *sqliteEngine) claim(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	return e.write(ctx, now, f)
}

func (e *sqliteEngine) write(ctx context.Context, now clock.Clock, f func(*Tx) error) (*Tx, error) {
	if err := e.check.damage(); err != nil {
		return nil, err
	}
	w := &writing{ctx: ctx, now: now, f: f, done: make(chan struct{})}
	if err := e.line(w); err != nil {
		return nil, err
	}
	<-w.done
	if w.bad != nil {
		panic(w.bad)
	}
	return w.tx, w.err
}

// line puts a writer into the queue, which nobody closes meanwhile.
func (e *sqliteEngine) line(w *writing) error {
	e.queueing.RLock()
	defer e.queueing.RUnlock()
	select {
	case <-e.gone:
		return errClosed
	default:
	}
	select {
	case e.queue <- w:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// errClosed is told to whoever comes after Close.
var errClosed = errors.New("db: the database is closed")

// writer is the one goroutine that writes.
func (e *sqliteEngine) writer(own sqliteConn) {
	defer close(e.ended)
	q := &sqliteWrite{own}
	defer q.close()
	for first := range e.queue {
		e.group(q, first)
	}
}

// group runs the first writer and all that wait behind it in one transaction.
func (e *sqliteEngine) group(q *sqliteWrite, first *writing) {
	background := context.Background()
	if err := q.run(background, "BEGIN IMMEDIATE"); err != nil {
		first.finish(err)
		return
	}
	accepted := make([]*writing, 0, groupSize)
	for w := first; w != nil; {
		if q.turn(w) {
			accepted = append(accepted, w)
		}
		if w = nil; len(accepted) < groupSize {
			select {
			case w = <-e.queue:
			default:
			}
		}
	}
	err := q.run(background, "COMMIT")
	if err != nil {
		q.run(background, "ROLLBACK")
	}
	for _, w := range accepted {
		w.finish(err)
	}
}

func (w *writing) finish(err error) {
	if err != nil {
		w.err = err
	}
	close(w.done)
}

// turn runs one writer inside a savepoint; a refused one is undone and answered at once.
func (q *sqliteWrite) turn(w *writing) bool {
	background := context.Background()
	if err := w.ctx.Err(); err != nil {
		w.finish(err)
		return false
	}
	if err := q.run(background, "SAVEPOINT turn"); err != nil {
		w.finish(err)
		return false
	}
	w.tx = &Tx{ctx: context.WithoutCancel(w.ctx), now: w.now.Now(), q: q}
	err := q.guard(w)
	if err == nil {
		err = q.run(background, "RELEASE turn")
	}
	if err == nil {
		return true
	}
	q.run(background, "ROLLBACK TO turn")
	q.run(background, "RELEASE turn")
	w.finish(err)
	return false
}

// guard keeps a panic of f for the goroutine that asked.
func (q *sqliteWrite) guard(w *writing) (err error) {
	defer func() {
		if bad := recover(); bad != nil {
			w.bad = bad
			err = errors.New("db: panic in a transaction")
		}
	}()
	return w.f(w.tx)
}

func (e *sqliteEngine) prepare(ctx context.Context, q SQL) error {
	stmt, err := e.writes.PrepareContext(ctx, string(q))
	if err != nil {
		return describe(q, err)
	}
	return stmt.Close()
}

// sqliteWrite is the writing connection.
type sqliteWrite struct{ sqliteConn }

func (q *sqliteWrite) run(_ context.Context, text SQL) error {
	_, err := q.sqliteConn.exec(text, nil)
	return err
}

func (q *sqliteWrite) exec(_ context.Context, text SQL, args []any) (int64, error) {
	result, err := q.sqliteConn.exec(text, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// later runs at once: there is nothing to save on the way to a file.
func (q *sqliteWrite) later(ctx context.Context, text SQL, args []any) error {
	_, err := q.exec(ctx, text, args)
	return err
}

func (q *sqliteWrite) laterOne(ctx context.Context, text SQL, args []any) error {
	n, err := q.exec(ctx, text, args)
	if err == nil && n != 1 {
		return ErrNone
	}
	return err
}

func (q *sqliteWrite) foresee(SQL, []any) {}

func (q *sqliteWrite) whole() {}

func (q *sqliteWrite) query(_ context.Context, text SQL, args []any) (rows, error) {
	return q.ask(text, args)
}

func (q *sqliteWrite) unique(err error) bool { return uniqueSQLite(err) }

func uniqueSQLite(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// sqliteRead is a reader: the connection is opened with query_only, so that it
// cannot write.
type sqliteRead struct{ sqliteWrite }

func (r *sqliteRead) exec(context.Context, SQL, []any) (int64, error) { return 0, errReadOnly }

func (r *sqliteRead) later(context.Context, SQL, []any) error { return errReadOnly }

func (r *sqliteRead) laterOne(context.Context, SQL, []any) error { return errReadOnly }
