package portal

import (
	"context"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
	"okno/internal/signin"
)

// profileNotices counts the codes of new contacts under their own purpose.
type profileNotices struct{ *notify.Notices }

// Confirmed implements profile.Notices.
func (n profileNotices) Confirmed(tx *db.Tx, kind account.ContactKind, address string) error {
	return n.Notices.Confirmed(tx, "contact", kind, address)
}

// reauth asks for the password of somebody who is signed in (SESS-7).
type reauth struct {
	db     *db.DB
	signin *signin.Service
	hasher *secret.Hasher
}

// Reauth implements profile.Reauth.
func (r reauth) Reauth(ctx context.Context, id account.ID, password string) error {
	var hash string
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) { hash, err = r.signin.Hash(tx, string(id)); return err })
	if err != nil {
		return err
	}
	right, _, err := r.hasher.Verify(ctx, password, hash)
	if err == nil && !right {
		return fault.OneField("password", "account.password_wrong", nil)
	}
	return err
}
