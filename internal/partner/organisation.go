package partner

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/text"
)

// State is how far an organisation has come.
type State string

// The states. Before an officer has confirmed it, an organisation may use the sandbox.
const (
	Asked     State = "asked"
	Confirmed State = "confirmed"
	Refused   State = "refused"
	Closed    State = "closed" // by two officers, for good
)

// Organisation is who brings sites.
type Organisation struct {
	ID      string
	State   State
	Name    jurisdiction.Words // in the country's languages
	Number  string             // as the register of organisations has it
	Contact string             // e-mail of its people
	Purpose string             // what it wants to sign people in for
	AskedBy account.ID
	AskedAt time.Time
	Reason  string // why an officer refused it, or two closed it
	Closed  time.Time
}

// Over says why nothing of an organisation can change any more: it was refused or
// closed. nil for all others.
func (o Organisation) Over() error {
	switch o.State {
	case Refused:
		return fault.New(fault.Conflict, "partner.refused")
	case Closed:
		return fault.New(fault.Conflict, "partner.closed")
	}
	return nil
}

// hold is Over for acts that change something: it keeps the organisation as it is
// until the transaction ends.
func (o Organisation) hold(tx *db.Tx) error {
	if err := o.Over(); err != nil {
		return err
	}
	return tx.ExecOne(lockOne, o.ID)
}

// check refuses, field by field: name, number, contact, purpose.
func (o Organisation) check(languages []string) error {
	var bad []fault.Field
	refuse := func(wrong bool, field, key string) {
		if wrong {
			bad = append(bad, fault.Field{Name: field, Key: key})
		}
	}
	for _, lang := range languages {
		if strings.TrimSpace(o.Name[lang]) == "" {
			bad = append(bad, nameMissing(lang))
		}
	}
	if len(bad) == 0 {
		err := client.Named(o.Name)
		refuse(err != "", "name_"+languages[0], err)
	}
	refuse(!number(o.Number), "number", "partner.number_form")
	refuse(!client.GoodContact(o.Contact), "contact", "client.contact.form")
	refuse(strings.TrimSpace(o.Purpose) == "" || len([]rune(o.Purpose)) > 400, "purpose", "client.purpose.form")
	return fault.Fields(bad...)
}

// nameMissing says in which language a name is missing.
func nameMissing(lang string) fault.Field {
	return fault.Field{Name: "name_" + lang, Key: "partner.name_missing", Vars: fault.Vars{"language": text.NameOf(lang)}}
}

// number says whether a text can be a registration number: each country has its
// own form, and an officer looks it up.
func number(n string) bool {
	return len(n) >= 3 && len(n) <= 40 && !strings.ContainsFunc(n, func(c rune) bool {
		return !(c <= unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)) || strings.ContainsRune("-/. ", c))
	})
}

const (
	insertOrganisation db.SQL = `INSERT INTO partner_organisation (id, state, title, number, contact, purpose, asked_by, asked_at, reason) VALUES ($1, 'asked', $2, $3, $4, $5, $6, $7, '')`
	countAsked         db.SQL = `SELECT count(*) FROM partner_organisation WHERE asked_by = $1 AND state = 'asked'`
)

// RegisterOrganisation keeps a new organisation, whose first member is whoever
// registers it. Refused fields: name_<language>, number, contact, purpose.
func (s *Service) RegisterOrganisation(ctx context.Context, who account.ID, o Organisation) (id string, err error) {
	o.Number = strings.ToUpper(strings.Join(strings.Fields(o.Number), ""))
	if err := o.check(s.languages()); err != nil {
		return "", err
	}
	name, err := json.Marshal(o.Name)
	if err != nil {
		return "", err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := db.One(tx, db.Scalar[int64], countAsked, string(who))
		if err != nil {
			return err
		}
		if n >= mostAsked {
			return fault.New(fault.Conflict, "partner.too_many")
		}
		id = secret.NewID()
		if _, err := tx.Exec(insertOrganisation, id, string(name), o.Number, o.Contact, o.Purpose, string(who), db.At(tx.Now())); err != nil {
			return err
		}
		if _, err := tx.Exec(insertMember, secret.NewID(), id, string(who), "in", db.Text(""), db.At(tx.Now())); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "partner.register", Object: "organisation/" + id})
	})
	return id, err
}

const organisationColumns = `SELECT o.id, o.state, o.title, o.number, o.contact, o.purpose, o.asked_by, o.asked_at, o.reason, c.confirmed_at
	FROM partner_organisation o LEFT JOIN partner_closing c ON c.organisation = o.id `

const (
	selectOrganisation db.SQL = organisationColumns + `WHERE o.id = $1`
	selectWaiting      db.SQL = organisationColumns + `WHERE o.state = 'asked' ORDER BY o.asked_at, o.id`
	selectMine         db.SQL = organisationColumns + `JOIN partner_member m ON m.organisation = o.id WHERE m.account = $1 AND m.state = $2 ORDER BY o.asked_at, o.id`
)

