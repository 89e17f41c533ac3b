package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jobs"
)

type remind struct {
	N int `json:"n"`
}

func (remind) Kind() string { return "test.remind" }

type tick struct{}

func (tick) Kind() string { return "test.tick" }

func add(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func TestQueue(t *testing.T) {
	ctx := context.Background()
	quiet := slog.New(slog.DiscardHandler)
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		var seen []int
		var fail error
		q := jobs.New(d, quiet)
		jobs.Handle(q, func(_ context.Context, _ jobs.Job, a remind) error {
			seen = append(seen, a.N)
			return fail
		})
		ticks := 0
		jobs.Every(q, 10*time.Second, func(context.Context, jobs.Job, tick) error { ticks++; return nil })
		due := func() {
			t.Helper()
			if err := q.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		t.Run("a job of a transaction that rolled back never runs", func(t *testing.T) {
			d.Write(ctx, func(tx *db.Tx) error { jobs.Add(tx, remind{1}); return errors.New("no") })
			due()
			if len(seen) != 0 {
				t.Fatal(seen)
			}
		})
		t.Run("a timer runs at its moment and not before", func(t *testing.T) {
			add(t, d, func(tx *db.Tx) error {
				_, err := jobs.AddAt(tx, tx.Now().Add(time.Hour), remind{2})
				return err
			})
			now.Advance(time.Hour - time.Microsecond)
			due()
			if len(seen) != 0 {
				t.Fatal("ran early")
			}
			now.Advance(time.Microsecond)
			due()
			due()
			if len(seen) != 1 || seen[0] != 2 {
				t.Fatal(seen)
			}
		})
		t.Run("of unique jobs only one waits", func(t *testing.T) {
			seen = nil
			for range 3 {
				add(t, d, func(tx *db.Tx) error {
					_, err := jobs.AddOnce(tx, tx.Now(), "u", remind{3})
					return err
				})
			}
			due()
			if len(seen) != 1 {
				t.Fatal(seen)
			}
		})
		t.Run("LOAD-5 a failing job backs off, is parked after 20 tries and can be retried", func(t *testing.T) {
			seen, fail = nil, errors.New("down")
			add(t, d, func(tx *db.Tx) error { _, err := jobs.Add(tx, remind{4}); return err })
			for range 60 {
				due()
				now.Advance(16 * time.Hour)
			}
			if len(seen) != 20 {
				t.Fatalf("ran %d times", len(seen))
			}
			var parked []jobs.Parked
			add(t, d, func(tx *db.Tx) (err error) { parked, err = jobs.AllParked(tx); return err })
			if len(parked) != 1 || parked[0].Attempts != 20 {
				t.Fatalf("%+v", parked)
			}
			fail = nil
			add(t, d, func(tx *db.Tx) error { return jobs.Retry(tx, parked[0].ID) })
			due()
			if len(seen) != 21 {
				t.Fatalf("ran %d times", len(seen))
			}
		})
		t.Run("a periodic job runs once a period", func(t *testing.T) {
			now.Advance(time.Minute)
			due()
			before := ticks
			due()
			now.Advance(10 * time.Second)
			due()
			if ticks != before+1 {
				t.Fatalf("%d ticks", ticks-before)
			}
		})
		t.Run("each subscriber hears an event once", func(t *testing.T) {
			q := jobs.New(d, quiet)
			var a, b int
			jobs.Subscribe(q, "a", func(context.Context, jobs.Job, remind) error { a++; return nil })
			jobs.Subscribe(q, "b", func(context.Context, jobs.Job, remind) error { b++; return nil })
			add(t, d, func(tx *db.Tx) error { return jobs.Publish(tx, remind{5}) })
			if err := q.RunDue(ctx); err != nil || a != 1 || b != 1 {
				t.Fatalf("%v %d %d", err, a, b)
			}
		})
	})
}

func TestQueueRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		t.Run("MSG-1 four workers of two nodes run each of 200 jobs once", func(t *testing.T) {
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			var runs [200]atomic.Int64
			var left sync.WaitGroup
			left.Add(200)
			var nodes sync.WaitGroup
			for range 2 {
				q := jobs.New(d, slog.New(slog.DiscardHandler))
				jobs.Handle(q, func(_ context.Context, _ jobs.Job, a remind) error {
					if runs[a.N].Add(1) == 1 {
						left.Done()
					}
					return nil
				})
				nodes.Go(func() { q.Run(ctx, 2) })
			}
			for i := range 200 {
				add(t, d, func(tx *db.Tx) error { _, err := jobs.Add(tx, remind{i}); return err })
			}
			left.Wait()
			stop()
			nodes.Wait()
			for i := range runs {
				if n := runs[i].Load(); n != 1 {
					t.Errorf("job %d ran %d times", i, n)
				}
			}
		})
	})
}
