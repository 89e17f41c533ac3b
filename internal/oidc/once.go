package oidc

import (
	"errors"
	"time"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/secret"
)

const spendOnce db.SQL = `INSERT INTO oidc_once (id, until) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// once is how a value is spent that somebody else made: an assertion's jti, a proof's
// jti, a signed request's jti. used is the error when it was spent before (OTP-2, OTP-9:
// kind is part of its name). until is when nobody would take it any more. One that this
// node has seen before is not spent together with what others spend: it would hold them up.
func (p *Provider) once(kind, owner, value string, until time.Time, used error) func(*db.Tx) error {
	id := kind + "/" + secret.Hash(owner+"|"+value)
	seen := p.seen.Of(id)
	p.seen.Keep(id, true)
	return func(tx *db.Tx) error {
		spend := tx.Spend
		if seen {
			spend = tx.ExecOne
		}
		err := spend(spendOnce, id, db.At(until))
		if errors.Is(err, db.ErrNone) {
			err = used
		}
		return err
	}
}

// spendFor spends all that a call brought. Whoever calls it writes the audit line
// of what it was spent for in the same transaction, or recordSpent.
func spendFor(tx *db.Tx, c proven, bound binding) error {
	for _, spend := range []func(*db.Tx) error{c.spend, bound.spend} {
		if spend == nil {
			continue
		}
		if err := spend(tx); err != nil {
			return err
		}
	}
	return nil
}

// spends says whether a call brought anything to be spent.
func spends(c proven, bound binding) bool { return c.spend != nil || bound.spend != nil }

// recordSpent is the audit line of a one-time value where nothing else is written
// of what it was spent for: what kind it was, never the value.
func recordSpent(tx *db.Tx, id client.ID, what string) error {
	return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Client, ID: string(id)}, Act: "oidc.spend", Object: "client/" + string(id), Facts: map[string]string{"what": what}})
}

// recordRefused is the audit line of what was spent for nothing.
func recordRefused(tx *db.Tx, c proven, bound binding, refused error) error {
	if refused == nil || !spends(c, bound) {
		return nil
	}
	return recordSpent(tx, c.ID, "refused")
}

const (
	tidyOnce   db.SQL = `DELETE FROM oidc_once WHERE until < $1`
	tidyFlow   db.SQL = `DELETE FROM oidc_flow WHERE ends_at < $1`
	tidyPushed db.SQL = `DELETE FROM oidc_pushed WHERE ends_at < $1`
	tidyDevice db.SQL = `DELETE FROM oidc_device WHERE ends_at < $1`
	tidyGrant  db.SQL = `DELETE FROM oidc_grant WHERE ends_at < $1`
	tidyWell   db.SQL = `DELETE FROM oidc_farewell WHERE created_at < $1`
)

// What is over is kept for a while: grants for a day, so that a code or a refresh
// token that is used again is known as such; farewells for 30 days, as a record.
const (
	keptGrant    = 24 * time.Hour
	keptFarewell = 30 * 24 * time.Hour
)

// tidy removes what nobody can use any more.
func tidy(tx *db.Tx) error {
	for _, t := range []struct {
		q     db.SQL
		after time.Duration
	}{{tidyOnce, time.Hour}, {tidyFlow, time.Hour}, {tidyPushed, time.Hour}, {tidyDevice, time.Hour}, {tidyGrant, keptGrant}, {tidyWell, keptFarewell}} {
		if _, err := tx.Exec(t.q, db.At(tx.Now().Add(-t.after))); err != nil {
			return err
		}
	}
	return nil
}
