package registration

import (
	"context"
	"encoding/json"
	"errors"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
	"okno/internal/signin"
)

// Choice is what the password page holds when Done is pressed (REG-35).
type Choice struct {
	Browser  string
	Password string
	Repeat   string
	Device   string         // the browser in human words, for the list of sessions
	Session  signin.Session // of somebody who was signed in here before
}

// Opened is an account that has just been opened, and its first session.
type Opened struct {
	Account account.ID
	Token   string // for the session cookie
	Next    string // where the visitor wanted to go, "" if nowhere
}

// Finish opens the account: a simplified one, signed in (REG-38). Refused:
// fault.Invalid, fields "password" and "repeat"; fault.Conflict when the contact
// was taken meanwhile.
func (s *Service) Finish(ctx context.Context, c Choice) (Opened, error) {
	if err := s.checkPassword(ctx, c); err != nil {
		return Opened{}, err
	}
	hash, err := s.Hasher.Hash(ctx, c.Password)
	if err != nil {
		return Opened{}, err
	}
	var opened Opened
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		opened, err = s.open(tx, c, hash)
		return err
	})
	if fault.HasKey(err, "account.contact_taken") {
		return Opened{}, s.giveUp(ctx, c.Browser)
	}
	return opened, err
}

// checkPassword holds the password against the rules in force (PWD-01..08, PWD-14).
func (s *Service) checkPassword(ctx context.Context, c Choice) error {
	words, err := s.Context(ctx, c.Browser)
	if err != nil {
		return err
	}
	if c.Password == "" {
		return fault.Fields(fault.Field{Name: "password", Key: "registration.password.empty"})
	}
	if broken := s.Law.Passwords.Check(c.Password, words); len(broken) > 0 {
		return fault.Fields(fault.Field{Name: "password", Key: broken[0].Key, Vars: broken[0].Vars})
	}
	if c.Password != c.Repeat {
		return fault.Fields(fault.Field{Name: "repeat", Key: "registration.password.differ"})
	}
	return nil
}

// Context are the words that must not be the password: names and contacts.
// errNoRegistration before the contact is proved (REG-34).
func (s *Service) Context(ctx context.Context, browser string) (words []string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := s.confirmed(tx, browser)
		if err != nil {
			return err
		}
		words = []string{r.typed.Contact}
		if r.typed.Email != "" {
			words = append(words, r.typed.Email)
		}
		for _, part := range s.NameParts() {
			words = append(words, r.typed.Names[part.Code])
		}
		return nil
	})
	return words, err
}

func (s *Service) confirmed(tx *db.Tx, browser string) (registration, error) {
	r, err := s.find(tx, selectByBrowser, browser)
	if err == nil && r.state != stepConfirmed {
		return r, errNoRegistration
	}
	return r, err
}

const finishRow db.SQL = `UPDATE registration_registration
	SET state = 'done', account = $2, names = $3, content = NULL, ended_at = $4 WHERE id = $1 AND state = 'confirmed'`

// open makes the account, its contact, its evidence, its password and its session.
func (s *Service) open(tx *db.Tx, c Choice, hash string) (Opened, error) {
	r, err := s.confirmed(tx, c.Browser)
	if err != nil {
		return Opened{}, err
	}
	id, err := s.Accounts.Create(tx, account.Opening{Name: s.nameOf(r), Language: r.typed.Language, Region: r.typed.Region, Category: r.typed.Category})
	if err != nil {
		return Opened{}, err
	}
	if err := s.finish(tx, r, id); err != nil {
		return Opened{}, err
	}
	if err := s.Accounts.AddContact(tx, id, r.kind, r.typed.Contact); err != nil {
		return Opened{}, err
	}
	by := account.ByHolder(id)
	if _, _, err := s.Accounts.Add(tx, id, account.Evidence{Way: account.ByContact, Source: string(r.kind)}, by); err != nil {
		return Opened{}, err
	}
	if err := s.Passwords.Set(tx, string(id), hash); err != nil {
		return Opened{}, err
	}
	if err := s.secondContact(tx, r, id); err != nil {
		return Opened{}, err
	}
	if err := s.Sessions.End(tx, c.Session, "registration"); err != nil {
		return Opened{}, err
	}
	token, err := s.Sessions.Begin(tx, signin.Opening{Account: id, Way: "registration", Browser: c.Browser, Device: c.Device})
	if err != nil {
		return Opened{}, err
	}
	return Opened{Account: id, Token: token, Next: r.typed.Next}, s.told(tx, r, id)
}

