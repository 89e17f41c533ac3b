package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

const (
	insertJob  db.SQL = `INSERT INTO jobs_job (id, kind, args, state, run_at, attempts, created_at) VALUES ($1, $2, '{}', 'due', $3, 0, $3)`
	countJobs  db.SQL = `SELECT count(*) FROM jobs_job WHERE kind = $1`
	raiseCount db.SQL = `UPDATE jobs_job SET attempts = $2 WHERE id = $1`
	readCount  db.SQL = `SELECT attempts FROM jobs_job WHERE id = $1`
)

func put(id, kind string) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := tx.Exec(insertJob, id, kind, db.At(tx.Now()))
		return err
	}
}

func count(t *testing.T, d *db.DB, kind string) int {
	t.Helper()
	var n int
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Scalar[int], countJobs, kind)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWrite(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		t.Run("an error rolls back and leaves others alone", func(t *testing.T) {
			bad := errors.New("no")
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := put("a", "rolled")(tx); err != nil {
					return err
				}
				return bad
			})
			if !errors.Is(err, bad) || count(t, d, "rolled") != 0 {
				t.Fatalf("got %v and %d rows", err, count(t, d, "rolled"))
			}
		})
		t.Run("a unique index is told apart from other errors", func(t *testing.T) {
			if err := d.Write(ctx, put("same", "u")); err != nil {
				t.Fatal(err)
			}
			if err := d.Write(ctx, put("same", "u")); !errors.Is(err, db.ErrUnique) {
				t.Fatalf("got %v", err)
			}
		})
		t.Run("a panic reaches the caller and the next write works", func(t *testing.T) {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				d.Write(ctx, func(*db.Tx) error { panic("boom") })
			}()
			if err := d.Write(ctx, put("after", "panic")); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("a moment comes back as it was, in UTC", func(t *testing.T) {
			got, err := scanMoment(d, "after")
			if err != nil || !got.Equal(now.Now()) || got.Location() != time.UTC {
				t.Fatalf("got %v, %v", got, err)
			}
		})
		t.Run("a read cannot write", func(t *testing.T) {
			if err := d.Read(ctx, put("x", "read")); err == nil || count(t, d, "read") != 0 {
				t.Fatal("a read transaction wrote")
			}
		})
		t.Run("a signal arrives after the commit and not after a roll-back", func(t *testing.T) {
			heard := d.Listen("topic")
			d.Write(ctx, func(tx *db.Tx) error { tx.Signal("topic"); return errors.New("no") })
			select {
			case <-heard:
				t.Fatal("signalled after a roll-back")
			default:
			}
			d.Write(ctx, func(tx *db.Tx) error { tx.Signal("topic"); return nil })
			select {
			case <-heard:
			default:
				t.Fatal("no signal")
			}
		})
	})
}

const momentOf db.SQL = `SELECT run_at FROM jobs_job WHERE id = $1`

func scanMoment(d *db.DB, id string) (time.Time, error) {
	var at db.Time
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		at, err = db.One(tx, db.Scalar[db.Time], momentOf, id)
		return err
	})
	return at.Time, err
}

func TestWriteRace(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		t.Run("DB-3 read-then-write by 24 writers loses no update", func(t *testing.T) {
			if err := d.Write(ctx, put("counter", "c")); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			failed := make(chan error, 24)
			for range 24 {
				wg.Go(func() {
					failed <- d.Write(ctx, func(tx *db.Tx) error {
						n, err := db.One(tx, db.Scalar[int], readCount, "counter")
						if err != nil {
							return err
						}
						return tx.ExecOne(raiseCount, "counter", n+1)
					})
				})
			}
			wg.Wait()
			close(failed)
			done := 0
			for err := range failed {
				if err == nil {
					done++
				}
			}
			var n int
			d.Read(ctx, func(tx *db.Tx) (err error) {
				n, err = db.One(tx, db.Scalar[int], readCount, "counter")
				return err
			})
			if n != done || done < 20 {
				t.Fatalf("%d acknowledged, counter is %d", done, n)
			}
		})
		t.Run("writers that share a commit fail alone", func(t *testing.T) {
			var wg sync.WaitGroup
			for i := range 100 {
				wg.Go(func() {
					err := d.Write(ctx, func(tx *db.Tx) error {
						if err := put(string(rune('A'+i)), "group")(tx); err != nil {
							return err
						}
						if i%2 == 1 {
							return errors.New("odd")
						}
						return nil
					})
					if (err == nil) != (i%2 == 0) {
						t.Errorf("writer %d: %v", i, err)
					}
				})
			}
			wg.Wait()
			if n := count(t, d, "group"); n != 50 {
				t.Fatalf("%d rows, want 50", n)
			}
		})
	})
}

func TestOpen(t *testing.T) {
	t.Run("DB-1 a database is refused when it is no database", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "x", "okno.db")
		if _, err := db.Open(context.Background(), db.Config{}, clock.System{}); err == nil {
			t.Fatal("opened nothing")
		}
		if _, err := db.Open(context.Background(), db.Config{SQLite: path, Postgres: "x"}, clock.System{}); err == nil {
			t.Fatal("opened two")
		}
	})
	t.Run("SECR-1 a password in the address is refused", func(t *testing.T) {
		problems := db.Config{Postgres: "postgres://u:secret@h/d"}.Validate()
		if len(problems) != 1 || strings.Contains(problems[0], "secret") {
			t.Fatalf("got %v", problems)
		}
	})
}

func TestWatch(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		t.Run("a watcher sees the statements in order, the commit last, and nothing of a roll-back's", func(t *testing.T) {
			var seen []string
			d.Watch(func(_ *db.Tx, s db.Statement) { seen = append(seen, strings.Fields(string(s.SQL))[0]) })
			d.Write(ctx, put("w", "watched"))
			d.Write(ctx, func(tx *db.Tx) error {
				_, err := db.One(tx, db.Scalar[int], countJobs, "watched")
				return errors.Join(err, errors.New("no"))
			})
			d.Watch(nil)
			d.Write(ctx, put("x", "watched"))
			if got := strings.Join(seen, " "); got != "INSERT COMMIT SELECT" {
				t.Fatal(got)
			}
		})
	})
}

func TestReadCold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		t.Run("many readers at once, each with statements that nobody has used before, all end", func(t *testing.T) {
			var wg sync.WaitGroup
			for range 200 {
				wg.Go(func() {
					err := d.Read(context.Background(), func(tx *db.Tx) error {
						_, err := db.One(tx, db.Scalar[int], countJobs, "k")
						if err != nil {
							return err
						}
						_, err = db.Exists(tx, readCount, "none")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	})
}

// TestClosed holds that whoever comes after the end is told so: a goroutine may be late.
func TestClosed(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		var late sync.WaitGroup
		ask := func(tx *db.Tx) error { _, err := db.One(tx, db.Scalar[int], countJobs, "closed"); return err }
		for range 8 {
			late.Go(func() {
				for d.Write(ctx, ask) == nil && d.Read(ctx, ask) == nil { //nolint:revive // until it is closed
				}
			})
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		late.Wait()
		if d.Write(ctx, ask) == nil || d.Read(ctx, ask) == nil {
			t.Fatal("a closed database answered")
		}
	})
}
