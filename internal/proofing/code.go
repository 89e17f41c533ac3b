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
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/text"
)

// phone is the confirmed phone to which the visitor's code goes: one that was
// confirmed before the visit began, so that nobody brings a new one to the desk
// (T-24). "" when there is none.
func (s *Service) phone(tx *db.Tx, c Case) (string, error) {
	contacts, err := s.accounts.Contacts(tx, c.Account)
	if err != nil {
		return "", err
	}
	for _, contact := range contacts {
		if contact.Kind == account.Phone && !contact.Confirmed.After(c.Opened) {
			return contact.Value, nil
		}
	}
	return "", nil
}

// SendCode sends a code to the visitor's own phone, the second channel (D-10). A
// new code kills the one before (OTP-1).
func (s *Service) SendCode(ctx context.Context, o officer.Officer, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := live(tx, o, id)
		if err != nil {
			return err
		}
		phone, err := s.phone(tx, c)
		if err != nil {
			return err
		}
		if phone == "" {
			return fault.New(fault.Conflict, "proofing.no_phone")
		}
		if err := s.notices.TakeSend(tx, notify.Ask{Purpose: purpose, Kind: account.Phone, Address: phone, Known: true}); err != nil {
			return err
		}
		code := secret.Digits(s.law.Rules.Code.Digits)
		c.codeMAC, c.tries, c.CodeEnds = s.mac(c.ID, code), 0, tx.Now().Add(s.law.Rules.Desk.VisitorCode)
		if err := step(tx, &c, sendCode, o.By()); err != nil {
			return err
		}
		holder, err := s.accounts.Get(tx, c.Account)
		if err != nil {
			return err
		}
		return s.notices.SendTo(tx, notify.Direct{Kind: account.Phone, Address: phone, Lang: holder.Language, Key: message("desk_code"),
			Code: code, Until: c.CodeEnds, Subject: string(c.Account)})
	})
}

// purpose binds codes to desks: a code of another kind never fits (OTP-9).
const purpose = "proofing.desk"

func (s *Service) mac(row, code string) string {
	return s.accounts.Vault().Ring().CodeMAC(purpose, row, code)
}

// CodeResult is how a typed code was judged.
type CodeResult struct {
	Right bool
	Left  int // tries left; 0: the code is dead, a new one must be sent
}

// EnterOwn takes the code that the visitor typed in an own session.
func (s *Service) EnterOwn(ctx context.Context, id account.ID, typed string) (CodeResult, error) {
	return s.enter(ctx, typed, account.ByHolder(id), func(tx *db.Tx) (Case, error) { return s.waiting(tx, id) })
}

// EnterAtDesk takes the code that the visitor typed on the desk's own screen for visitors.
func (s *Service) EnterAtDesk(ctx context.Context, o officer.Officer, id, typed string) (CodeResult, error) {
	by := audit.Actor{Kind: audit.Visitor, ID: "proofing/" + id}
	return s.enter(ctx, typed, by, func(tx *db.Tx) (Case, error) { return live(tx, o, id) })
}

// waiting is the account's own visit that waits for a code.
func (s *Service) waiting(tx *db.Tx, id account.ID) (Case, error) {
	c, err := oneCase(tx, selectLiveCase, string(id))
	if err != nil {
		return c, err
	}
	return c, c.mustLive(tx.Now())
}

// Waits says whether a desk waits for the account's code, and until when it holds.
func (s *Service) Waits(ctx context.Context, id account.ID) (c Case, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = s.waiting(tx, id)
		return err
	})
	return c, err
}

// Screen is the visit without anything of the visitor's, for the screen that is turned to the visitor.
func (s *Service) Screen(ctx context.Context, o officer.Officer, id string) (c Case, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = own(tx, o, id)
		return err
	})
	return c, err
}

const (
	countTry db.SQL = `UPDATE proofing_case SET code_tries = code_tries + 1
	WHERE id = $1 AND state = 'code_sent' AND code_tries < $2 AND code_ends_at > $3`
	spendCode db.SQL = `UPDATE proofing_case SET state = 'proved', code_mac = NULL WHERE id = $1 AND state = 'code_sent' AND code_mac = $2`
)

// enter counts a try, then compares (OTP-3), and spends the code by one
// conditional update (OTP-2).
func (s *Service) enter(ctx context.Context, typed string, by audit.Actor, find func(tx *db.Tx) (Case, error)) (result CodeResult, err error) {
	code, err := s.readCode(typed)
	if err != nil {
		return result, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		result = CodeResult{}
		c, err := find(tx)
		if err != nil {
			return err
		}
		if c.State != CodeSent {
			return fault.New(fault.Conflict, "proofing.no_code")
		}
		err = tx.ExecOne(countTry, c.ID, s.law.Rules.Code.Tries, db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return nil // dead, by time or by tries
		}
		if err != nil {
			return err
		}
		if !secret.Equal(c.codeMAC, s.mac(c.ID, code)) {
			result.Left = s.law.Rules.Code.Tries - c.tries - 1
			return s.wrong(tx, c, by)
		}
		result.Right = true
		return s.prove(tx, c, by)
	})
	return result, err
}

// wrong remembers a wrong code, over all codes of the phone (OTP-3).
func (s *Service) wrong(tx *db.Tx, c Case, by audit.Actor) error {
	phone, err := s.phone(tx, c)
	if err != nil {
		return err
	}
	if err := s.notices.Wrong(tx, purpose, account.Phone, phone); err != nil {
		return err
	}
	return record(tx, c, "proofing.code_wrong", by)
}

func (s *Service) prove(tx *db.Tx, c Case, by audit.Actor) error {
	err := tx.ExecOne(spendCode, c.ID, c.codeMAC)
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "proofing.moved_on")
	}
	if err != nil {
		return err
	}
	phone, err := s.phone(tx, c)
	if err != nil {
		return err
	}
	if err := s.notices.Confirmed(tx, purpose, account.Phone, phone); err != nil {
		return err
	}
	c.State, _ = c.State.after(prove)
	return record(tx, c, "proofing.proved", by)
}

// readCode takes the digits of what was typed or pasted, in any script.
func (s *Service) readCode(typed string) (string, error) {
	code := digitsOf(typed)
	switch {
	case code == "":
		return "", fault.OneField("code", "proofing.code_missing", nil)
	case len(code) != s.law.Rules.Code.Digits:
		return "", fault.OneField("code", "proofing.code_length", fault.Vars{"n": s.law.Rules.Code.Digits})
	}
	return code, nil
}

func digitsOf(typed string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text.FoldDigits(typed))
}

// Seconds is how long a code still holds.
func (c Case) Seconds(now time.Time) int { return max(0, int(c.CodeEnds.Sub(now)/time.Second)) }
