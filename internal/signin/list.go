package signin

import (
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
)

// Listed is a live session in the holder's list (S22).
type Listed struct {
	ID       string
	Line     string // the same for all its days (Session)
	Device   string // the browser in human words
	SignedIn time.Time
	Seen     time.Time
	Shared   bool
}

const selectSessions db.SQL = `SELECT id, line, device, shared, signed_in_at, seen_at, ends_at, idle FROM signin_session
	WHERE holder = $1 AND parent IS NULL AND ended_at IS NULL AND ends_at > $2 ORDER BY seen_at DESC, id`

// List gives the live sessions of an account, the last used first (SESS-6).
func (s *Sessions) List(tx *db.Tx, id account.ID) ([]Listed, error) {
	key, err := s.accounts.Key(tx, id)
	if err != nil {
		return nil, err
	}
	var live []Listed
	_, err = db.All(tx, func(r db.Row) (l Listed, err error) {
		var sealed []byte
		var signed, seen, ends db.Time
		var idle int64
		if err = r.Scan(&l.ID, &l.Line, &sealed, &l.Shared, &signed, &seen, &ends, &idle); err != nil {
			return l, err
		}
		l.SignedIn, l.Seen = signed.Time, seen.Time
		l.Device, err = key.OpenText(devicePlace(l.ID), sealed)
		until := Session{Seen: l.Seen, Ends: ends.Time, Idle: time.Duration(idle) * time.Microsecond}.Until()
		if until.After(tx.Now()) {
			live = append(live, l)
		}
		return l, err
	}, selectSessions, string(id), db.At(tx.Now()))
	return live, err
}

const endOwn db.SQL = `UPDATE signin_session SET ended_at = $3, ended_why = 'elsewhere'
	WHERE (id = $1 OR previous = $1) AND holder = $2 AND ended_at IS NULL RETURNING coalesce(parent, line)`

// EndOne ends another session of the same holder; a NotFound fault when there is no such one.
func (s *Sessions) EndOne(tx *db.Tx, by Session, id string) error {
	line, err := db.One(tx, db.Scalar[string], endOwn, id, by.holder(), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.NotFound, "signin.session_gone")
	}
	if err != nil {
		return err
	}
	return s.endLine(tx, line, "elsewhere")
}
