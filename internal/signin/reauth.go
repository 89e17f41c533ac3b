package signin

import (
	"context"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
)

// Reauth proves afresh that the holder is at the screen, before contacts or
// factors change (SESS-7). It counts like ChangePassword, in the same lane.
// Refused field: password.
func (s *Service) Reauth(ctx context.Context, id account.ID, password string) error {
	var hash string
	var l lane
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if hash, err = s.Hash(tx, string(id)); err != nil {
			return err
		}
		l, err = readLane(tx, "c/"+string(id))
		return err
	})
	if err != nil {
		return err
	}
	if wait := l.wait(s.db.Clock().Now()); wait > 0 {
		return tooSoon("password", wait)
	}
	if hash == "" {
		return fault.OneField("password", "signin.password.none", nil)
	}
	right, _, err := s.hasher.Verify(ctx, password, hash)
	if err != nil {
		return err
	}
	var refused error
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) { refused, err = s.reproved(tx, id, l.name, hash, right); return err })
	if err != nil {
		return err
	}
	return refused
}

// reproved counts the try before it says how it ended; the first result is a
// refusal to be remembered.
func (s *Service) reproved(tx *db.Tx, id account.ID, name, hash string, right bool) (refused, err error) {
	l, err := readLane(tx, name)
	if err != nil {
		return nil, err
	}
	if wait := l.wait(tx.Now()); wait > 0 {
		return tooSoon("password", wait), nil
	}
	now, err := s.Hash(tx, string(id))
	if err != nil {
		return nil, err
	}
	if !right || now != hash {
		_, err := l.count(tx)
		return fault.OneField("password", "signin.password.old_wrong", nil), err
	}
	return nil, l.clear(tx)
}
