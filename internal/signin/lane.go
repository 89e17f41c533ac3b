package signin

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"okno/internal/db"
)

// A lane counts wrong tries in a row. A person has one lane over all logins
// (OTP-3, T-01), and one more for each browser in which he has signed in, so that
// strangers who guess cannot shut him out (T-09). A login that nobody has gets a
// lane too, so that delays tell nothing (AUTH-7).
type lane struct {
	name     string
	failures int
	last     time.Time
	next     time.Time // no try counts before
}

// Delays of security.md 1: five free tries, then 2ⁿ seconds, at most 15 minutes.
const (
	freeTries      = 5
	longestDelay   = 15 * time.Minute
	forgetFailures = 24 * time.Hour // without a try
)

// delay is how long a lane rests after its n-th wrong try in a row.
func delay(n int) time.Duration {
	switch {
	case n < freeTries:
		return 0
	case n-freeTries >= 10:
		return longestDelay
	}
	return min(longestDelay, time.Second<<(n-freeTries+1))
}

const selectLane db.SQL = `SELECT failures, last_at, next_at FROM signin_lane WHERE lane = $1`

func readLane(tx *db.Tx, name string) (lane, error) {
	l, err := db.One(tx, func(r db.Row) (l lane, err error) {
		var last, next db.Time
		err = r.Scan(&l.failures, &last, &next)
		l.last, l.next = last.Time, next.Time
		return l, err
	}, selectLane, name)
	if errors.Is(err, db.ErrNone) {
		return lane{name: name}, nil
	}
	l.name = name
	if err == nil && tx.Now().Sub(l.last) >= forgetFailures {
		l.failures = 0
	}
	return l, err
}

// After two wrong tries in a row each further one wants a challenge that the
// browser has solved (SEC-09, Q-53). Who has no scripts waits instead, as long as
// RestWithoutWork after the try before. The code of an envelope follows the same rule.
const (
	FreeOfWork      = 2                // tries
	RestWithoutWork = 30 * time.Second // between two tries
)

func (l lane) wantsWork() bool { return l.failures >= FreeOfWork }

// withoutWork is how long the lane rests for a try that brings no solved challenge.
func (l lane) withoutWork(now time.Time) time.Duration {
	if !l.wantsWork() {
		return 0
	}
	return max(0, l.last.Add(RestWithoutWork).Sub(now))
}

// wait is how long the lane still rests.
func (l lane) wait(now time.Time) time.Duration { return max(0, l.next.Sub(now)) }

const (
	upsertLane db.SQL = `INSERT INTO signin_lane (lane, failures, last_at, next_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (lane) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at, next_at = excluded.next_at`
	deleteLane db.SQL = `DELETE FROM signin_lane WHERE lane = $1`
)

// count writes one more wrong try and returns how long the lane now rests. Two
// transactions that read the same lane cannot both write it: one is run again.
func (l lane) count(tx *db.Tx) (time.Duration, error) {
	rest := delay(l.failures + 1)
	_, err := tx.Exec(upsertLane, l.name, l.failures+1, db.At(tx.Now()), db.At(tx.Now().Add(rest)))
	return rest, err
}

// clear forgets the wrong tries after a right one.
func (l lane) clear(tx *db.Tx) error {
	if l.last.IsZero() {
		return nil
	}
	_, err := tx.Exec(deleteLane, l.name)
	return err
}

// addresses bound how many wrong tries come from one network address: many
// people may share one, so only wrong tries count, sixty at once and then one in
// two seconds. They are kept in this process only.
type addresses struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

const (
	addressBurst = 60
	addressEvery = 2 * time.Second
	addressMost  = 100_000 // buckets in memory, about 15 MB
)

func newAddresses() *addresses { return &addresses{buckets: map[string]*rate.Limiter{}} }

// left says whether the address may try. An empty address is not bounded.
func (a *addresses) left(address string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.buckets[address]
	return b == nil || b.TokensAt(now) >= 1
}

// count takes a wrong try off the address.
func (a *addresses) count(address string, now time.Time) {
	if address == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.buckets[address]
	if b == nil {
		a.makeRoom(now)
		b = rate.NewLimiter(rate.Every(addressEvery), addressBurst)
		a.buckets[address] = b
	}
	b.AllowN(now, 1)
}

// makeRoom forgets the addresses that are full again and, if that is not enough, any.
func (a *addresses) makeRoom(now time.Time) {
	if len(a.buckets) < addressMost {
		return
	}
	for address, b := range a.buckets {
		if b.TokensAt(now) >= addressBurst {
			delete(a.buckets, address)
		}
	}
	for address := range a.buckets {
		if len(a.buckets) < addressMost {
			return
		}
		delete(a.buckets, address)
	}
}
