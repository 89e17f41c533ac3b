package oidc

import (
	"context"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

const (
	// A withdrawn key keeps its row, so that its name is never given again, but nothing of the key.
	withdrawKey db.SQL = `UPDATE oidc_key SET retired_at = 0, sealed = $2 WHERE id = $1 AND (retired_at IS NULL OR retired_at > 0)`
	countSigns  db.SQL = `SELECT count(*) FROM oidc_key WHERE algorithm = $1 AND retired_at IS NULL AND signs_at <= $2`
)

// WithdrawKey takes a signing key that somebody else may know out of use at once
// (F-30): it is shown no more, what it signed counts no more, and where it was the
// one that signs a new one signs in its place from now on. This process does so at
// once, others within keysFresh, and sites when they read the keys again. A key
// that is not shown is NotFound.
func (p *Provider) WithdrawKey(ctx context.Context, id string) error {
	all, err := p.readRing(ctx)
	if err != nil {
		return err
	}
	var algorithm jose.SignatureAlgorithm
	for _, k := range all {
		if k.id == id {
			algorithm = k.algorithm
		}
	}
	if algorithm == "" {
		return fault.New(fault.NotFound, "oidc.no_key")
	}
	private, err := newPrivate(algorithm) // before the transaction, as moveAll does
	if err != nil {
		return err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error { return p.withdraw(tx, id, algorithm, private) })
	if err != nil {
		return err
	}
	_, err = p.readRing(ctx)
	return err
}

func (p *Provider) withdraw(tx *db.Tx, id string, algorithm jose.SignatureAlgorithm, private any) error {
	n, err := tx.Exec(withdrawKey, id, []byte{})
	if err != nil || n == 0 {
		return err // somebody else was faster
	}
	entry := audit.Entry{Actor: audit.BySystem("oidc.keys"), Act: "oidc.key.withdraw", Object: "oidc_key/" + id, Facts: map[string]string{"algorithm": string(algorithm)}}
	if err := audit.Record(tx, entry); err != nil {
		return err
	}
	signs, err := db.One(tx, db.Scalar[int], countSigns, string(algorithm), db.At(tx.Now()))
	if err != nil || signs > 0 {
		return err
	}
	key, err := p.house(tx)
	if err != nil {
		return err
	}
	return p.addKey(tx, key, secret.NewID(), algorithm, private, tx.Now())
}
