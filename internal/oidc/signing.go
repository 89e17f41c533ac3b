package oidc

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/db"
)

// pace is how keys of an algorithm move on.
type pace struct {
	lasts  time.Duration // how long a key signs
	notice time.Duration // how long its successor is shown before it signs
}

// Notice is how long the successor of a dialect's key is published before it signs,
// unless somebody hurries: those who pin certificates need a month to change a file.
const Notice = 30 * 24 * time.Hour

// hurried is the notice when a key has to go, and always that of ES256, whose users
// read the keys by themselves.
const hurried = 24 * time.Hour

// paceOf is the pace of an algorithm: a year for RS256, whose users pin
// certificates, and 91 days for ES256.
func paceOf(algorithm jose.SignatureAlgorithm) pace {
	if algorithm == jose.RS256 {
		return pace{365 * 24 * time.Hour, Notice}
	}
	return pace{91 * 24 * time.Hour, hurried}
}

// SigningKey is what everybody may know of a key that signs tokens.
type SigningKey struct {
	ID        string
	Algorithm string
	Published time.Time
	Signs     time.Time // from when
	Successor time.Time // when a successor is published if nobody makes one before; zero when there is one
	Retired   time.Time // zero: not yet
	Hidden    time.Time // when a retired key is published no more
	Print     string    // SHA-256 of its certificate, DER, in hexadecimal; "" for keys without
}

// State is how a key stands at a moment: next, signs, or old.
func (k SigningKey) State(now time.Time) string {
	switch {
	case k.Signs.After(now):
		return "next"
	case !k.Retired.IsZero() && !k.Retired.After(now):
		return "old"
	}
	return "signs"
}

// SigningKeys are the keys that are published now, newest first, without anything secret.
func (p *Provider) SigningKeys(ctx context.Context) (list []SigningKey, err error) {
	all, err := p.readRing(ctx)
	if err != nil {
		return nil, err
	}
	followed := map[jose.SignatureAlgorithm]bool{}
	for _, k := range all {
		one := SigningKey{ID: k.id, Algorithm: string(k.algorithm), Published: k.published, Signs: k.signs, Retired: k.retired}
		if !k.retired.IsZero() {
			one.Hidden = k.retired.Add(shownAfter)
		} else if own := paceOf(k.algorithm); !followed[k.algorithm] {
			one.Successor = k.signs.Add(own.lasts - own.notice)
		}
		followed[k.algorithm] = true
		if private, ok := k.private.(*rsa.PrivateKey); ok {
			der, err := k.certificate(private)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(der)
			one.Print = hex.EncodeToString(sum[:])
		}
		list = append(list, one)
	}
	return list, nil
}

const hurryKeys db.SQL = `UPDATE oidc_key SET signs_at = $1 WHERE retired_at IS NULL AND signs_at > $1`

// HurryKeys makes successors now and lets all that wait sign a day later, without
// the longer notice: for a key that may have become known to somebody.
func (p *Provider) HurryKeys(ctx context.Context) error {
	if err := p.RotateKeys(ctx); err != nil {
		return err
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(hurryKeys, db.At(tx.Now().Add(hurried)))
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: audit.BySystem("oidc.keys"), Act: "oidc.key", Object: "oidc_key", Facts: map[string]string{"hurried": "yes"}})
	})
}
