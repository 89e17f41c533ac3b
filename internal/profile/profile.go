// Package profile keeps what a resident has told the state about himself: name,
// birth, documents, numbers, addresses (PRF). Which fields there are is data of
// the jurisdiction. Each value is sealed under the account's key and carries its
// source: who typed it, or which register confirmed it, and when.
//
// A value that the registers check (a core field) may be changed at any time.
// Below the standard level the new value stands at once. From then on it is
// pending: the old one stays in force until the registers confirm the new one
// . The package never asks a register (package check does) and never shows
// data to anybody but through Read.
//
// Tables: profile_profile, profile_value, profile_draft, profile_contact. No jobs, no events.
package profile

import (
	"context"
	"maps"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
	"okno/internal/text"
)

// Source says who a value is from: "holder", "register/<code>" or "desk/<centre>".
type Source string

// Holder is the account's own holder, who typed the value.
const Holder Source = "holder"

// FromRegister is a register that confirmed the value.
func FromRegister(code string) Source { return Source("register/" + code) }

// FromDesk is a centre where an officer typed the value from the document.
func FromDesk(centre string) Source { return Source("desk/" + centre) }

// Register is the code of the register that confirmed the value.
func (s Source) Register() (string, bool) { return strings.CutPrefix(string(s), "register/") }

// Desk is the code of the centre where the value was typed.
func (s Source) Desk() (string, bool) { return strings.CutPrefix(string(s), "desk/") }

// Value is one value with where it is from. The zero Value is nothing given.
type Value struct {
	Text   string // as kept: numbers without spaces, dates 2006-01-02
	Source Source
	At     time.Time // when it was typed or confirmed
}

// Confirmed says that somebody other than the holder vouches for the value.
func (v Value) Confirmed() bool { return v.Text != "" && v.Source != Holder && v.Source != "" }

// Fields of every country; the others are codes of the jurisdiction: parts of a
// name ("family_name"), numbers ("snils"), a field of a document
// ("ru_passport.series"), a part of an address ("residence_address.city").
const (
	Sex          = "sex"         // male or female
	BirthDate    = "birth_date"  // 2006-01-02
	BirthPlace   = "birth_place" // as in the passport
	Citizenship  = "citizenship" // ISO 3166 code
	Identity     = "identity_document"
	Registration = "registration_address"
	Residence    = "residence_address"
)

// Profile is what is known of one account's holder. It is a copy: changing it changes nothing.
type Profile struct {
	Account  account.ID
	Contacts []account.Contact
	law      *jurisdiction.Jurisdiction
	standing map[string]Value
	pending  map[string]Value // empty text: to be taken away
}

// Value is the value in force of a field.
func (p Profile) Value(field string) Value { return p.standing[field] }

// Text is the text of the value in force, "" when nothing was given.
func (p Profile) Text(field string) string { return p.standing[field].Text }

// Pending is a changed value that waits for the registers.
func (p Profile) Pending(field string) (Value, bool) {
	v, ok := p.pending[field]
	return v, ok
}

// HasPending says whether any changed value waits for the registers.
func (p Profile) HasPending() bool { return len(p.pending) > 0 }

// IsEmpty says that nothing but contacts is known.
func (p Profile) IsEmpty() bool { return len(p.standing) == 0 && len(p.pending) == 0 }

// Candidate is the profile as it will be once the pending values are confirmed:
// what the holder last wrote.
func (p Profile) Candidate() Profile {
	c := p
	c.standing, c.pending = maps.Clone(p.standing), nil
	for field, v := range p.pending {
		if v.Text == "" {
			delete(c.standing, field)
			continue
		}
		c.standing[field] = v
	}
	return c
}

// Values are the texts of all values in force.
func (p Profile) Values() map[string]string {
	all := make(map[string]string, len(p.standing))
	for field, v := range p.standing {
		all[field] = v.Text
	}
	return all
}

// Name are the parts of the name by code.
func (p Profile) Name() map[string]string {
	parts := map[string]string{}
	for _, part := range p.law.Names.Parts {
		if t := p.Text(part.Code); t != "" {
			parts[part.Code] = t
		}
	}
	return parts
}

// FullName is the name in the country's order, "" when none was given.
func (p Profile) FullName() string { return p.law.Names.Full(p.Name()) }

// Birth is the date of birth, zero when not given.
func (p Profile) Birth() text.Day {
	day, err := text.ParseDay(p.Text(BirthDate))
	if err != nil {
		return text.Day{}
	}
	return day
}

// Document is a document's kind and its values by field code.
type Document struct {
	Kind   string
	Fields map[string]string
}

// Exists says whether anything of the document is known.
func (d Document) Exists() bool { return len(d.Fields) > 0 }

// Document is what is known of a kind of document.
func (p Profile) Document(kind string) Document {
	return Document{Kind: kind, Fields: p.under(kind)}
}

