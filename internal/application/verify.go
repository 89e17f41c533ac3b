package application

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
	"okno/internal/text"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Standing is whether a document counts today.
type Standing string

// The values. Text keys are "application.verify.<standing>".
const (
	Valid   Standing = "valid"
	Ended   Standing = "ended"   // its term is over
	Revoked Standing = "revoked" // taken back
)

// Verified is what anybody may learn of a document by its code: no name, no data.
type Verified struct {
	Service    *jurisdiction.Service
	Authority  jurisdiction.Authority
	Number     string
	IssuedOn   text.Day
	ValidUntil text.Day // zero: for good
	Standing   Standing
	Sealed     bool // the seal of the QR code was given and belongs to this document
}

const selectVerified db.SQL = `SELECT service, authority, number, issued_on, valid_until, revoked_at FROM application_result WHERE code_idx = $1`

var errNoDocument = fault.New(fault.NotFound, "application.verify.unknown")

// NormalCode brings a typed code to its form: without spaces and hyphens, in
// capitals; "" when it can be none.
func NormalCode(typed string) string {
	code := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u2011", "", "\u00a0", "").Replace(text.FoldDigits(typed)))
	if len(code) != codeLetters {
		return ""
	}
	for _, r := range code {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return ""
		}
	}
	return code
}

// Verify looks whether a document is real: by its code, and by the seal of its QR
// code when one is given. Anybody may, without signing in.
func (s *Applications) Verify(ctx context.Context, typed, seal string) (v Verified, err error) {
	code := NormalCode(typed)
	if code == "" {
		return v, errNoDocument
	}
	var row struct {
		service, authority, number, issued string
		valid                              db.Text
		revoked                            db.Time
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := db.One(tx, func(r db.Row) (struct{}, error) {
			return struct{}{}, r.Scan(&row.service, &row.authority, &row.number, &row.issued, &row.valid, &row.revoked)
		}, selectVerified, s.codeIndex(code))
		v.Standing = standing(parseDay(string(row.valid)), s.today(tx), !row.revoked.IsZero())
		return err
	})
	if errors.Is(err, db.ErrNone) {
		return v, errNoDocument
	}
	if err != nil {
		return v, err
	}
	v.Service, _ = s.Law.Service(row.service)
	v.Authority, _ = s.Law.Authority(row.authority)
	v.Number, v.IssuedOn, v.ValidUntil = row.number, parseDay(row.issued), parseDay(string(row.valid))
	signature, _ := base64.RawURLEncoding.DecodeString(seal)
	v.Sealed = s.ring().Sealed(payload(code, row.service, row.authority, row.number, row.issued, string(row.valid)), signature)
	return v, nil
}

func standing(until, today text.Day, revoked bool) Standing {
	switch {
	case revoked:
		return Revoked
	case !until.IsZero() && until.Before(today):
		return Ended
	}
	return Valid
}

// payload is what a seal signs: exactly what Verify shows, and the code.
func payload(code, service, authority, number, issued, valid string) []byte {
	return []byte(strings.Join([]string{"okno document 1", code, service, authority, number, issued, valid}, "\n"))
}

// seal signs a result, so that a QR code cannot be made up.
func (s *Applications) seal(r Result, c Case) string {
	signature := s.ring().Seal(payload(r.Code, c.Service.ID, c.Authority, c.Number, r.IssuedOn, r.ValidUntil))
	return base64.RawURLEncoding.EncodeToString(signature)
}

func (s *Applications) ring() *secret.Ring { return s.Accounts.Vault().Ring() }

// VerifyAddress is what the QR code of a document holds.
func (s *Applications) VerifyAddress(r Result) string {
	return s.Origin + "/verify/" + r.Code + "?s=" + r.Seal
}
