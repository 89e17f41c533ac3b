package proofing

import (
	"context"
	"errors"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
	"okno/internal/text"
)

const (
	passLetters = 8                   // characters of a pass
	passLife    = 90 * 24 * time.Hour // S14
)

// Pass is what a resident shows at a desk in place of a login: it names the
// account, opens nothing and tells nothing about its holder (S14).
type Pass struct {
	Code string // eight letters and digits that are not mistaken for one another
	Made time.Time
	Ends time.Time
}

// Shown is the code in two groups, as it is read aloud: "7KQ4 M2XP".
func (p Pass) Shown() string {
	if len(p.Code) != passLetters {
		return p.Code
	}
	return p.Code[:passLetters/2] + " " + p.Code[passLetters/2:]
}

const selectPass db.SQL = `SELECT code, made_at, ends_at FROM proofing_pass WHERE account = $1`

// PassOf reads the pass of an account; ok is false when there is none that holds.
func (s *Service) PassOf(ctx context.Context, id account.ID) (p Pass, ok bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var sealed []byte
		var made, ends db.Time
		_, err := db.One(tx, func(r db.Row) (struct{}, error) { return struct{}{}, r.Scan(&sealed, &made, &ends) }, selectPass, string(id))
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := s.accounts.Key(tx, id)
		if err != nil {
			return err
		}
		p.Made, p.Ends, ok = made.Time, ends.Time, ends.After(tx.Now())
		p.Code, err = key.OpenText(passPlace(id), sealed)
		return err
	})
	return p, ok, err
}

const upsertPass db.SQL = `INSERT INTO proofing_pass (account, idx, code, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (account) DO UPDATE SET idx = excluded.idx, code = excluded.code, made_at = excluded.made_at, ends_at = excluded.ends_at`

// MakePass makes a pass for an account that may be confirmed; the old one opens nothing any more.
func (s *Service) MakePass(ctx context.Context, id account.ID) (p Pass, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.mustStandard(tx, id); err != nil {
			return err
		}
		key, err := s.accounts.Key(tx, id)
		if err != nil {
			return err
		}
		p = Pass{Code: secret.Letters(passLetters), Made: tx.Now(), Ends: tx.Now().Add(passLife)}
		_, err = tx.Exec(upsertPass, string(id), s.passIndex(p.Code), key.SealText(passPlace(id), p.Code), db.At(p.Made), db.At(p.Ends))
		if err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(id), Act: "proofing.pass", Subject: string(id), Object: "account/" + string(id)})
	})
	return p, err
}

func passPlace(id account.ID) secret.Place {
	return secret.Place{Table: "proofing_pass", Column: "code", Row: string(id)}
}

func (s *Service) passIndex(code string) string {
	return s.accounts.Vault().Index("proofing.pass", code)
}

// mustStandard refuses what needs the standard level (LVL-11).
func (s *Service) mustStandard(tx *db.Tx, id account.ID) error {
	level, err := s.accounts.LevelOf(tx, id)
	if err == nil && level < account.Standard {
		return fault.New(fault.Forbidden, "account.proof_needs_standard")
	}
	return err
}

const selectByPass db.SQL = `SELECT account FROM proofing_pass WHERE idx = $1 AND ends_at > $2`

func (s *Service) byPass(tx *db.Tx, code string) (account.ID, error) {
	id, err := db.One(tx, db.Scalar[string], selectByPass, s.passIndex(code), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return account.ID(id), err
}

// passShape brings a typed pass code to its form: capitals, no spaces or hyphens.
func passShape(typed string) (string, bool) {
	code := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text.FoldDigits(strings.TrimSpace(typed))))
	if len(code) != passLetters {
		return "", false
	}
	for _, r := range code {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return "", false
		}
	}
	return code, true
}
