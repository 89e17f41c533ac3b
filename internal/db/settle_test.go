package db_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// TestSettle holds that what is decided together is decided as if alone.
func TestSettle(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		later := func(tx *db.Tx, id, kind string) error { return tx.Later(insertJob, id, kind, db.At(tx.Now())) }
		settle := func(f func(*db.Tx) error) { // must go well
			t.Helper()
			if err := d.Settle(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		spend := func(id, kind string) error {
			return d.Settle(ctx, func(tx *db.Tx) error {
				return errors.Join(tx.LaterOne(spendCount, id, 1), later(tx, kind+"/"+id, kind))
			})
		}
		t.Run("what was put down is there, and who listens hears of it", func(t *testing.T) {
			heard := d.Listen("settled")
			settle(func(tx *db.Tx) error {
				tx.Signal("settled")
				return errors.Join(later(tx, "a1", "down"), later(tx, "a2", "down"))
			})
			if count(t, d, "down") != 2 || len(heard) != 1 {
				t.Fatal(count(t, d, "down"), len(heard))
			}
			settle(func(*db.Tx) error { return nil })
		})
		t.Run("an error keeps nothing", func(t *testing.T) {
			no := errors.New("no")
			if err := d.Settle(ctx, func(tx *db.Tx) error { return errors.Join(later(tx, "b1", "none"), no) }); !errors.Is(err, no) || count(t, d, "none") != 0 {
				t.Fatal(err)
			}
		})
		t.Run("it may ask more, read what it put down, and write in every way", func(t *testing.T) {
			for name, f := range map[string]func(tx *db.Tx) error{
				"asks twice": func(tx *db.Tx) error {
					for _, id := range []string{"a1", "a2"} {
						if _, err := db.One(tx, db.Scalar[int], readCount, id); err != nil {
							return err
						}
					}
					return nil
				},
				"reads its own": func(tx *db.Tx) error {
					if err := later(tx, "own", "own"); err != nil {
						return err
					}
					if n, err := db.One(tx, db.Scalar[int], countJobs, "own"); err != nil || n != 1 {
						return fmt.Errorf("%d of its own, %w", n, err)
					}
					return nil
				},
				"writes at once": func(tx *db.Tx) error { return tx.ExecOne(raiseCount, "a2", 5) },
				"writes and tells": func(tx *db.Tx) error {
					const raiseAndTell db.SQL = `UPDATE jobs_job SET attempts = $2 WHERE id = $1 RETURNING attempts`
					_, err := db.One(tx, db.Scalar[int], raiseAndTell, "a2", 6)
					return err
				},
			} {
				err := d.Settle(ctx, func(tx *db.Tx) error { return errors.Join(f(tx), later(tx, "c"+name, "ways")) })
				if err != nil {
					t.Error(name, err)
				}
			}
			if n := count(t, d, "ways"); n != 4 {
				t.Fatal(n)
			}
		})
		t.Run("OTP-2 what must change one row and does not keeps nothing, and harms nobody who goes with it", func(t *testing.T) {
			var all sync.WaitGroup
			for n := range 64 {
				all.Go(func() {
					id := fmt.Sprint("d", n)
					err := d.Settle(ctx, func(tx *db.Tx) error {
						if n%3 == 0 {
							return errors.Join(later(tx, id, "harmless"), tx.LaterOne(spendCount, "nobody", 1))
						}
						return later(tx, id, "harmless")
					})
					if n%3 == 0 && !errors.Is(err, db.ErrNone) || n%3 != 0 && err != nil {
						t.Error(n, err)
					}
				})
			}
			all.Wait()
			if n := count(t, d, "harmless"); n != 42 {
				t.Fatal(n)
			}
		})
		t.Run("OTP-2 of 64 who spend one row at once, one does", func(t *testing.T) {
			settle(func(tx *db.Tx) error { return later(tx, "e", "once") })
			var won atomic.Int64
			var all sync.WaitGroup
			for range 64 {
				all.Go(func() {
					if err := spend("e", "spent"); err == nil {
						won.Add(1)
					} else if !errors.Is(err, db.ErrNone) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 || count(t, d, "spent") != 1 {
				t.Fatal(won.Load(), count(t, d, "spent"))
			}
		})
		t.Run("OTP-2 of 64 who spend one name at once, one does, and those who spend others all do", func(t *testing.T) {
			const first db.SQL = `INSERT INTO jobs_job (id, kind, args, state, run_at, attempts, created_at) VALUES ($1, 'name', '{}', 'due', $2, 0, $2) ON CONFLICT DO NOTHING`
			var won, others atomic.Int64
			var all sync.WaitGroup
			for n := range 128 {
				all.Go(func() {
					name, line := "name", fmt.Sprint("named/", n)
					if n%2 == 1 {
						name = fmt.Sprint("name/", n)
					}
					err := d.Settle(ctx, func(tx *db.Tx) error {
						return errors.Join(tx.Spend(first, name, db.At(tx.Now())), later(tx, line, "named"))
					})
					switch {
					case err == nil && n%2 == 1:
						others.Add(1)
					case err == nil:
						won.Add(1)
					case !errors.Is(err, db.ErrNone):
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 || others.Load() != 64 || count(t, d, "name") != 65 || count(t, d, "named") != 65 {
				t.Fatal(won.Load(), others.Load(), count(t, d, "name"), count(t, d, "named"))
			}
		})
		t.Run("a name that was taken meanwhile is told as such", func(t *testing.T) {
			if err := d.Settle(ctx, func(tx *db.Tx) error { return later(tx, "a1", "twice") }); !errors.Is(err, db.ErrUnique) || count(t, d, "twice") != 0 {
				t.Fatal(err)
			}
		})
		t.Run("who waits for a row that somebody holds holds up nobody else for long", func(t *testing.T) {
			settle(func(tx *db.Tx) error { return later(tx, "held", "held") })
			holding, release := make(chan struct{}), make(chan struct{})
			var all sync.WaitGroup
			all.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := tx.ExecOne(raiseCount, "held", 1); err != nil {
						return err
					}
					close(holding)
					<-release
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
			<-holding
			if d.Engine() == "postgres" { // SQLite has one who writes
				all.Go(func() {
					if err := spend("held", "late"); !errors.Is(err, db.ErrNone) {
						t.Error(err)
					}
				})
				for n := range 20 {
					settle(func(tx *db.Tx) error { return later(tx, fmt.Sprint("free", n), "free") })
				}
				if n := count(t, d, "free"); n != 20 {
					t.Error(n)
				}
			}
			close(release)
			all.Wait()
		})
		t.Run("who is gone before settles nothing", func(t *testing.T) {
			gone, leave := context.WithTimeout(ctx, time.Hour)
			leave()
			if err := d.Settle(gone, func(tx *db.Tx) error { return later(tx, "f", "gone") }); !errors.Is(err, context.Canceled) || count(t, d, "gone") != 0 {
				t.Fatal(err)
			}
		})
	})
}

// TestSettlePanic holds that whoever panics after he has read keeps no connection.
func TestSettlePanic(t *testing.T) {
	c := dbtest.Config(t, "postgres")
	c.Connections = 1
	d, err := db.Open(context.Background(), c, clock.NewFake(clock.Noon))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	func() {
		defer func() {
			if bad := recover(); bad != "bad" {
				t.Error(bad)
			}
		}()
		d.Settle(ctx, func(tx *db.Tx) error {
			if _, err := db.All(tx, db.Scalar[int], countJobs, "none"); err != nil {
				return err
			}
			panic("bad")
		})
	}()
	err = d.Read(ctx, func(tx *db.Tx) error {
		_, err := db.All(tx, db.Scalar[int], countJobs, "none")
		return err
	})
	if err != nil {
		t.Fatal("no connection is left:", err)
	}
	if err := d.Close(); err != nil { // which would wait for one that is out for ever
		t.Fatal(err)
	}
}

type panics struct{}

func (panics) Value() (driver.Value, error) { panic("bad") }

// TestSettlePanicOnTheWay holds that others go on after somebody who panicked while he led.
func TestSettlePanicOnTheWay(t *testing.T) {
	d, _ := dbtest.Postgres(t)
	ctx := context.Background()
	func() {
		defer func() {
			if bad := recover(); bad != "bad" {
				t.Error(bad)
			}
		}()
		d.Settle(ctx, func(tx *db.Tx) error { return tx.Later(insertJob, panics{}, "way", db.At(tx.Now())) })
	}()
	done := make(chan error, 1)
	go func() {
		done <- d.Settle(ctx, func(tx *db.Tx) error { return tx.Later(insertJob, "w", "way", db.At(tx.Now())) })
	}()
	select {
	case err := <-done:
		if err != nil || count(t, d, "way") != 1 {
			t.Fatal(err, count(t, d, "way"))
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nobody settles any more")
	}
}

// TestSettleProperty spends rows in any order from many sides, some of them through a
// Write, and holds that each is spent once, with its line.
func TestSettleProperty(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			rows := rapid.IntRange(1, 5).Draw(r, "rows")
			name := func(n int) string { return fmt.Sprint("row/", round, "/", n) }
			lines := fmt.Sprint("lines/", round)
			tries := rapid.SliceOfN(rapid.IntRange(0, 2*rows-1), 1, 24).Draw(r, "tries")
			err := d.Write(ctx, func(tx *db.Tx) error {
				for n := range rows {
					if err := tx.Later(insertJob, name(n), "rows", db.At(tx.Now())); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				r.Fatal(err)
			}
			won := make([]atomic.Int64, rows)
			var all sync.WaitGroup
			for i, try := range tries {
				all.Go(func() {
					write := d.Settle
					if try >= rows {
						write = d.Write
					}
					row := try % rows
					err := write(ctx, func(tx *db.Tx) error {
						return errors.Join(tx.LaterOne(spendCount, name(row), 1), tx.Later(insertJob, fmt.Sprint(lines, "/", i), lines, db.At(tx.Now())))
					})
					if err == nil {
						won[row].Add(1)
					} else if !errors.Is(err, db.ErrNone) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			sum := 0
			for row := range won {
				n := int(won[row].Load())
				sum += n
				if n > 1 {
					r.Fatal("spent", n, "times")
				}
			}
			if sum == 0 || count(t, d, lines) != sum {
				r.Fatal(sum, "spent,", count(t, d, lines), "lines")
			}
		})
	})
}
