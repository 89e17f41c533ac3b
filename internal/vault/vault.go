// Package vault keeps one data key for each subject (a person, an officer, a
// registration that is not a person yet), wrapped by a key that lives outside
// the database, so that destroying the row makes everything sealed for that
// subject unreadable for good (D-20, CRYPTO-1..3).
//
// Table: vault_key. It never keeps an unwrapped key longer than a transaction.
package vault

import (
	"errors"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// Vault opens subjects' keys with a ring.
type Vault struct{ ring *secret.Ring }

// New makes a vault.
func New(ring *secret.Ring) *Vault { return &Vault{ring: ring} }

// Ring is the ring behind the vault, for blind indexes and codes.
func (v *Vault) Ring() *secret.Ring { return v.ring }

// Index is the blind index of a value in a field (CRYPTO-3).
func (v *Vault) Index(field, value string) string { return v.ring.Index(field, value) }

const insertKey db.SQL = `INSERT INTO vault_key (subject, wrapped, wrap, created_at) VALUES ($1, $2, $3, $4)`

// Create makes the key of a new subject.
func (v *Vault) Create(tx *db.Tx, subject string) (secret.Key, error) {
	key, wrapped, wrap := v.ring.NewKey(subject)
	_, err := tx.Exec(insertKey, subject, wrapped, wrap, db.At(tx.Now()))
	if err == nil {
		tx.Keep(opened{v, subject}, key)
	}
	return key, err
}

const selectKey db.SQL = `SELECT wrapped, wrap FROM vault_key WHERE subject = $1 AND erased_at IS NULL`

// opened names an unwrapped key in its transaction, in which it is opened once.
type opened struct {
	vault   *Vault
	subject string
}

type wrappedKey struct {
	bytes []byte
	wrap  string
}

func scanKey(r db.Row) (w wrappedKey, err error) {
	err = r.Scan(&w.bytes, &w.wrap)
	return w, err
}

// Open gives a subject's key; a fault of kind Expired when it was erased or
// never existed.
func (v *Vault) Open(tx *db.Tx, subject string) (secret.Key, error) {
	if key, ok := tx.Kept(opened{v, subject}).(secret.Key); ok {
		return key, nil
	}
	w, err := db.One(tx, scanKey, selectKey, subject)
	if errors.Is(err, db.ErrNone) {
		return secret.Key{}, fault.New(fault.Expired, "web.erased")
	}
	if err != nil {
		return secret.Key{}, err
	}
	key, err := v.ring.Unwrap(subject, w.bytes, w.wrap)
	if err == nil {
		tx.Keep(opened{v, subject}, key)
	}
	return key, err
}

// Ahead lets the key come with the answer to what is asked next.
func (v *Vault) Ahead(tx *db.Tx, subject string) {
	if tx.Kept(opened{v, subject}) == nil {
		tx.Ahead(selectKey, subject)
	}
}

// Held is the condition, for statements of other packages, that the subject $1 has a
// key that was not erased.
const Held = `EXISTS (SELECT 1 FROM vault_key WHERE subject = $1 AND erased_at IS NULL)`

const eraseKey db.SQL = `UPDATE vault_key SET wrapped = NULL, erased_at = $2 WHERE subject = $1 AND erased_at IS NULL`

// Erase destroys a subject's key. Erasing twice is harmless.
func (v *Vault) Erase(tx *db.Tx, subject string) error {
	tx.Keep(opened{v, subject}, nil)
	_, err := tx.Exec(eraseKey, subject, db.At(tx.Now()))
	return err
}

const dropKey db.SQL = `DELETE FROM vault_key WHERE subject = $1`

// Drop removes a short-lived subject (a form that is kept for a moment, a
// registration that was never finished) with its key, without a tombstone.
func (v *Vault) Drop(tx *db.Tx, subject string) error {
	tx.Keep(opened{v, subject}, nil)
	_, err := tx.Exec(dropKey, subject)
	return err
}
