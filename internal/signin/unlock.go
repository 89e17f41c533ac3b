package signin

import (
	"context"
	"errors"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
)

// unlockPurpose is under which wrong codes of this way are counted.
const unlockPurpose = "unlock"

const keepCode db.SQL = `UPDATE signin_doubt SET code = $2, code_tries = $3, code_ends_at = $4 WHERE id = $1 AND pressed_at IS NOT NULL AND restored_at IS NULL`

// SendUnlockCode sends a code to the phone that the holder had before what is
// doubted. Client is the network address, for limits. A TooMany fault says when to come again.
func (s *Service) SendUnlockCode(ctx context.Context, token, client, lang string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		d, err := s.doubt(tx, token)
		if err != nil || d.Phone == "" {
			return err
		}
		if err := s.notices.TakeSend(tx, notify.Ask{Purpose: unlockPurpose, Kind: account.Phone, Address: d.Phone, Client: client, Known: true}); err != nil {
			return err
		}
		rules := s.law.Rules.Code
		code, ends := secret.Digits(rules.Digits), tx.Now().Add(rules.Lifetime)
		if err := tx.ExecOne(keepCode, d.id, s.unlockMAC(d.id, code), rules.Tries, db.At(ends)); err != nil {
			return err
		}
		sent := audit.Entry{Actor: d.by(), Act: "signin.unlock_code", Subject: string(d.account), Object: "account/" + string(d.account)}
		if err := audit.Record(tx, sent); err != nil {
			return err
		}
		return s.notices.SendTo(tx, notify.Direct{Kind: account.Phone, Address: d.Phone, Lang: lang, Key: "signin.unlock_code", Code: code,
			Until: ends, Subject: string(d.account)})
	})
}

func (s *Service) unlockMAC(row, code string) string {
	return s.accounts.Vault().Ring().CodeMAC("signin.unlock", row, code)
}

// Unlocking is a new password for an account that its holder has locked.
type Unlocking struct {
	Token            string
	Code             string // from the phone, when there is one
	Password, Repeat string
	Device           string
}

// Unlock sets a new password by the link that locked the account: the link proves
// the mailbox, the code the phone if the holder had one before. It signs nobody in
// (REC-1). Refused fields: code, password, repeat.
func (s *Service) Unlock(ctx context.Context, u Unlocking) error {
	var d Doubt
	var words, earlier []string
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if d, err = s.doubt(tx, u.Token); err != nil {
			return err
		}
		if words, err = s.ownWords(tx, d.account); err != nil {
			return err
		}
		earlier, err = s.allHashes(tx, string(d.account))
		return err
	})
	if err != nil {
		return err
	}
	if !d.Pressed || d.Restored {
		return fault.New(fault.Expired, "signin.not_me_over")
	}
	if err := fault.Fields(chosen(&s.law.Passwords, u.Password, u.Repeat, words)...); err != nil {
		return err
	}
	mac, err := s.proveCode(ctx, d, u)
	if err != nil {
		return err
	}
	hash, err := s.fresh(ctx, true, Change{New: u.Password}, earlier)
	if err != nil {
		return err
	}
	if hash == "" {
		return fault.OneField("password", "signin.password.used_before", nil)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.unlock(tx, d, u, mac, hash) })
}

func (s *Service) allHashes(tx *db.Tx, holder string) ([]string, error) {
	earlier, err := s.Old(tx, holder, s.law.Passwords.Profile().History)
	if err != nil {
		return nil, err
	}
	hash, err := s.Hash(tx, holder)
	if hash != "" {
		earlier = append(earlier, hash)
	}
	return earlier, err
}

const countUnlockTry db.SQL = `UPDATE signin_doubt SET code_tries = code_tries - 1
	WHERE id = $1 AND code = $2 AND code_tries > 0 AND code_ends_at > $3`

// proveCode counts the try before it compares, and gives the MAC by which the code
// is spent; "" when no code is needed.
func (s *Service) proveCode(ctx context.Context, d Doubt, u Unlocking) (mac string, err error) {
	if d.Phone == "" {
		return "", nil
	}
	if u.Code == "" {
		return "", fault.OneField("code", "signin.unlock.code_missing", nil)
	}
	var refused error
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		refused = nil
		err := tx.ExecOne(countUnlockTry, d.id, d.code, db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			refused = fault.OneField("code", "signin.unlock.code_over", nil)
			return nil
		}
		if err != nil {
			return err
		}
		if mac = s.unlockMAC(d.id, u.Code); secret.Equal(mac, d.code) {
			return s.notices.Confirmed(tx, unlockPurpose, account.Phone, d.Phone)
		}
		refused = fault.OneField("code", "signin.unlock.code_wrong", nil)
		return s.notices.Wrong(tx, unlockPurpose, account.Phone, d.Phone)
	})
	if err != nil {
		return "", err
	}
	return mac, refused
}

const restoreDoubt db.SQL = `UPDATE signin_doubt SET restored_at = $2, code = NULL
	WHERE id = $1 AND pressed_at IS NOT NULL AND restored_at IS NULL AND ends_at > $2 AND coalesce(code, '') = $3`

// unlock spends the link and sets the password.
func (s *Service) unlock(tx *db.Tx, d Doubt, u Unlocking, mac, hash string) error {
	now, err := s.doubt(tx, u.Token)
	if err != nil {
		return err
	}
	if now.Restored || now.Phone != d.Phone {
		return fault.New(fault.Expired, "signin.not_me_over")
	}
	err = tx.ExecOne(restoreDoubt, d.id, db.At(tx.Now()), mac)
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Expired, "signin.not_me_over")
	}
	if err != nil {
		return err
	}
	holder := string(d.account)
	if err := s.Set(tx, holder, hash); err != nil {
		return err
	}
	if err := s.noteWithDevice(tx, holder, PasswordChanged, u.Device); err != nil {
		return err
	}
	proofs := "link"
	if d.Phone != "" {
		proofs = "link+phone"
	}
	entry := audit.Entry{Actor: d.by(), Act: "signin.unlock", Subject: holder, Object: "account/" + holder, Facts: map[string]string{"proofs": proofs}}
	if err := audit.Record(tx, entry); err != nil {
		return err
	}
	return s.tellChanged(tx, d.account)
}
