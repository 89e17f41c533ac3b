package oidc

import (
	"time"

	"okno/internal/db"
	"okno/internal/secret"
)

const spendOnce db.SQL = `INSERT INTO oidc_once (id, until) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// once spends a value that somebody else made: an assertion's jti, a proof's jti,
// a signed request's jti. False when it was spent before (OTP-2, OTP-9: kind is
// part of its name). until is when nobody would take it any more.
func once(tx *db.Tx, kind, owner, value string, until time.Time) (bool, error) {
	n, err := tx.Exec(spendOnce, kind+"/"+secret.Hash(owner+"|"+value), db.At(until))
	return n == 1, err
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
