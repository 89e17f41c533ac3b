package signin

import (
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/secret"
)

// RenewGrace is how long the token before a renewal still finds the session, so
// that requests which were under way with it are not signed out.
const RenewGrace = 30 * time.Second

const (
	selectRenewed db.SQL = `SELECT id, line, holder_kind, holder, level, shared, way, browser, signed_in_at, seen_at, ends_at, idle
	FROM signin_session WHERE previous = $1 AND previous_until > $2 AND ended_at IS NULL`
	selectSalt db.SQL = `SELECT salt FROM signin_session WHERE id = $1`
)

// findRenewed finds a session by the token that it had until a moment ago.
func (s *Sessions) findRenewed(tx *db.Tx, token string) (Session, error) {
	found, err := db.One(tx, scanSession, selectRenewed, secret.Hash(token), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return Session{}, nil
	}
	if err != nil {
		return Session{}, err
	}
	salt, err := db.One(tx, db.Scalar[string], selectSalt, found.ID)
	found.Renewed = s.successor(token, salt)
	return found, err
}

// successor is the token that follows another one. Nobody computes it without the
// ring and the token before, and the table holds neither, so that every request
// of the grace gets the same new token and nothing of it is kept.
func (s *Sessions) successor(token, salt string) string {
	return s.accounts.Vault().Ring().CodeMAC("signin.renew", salt, token)
}

const (
	selectDevice db.SQL = `SELECT device FROM signin_session WHERE id = $1`
	renewSession db.SQL = `UPDATE signin_session SET id = $2, device = $3, level = $4, seen_at = $5, ends_at = $6, idle = $7,
	previous = $1, previous_until = $8, salt = $9
	WHERE id = $1 AND level = $10 AND ended_at IS NULL AND (previous_until IS NULL OR previous_until <= $5)`
)

// Renew gives a resident's session a new id when the account's level has moved
// since the session was made (SESS-2): the checks passed in the background, or an
// operator confirmed the identity. The limits of the new level hold from then on;
// they only ever become shorter. Of many requests at once one renews, the others
// find the same new token in Session.Renewed. A token that is not shown by the
// browser it was given to ends the session instead: whoever holds a copy of a
// cookie shall not rise with its owner. A second renewal waits for the grace of the first.
func (s *Sessions) Renew(tx *db.Tx, token, browser string) (Session, error) {
	old, err := s.Find(tx, token)
	if err != nil || old.Account == "" || old.Renewed != "" {
		return old, err
	}
	level, err := s.accounts.LevelOf(tx, old.Account)
	if err != nil || level == old.Level {
		return old, err
	}
	if !old.Fits(browser) {
		return Session{}, s.End(tx, old, "level")
	}
	return s.renewed(tx, old, token, level)
}

// Fits says whether the session was made in the browser of that id.
func (s Session) Fits(browser string) bool { return s.Browser == "" || s.Browser == browser }

func (s *Sessions) renewed(tx *db.Tx, old Session, token string, level account.Level) (Session, error) {
	fresh, salt := old, secret.Token()
	fresh.Renewed = s.successor(token, salt)
	fresh.ID, fresh.Level, fresh.Seen = secret.Hash(fresh.Renewed), level, tx.Now()
	idle, total := s.limits.of(level)
	fresh.Idle = min(old.Idle, idle)
	if ends := old.SignedIn.Add(total); ends.Before(old.Ends) {
		fresh.Ends = ends
	}
	if !fresh.Until().After(tx.Now()) {
		return Session{}, s.End(tx, old, "level")
	}
	device, err := s.movedDevice(tx, old, fresh.ID)
	if err != nil {
		return Session{}, err
	}
	n, err := tx.Exec(renewSession, old.ID, fresh.ID, device, int(level), db.At(fresh.Seen), db.At(fresh.Ends), fresh.Idle.Microseconds(),
		db.At(tx.Now().Add(RenewGrace)), salt, int(old.Level))
	if err != nil {
		return Session{}, err
	}
	if n == 0 { // the grace of another renewal
		return old, nil
	}
	return fresh, audit.Record(tx, audit.Entry{Actor: old.By(), Act: "signin.renew", Subject: old.holder(), Object: "session/" + fresh.ID[:16],
		Facts: map[string]string{"before": old.ID[:16], "from": old.Level.String(), "to": level.String()}})
}

// movedDevice seals the device for the row's new name.
func (s *Sessions) movedDevice(tx *db.Tx, old Session, id string) ([]byte, error) {
	key, err := s.accounts.Key(tx, old.Account)
	if err != nil {
		return nil, err
	}
	sealed, err := db.One(tx, db.Scalar[[]byte], selectDevice, old.ID)
	if err != nil || sealed == nil {
		return nil, err
	}
	device, err := key.OpenText(devicePlace(old.ID), sealed)
	return key.SealText(devicePlace(id), device), err
}

func devicePlace(id string) secret.Place {
	return secret.Place{Table: "signin_session", Column: "device", Row: id}
}

// of are the limits of a resident's session at a level.
func (l Limits) of(level account.Level) (idle, total time.Duration) {
	if level == account.Verified {
		return l.VerifiedIdle, l.VerifiedTotal
	}
	return l.Idle, l.Total
}
