package partner

import (
	"context"
	"errors"
	"sync"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
)

// Trouble is a refusal of what a site sent, counted by the hour. Nothing of what
// was sent is kept.
type Trouble struct {
	Endpoint string // path of the endpoint, without query
	Code     string // as the standards name it
	Why      string // text key: what it means and how to mend it
	Times    int64
	Last     time.Time
}

// TroublesKept is for how long troubles are shown.
const TroublesKept = 7 * 24 * time.Hour

// flushAfter is how often a process writes down what it has heard, at most.
const flushAfter = 2 * time.Second

// mostHeard bounds what a process remembers between two writings: more kinds of
// trouble are not counted.
const mostHeard = 1000

// heard is what a process has yet to write down.
type heard struct {
	mu      sync.Mutex
	counts  map[kind]count
	written time.Time
	writing sync.WaitGroup
}

type kind struct {
	site                client.ID
	hour                int64 // microseconds
	endpoint, code, why string
}

type count struct {
	times int64
	last  time.Time
}

// Hear counts a refusal. It never waits for the database: it is called by the
// provider on its way to the answer. Writing is left to a goroutine, at most every
// two seconds, and to the job.
func (s *Service) Hear(site client.ID, endpoint, code, why string) {
	now := s.DB.Clock().Now()
	k := kind{site, now.Truncate(time.Hour).UnixMicro(), endpoint, code, why}
	h := &s.heard
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		h.counts = map[kind]count{}
	}
	was, known := h.counts[k]
	if !known && len(h.counts) >= mostHeard {
		return
	}
	h.counts[k] = count{was.times + 1, now}
	if now.Sub(h.written) < flushAfter && !now.Before(h.written) {
		return
	}
	h.written = now
	h.writing.Go(func() {
		if err := s.Flush(context.Background()); err != nil {
			s.Log.Warn("refusals of sites could not be written down", "error", err)
		}
	})
}

// Settle waits for what is being written, before the database is closed.
func (s *Service) Settle() { s.heard.writing.Wait() }

const countTrouble db.SQL = `INSERT INTO partner_trouble (site, hour, endpoint, code, why, times, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
	ON CONFLICT (site, hour, endpoint, code, why) DO UPDATE SET times = partner_trouble.times + excluded.times, last_at = excluded.last_at`

// Flush writes down what was heard about the sites of organisations. What cannot
// be written is lost: it is a help, not a proof.
func (s *Service) Flush(ctx context.Context) error {
	s.heard.mu.Lock()
	counts := s.heard.counts
	s.heard.counts = nil
	s.heard.mu.Unlock()
	if len(counts) == 0 {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for k, c := range counts {
			known, err := s.Clients.Get(tx, k.site)
			if fault.Is(err, fault.NotFound) || err == nil && known.Owner == "" {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := tx.Exec(countTrouble, string(k.site), k.hour, k.endpoint, k.code, k.why, c.times, db.At(c.last)); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	selectTroubles db.SQL = `SELECT endpoint, code, why, times, last_at FROM partner_trouble WHERE site = $1 AND hour >= $2 ORDER BY last_at DESC, endpoint, why LIMIT 200`
	dropTroubles   db.SQL = `DELETE FROM partner_trouble WHERE hour < $1`
)

// Troubles lists what was refused in the last seven days, newest first, for a
// member of the site's organisation.
func (s *Service) Troubles(ctx context.Context, who account.ID, id client.ID) (list []Trouble, err error) {
	if err := s.Flush(ctx); err != nil && !errors.Is(err, context.Canceled) {
		s.Log.Warn("refusals of sites could not be written down", "error", err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.own(tx, who, id); err != nil {
			return err
		}
		list, err = db.All(tx, func(r db.Row) (t Trouble, err error) {
			var at db.Time
			err = r.Scan(&t.Endpoint, &t.Code, &t.Why, &t.Times, &at)
			t.Last = at.Time
			return t, err
		}, selectTroubles, string(id), tx.Now().Add(-TroublesKept).UnixMicro())
		return err
	})
	return list, err
}

func tidyTroubles(tx *db.Tx) error {
	_, err := tx.Exec(dropTroubles, tx.Now().Add(-TroublesKept-time.Hour).UnixMicro())
	return err
}
