package account

import (
	"errors"
	"time"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// ContactKind is a way to reach somebody.
type ContactKind string

// The kinds of contacts.
const (
	Phone ContactKind = "phone" // E.164, as +79161234567
	Email ContactKind = "email" // as typed, compared in lower case
)

// Contact is a confirmed contact of an account.
type Contact struct {
	ID        string
	Kind      ContactKind
	Value     string
	Confirmed time.Time
}

// Index is the blind index of a contact's normal form.
func (a *Accounts) Index(kind ContactKind, value string) string {
	return a.vault.Index("account."+string(kind), normal(kind, value))
}

const insertContact db.SQL = `INSERT INTO account_contact (id, account, kind, idx, value, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6)`

// AddContact adds a contact that its holder has just confirmed. A contact of
// another account is a Conflict (REG-10, REG-11): the unique index decides.
func (a *Accounts) AddContact(tx *db.Tx, id ID, kind ContactKind, value string) error {
	key, err := a.vault.Open(tx, string(id))
	if err != nil {
		return err
	}
	row := secret.NewID()
	_, err = tx.Exec(insertContact, row, string(id), string(kind), a.Index(kind, value),
		key.SealText(contactPlace(row), value), db.At(tx.Now()))
	if errors.Is(err, db.ErrUnique) {
		return fault.New(fault.Conflict, "account.contact_taken")
	}
	return err
}

func contactPlace(row string) secret.Place {
	return secret.Place{Table: "account_contact", Column: "value", Row: row}
}

const selectContacts db.SQL = `SELECT id, kind, value, confirmed_at FROM account_contact WHERE account = $1 ORDER BY kind DESC, confirmed_at`

// Contacts lists an account's confirmed contacts, phones first.
func (a *Accounts) Contacts(tx *db.Tx, id ID) ([]Contact, error) {
	key, err := a.vault.Open(tx, string(id))
	if err != nil {
		return nil, err
	}
	return db.All(tx, func(r db.Row) (c Contact, err error) {
		var sealed []byte
		var at db.Time
		if err = r.Scan(&c.ID, &c.Kind, &sealed, &at); err != nil {
			return c, err
		}
		c.Confirmed = at.Time
		c.Value, err = key.OpenText(contactPlace(c.ID), sealed)
		return c, err
	}, selectContacts, string(id))
}

// AheadContacts lets what Contacts will read come with the answer to what is asked next.
func (a *Accounts) AheadContacts(tx *db.Tx, id ID) { tx.Ahead(selectContacts, string(id)) }

const selectByContact db.SQL = `SELECT account FROM account_contact WHERE kind = $1 AND idx = $2`

// ByContact finds the account that holds a contact; "" when nobody does.
func (a *Accounts) ByContact(tx *db.Tx, kind ContactKind, value string) (ID, error) {
	id, err := db.One(tx, db.Scalar[string], selectByContact, string(kind), a.Index(kind, value))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return ID(id), err
}
