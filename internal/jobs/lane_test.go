package jobs_test

import (
	"context"
	"log/slog"
	"strconv"
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
		var inside, most, asked atomic.Int64
		hang := func(context.Context, jobs.Job, ask) error {
			asked.Add(1)
			most.Store(max(most.Load(), inside.Add(1)))
			<-hanging
			inside.Add(-1)
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
		for began := time.Now(); asked.Load() < 50 && time.Since(began) < 20*time.Second; {
			time.Sleep(time.Millisecond)
		}
		stop()
		if err := <-ended; err != nil || asked.Load() != 50 {
			t.Errorf("%v, %d asked", err, asked.Load())
		}
	})
}

func TestPartnerGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		t.Run("D-15 a job for a partner whom nobody knows any more comes to the common handler", func(t *testing.T) {
			q := jobs.New(d, slog.New(slog.DiscardHandler))
			var heard string
			jobs.Handle(q, func(_ context.Context, _ jobs.Job, a ask) error { heard = a.Partner; return nil })
			jobs.HandleAs(q, ask{"here"}, func(context.Context, jobs.Job, ask) error { t.Error("wrong partner"); return nil }, jobs.Door("here"))
			add(t, d, func(tx *db.Tx) error { _, err := jobs.Add(tx, ask{"gone"}); return err })
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- q.Run(ctx, 1) }()
			for began := time.Now(); time.Since(began) < 10*time.Second; time.Sleep(time.Millisecond) {
				left := -1
				add(t, d, func(tx *db.Tx) (err error) {
					left, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM jobs_job`)
					return err
				})
				if left == 0 {
					break
				}
			}
			stop()
			if err := <-ended; err != nil || heard != "gone" {
				t.Errorf("%v %s", err, strconv.Quote(heard))
			}
		})
	})
}
