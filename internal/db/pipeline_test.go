package db_test

import (
	"context"
	"errors"
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
	})
}
