package signin

import (
	"errors"

	"okno/internal/db"
	"okno/internal/secret"
)

// Passwords keep the argon2id hashes of passwords, never a password. The zero
// value is ready for use.
type Passwords struct{}

// keptOld is how many earlier hashes of a holder are kept at most; the profile in
// force decides how many of them may not come back (jurisdiction, history).
const keptOld = 10

const (
	upsertPassword db.SQL = `INSERT INTO signin_password (holder, hash, set_at) VALUES ($1, $2, $3)
		ON CONFLICT (holder) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at, locked_at = NULL`
	copyPassword db.SQL = `INSERT INTO signin_old_password (id, holder, hash) SELECT $2, holder, hash FROM signin_password WHERE holder = $1`
	trimOld      db.SQL = `DELETE FROM signin_old_password WHERE holder = $1 AND id NOT IN
		(SELECT id FROM signin_old_password WHERE holder = $1 ORDER BY id DESC LIMIT $2)`
)

// Set keeps the hash of a holder's new password (an account's or officer's id;
// the hash is that of secret.Hasher.Hash) and remembers the one before. A locked
// password is open again with the new one. It ends no session: whoever calls it decides that.
func (Passwords) Set(tx *db.Tx, holder, hash string) error {
	moved, err := tx.Exec(copyPassword, holder, secret.NewID())
	if err != nil {
		return err
	}
	if moved > 0 {
		if _, err := tx.Exec(trimOld, holder, keptOld); err != nil {
			return err
		}
	}
	_, err = tx.Exec(upsertPassword, holder, hash, db.At(tx.Now()))
	return err
}

const selectPassword db.SQL = `SELECT hash FROM signin_password WHERE holder = $1`

// Hash gives the holder's hash, "" when no password is set.
func (Passwords) Hash(tx *db.Tx, holder string) (string, error) {
	hash, err := db.One(tx, db.Scalar[string], selectPassword, holder)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return hash, err
}

const (
	lockPassword db.SQL = `UPDATE signin_password SET locked_at = $2 WHERE holder = $1 AND locked_at IS NULL`
	selectLocked db.SQL = `SELECT 1 FROM signin_password WHERE holder = $1 AND locked_at IS NOT NULL`
)

// lock makes a password open nothing until another one is set; false when it was
// locked before or there is none.
func (Passwords) lock(tx *db.Tx, holder string) (bool, error) {
	n, err := tx.Exec(lockPassword, holder, db.At(tx.Now()))
	return n > 0, err
}

func (Passwords) locked(tx *db.Tx, holder string) (bool, error) {
	return db.Exists(tx, selectLocked, holder)
}

const selectOld db.SQL = `SELECT hash FROM signin_old_password WHERE holder = $1 ORDER BY id DESC LIMIT $2`

// Old gives up to n earlier hashes, the newest first.
func (Passwords) Old(tx *db.Tx, holder string, n int) ([]string, error) {
	return db.All(tx, db.Scalar[string], selectOld, holder, n)
}

const rehashPassword db.SQL = `UPDATE signin_password SET hash = $3 WHERE holder = $1 AND hash = $2`

// rehash replaces a hash of old parameters by one of the same password (AUTH-3);
// when the password was changed meanwhile, nothing happens.
func (Passwords) rehash(tx *db.Tx, holder, old, hash string) error {
	_, err := tx.Exec(rehashPassword, holder, old, hash)
	return err
}

const (
	dropPassword db.SQL = `DELETE FROM signin_password WHERE holder = $1`
	dropOld      db.SQL = `DELETE FROM signin_old_password WHERE holder = $1`
)

// Drop forgets a holder's passwords, when the account is erased.
func (Passwords) Drop(tx *db.Tx, holder string) error {
	if _, err := tx.Exec(dropPassword, holder); err != nil {
		return err
	}
	_, err := tx.Exec(dropOld, holder)
	return err
}
