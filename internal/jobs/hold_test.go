package jobs_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jobs"
)

// beat is a periodic job that comes round in seconds.
type beat struct{}

func (beat) Kind() string { return "test.beat" }

func TestDeadWorker(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		t.Run("D-19 a periodic job that a silent worker holds is taken by another after two of its turns", func(t *testing.T) {
			const period = 4 * time.Second
			turns := 0
			queue := func(f func() error) *jobs.Queue {
				q := jobs.New(d, slog.New(slog.DiscardHandler))
				jobs.Every(q, period, func(context.Context, jobs.Job, beat) error { return f() })
				return q
			}
			entered, release, ended := make(chan bool), make(chan bool), make(chan error, 1)
			silent := queue(func() error { entered <- true; <-release; return nil })
			go func() { ended <- silent.RunDue(t.Context()) }()
			<-entered
			living := queue(func() error { turns++; return nil })
			for range 3 {
				now.Advance(period)
				if err := living.RunDue(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			close(release)
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if turns == 0 {
				t.Fatal("nobody has taken the job")
			}
		})
		t.Run("screens 21 a clock that is moved while nothing runs takes no job for dead", func(t *testing.T) {
			entered, release, moved := make(chan bool, 9), make(chan bool), make(chan error, 1)
			q := jobs.New(d, slog.New(slog.DiscardHandler))
			jobs.Every(q, time.Hour, func(context.Context, jobs.Job, beat) error { entered <- true; <-release; return nil })
			now.Advance(time.Hour)
			ran := make(chan error, 1)
			go func() { ran <- q.RunDue(t.Context()) }()
			<-entered
			before := now.Now()
			go func() {
				moved <- q.Still(t.Context(), time.Minute, func() error { now.Advance(time.Hour); return nil })
			}()
			if err := clock.Pause(t.Context(), 30*time.Millisecond); err != nil || !now.Now().Equal(before) {
				t.Fatal("the clock was moved under a running job", err)
			}
			close(release)
			if err := <-moved; err != nil || now.Now().Equal(before) {
				t.Fatal("the clock was not moved", err)
			}
			if err := <-ran; err != nil {
				t.Fatal(err)
			}
		})
	})
}
