package oidc

import (
	"context"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/signin"
)

// Register adds the jobs and listens to events. site is the door to the sites.
func (p *Provider) Register(q *jobs.Queue, site Site) {
	jobs.Handle(q, func(ctx context.Context, _ jobs.Job, args TellFarewell) error {
		return p.tell(ctx, site, args.Farewell, false)
	}, jobs.Door("backchannel"))
	jobs.Handle(q, func(ctx context.Context, _ jobs.Job, args TellSlowly) error {
		return p.tell(ctx, site, args.Farewell, true)
	}, jobs.Door("backchannel_slow"))
	jobs.Every(q, time.Hour, func(ctx context.Context, _ jobs.Job, _ MoveKeys) error { return p.MoveKeys(ctx) })
	jobs.Every(q, time.Hour, func(ctx context.Context, _ jobs.Job, _ Tidy) error { return p.DB.Write(ctx, tidy) })
	jobs.Subscribe(q, "oidc", func(ctx context.Context, _ jobs.Job, e signin.Ended) error {
		return p.DB.Write(ctx, func(tx *db.Tx) error { return p.EndSession(tx, e.Line) })
	})
	jobs.Subscribe(q, "oidc", func(ctx context.Context, _ jobs.Job, e signin.AllEnded) error {
		return p.DB.Write(ctx, func(tx *db.Tx) error { return p.allEnded(tx, e) })
	})
	jobs.Subscribe(q, "oidc", func(ctx context.Context, _ jobs.Job, e consent.Stopped) error {
		return p.DB.Write(ctx, func(tx *db.Tx) error {
			if _, err := jobs.AddAt(tx, tx.Now().Add(late), StoppedLate{e}); err != nil {
				return err
			}
			return p.consentStopped(tx, e)
		})
	})
	jobs.Handle(q, func(ctx context.Context, _ jobs.Job, e StoppedLate) error {
		return p.DB.Write(ctx, func(tx *db.Tx) error { return p.consentStopped(tx, e.Stopped) })
	})
	jobs.Subscribe(q, "oidc", func(ctx context.Context, _ jobs.Job, e account.LevelChanged) error {
		return p.DB.Write(ctx, func(tx *db.Tx) error {
			if _, err := jobs.AddAt(tx, tx.Now().Add(late), LevelLate{e.Account}); err != nil {
				return err
			}
			return p.levelMoved(tx, e.Account)
		})
	})
	jobs.Handle(q, func(ctx context.Context, _ jobs.Job, e LevelLate) error {
		return p.DB.Write(ctx, func(tx *db.Tx) error { return p.levelMoved(tx, e.Account) })
	})
}

// late is when it is looked again: what was decided before an event and put down after
// it (db.Settle) is in by then, and what SESS-5 allows, 5 seconds, is not over.
const late = 2 * time.Second

// StoppedLate is consent.Stopped a moment later.
type StoppedLate struct{ consent.Stopped }

// Kind implements jobs.Args.
func (StoppedLate) Kind() string { return "oidc.stopped_late" }

// LevelLate is account.LevelChanged a moment later.
type LevelLate struct {
	Account account.ID `json:"account"`
}

// Kind implements jobs.Args.
func (LevelLate) Kind() string { return "oidc.level_late" }

// apart is how far the clocks of nodes may be apart.
const apart = time.Minute

// consentStopped ends what a site was given under a consent. What was agreed to
// after it was stopped stays, however late the event comes; when nothing was, what was
// given at the same moment by another node ends too, whatever the time there.
func (p *Provider) consentStopped(tx *db.Tx, e consent.Stopped) error {
	at, err := consent.StoppedAt(tx, e.Consent)
	if err != nil || at.IsZero() {
		return err
	}
	holds, err := consent.Find(tx, e.Account, e.Client)
	if err != nil {
		return err
	}
	if holds.ID == "" {
		at = tx.Now().Add(apart)
	}
	return p.endGiven(tx, string(e.Account), e.Client, at)
}

// levelMoved ends what was given to a higher level than the person has now: no
// token says more than is true (SESS-5). What was given to a lower one learns of
// the rise with its next token, but what outlives sessions ends at the
// highest level (OIDC-9).
func (p *Provider) levelMoved(tx *db.Tx, who account.ID) error {
	level, err := p.Accounts.LevelOf(tx, who)
	if err != nil {
		return err
	}
	if level >= account.Verified {
		given, err := outliving(tx, who, tx.Now())
		if err == nil {
			err = revokeAll(tx, given, "raised")
		}
		if err != nil {
			return err
		}
	}
	n, err := tx.Exec(revokeHigher, string(who), db.At(tx.Now()), "level", int(level))
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem("account.level_changed"), Act: "oidc.revoke", Subject: string(who), Object: "account/" + string(who),
		Facts: map[string]string{"why": "level"}})
}

// MoveKeys is the periodic job of the signing keys.
type MoveKeys struct{}

// Kind implements jobs.Args.
func (MoveKeys) Kind() string { return "oidc.keys" }

// Tidy is the periodic job that removes what is over.
type Tidy struct{}

// Kind implements jobs.Args.
func (Tidy) Kind() string { return "oidc.tidy" }
