package reach

import (
	"sync"
	"time"

	"okno/internal/clock"
)

// Breaker stops calls to a partner that keeps failing. After Failures failures
// in a row it is open for Rest; then one call may try, and its outcome closes
// the breaker or opens it for another Rest. It is safe for concurrent use.
type Breaker struct {
	Failures int           // how many in a row open it; 0 means 5
	Rest     time.Duration // how long it stays open; 0 means 30 seconds
	Clock    clock.Clock

	mu      sync.Mutex
	failed  int
	until   time.Time // open until then, when failed has reached Failures
	probing bool      // one call is trying
}

// Allow says whether a call may be made now, and if not, after how long to ask
// again. A call that was allowed must be followed by one Done.
func (b *Breaker) Allow() (bool, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < b.failures() {
		return true, 0
	}
	if wait := b.until.Sub(b.Clock.Now()); wait > 0 {
		return false, wait
	}
	if b.probing {
		return false, time.Second
	}
	b.probing = true
	return true, 0
}

// Outcome is how an allowed call ended.
type Outcome int

// The outcomes. A call that its own caller gave up on says nothing of the partner.
const (
	Answered Outcome = iota // the partner answered sense, also when the sense was a refusal
	Failed                  // no answer, or nonsense
	GivenUp                 // the caller went away
)

// Done counts the outcome of an allowed call.
func (b *Breaker) Done(o Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
	switch o {
	case Answered:
		b.failed = 0
	case Failed:
		b.failed = min(b.failed+1, b.failures())
		if b.failed == b.failures() {
			b.until = b.Clock.Now().Add(b.rest())
		}
	}
}

func (b *Breaker) failures() int {
	if b.Failures > 0 {
		return b.Failures
	}
	return 5
}

func (b *Breaker) rest() time.Duration {
	if b.Rest > 0 {
		return b.Rest
	}
	return 30 * time.Second
}