func scanOrganisation(r db.Row) (o Organisation, err error) {
	var name string
	var at, closed db.Time
	if err = r.Scan(&o.ID, &o.State, &name, &o.Number, &o.Contact, &o.Purpose, &o.AskedBy, &at, &o.Reason, &closed); err != nil {
		return o, err
	}
	o.AskedAt, o.Closed = at.Time, closed.Time
	return o, json.Unmarshal([]byte(name), &o.Name)
}

func organisation(tx *db.Tx, id string) (Organisation, error) {
	return found(db.One(tx, scanOrganisation, selectOrganisation, id))
}

// Mine lists the organisations of which somebody is a member, and those that have
// invited him.
func (s *Service) Mine(ctx context.Context, who account.ID) (in, invited []Organisation, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if in, err = db.All(tx, scanOrganisation, selectMine, string(who), "in"); err != nil {
			return err
		}
		invited, err = db.All(tx, scanOrganisation, selectMine, string(who), "invited")
		return err
	})
	return in, invited, err
}

const decideOrganisation db.SQL = `UPDATE partner_organisation SET state = $2, decided_by = $3, decided_at = $4, reason = $5 WHERE id = $1 AND state = 'asked'`

// Decide confirms an organisation or refuses it with a reason. Nobody decides
// about an organisation of which he is a member. Refusing closes the sites that it
// has in the sandbox. A second organisation with the
// same number, or with a name that looks like another's (T-43), is a Conflict.
func (s *Service) Decide(ctx context.Context, by officer.Officer, id string, confirm bool, reason string) error {
	state, key := Confirmed, "partner.notice.confirmed"
	if !confirm {
		state, key = Refused, "partner.notice.refused"
		if err := reasonGiven(reason); err != nil {
			return err
		}
	}
	var closed []client.ID
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		closed = nil
		if err := s.officerMay(tx, by, id); err != nil {
			return err
		}
		err := tx.ExecOne(decideOrganisation, id, string(state), string(by.ID), db.At(tx.Now()), reason)
		if errors.Is(err, db.ErrUnique) {
			return fault.New(fault.Conflict, "partner.number_taken")
		}
		if err := changed(err); err != nil {
			return err
		}
		if err := audit.Record(tx, audit.Entry{Actor: by.By(), Act: "partner." + string(state), Object: "organisation/" + id}); err != nil {
			return err
		}
		if confirm {
			o, err := organisation(tx, id)
			if err != nil {
				return err
			}
			if err := s.claim(tx, o.Name, id); err != nil {
				return err
			}
		} else {
			if closed, err = s.closeAll(tx, id, by.By()); err != nil {
				return err
			}
		}
		return s.tell(tx, id, key, "/partners/mine")
	})
	for _, site := range closed {
		s.Clients.Forget(site)
	}
	return err
}

// closeAll closes the sites of an organisation and their twins: nobody enters them
// any more, and what they were given opens nothing.
func (s *Service) closeAll(tx *db.Tx, id string, by audit.Actor) (closed []client.ID, err error) {
	all, err := s.Clients.All(tx, id, false)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		c.Paused = true
		if err := s.Clients.Change(tx, c, by); err != nil {
			return nil, err
		}
		closed = append(closed, c.ID)
	}
	return closed, nil
}

func reasonGiven(reason string) error {
	if strings.TrimSpace(reason) == "" || len([]rune(reason)) > 400 {
		return fault.OneField("reason", "partner.reason_missing", nil)
	}
	return nil
}

// officerMay refuses an officer without the permission, now, and one who is a member.
func (s *Service) officerMay(tx *db.Tx, by officer.Officer, id string) error {
	if _, err := organisation(tx, id); err != nil {
		return err
	}
	now, err := s.Officers.Get(tx, by.ID)
	if err != nil {
		return err
	}
	if !now.May(officer.ManageSites) {
		return fault.New(fault.Forbidden, "partner.not_yours")
	}
	if now.Account == "" {
		return nil
	}
	own, err := isMember(tx, id, account.ID(now.Account))
	if err == nil && own {
		err = fault.New(fault.Forbidden, "partner.own")
	}
	return err
}

// Waiting lists the organisations that wait for an officer, oldest first.
func (s *Service) Waiting(tx *db.Tx) ([]Organisation, error) {
	return db.All(tx, scanOrganisation, selectWaiting)
}

// LookAt reads an organisation for an officer, with an audit line.
func (s *Service) LookAt(ctx context.Context, by officer.Officer, id string) (o Organisation, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if o, err = organisation(tx, id); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: by.By(), Act: "partner.read", Read: true, Object: "organisation/" + id, Purpose: "partner.desk.purpose"})
	})
	return o, err
}
