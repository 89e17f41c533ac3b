// Package clock is the only place that reads the wall clock.
//
// Everything that asks "what time is it" receives a Clock, so that a test or the
// demo's time machine can move it. It never sleeps and never schedules: later
// work is a job (package jobs).
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the present instant, always in UTC and cut to microseconds, the
// precision that the databases keep.
type Clock interface {
	Now() time.Time
}

// System is the clock of the machine.
type System struct{}

// Now returns the machine's time.
func (System) Now() time.Time { return cut(time.Now()) }

// Moved is a clock that runs like another one but ahead of it by an offset that
// can only grow: the demo's time machine. It is safe for concurrent use.
type Moved struct {
	Base Clock

	mu    sync.RWMutex
	ahead time.Duration
}

// Now returns the base clock's time plus the offset.
func (m *Moved) Now() time.Time {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return cut(m.Base.Now().Add(m.ahead))
}

// Advance moves the clock forward by d and returns the new time. A negative d
// is ignored, because time that runs backwards would revive what has expired.
func (m *Moved) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	if d > 0 {
		m.ahead += d
	}
	m.mu.Unlock()
	return m.Now()
}

// Fake is a clock that stands still until it is moved. It is safe for
// concurrent use.
type Fake struct {
	mu  sync.RWMutex
	now time.Time
}

// Noon is the fixed instant at which tests begin: Monday 2 March 2026, 12:00 UTC.
var Noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// NewFake returns a clock that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: cut(t)} }

// Now returns the instant at which the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.now
}

// Advance moves the clock by d, which may be negative in a test that proves
// what a clock set back does.
func (f *Fake) Advance(d time.Duration) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	return f.now
}

func cut(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Pause waits for d or until ctx ends, for the few places that must wait a
// moment before trying again: a transaction that lost a race, a poll.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
