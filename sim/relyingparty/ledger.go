package relyingparty

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// What happened, as the ledger names it.
const (
	SignedIn         = "signed_in"
	Refused          = "refused"           // with the reason
	Renewed          = "renewed"           // by a refresh token
	NotRenewed       = "not_renewed"       // with the reason
	SignedOut        = "signed_out"        // by the person, here
	CameBack         = "came_back"         // from the provider, after signing out
	LogoutTaken      = "logout_taken"      // a logout token was verified; Ended says how many sessions it ended
	LogoutRefused    = "logout_refused"    // a logout token was not
	LogoutUnanswered = "logout_unanswered" // because the site was switched to hang or fail
)

// An Entry is one thing that happened at a site. It names the person by the pairwise subject only (a site built for ESIA
// knows the oid instead) and holds no token.
type Entry struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Subject string    `json:"sub,omitempty"`
	Session string    `json:"sid,omitempty"`
	Level   Level     `json:"acr,omitempty"`
	Way     string    `json:"way,omitempty"`
	Reason  string    `json:"reason,omitempty"` // code of a refusal, or why a logout token was refused
	Detail  string    `json:"detail,omitempty"`
	Ended   int       `json:"ended"`
	Silent  bool      `json:"silent,omitempty"`
}

// about adds whom the entry is about.
func (e Entry) about(got received) Entry {
	e.Subject, e.Session, e.Level, e.Way = got.Subject, got.Session, got.Level, got.Proof.Way
	return e
}

func (s *Site) record(e Entry) {
	e.At = s.config.Now().UTC()
	s.mu.Lock()
	s.ledger = append(s.ledger, e)
	if over := len(s.ledger) - s.config.Keep; over > 0 {
		s.ledger = slices.Delete(s.ledger, 0, over)
	}
	s.mu.Unlock()
	s.bell.Ring()
}

// Ledger is what happened of one kind, newest first; everything when kind is empty.
func (s *Site) Ledger(kind string) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Entry{}
	for _, e := range slices.Backward(s.ledger) {
		if kind == "" || e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// Await waits until at least n entries of the kind stand in the ledger, and returns them, newest first.
func (s *Site) Await(ctx context.Context, kind string, n int) ([]Entry, error) {
	var found []Entry
	err := s.bell.Wait(ctx, func() bool {
		found = s.Ledger(kind)
		return len(found) >= n
	})
	if err != nil {
		return found, fmt.Errorf("wait for %d entries %q, %d came: %w", n, kind, len(found), err)
	}
	return found, nil
}
