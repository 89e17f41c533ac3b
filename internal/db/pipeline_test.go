package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// TestLaterAndAhead holds that what saves trips to the server changes nothing else.
func TestLaterAndAhead(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		later := func(tx *db.Tx, id, kind string) error { return tx.Later(insertJob, id, kind, db.At(tx.Now())) }
		attempts := func(tx *db.Tx, id string) (int, error) { return db.One(tx, db.Scalar[int], readCount, id) }
		t.Run("what is put down later is seen by the next question, and is there after the commit", func(t *testing.T) {
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := later(tx, "l1", "later"); err != nil {
					return err
				}
				n, err := db.One(tx, db.Scalar[int], countJobs, "later")
				if n != 1 {
					t.Error("the row is not seen", n)
				}
				return errors.Join(err, later(tx, "l2", "later"))
			})
			if err != nil || count(t, d, "later") != 2 {
				t.Fatal(err, count(t, d, "later"))
			}
		})
		t.Run("what cannot be put down later fails the whole, with the same error", func(t *testing.T) {
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := later(tx, "l3", "whole"); err != nil {
					return err
				}
				return later(tx, "l1", "whole")
			})
			if !errors.Is(err, db.ErrUnique) || count(t, d, "whole") != 0 {
				t.Fatal(err, count(t, d, "whole"))
			}
		})
		t.Run("a roll-back takes what was put down later with it", func(t *testing.T) {
			no := errors.New("no")
			err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(later(tx, "l4", "back"), no) })
			if !errors.Is(err, no) || count(t, d, "back") != 0 {
				t.Fatal(err, count(t, d, "back"))
			}
		})
		t.Run("a read puts nothing down later", func(t *testing.T) {
			if err := d.Read(ctx, func(tx *db.Tx) error { return later(tx, "l5", "read") }); err == nil || count(t, d, "read") != 0 {
				t.Fatal("a read transaction wrote", err)
			}
		})
		t.Run("an answer that came early is not believed after a write", func(t *testing.T) {
			err := d.Write(ctx, func(tx *db.Tx) error {
				tx.Ahead(readCount, "l1")
				if n, err := attempts(tx, "l2"); err != nil || n != 0 {
					return errors.Join(err, errors.New("another count"))
				}
				if n, err := attempts(tx, "l1"); err != nil || n != 0 {
					return errors.Join(err, errors.New("the early answer is wrong"))
				}
				if err := tx.ExecOne(raiseCount, "l1", 7); err != nil {
					return err
				}
				n, err := attempts(tx, "l1")
				if n != 7 {
					t.Error("the early answer was believed", n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		t.Run("nor after a write that gives back what it wrote", func(t *testing.T) {
			const raiseAndTell db.SQL = `UPDATE jobs_job SET attempts = $2 WHERE id = $1 RETURNING attempts`
			err := d.Write(ctx, func(tx *db.Tx) error {
				tx.Ahead(readCount, "l1")
				_, err := attempts(tx, "l2")
				if err != nil {
					return err
				}
				if _, err := db.One(tx, db.Scalar[int], raiseAndTell, "l1", 9); err != nil {
					return err
				}
				n, err := attempts(tx, "l1")
				if n != 9 {
					t.Error("the early answer was believed", n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		t.Run("what was to be asked and is not changes nothing", func(t *testing.T) {
			err := d.Read(ctx, func(tx *db.Tx) error {
				tx.Ahead(readCount, "nobody")
				_, err := attempts(tx, "l1")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Write(ctx, func(tx *db.Tx) error { tx.Ahead(readCount, "l1"); return nil }); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("OTP-2 of a statement that must change one row the whole depends, though its answer comes with the commit", func(t *testing.T) {
			spend := func(id, kind string) error {
				return d.Write(ctx, func(tx *db.Tx) error {
					return errors.Join(tx.LaterOne(spendCount, id, 1), later(tx, kind, kind))
				})
			}
			if err := d.Write(ctx, func(tx *db.Tx) error { return later(tx, "l6", "spent") }); err != nil {
				t.Fatal(err)
			}
			if err := spend("nobody", "s0"); !errors.Is(err, db.ErrNone) || count(t, d, "s0") != 0 {
				t.Fatal("nothing was changed, and yet it was kept", err, count(t, d, "s0"))
			}
			if err := spend("l6", "s1"); err != nil || count(t, d, "s1") != 1 {
				t.Fatal("one row was changed", err, count(t, d, "s1"))
			}
			if err := spend("l6", "s2"); !errors.Is(err, db.ErrNone) || count(t, d, "s2") != 0 {
				t.Fatal("it was spent twice", err, count(t, d, "s2"))
			}
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := tx.LaterOne(raiseAll, 3); err != nil { // more than one row
					return err
				}
				return later(tx, "s3", "s3")
			})
			if !errors.Is(err, db.ErrNone) || count(t, d, "s3") != 0 {
				t.Fatal("several rows were changed, and yet it was kept", err)
			}
			if err := d.Read(ctx, func(tx *db.Tx) error { return tx.LaterOne(spendCount, "l6", 1) }); err == nil {
				t.Fatal("a read wrote")
			}
		})
		t.Run("OTP-2 of 64 who spend one row at once, one does", func(t *testing.T) {
			if err := d.Write(ctx, func(tx *db.Tx) error { return later(tx, "l7", "once") }); err != nil {
				t.Fatal(err)
			}
			var won atomic.Int64
			var all sync.WaitGroup
			for range 64 {
				all.Go(func() {
					err := d.Write(ctx, func(tx *db.Tx) error { return tx.LaterOne(spendCount, "l7", 1) })
					if err == nil {
						won.Add(1)
					} else if !errors.Is(err, db.ErrNone) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 {
				t.Fatal(won.Load())
			}
		})
		t.Run("a read that says that it is whole sees the same, and may still ask more", func(t *testing.T) {
			for _, more := range []bool{false, true} {
				runs := 0
				err := d.Read(ctx, func(tx *db.Tx) error {
					runs++
					tx.Ahead(readCount, "l1")
					tx.Whole()
					n, err := attempts(tx, "l2")
					m, err2 := attempts(tx, "l1")
					if n != 0 || m != 9 {
						t.Error("other answers", n, m)
					}
					if more {
						_, err3 := attempts(tx, "l3")
						if !errors.Is(err3, db.ErrNone) {
							err = errors.Join(err, err3)
						}
					}
					return errors.Join(err, err2)
				})
				if err != nil {
					t.Fatal(more, err)
				}
				if runs > 2 || !more && runs != 1 {
					t.Error("it ran", runs, "times")
				}
			}
		})
		t.Run("a read that says that it is whole sees one state", func(t *testing.T) {
			for n := range 20 {
				if err := d.Write(ctx, func(tx *db.Tx) error {
					return errors.Join(later(tx, fmt.Sprint("p", n), "pair"), later(tx, fmt.Sprint("q", n), "pair"))
				}); err != nil {
					t.Fatal(err)
				}
			}
			done := make(chan struct{})
			var writer sync.WaitGroup
			writer.Go(func() {
				for n := 1; ; n++ {
					select {
					case <-done:
						return
					default:
					}
					err := d.Write(ctx, func(tx *db.Tx) error {
						return errors.Join(tx.ExecOne(raiseCount, "p0", n), tx.ExecOne(raiseCount, "q0", n))
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
			for range 200 {
				err := d.Read(ctx, func(tx *db.Tx) error {
					tx.Ahead(readCount, "q0")
					tx.Whole()
					p, err := attempts(tx, "p0")
					q, err2 := attempts(tx, "q0")
					if p != q {
						t.Error("half of a write was seen", p, q)
					}
					return errors.Join(err, err2)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			close(done)
			writer.Wait()
		})
		t.Run("what is asked ahead of a write comes after it", func(t *testing.T) {
			err := d.Write(ctx, func(tx *db.Tx) error {
				tx.Ahead(readCount, "l1")
				if err := tx.ExecOne(raiseCount, "l1", 11); err != nil {
					return err
				}
				n, err := attempts(tx, "l1")
				if n != 11 {
					t.Error("the answer is older than the write", n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	})
}

const (
	spendCount db.SQL = `UPDATE jobs_job SET attempts = $2 WHERE id = $1 AND attempts = 0`
	raiseAll   db.SQL = `UPDATE jobs_job SET attempts = $1`
)
