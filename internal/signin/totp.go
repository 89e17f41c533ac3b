package signin

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/secret"
)

// Time-based codes as every authenticator app makes them (RFC 6238): SHA-1, six
// digits, steps of 30 seconds; one step to either side is taken, for clocks that
// are wrong.
const (
	stepLength = 30 * time.Second
	stepDrift  = 1
)

// newSecret makes 160 random bits in base32, as apps take them.
func newSecret() string {
	raw := make([]byte, 20)
	rand.Read(raw)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}

// stepOf gives the step that the code belongs to, 0 when it belongs to none.
func stepOf(secret, code string, now time.Time) int64 {
	if secret == "" || len(code) != 6 {
		return 0
	}
	present := now.Unix() / int64(stepLength/time.Second)
	for step := present - stepDrift; step <= present+stepDrift; step++ {
		ok, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && ok {
			return step
		}
	}
	return 0
}

// address is what an app reads from the QR code.
func address(issuer, login, secret string) string {
	v := url.Values{"secret": {secret}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?" + v.Encode()
}

const selectTOTP db.SQL = `SELECT secret FROM signin_totp WHERE officer = $1`

// totpOf gives the officer's secret, "" when there is none.
func (s *Service) totpOf(tx *db.Tx, id officer.ID) (string, error) {
	sealed, err := db.One(tx, db.Scalar[[]byte], selectTOTP, string(id))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	key, err := s.accounts.Vault().Open(tx, string(id))
	if err != nil {
		return "", err
	}
	return key.OpenText(totpPlace(id), sealed)
}

func totpPlace(id officer.ID) secret.Place {
	return secret.Place{Table: "signin_totp", Column: "secret", Row: string(id)}
}

const upsertTOTP db.SQL = `INSERT INTO signin_totp (officer, secret, last_step, set_at) VALUES ($1, $2, $3, $4)
	ON CONFLICT (officer) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, set_at = excluded.set_at`

// setTOTP keeps a new secret whose code of the given step has just been used.
func (s *Service) setTOTP(tx *db.Tx, id officer.ID, value string, step int64) error {
	key, err := s.accounts.Vault().Open(tx, string(id))
	if err != nil {
		return err
	}
	_, err = tx.Exec(upsertTOTP, string(id), key.SealText(totpPlace(id), value), step, db.At(tx.Now()))
	return err
}

const useStep db.SQL = `UPDATE signin_totp SET last_step = $2 WHERE officer = $1 AND last_step < $2`

// spendStep uses up a step: a code counts once, and no older one after it (OTP-2).
func spendStep(tx *db.Tx, id officer.ID, step int64) (bool, error) {
	n, err := tx.Exec(useStep, string(id), step)
	return n == 1, err
}