// IdentityDocument is the document that proves who the holder is (PRF-11, PRF-15).
func (p Profile) IdentityDocument() Document { return p.Document(p.Text(Identity)) }

// Address is Registration or Residence, by the jurisdiction's parts.
func (p Profile) Address(which string) map[string]string { return p.under(which) }

// PostalAddress is where letters go: the residence, else the registration.
func (p Profile) PostalAddress() map[string]string {
	if residence := p.Address(Residence); len(residence) > 0 {
		return residence
	}
	return p.Address(Registration)
}

func (p Profile) under(prefix string) map[string]string {
	parts := map[string]string{}
	if prefix == "" {
		return parts
	}
	for field, v := range p.standing {
		if code, ok := strings.CutPrefix(field, prefix+"."); ok && v.Text != "" {
			parts[code] = v.Text
		}
	}
	return parts
}

// Wire are the values that a register is sent, by their names on the wire: what
// it needs and no more. Fields that were not given are absent.
func (p Profile) Wire(r jurisdiction.Register) map[string]string {
	fields := map[string]string{}
	for _, f := range r.Sends {
		name := f
		if renamed, ok := r.Renames[f]; ok {
			name = renamed
		}
		if value := p.sent(f); value != "" {
			fields[name] = value
		}
	}
	return fields
}

func (p Profile) sent(field string) string {
	if field == "document_type" {
		return p.Text(Identity)
	}
	if code, ok := strings.CutPrefix(field, "document_"); ok {
		return p.Text(p.Text(Identity) + "." + code)
	}
	return p.Text(field)
}

// Profiles are all profiles.
type Profiles struct {
	db       *db.DB
	accounts *account.Accounts
	law      *jurisdiction.Jurisdiction
	notices  Notices
	reauth   Reauth
}

// New makes the profiles of a jurisdiction. reauth and notices serve the adding of contacts.
func New(d *db.DB, accounts *account.Accounts, law *jurisdiction.Jurisdiction, notices Notices, reauth Reauth) *Profiles {
	return &Profiles{d, accounts, law, notices, reauth}
}

const selectValues db.SQL = `SELECT field, pending, value, source, at FROM profile_value WHERE account = $1`

type valueRow struct {
	field   string
	pending bool
	sealed  []byte
	Value
}

func scanValue(r db.Row) (row valueRow, err error) {
	var at db.Time
	err = r.Scan(&row.field, &row.pending, &row.sealed, &row.Source, &at)
	row.At = at.Time
	return row, err
}

// Read opens an account's profile. Who reads it for somebody else than its
// holder writes the audit line (D-18).
func (s *Profiles) Read(tx *db.Tx, id account.ID) (Profile, error) {
	s.accounts.AheadContacts(tx, id)
	p, err := s.ReadData(tx, id)
	if err != nil {
		return p, err
	}
	p.Contacts, err = s.accounts.Contacts(tx, id)
	return p, err
}

// ReadData is Read without the contacts, for whoever is not told them.
func (s *Profiles) ReadData(tx *db.Tx, id account.ID) (Profile, error) {
	p := Profile{Account: id, law: s.law, standing: map[string]Value{}, pending: map[string]Value{}}
	tx.Ahead(selectValues, string(id))
	key, err := s.accounts.Key(tx, id)
	if err != nil {
		return p, err
	}
	rows, err := db.All(tx, scanValue, selectValues, string(id))
	if err != nil {
		return p, err
	}
	for _, row := range rows {
		plain, err := key.Open(valuePlace(id, row.field, row.pending), row.sealed)
		if err != nil {
			return p, err
		}
		row.Text = string(plain)
		if row.pending {
			p.pending[row.field] = row.Value
		} else {
			p.standing[row.field] = row.Value
		}
	}
	return p, nil
}

func valuePlace(id account.ID, field string, pending bool) secret.Place {
	row := string(id) + "/" + field
	if pending {
		row += "/pending"
	}
	return secret.Place{Table: "profile_value", Column: "value", Row: row}
}

// Look reads the holder's own profile for a page.
func (s *Profiles) Look(ctx context.Context, id account.ID) (p Profile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { p, err = s.Read(tx, id); return err })
	return p, err
}

// IsWhole says whether the general form could be sent for checking as it is.
func (s *Profiles) IsWhole(p Profile, today text.Day) bool {
	_, err := s.Check(General, p.Candidate().Values(), today)
	return err == nil
}

// DocumentField is one field of a document of the profile with its rules; false for other fields.
func (s *Profiles) DocumentField(field string) (jurisdiction.DocumentField, bool) {
	kind, code, _ := strings.Cut(field, ".")
	if d, ok := s.law.Document(kind); ok {
		return d.Field(code)
	}
	return jurisdiction.DocumentField{}, false
}