// finish closes the registration: its row keeps the consent (SEC-10) and, under
// the account's key, the parts of the name.
func (s *Service) finish(tx *db.Tx, r registration, id account.ID) error {
	key, err := s.Accounts.Key(tx, id)
	if err != nil {
		return err
	}
	names, err := json.Marshal(r.typed.Names)
	if err != nil {
		return err
	}
	err = tx.ExecOne(finishRow, r.id, string(id), key.Seal(namesPlace(r.id), names), db.At(tx.Now()))
	if err != nil {
		return err
	}
	return s.Accounts.Vault().Drop(tx, r.subject())
}

// told records the consent and the opening, and welcomes the holder (NTF-07).
func (s *Service) told(tx *db.Tx, r registration, id account.ID) error {
	facts := map[string]string{"terms": r.terms, "agreed": r.created.Format("2006-01-02T15:04:05Z")}
	entry := audit.Entry{Actor: account.ByHolder(id), Act: "registration.consent", Subject: string(id), Object: "account/" + string(id), Facts: facts}
	if err := audit.Record(tx, entry); err != nil {
		return err
	}
	entry.Act, entry.Facts = "registration.finish", map[string]string{"contact": string(r.kind)}
	if err := audit.Record(tx, entry); err != nil {
		return err
	}
	return s.Notices.Send(tx, notify.Notice{To: id, Key: message("welcome"), Path: "/id/profile/edit", Security: true})
}

// nameOf is what the holder is called: in the country's order, and for the
// page's corner the given name when the country has one.
func (s *Service) nameOf(r registration) account.Name {
	name := account.Name{Full: s.Law.Names.Full(r.typed.Names)}
	for _, part := range s.NameParts() {
		if part.Autocomplete == "given-name" {
			name.Short = r.typed.Names[part.Code]
		}
	}
	return name
}

// giveUp ends a registration whose contact somebody else has confirmed first. The
// visitor has proved to hold the contact, so it may be said (P-38).
func (s *Service) giveUp(ctx context.Context, browser string) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := s.confirmed(tx, browser)
		if err != nil {
			return err
		}
		return s.end(tx, r)
	})
	if err != nil && !IsNone(err) {
		return err
	}
	return fault.New(fault.Conflict, "registration.taken")
}

// secondContact sends the letter that confirms the e-mail which was given beside
// the phone: each contact is proved by itself.
func (s *Service) secondContact(tx *db.Tx, r registration, id account.ID) error {
	if r.typed.Email == "" {
		return nil
	}
	second := registration{id: secret.NewID(), state: stepMail, kind: account.Email, account: id, terms: r.terms, created: tx.Now(),
		ends: tx.Now().Add(s.Law.Rules.Links.Registration), typed: typed{Contact: r.typed.Email, Language: r.typed.Language}}
	if err := s.insert(tx, second); err != nil {
		return err
	}
	err := s.send(tx, second, "")
	if fault.Is(err, fault.TooMany) { // enough was sent there already; it can be added in the profile
		return s.end(tx, second)
	}
	return err
}

// addEmail adds a second contact whose letter was answered.
func (s *Service) addEmail(tx *db.Tx, r registration) error {
	if err := s.end(tx, r); err != nil {
		return err
	}
	err := s.Accounts.AddContact(tx, r.account, account.Email, r.typed.Contact)
	if fault.HasKey(err, "account.contact_taken") {
		return fault.New(fault.Conflict, "registration.taken")
	}
	if err != nil {
		return err
	}
	if err := s.endContact(tx, r.contact, r.id); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: account.ByHolder(r.account), Act: "registration.second_contact",
		Subject: string(r.account), Object: "account/" + string(r.account), Facts: map[string]string{"contact": "email"}})
}

func isNone(err error) bool { return errors.Is(err, db.ErrNone) }
