package signin_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jobs"
	"okno/internal/signin"
)

// over is a house in which sessions end by time, and somebody who listens.
type over struct {
	*world
	queue *jobs.Queue
	mu    sync.Mutex
	heard map[string]int // how often a line was told to have ended
}

func newOver(t *testing.T, d *db.DB, now *clock.Fake) *over {
	o := &over{world: newWorld(t, d, now), heard: map[string]int{}}
	o.queue = jobs.New(d, slog.New(slog.DiscardHandler))
	jobs.Subscribe(o.queue, "test", func(_ context.Context, _ jobs.Job, e signin.Ended) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.heard[e.Line]++
		return nil
	})
	o.service.Register(o.queue)
	return o
}

// begin makes a session of Irina's, which may join another one.
func (o *over) begin(joins signin.Session) (s signin.Session) {
	o.t.Helper()
	o.write(func(tx *db.Tx) error {
		token, err := o.sessions.Begin(tx, signin.Opening{Account: o.irina, Way: "password", Joins: joins})
		if err != nil {
			return err
		}
		s, err = o.sessions.Find(tx, token)
		return err
	})
	return s
}

func (o *over) use(s signin.Session) {
	o.t.Helper()
	o.write(func(tx *db.Tx) error { return o.sessions.Touch(tx, s.ID) })
}

// pass lets time go by and the periodic jobs come.
func (o *over) pass(d time.Duration) {
	o.t.Helper()
	o.now.Advance(d)
	for range 2 {
		if err := o.service.EndOver(o.t.Context()); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := o.queue.RunDue(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *over) told(s signin.Session) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.heard[s.Line]
}

func TestSessionsEndByTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		o := newOver(t, d, now)
		idle, total := signin.DefaultLimits.Idle, signin.DefaultLimits.Total
		t.Run("SESS-4 a session that nobody uses is told once to have ended, and not before", func(t *testing.T) {
			s := o.begin(signin.Session{})
			o.pass(idle - time.Second)
			if o.told(s) != 0 {
				t.Fatal("too early")
			}
			o.pass(time.Second)
			o.pass(time.Hour)
			if n := o.told(s); n != 1 {
				t.Fatalf("told %d times", n)
			}
		})
		t.Run("SESS-4 a session in use lives until its absolute end, which is told once", func(t *testing.T) {
			s := o.begin(signin.Session{})
			for passed := idle / 2; passed < total; passed += idle / 2 {
				o.pass(idle / 2)
				o.use(s)
			}
			if o.told(s) != 0 {
				t.Fatal("it was in use")
			}
			o.pass(idle / 2)
			if n := o.told(s); n != 1 {
				t.Fatalf("told %d times", n)
			}
		})
		t.Run("SESS-4 after a jump of the clock by forty days nothing is told twice, and nothing is forgotten untold", func(t *testing.T) {
			s, left := o.begin(signin.Session{}), o.begin(signin.Session{})
			o.write(func(tx *db.Tx) error { return o.sessions.End(tx, left, "exit") })
			o.pass(40 * 24 * time.Hour)
			o.pass(-time.Hour)
			o.pass(time.Hour)
			if o.told(s) != 1 || o.told(left) != 1 {
				t.Fatal(o.told(s), o.told(left))
			}
		})
		t.Run("GEN-21 a session at the portal's host that idles out leaves the one that it joined alone", func(t *testing.T) {
			root := o.begin(signin.Session{})
			joined := o.begin(root)
			o.pass(idle / 2)
			o.use(root)
			o.pass(idle / 2)
			if o.told(root) != 0 || o.told(joined) != 0 {
				t.Fatal(o.told(root), o.told(joined))
			}
			o.pass(idle)
			if o.told(root) != 1 || o.told(joined) != 0 {
				t.Fatal(o.told(root), o.told(joined))
			}
		})
		t.Run("OTP-2 of many that end the same sessions at once, and Exit beside them, each session is told once", func(t *testing.T) {
			var all []signin.Session
			for range 130 { // more than one transaction's
				all = append(all, o.begin(signin.Session{}))
			}
			now.Advance(idle)
			var together sync.WaitGroup
			for range 8 {
				together.Go(func() {
					if err := o.service.EndOver(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			for _, s := range all[:16] {
				together.Go(func() {
					if err := d.Write(t.Context(), func(tx *db.Tx) error { return o.sessions.End(tx, s, "exit") }); err != nil {
						t.Error(err)
					}
				})
			}
			together.Wait()
			o.pass(0)
			for i, s := range all {
				if n := o.told(s); n != 1 {
					t.Fatalf("session %d was told %d times", i, n)
				}
			}
		})
	})
}
