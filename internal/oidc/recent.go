package oidc

import (
	"context"
	"sync"
	"time"

	"okno/internal/db"
)

// recent remembers grants that were read a moment ago, by their id, so that a
// token that is shown again and again costs one read in two seconds. What is
// revoked is over everywhere within five seconds (SESS-5), here at once.
type recent struct {
	mu    sync.RWMutex
	known map[string]seen
}

type seen struct {
	grant Grant
	alive bool // the session too
	at    time.Time
}

const (
	recentFor  = 2 * time.Second
	mostRecent = 20_000 // about 20 MB
)

func (r *recent) find(id string, now time.Time) (seen, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s, ok := r.known[id]
	return s, ok && now.Sub(s.at) < recentFor && !now.Before(s.at)
}

func (r *recent) keep(s seen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= mostRecent {
		r.known = map[string]seen{}
	}
	r.known[s.grant.ID] = s
}

func (r *recent) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, id)
}

// Reading reads for a site what its token opens of a person: what was read for the
// same grant may be told again for two seconds. Sites ask for one person several
// times in a row, so this is most of what they cost. What is sealed stays sealed.
func (p *Provider) Reading(ctx context.Context, g Grant, f func(*db.Tx) error) error {
	return p.DB.Recall(ctx, &p.opened, g.ID, f)
}
