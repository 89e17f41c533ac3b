package signin

import (
	"context"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
)

// Change is a change of a resident's password (PWD-16, SEC-01).
type Change struct {
	Old, New, Repeat string
	Browser          string // stays known; all others are forgotten
	Device           string
}

// ChangePassword sets a new password after the old one was given, ends all other
// sessions and tells the holder on all channels. A wrong old password is counted
// like a wrong sign-in, in a lane of its own: who found an open session may not
// guess on (OTP-3). Refused fields: old, password, repeat.
func (s *Service) ChangePassword(ctx context.Context, by Session, c Change) error {
	holder := string(by.Account)
	var hash string
	var old, words []string
	var l lane
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if hash, err = s.Hash(tx, holder); err != nil {
			return err
		}
		if old, err = s.Old(tx, holder, s.law.Passwords.Profile().History); err != nil {
			return err
		}
		if words, err = s.ownWords(tx, by.Account); err != nil {
			return err
		}
		l, err = readLane(tx, "c/"+holder)
		return err
	})
	if err != nil {
		return err
	}
	if wait := l.wait(s.db.Clock().Now()); wait > 0 {
		return tooSoon("old", wait)
	}
	if err := fault.Fields(chosen(&s.law.Passwords, c.New, c.Repeat, words)...); err != nil {
		return err
	}
	if hash == "" {
		return fault.OneField("old", "signin.password.none", nil)
	}
	right, _, err := s.hasher.Verify(ctx, c.Old, hash)
	if err != nil {
		return err
	}
	fresh, err := s.fresh(ctx, right, c, append(old, hash))
	if err != nil {
		return err
	}
	var refused error
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		refused, err = s.change(tx, by, c, l.name, hash, right, fresh)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// fresh hashes the new password, "" when it is one of the earlier ones. Nothing
// is done when the old password was wrong.
func (s *Service) fresh(ctx context.Context, right bool, c Change, earlier []string) (string, error) {
	if !right {
		return "", nil
	}
	for _, hash := range earlier {
		same, _, err := s.hasher.Verify(ctx, c.New, hash)
		if err != nil || same {
			return "", err
		}
	}
	return s.hasher.Hash(ctx, c.New)
}

// change counts the try or keeps the new password. The first result is a refusal
// to be remembered, so that the count is committed.
func (s *Service) change(tx *db.Tx, by Session, c Change, name, hash string, right bool, fresh string) (refused, err error) {
	l, err := readLane(tx, name)
	if err != nil {
		return nil, err
	}
	if wait := l.wait(tx.Now()); wait > 0 {
		return tooSoon("old", wait), nil
	}
	now, err := s.Hash(tx, string(by.Account))
	if err != nil {
		return nil, err
	}
	if !right || now != hash {
		_, err := l.count(tx)
		return fault.OneField("old", "signin.password.old_wrong", nil), err
	}
	if fresh == "" {
		return fault.OneField("password", "signin.password.used_before", nil), nil
	}
	if err := l.clear(tx); err != nil {
		return nil, err
	}
	return nil, s.replace(tx, by, c, fresh)
}

func (s *Service) replace(tx *db.Tx, by Session, c Change, hash string) error {
	holder := string(by.Account)
	if err := s.Set(tx, holder, hash); err != nil {
		return err
	}
	if err := s.sessions.EndAll(tx, holder, by.ID, "password"); err != nil {
		return err
	}
	if err := forgetBrowsers(tx, holder, c.Browser); err != nil {
		return err
	}
	if err := s.noteWithDevice(tx, holder, PasswordChanged, c.Device); err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Entry{Actor: by.By(), Act: "signin.password", Subject: holder, Object: "account/" + holder}); err != nil {
		return err
	}
	return s.tellChanged(tx, by.Account)
}

// tellChanged tells the holder of a new password, with the way to say "not me" (AUTH-6).
func (s *Service) tellChanged(tx *db.Tx, id account.ID) error {
	path, err := s.DoubtPath(tx, id, PasswordChanged)
	if err != nil {
		return err
	}
	return s.notices.Send(tx, notify.Notice{To: id, Key: "signin.password_changed", Path: path, Security: true})
}

// ownWords are what the password must not be made of (PWD-08).
func (s *Service) ownWords(tx *db.Tx, id account.ID) ([]string, error) {
	a, err := s.accounts.Get(tx, id)
	if err != nil {
		return nil, err
	}
	contacts, err := s.accounts.Contacts(tx, id)
	words := []string{a.Name.Full, a.Name.Short}
	for _, c := range contacts {
		words = append(words, c.Value)
	}
	return words, err
}

// chosen checks a password that somebody chose and typed twice (PWD-14).
func chosen(rules *jurisdiction.Passwords, password, repeat string, words []string) (wrong []fault.Field) {
	if password == "" {
		wrong = append(wrong, fault.Field{Name: "password", Key: "signin.password.new_missing"})
	} else if len(rules.Check(password, words)) > 0 {
		wrong = append(wrong, fault.Field{Name: "password", Key: "signin.password.weak"})
	}
	if password != repeat {
		wrong = append(wrong, fault.Field{Name: "repeat", Key: "signin.password.repeat_differs"})
	}
	return wrong
}
