package jobs_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jobs"
)

// ask is a job for one of several partners.
type ask struct {
	Partner string `json:"partner"`
}

func (a ask) Kind() string {
	if a.Partner == "" {
		return "test.ask"
	}
	return "test.ask/" + a.Partner
}

func soon(t *testing.T, what string, done <-chan bool) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s had to wait", what)
	}
}

func TestLanes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		ctx, stop := context.WithCancel(context.Background())
		q := jobs.New(d, slog.New(slog.DiscardHandler))
		hanging, reminded, ticked, answered := make(chan bool), make(chan bool, 1), make(chan bool, 1), make(chan bool, 1)
		var inside, most atomic.Int64
		asked := make(chan bool, 50)
		hang := func(context.Context, jobs.Job, ask) error {
			here := inside.Add(1)
			for seen := most.Load(); here > seen && !most.CompareAndSwap(seen, here); seen = most.Load() {
			}
			<-hanging
			inside.Add(-1)
			asked <- true
			return nil
		}
		jobs.HandleAs(q, ask{"slow"}, hang, jobs.Lane{Name: "slow", Workers: 3})
		jobs.HandleAs(q, ask{"quick"}, func(context.Context, jobs.Job, ask) error { answered <- true; return nil }, jobs.Door("quick"))
		jobs.Handle(q, func(context.Context, jobs.Job, remind) error { reminded <- true; return nil })
		jobs.Every(q, time.Hour, func(context.Context, jobs.Job, tick) error { ticked <- true; return nil }, jobs.Alone("tick"))
		for range 50 {
			add(t, d, func(tx *db.Tx) error { _, err := jobs.Add(tx, ask{"slow"}); return err })
		}
		ended := make(chan error, 1)
		go func() { ended <- q.Run(ctx, 1) }()
		soon(t, "the house's periodic job", ticked)
		add(t, d, func(tx *db.Tx) error {
			if _, err := jobs.Add(tx, remind{1}); err != nil {
				return err
			}
			_, err := jobs.Add(tx, ask{"quick"})
			return err
		})
		t.Run("D-19 fifty jobs of a partner who hangs hold up neither the house nor another partner", func(t *testing.T) {
			soon(t, "the house's job", reminded)
			soon(t, "the other partner's job", answered)
		})
		t.Run("MSG-1 only what a free worker runs is claimed, so that nothing passes its lease waiting", func(t *testing.T) {
			var held int
			add(t, d, func(tx *db.Tx) (err error) {
				held, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM jobs_job WHERE kind = 'test.ask/slow' AND attempts > 0`)
				return err
			})
			if held != 3 || most.Load() > 3 {
				t.Errorf("%d claimed, %d at once, want 3", held, most.Load())
			}
		})
		close(hanging)
		for range 50 {
			soon(t, "a job of the slow partner", asked)
		}
		stop()
		if err := <-ended; err != nil || most.Load() > 3 {
			t.Errorf("%v, %d at once", err, most.Load())
		}
	})
}

func TestPartnerGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		t.Run("D-15 a job for a partner whom nobody knows any more comes to the common handler", func(t *testing.T) {
			q := jobs.New(d, slog.New(slog.DiscardHandler))
			heard := make(chan string, 1)
			jobs.Handle(q, func(_ context.Context, _ jobs.Job, a ask) error { heard <- a.Partner; return nil })
			jobs.HandleAs(q, ask{"here"}, func(context.Context, jobs.Job, ask) error { t.Error("wrong partner"); return nil }, jobs.Door("here"))
			if who := ranOnce(t, q, d, heard); who != "gone" {
				t.Errorf("heard %q", who)
			}
		})
		t.Run("D-15 also when every kind has a lane of its own", func(t *testing.T) {
			q := jobs.New(d, slog.New(slog.DiscardHandler))
			heard := make(chan string, 1)
			jobs.Handle(q, func(_ context.Context, _ jobs.Job, a ask) error { heard <- a.Partner; return nil }, jobs.Alone("ask"))
			if who := ranOnce(t, q, d, heard); who != "gone" {
				t.Errorf("heard %q", who)
			}
		})
		t.Run("MSG-1 one lane has one number of workers", func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("two numbers were taken")
				}
			}()
			q := jobs.New(d, slog.New(slog.DiscardHandler))
			jobs.HandleAs(q, ask{"a"}, func(context.Context, jobs.Job, ask) error { return nil }, jobs.Lane{Name: "door", Workers: 2})
			jobs.HandleAs(q, ask{"b"}, func(context.Context, jobs.Job, ask) error { return nil }, jobs.Door("door"))
		})
	})
}

// ranOnce adds a job for a partner who is gone, runs the queue and gives what was heard.
func ranOnce(t *testing.T, q *jobs.Queue, d *db.DB, heard <-chan string) (who string) {
	t.Helper()
	add(t, d, func(tx *db.Tx) error { _, err := jobs.Add(tx, ask{"gone"}); return err })
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx, 1) }()
	select {
	case who = <-heard:
	case <-time.After(10 * time.Second):
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return who
}
