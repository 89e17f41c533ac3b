package registration

import (
	"context"
	"encoding/json"
	"errors"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

func contentPlace(id string) secret.Place {
	return secret.Place{Table: "registration_registration", Column: "content", Row: id}
}

func namesPlace(id string) secret.Place {
	return secret.Place{Table: "registration_registration", Column: "names", Row: id}
}

const insertRegistration db.SQL = `INSERT INTO registration_registration
	(id, state, browser, kind, contact_idx, content, code_mac, tries, sent_at, code_ends_at, account, terms, created_at, ends_at)
	VALUES ($1, $2, $3, $4, $5, $6, '', 0, $7, $7, $8, $9, $7, $10)`

// insert keeps a new registration, sealed under its subject's key.
func (s *Service) insert(tx *db.Tx, r registration) error {
	key, err := s.Accounts.Vault().Open(tx, r.subject())
	if err != nil {
		return err
	}
	content, err := json.Marshal(r.typed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertRegistration, r.id, string(r.state), r.browser, string(r.kind), s.Accounts.Index(r.kind, r.typed.Contact),
		key.Seal(contentPlace(r.id), content), db.At(tx.Now()), string(r.account), r.terms, db.At(r.ends))
	return err
}

const columns db.SQL = `id, state, browser, kind, contact_idx, content, code_mac, tries, sent_at, code_ends_at, ends_at, account, terms, created_at
	FROM registration_registration WHERE `

const (
	selectByBrowser db.SQL = `SELECT ` + columns + `browser = $1 AND browser <> '' AND state IN ('code', 'mail', 'confirmed')`
	selectByToken   db.SQL = `SELECT ` + columns + `token = $1 AND state = 'mail'`
	selectByID      db.SQL = `SELECT ` + columns + `id = $1`
)

func scanRegistration(row db.Row) (r registration, err error) {
	var sent, codeEnds, ends, created db.Time
	err = row.Scan(&r.id, &r.state, &r.browser, &r.kind, &r.contact, &r.sealed, &r.codeMAC, &r.tries, &sent, &codeEnds, &ends, &r.account, &r.terms, &created)
	r.sent, r.codeEnds, r.ends, r.created = sent.Time, codeEnds.Time, ends.Time, created.Time
	return r, err
}

// find reads one live registration and unseals it; errNoRegistration when there is none.
func (s *Service) find(tx *db.Tx, q db.SQL, argument string) (registration, error) {
	r, err := db.One(tx, scanRegistration, q, argument)
	if errors.Is(err, db.ErrNone) || err == nil && !r.ends.After(tx.Now()) {
		return registration{}, errNoRegistration
	}
	if err != nil {
		return r, err
	}
	return r, s.unseal(tx, &r)
}

func (s *Service) unseal(tx *db.Tx, r *registration) error {
	key, err := s.Accounts.Vault().Open(tx, r.subject())
	if fault.Is(err, fault.Expired) {
		return errNoRegistration
	}
	if err != nil {
		return err
	}
	content, err := key.Open(contentPlace(r.id), r.sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, &r.typed)
}

const endRegistration db.SQL = `UPDATE registration_registration
	SET state = 'over', content = NULL, code_mac = '', token = NULL, ended_at = $2 WHERE id = $1`

// end closes a registration that leads nowhere and forgets what was typed.
func (s *Service) end(tx *db.Tx, r registration) error {
	if _, err := tx.Exec(endRegistration, r.id, db.At(tx.Now())); err != nil {
		return err
	}
	if r.account != "" {
		return nil
	}
	return s.Accounts.Vault().Drop(tx, r.subject())
}

// endBrowser closes what the browser had begun before: one registration a browser.
func (s *Service) endBrowser(tx *db.Tx, browser string) error {
	old, err := db.All(tx, scanRegistration, selectByBrowser, browser)
	if err != nil {
		return err
	}
	return s.endAll(tx, old, "")
}

const selectByContact db.SQL = `SELECT ` + columns + `contact_idx = $1 AND state IN ('code', 'mail', 'confirmed')`

// endContact closes every other pending registration of a contact (REC-6).
func (s *Service) endContact(tx *db.Tx, contact, except string) error {
	pending, err := db.All(tx, scanRegistration, selectByContact, contact)
	if err != nil {
		return err
	}
	return s.endAll(tx, pending, except)
}

func (s *Service) endAll(tx *db.Tx, all []registration, except string) error {
	for _, r := range all {
		if r.id == except {
			continue
		}
		if err := s.end(tx, r); err != nil {
			return err
		}
	}
	return nil
}

const (
	selectEnded   db.SQL = `SELECT ` + columns + `state IN ('code', 'mail', 'confirmed') AND ends_at < $1`
	deleteOver    db.SQL = `DELETE FROM registration_registration WHERE state = 'over' AND ended_at < $1`
	deleteContact db.SQL = `DELETE FROM registration_contact WHERE at < $1`
)

// tidy forgets registrations that nobody finished in time.
func (s *Service) tidy(tx *db.Tx) error {
	late, err := db.All(tx, scanRegistration, selectEnded, db.At(tx.Now()))
	if err != nil {
		return err
	}
	if err := s.endAll(tx, late, ""); err != nil {
		return err
	}
	old := db.At(tx.Now().Add(-s.Law.Rules.Links.Registration))
	if _, err := tx.Exec(deleteOver, old); err != nil {
		return err
	}
	_, err = tx.Exec(deleteContact, old)
	return err
}

const selectNames db.SQL = `SELECT id, names FROM registration_registration WHERE account = $1 AND state = 'done'`

// Names are the parts of the name that an account was opened with, by code, for
// the form of personal data (REG-39: nothing is asked twice). Empty for an
// account that was opened at a centre.
func (s *Service) Names(tx *db.Tx, id account.ID) (map[string]string, error) {
	type row struct {
		id     string
		sealed []byte
	}
	found, err := db.One(tx, func(r db.Row) (f row, err error) {
		err = r.Scan(&f.id, &f.sealed)
		return f, err
	}, selectNames, string(id))
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := s.Accounts.Key(tx, id)
	if err != nil {
		return nil, err
	}
	content, err := key.Open(namesPlace(found.id), found.sealed)
	if err != nil {
		return nil, err
	}
	var names map[string]string
	return names, json.Unmarshal(content, &names)
}

const selectSecond db.SQL = `SELECT ` + columns + `account = $1 AND state = 'mail' AND ends_at > $2 ORDER BY created_at DESC LIMIT 1`

// Unconfirmed is the second contact of an account whose letter still waits for
// its button, "" when there is none.
func (s *Service) Unconfirmed(ctx context.Context, id account.ID) (address string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := db.One(tx, scanRegistration, selectSecond, string(id), db.At(tx.Now()))
		if isNone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		err = s.unseal(tx, &r)
		address = r.typed.Contact
		return err
	})
	return address, err
}
