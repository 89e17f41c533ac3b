package visit

import (
	"sync"

	"golang.org/x/time/rate"
)

// What one network address may have kept: nobody switches the language more often
// than that while typing, and a machine must not fill the disk with forms.
const (
	keepRate  = rate.Limit(0.5) // a second
	keepBurst = 20
	keepers   = 10_000 // addresses remembered before all are forgotten
)

// keeping bounds how much typed text is kept for whom.
type keeping struct {
	mu  sync.Mutex
	who map[string]*rate.Limiter
}

// may counts one form of an address and says whether it may be kept.
func (k *keeping) may(r *Request) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.who) > keepers || k.who == nil {
		k.who = map[string]*rate.Limiter{}
	}
	l := k.who[r.Client()]
	if l == nil {
		l = rate.NewLimiter(keepRate, keepBurst)
		k.who[r.Client()] = l
	}
	return l.AllowN(r.Now, 1)
}
