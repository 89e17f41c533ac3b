package oidc

import (
	"sync"

	"okno/internal/client"
)

// quick keeps the way of those who answer free from those who do not: the goodbyes of
// an owner whose sites hang, or who has many under way, go the slow way, where they
// hold up only their like. It is this process's own view, and lost with it.
type quick struct {
	mu     sync.Mutex
	owners map[string]*hearing
}

// hearing is how the sites of one owner answer.
type hearing struct {
	under  int // calls on the quick way now
	silent int // how many in a row were not confirmed, on either way
}

const (
	mostUnder  = 3     // of the eight that are called at once
	mostSilent = 3     // in a row
	mostHeard  = 4_000 // owners of whom the last is remembered
)

// owned is whose sites count together: nobody gets more of the quick way by adding sites.
func owned(c client.Client) string {
	if c.Owner == "" {
		return "client/" + string(c.ID)
	}
	return c.Owner
}

func (q *quick) of(owner string) *hearing {
	if q.owners == nil || len(q.owners) >= mostHeard {
		busy := map[string]*hearing{}
		for name, h := range q.owners {
			if h.under > 0 {
				busy[name] = h
			}
		}
		q.owners = busy
	}
	h := q.owners[owner]
	if h == nil {
		h = &hearing{}
		q.owners[owner] = h
	}
	return h
}

// enter says whether an owner's site may be called on the quick way. If so, leave must follow.
func (q *quick) enter(owner string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.of(owner)
	if h.under >= mostUnder || h.silent >= mostSilent {
		return false
	}
	h.under++
	return true
}

func (q *quick) leave(owner string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.of(owner).under--
}

// heard counts how a call on either way ended.
func (q *quick) heard(owner string, confirmed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.of(owner)
	if h.silent++; confirmed {
		h.silent = 0
	}
}
