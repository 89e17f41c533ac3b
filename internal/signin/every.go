package signin

import (
	"context"
	"errors"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/notify"
)

const selectEvery db.SQL = `SELECT every FROM signin_wish WHERE account = $1`

// wantsEvery says whether the holder asked for a notice of every sign-in. Nobody is
// told of sign-ins from a known browser before asking for it (NTF-06).
func wantsEvery(tx *db.Tx, id account.ID) (bool, error) {
	every, err := db.One(tx, db.Scalar[bool], selectEvery, string(id))
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	return every, err
}

const upsertEvery db.SQL = `INSERT INTO signin_wish (account, every, changed_at) VALUES ($1, $2, $3)
	ON CONFLICT (account) DO UPDATE SET every = excluded.every, changed_at = excluded.changed_at`

// TellEvery keeps whether the holder is told of every sign-in (NTF-06).
func (s *Service) TellEvery(tx *db.Tx, id account.ID, every bool) error {
	if _, err := tx.Exec(upsertEvery, string(id), every, db.At(tx.Now())); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: account.ByHolder(id), Act: "signin.every", Subject: string(id),
		Object: "account/" + string(id), Facts: map[string]string{"every": map[bool]string{true: "on", false: "off"}[every]}})
}

// tell sends the notice of a sign-in (AUTH-6, NTF-06).
func (s *Service) tell(tx *db.Tx, id account.ID, known bool) (err error) {
	n := notify.Notice{To: id, Key: "signin.new_browser", Security: true}
	about := SignedInNew
	if known {
		n.Key, n.Security, about = "signin.every", false, SignedIn
	}
	if n.Path, err = s.DoubtPath(tx, id, about); err != nil {
		return err
	}
	return s.notices.Send(tx, n)
}

// NoticesOf reads by which ways notices reach the holder (NTF-01) and whether every
// sign-in is told (NTF-06).
func (s *Service) NoticesOf(ctx context.Context, n *notify.Notices, id account.ID) (channels []notify.Channel, every bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if channels, err = n.Channels(tx, id); err != nil {
			return err
		}
		every, err = wantsEvery(tx, id)
		return err
	})
	return channels, every, err
}

// ChooseNotices keeps by which ways ordinary notices go and whether every sign-in
// is told. Refused field: channels.
func (s *Service) ChooseNotices(ctx context.Context, n *notify.Notices, id account.ID, wanted []account.ContactKind, every bool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := n.SetChannels(tx, id, wanted); err != nil {
			return err
		}
		return s.TellEvery(tx, id, every)
	})
}
