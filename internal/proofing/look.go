package proofing

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
)

// Fields of a profile that every country has (package profile).
const (
	identityDocument    = "identity_document"
	birthDate           = "birth_date"
	registrationAddress = "registration_address"
	residenceAddress    = "residence_address"
)

// Visit is what an officer sees of a visit. Numbers are masked until the officer
// has said why they are needed (AUTHZ-3); those that are typed from the document
// also until they have matched, so that nobody can copy them from the screen.
type Visit struct {
	Case
	Values   map[string]string // field to text, numbers masked; nil when the profile is not shown any more
	Masked   bool              // some numbers are masked and may be shown
	Phone    string            // the phone to which a code would go, masked; "" when there is none
	Document jurisdiction.Document
	Load     Load
	Now      time.Time
}

// Look reads a visit for its officer. The profile is shown while it is compared
// and not a moment longer; each look at it leaves an audit line with its purpose,
// which the resident sees (D-18).
func (s *Service) Look(ctx context.Context, o officer.Officer, id string) (v Visit, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := own(tx, o, id)
		if err != nil {
			return err
		}
		if v, err = s.visit(tx, c, c.State == Opened); err != nil {
			return err
		}
		if v.Load, err = s.load(tx, o); err != nil || v.Values == nil {
			return err
		}
		return look(tx, c, o)
	})
	return v, err
}

// look leaves the audit line of a look.
func look(tx *db.Tx, c Case, o officer.Officer) error {
	facts := map[string]string{"centre": c.Centre}
	if c.ShownWhy != "" {
		facts["shown"] = c.ShownWhy
	}
	return audit.Record(tx, audit.Entry{Actor: o.By(), Act: "proofing.look", Read: true, Subject: string(c.Account),
		Object: "proofing/" + c.ID, Purpose: PurposeKey(c.Purpose), Facts: facts})
}

// visit reads what may be seen of a visit, with the profile or without it. Of one
// that has ended only its state is left.
func (s *Service) visit(tx *db.Tx, c Case, profile bool) (Visit, error) {
	v := Visit{Case: c, Now: tx.Now()}
	if c.State.Live() && !c.Ends.After(tx.Now()) {
		v.State, v.Ended = Expired, c.Ends
	}
	if !v.State.Live() {
		return v, nil
	}
	phone, err := s.phone(tx, c)
	if err != nil {
		return v, err
	}
	v.Phone = mask(phone)
	if !profile {
		return v, nil
	}
	values, err := s.profiles.Values(tx, c.Account)
	if err != nil {
		return v, err
	}
	v.Document, _ = s.law.Document(values[identityDocument])
	v.Values, v.Masked = s.masked(c, values), c.ShownWhy == ""
	return v, nil
}

// masked are the values of a profile as the officer may see them now.
func (s *Service) masked(c Case, values map[string]string) map[string]string {
	shown := make(map[string]string, len(values))
	for field, value := range values {
		number := s.isNumber(field)
		typed := number && strings.HasPrefix(field, values[identityDocument]+".")
		if number && (c.ShownWhy == "" || typed && c.State == Opened) {
			value = mask(value)
		}
		shown[field] = value
	}
	return shown
}

// isNumber says that a field holds a national number or the number of a document.
func (s *Service) isNumber(field string) bool {
	if _, ok := s.law.Identifier(field); ok {
		return true
	}
	kind, code, ok := strings.Cut(field, ".")
	if !ok {
		return false
	}
	d, ok := s.law.Document(kind)
	f, found := d.Field(code)
	return ok && found && isDocumentNumber(f)
}

// isDocumentNumber says that a field of a document is part of its number: what is
// compared character by character, without spaces.
func isDocumentNumber(f jurisdiction.DocumentField) bool {
	return f.Compact || f.Kind == jurisdiction.KindIdentifier
}

// Numbers are the fields that the officer types from the shown document (OPR-04).
func Numbers(d jurisdiction.Document) []jurisdiction.DocumentField {
	var all []jurisdiction.DocumentField
	for _, f := range d.Fields {
		if isDocumentNumber(f) {
			all = append(all, f)
		}
	}
	return all
}

// mask hides all but the last two characters; of a short value, everything.
func mask(value string) string {
	const left, short = 2, 6
	n := utf8.RuneCountInString(value)
	if n < short {
		return strings.Repeat("•", n)
	}
	return strings.Repeat("•", n-left) + string([]rune(value)[n-left:])
}

// Reasons to show numbers (AUTHZ-3).
var ShowReasons = []string{"unreadable", "differs", "asked"}

// Show unmasks the numbers of a visit for a reason.
func (s *Service) Show(ctx context.Context, o officer.Officer, id, reason string) error {
	if !slices.Contains(ShowReasons, reason) {
		return fault.OneField("show-reason", "proofing.reason_missing", nil)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := live(tx, o, id)
		if err != nil {
			return err
		}
		c.ShownWhy = reason
		if err := save(tx, c.State, c); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: o.By(), Act: "proofing.show_numbers", Read: true, Subject: string(c.Account),
			Object: "proofing/" + c.ID, Purpose: "proofing.show." + reason, Facts: map[string]string{"centre": c.Centre}})
	})
}

// digest is who the visitor was when the document was compared: name, birth,
// identity document and national number. A profile that says somebody else at the
// confirmation is noticed.
func (s *Service) digest(values map[string]string) string {
	who := map[string]string{birthDate: values[birthDate], identityDocument: values[identityDocument]}
	unique := s.accounts.Rules().UniqueNumber
	for field, value := range values {
		_, isName := s.law.Names.Part(field)
		if isName || field == unique || strings.HasPrefix(field, values[identityDocument]+".") {
			who[field] = value
		}
	}
	text, err := json.Marshal(who) // keys in order
	if err != nil {
		panic("proofing: " + err.Error()) // strings always marshal
	}
	return s.accounts.Vault().Index("proofing.compared", string(text))
}
