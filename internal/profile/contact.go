package profile

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
	"okno/internal/signin"
)

// Reauth proves afresh that the holder is at the screen (SESS-7): fault.Invalid
// with the field "password" when the password is not the account's, a fault of
// another kind when contacts are held (D-09). Package signin has it.
type Reauth interface {
	Reauth(ctx context.Context, id account.ID, password string) error
	// DoubtPath is the link by which the holder says that a change was not his (AUTH-6).
	DoubtPath(tx *db.Tx, id account.ID, about signin.EventKind) (string, error)
}

// Notices sends codes and tells what happened; Confirmed counts under the purpose "contact".
type Notices interface {
	Send(tx *db.Tx, n notify.Notice) error
	SendTo(tx *db.Tx, d notify.Direct) error
	TakeSend(tx *db.Tx, ask notify.Ask) error
	Wrong(tx *db.Tx, purpose string, kind account.ContactKind, address string) error
	Confirmed(tx *db.Tx, kind account.ContactKind, address string) error
}

// purpose is under which wrong codes of new contacts are counted.
const purpose = "contact"

// Adding is a contact that waits for its code.
type Adding struct {
	ID    string
	Kind  account.ContactKind
	Value string
	Ends  time.Time
	Tries int // left
}

// NewContact is what was typed to add a contact.
type NewContact struct {
	Kind     account.ContactKind
	Typed    string
	Password string
	Client   string // address of the browser, for limits
	Lang     string // language of the code's text
}

