package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// TestRecall holds that what is remembered of a read is what it found, a moment long.
func TestRecall(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		set := func(n int) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) error { return tx.ExecOne(raiseCount, "r1", n) }); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(insertJob, "r1", "recall", db.At(tx.Now()))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r := &db.Recall{For: 2 * time.Second}
		read := func(name, id string) (n int) {
			t.Helper()
			err := d.Recall(ctx, r, name, func(tx *db.Tx) (err error) {
				tx.Ahead(countJobs, "recall")
				if n, err = db.One(tx, db.Scalar[int], readCount, id); err != nil {
					return err
				}
				_, err = db.One(tx, db.Scalar[int], countJobs, "recall")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		set(5)
		if n := read("a", "r1"); n != 5 {
			t.Fatal(n)
		}
		t.Run("a moment later it is told again without asking", func(t *testing.T) {
			set(6)
			now.Advance(1900 * time.Millisecond)
			if n := read("a", "r1"); n != 5 {
				t.Fatal(n)
			}
		})
		t.Run("by another name it is asked anew", func(t *testing.T) {
			if n := read("b", "r1"); n != 6 {
				t.Fatal(n)
			}
		})
		t.Run("when its time is over it is asked anew", func(t *testing.T) {
			now.Advance(100 * time.Millisecond)
			if n := read("a", "r1"); n != 6 {
				t.Fatal(n)
			}
		})
		t.Run("a question that is not remembered makes the whole read anew", func(t *testing.T) {
			set(7)
			var first, second int
			err := d.Recall(ctx, r, "a", func(tx *db.Tx) (err error) {
				if first, err = db.One(tx, db.Scalar[int], readCount, "r1"); err != nil {
					return err
				}
				second, err = db.One(tx, db.Scalar[int], countJobs, "nothing")
				return err
			})
			if err != nil || first != 7 || second != 0 {
				t.Fatal(err, first, second)
			}
		})
		t.Run("an error is not remembered, nor is a write let through", func(t *testing.T) {
			no := errors.New("no")
			fail := func(tx *db.Tx) error {
				_, err := db.One(tx, db.Scalar[int], readCount, "r1")
				return errors.Join(err, no)
			}
			if err := d.Recall(ctx, r, "c", fail); !errors.Is(err, no) {
				t.Fatal(err)
			}
			set(8)
			if n := read("c", "r1"); n != 8 {
				t.Fatal("an error was remembered", n)
			}
			for range 2 {
				if err := d.Recall(ctx, r, "c", func(tx *db.Tx) error { return tx.ExecOne(raiseCount, "r1", 9) }); err == nil {
					t.Fatal("a read wrote")
				}
			}
		})
		t.Run("many may read what is remembered at once", func(t *testing.T) {
			var all sync.WaitGroup
			for range 64 {
				all.Go(func() {
					for range 20 {
						if n := read("c", "r1"); n != 8 {
							t.Error(n)
						}
					}
				})
			}
			all.Wait()
		})
	})
}