const insertAdding db.SQL = `INSERT INTO profile_contact (id, account, kind, value, code, tries, sent_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

const deleteAdding db.SQL = `DELETE FROM profile_contact WHERE account = $1 AND kind = $2`

// BeginContact asks for the password first and then sends a code to the new
// contact (PRF-27). Whether somebody else has the contact is not said before the code is right.
func (s *Profiles) BeginContact(ctx context.Context, id account.ID, c NewContact) (string, error) {
	value, err := s.normalContact(c)
	if err != nil {
		return "", err
	}
	if err := s.reauth.Reauth(ctx, id, c.Password); err != nil {
		return "", err
	}
	var row string
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.notices.TakeSend(tx, notify.Ask{Purpose: purpose, Kind: c.Kind, Address: value, Client: c.Client}); err != nil {
			return err
		}
		if row, err = s.sendCode(tx, id, c, value); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(id), Act: "profile.contact_code", Subject: string(id), Object: "profile_contact/" + row,
			Facts: map[string]string{"contact": string(c.Kind)}})
	})
	return row, err
}

func (s *Profiles) normalContact(c NewContact) (string, error) {
	if c.Kind == account.Phone {
		return s.law.Phone.Normalise(c.Typed)
	}
	typed := strings.TrimSpace(c.Typed)
	address, err := mail.ParseAddress(typed)
	if err != nil || address.Address != typed || len(typed) > 254 {
		return "", fault.OneField("email", "profile.email_shape", fault.Vars{"example": "name@example.org"})
	}
	return typed, nil
}

func (s *Profiles) sendCode(tx *db.Tx, id account.ID, c NewContact, value string) (string, error) {
	rules := s.law.Rules.Code
	row, code := secret.NewID(), secret.Digits(rules.Digits)
	key, err := s.accounts.Key(tx, id)
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(deleteAdding, string(id), string(c.Kind)); err != nil {
		return "", err
	}
	ends := tx.Now().Add(rules.Lifetime)
	_, err = tx.Exec(insertAdding, row, string(id), string(c.Kind), key.SealText(addingPlace(row), value), s.codeMAC(row, code), rules.Tries, db.At(tx.Now()), db.At(ends))
	if err != nil {
		return "", err
	}
	return row, s.notices.SendTo(tx, notify.Direct{Kind: c.Kind, Address: value, Lang: c.Lang, Key: "profile.contact_code", Code: code, Until: ends, Subject: string(id)})
}

func (s *Profiles) codeMAC(row, code string) string {
	return s.accounts.Vault().Ring().CodeMAC("profile.contact", row, code)
}

func addingPlace(row string) secret.Place {
	return secret.Place{Table: "profile_contact", Column: "value", Row: row}
}

const selectAdding db.SQL = `SELECT id, kind, value, code, tries, ends_at FROM profile_contact WHERE account = $1 AND id = $2`

// Adding finds a contact that waits for its code; NotFound when there is none.
func (s *Profiles) Adding(tx *db.Tx, id account.ID, row string) (Adding, error) {
	a, _, err := s.adding(tx, id, row)
	return a, err
}

// Awaits is Adding in a transaction of its own.
func (s *Profiles) Awaits(ctx context.Context, id account.ID, row string) (a Adding, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { a, err = s.Adding(tx, id, row); return err })
	return a, err
}

func (s *Profiles) adding(tx *db.Tx, id account.ID, row string) (Adding, string, error) {
	var a Adding
	var sealed []byte
	code, err := db.One(tx, func(r db.Row) (code string, err error) {
		var ends db.Time
		err = r.Scan(&a.ID, &a.Kind, &sealed, &code, &a.Tries, &ends)
		a.Ends = ends.Time
		return code, err
	}, selectAdding, string(id), row)
	if errors.Is(err, db.ErrNone) {
		return a, "", fault.New(fault.NotFound, "profile.no_contact")
	}
	if err != nil {
		return a, "", err
	}
	key, err := s.accounts.Key(tx, id)
	if err != nil {
		return a, "", err
	}
	a.Value, err = key.OpenText(addingPlace(row), sealed)
	return a, code, err
}

const countTry db.SQL = `UPDATE profile_contact SET tries = tries - 1 WHERE id = $1 AND tries > 0`

const spendAdding db.SQL = `DELETE FROM profile_contact WHERE id = $1`

// ConfirmContact tries the code. A right one adds the contact; a wrong one is
// counted for good and refused as fault.Invalid, field "code". A code of which
// the time or the tries are over is Expired; a contact of somebody else's
// account, told only after the right code, is a Conflict (REG-10).
func (s *Profiles) ConfirmContact(ctx context.Context, id account.ID, row, typed string) error {
	var refused error
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		refused = nil
		a, code, err := s.adding(tx, id, row)
		if err != nil {
			return err
		}
		if !a.Ends.After(tx.Now()) || a.Tries < 1 {
			refused = fault.New(fault.Expired, "profile.code_over")
			return nil
		}
		if err := tx.ExecOne(countTry, row); err != nil {
			return err
		}
		if !secret.Equal(code, s.codeMAC(row, typed)) {
			refused = fault.OneField("code", "profile.code_wrong", fault.Vars{"n": a.Tries - 1})
			return s.notices.Wrong(tx, purpose, a.Kind, a.Value)
		}
		return s.addContact(tx, id, a)
	})
	if err != nil {
		return err
	}
	return refused
}

func (s *Profiles) addContact(tx *db.Tx, id account.ID, a Adding) error {
	if err := tx.ExecOne(spendAdding, a.ID); err != nil {
		return err
	}
	path, err := s.reauth.DoubtPath(tx, id, signin.ContactAdded)
	if err != nil {
		return err
	}
	if err := s.notices.Send(tx, notify.Notice{To: id, Key: "profile.contact_added", Path: path, Security: true}); err != nil {
		return err // to the contacts that the account had before
	}
	if err := s.accounts.AddContact(tx, id, a.Kind, a.Value); err != nil {
		return err
	}
	by := account.ByHolder(id)
	if _, _, err := s.accounts.Add(tx, id, account.Evidence{Way: account.ByContact, Source: string(a.Kind)}, by); err != nil {
		return err
	}
	if err := s.notices.Confirmed(tx, a.Kind, a.Value); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: by, Act: "profile.contact", Subject: string(id), Object: "profile/" + string(id), Facts: map[string]string{"kind": string(a.Kind)}})
}
