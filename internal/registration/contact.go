package registration

import (
	"context"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
)

// purpose binds codes to registrations: a code of another kind never fits (OTP-9).
const purpose = "registration"

const updateCode db.SQL = `UPDATE registration_registration
	SET code_mac = $2, tries = 0, sent_at = $3, code_ends_at = $4, token = $5 WHERE id = $1`

// send makes a new code (and for a letter a new link), which kills the old one
// (OTP-1), and writes the message. For a contact that somebody already has the
// same is done, but the message tells its holder and the code fits nothing.
func (s *Service) send(tx *db.Tx, r registration, client string) error {
	holder, err := s.Accounts.ByContact(tx, r.kind, r.typed.Contact)
	if err != nil {
		return err
	}
	ask := notify.Ask{Purpose: purpose, Kind: r.kind, Address: r.typed.Contact, Client: client}
	if err := s.Notices.TakeSend(tx, ask); err != nil {
		return err
	}
	code, token := secret.Digits(s.Law.Rules.Code.Digits), secret.Token()
	mac, hash := s.Accounts.Vault().Ring().CodeMAC(purpose, r.id, code), secret.Hash(token)
	until := s.codeEnds(r, tx.Now())
	if holder != "" {
		mac, hash = none, "taken "+hash
	}
	if r.kind == account.Phone {
		hash = ""
	}
	if err := tx.ExecOne(updateCode, r.id, mac, db.At(tx.Now()), db.At(until), db.Text(hash)); err != nil {
		return err
	}
	if holder != "" {
		return s.tellHolder(tx, r, holder, until)
	}
	m := notify.Direct{Kind: r.kind, Address: r.typed.Contact, Lang: r.typed.Language, Key: message("code"),
		Code: code, Until: until, Subject: r.subject()}
	if r.kind == account.Email {
		m.Key, m.Link = message("letter"), confirmPath+token
		m.Vars = map[string]string{"deadline": s.Texts.For(r.typed.Language).DateTime(r.ends, s.Law.Zone)}
	}
	if r.account != "" { // the second contact of an account: nothing to type, no password to set
		m.Key, m.Code = message("second"), ""
	}
	return s.Notices.SendTo(tx, m)
}

// message begins the keys of a message's texts.
func message(name string) string { return "registration.message." + name }

// none is the MAC of a code that does not exist: no MAC looks like it.
const none = "none"

// confirmPath is the page that the letter's link opens; the token follows.
const confirmPath = "/id/registration/mail/confirm?token="

// codeEnds: the SMS code lives 300 seconds (REG-22), the letter as long as the registration.
func (s *Service) codeEnds(r registration, now time.Time) time.Time {
	if r.kind == account.Email {
		return r.ends
	}
	return now.Add(s.Law.Rules.Code.Lifetime)
}

// tellHolder tells the owner of a contact that somebody tried to register with
// it, and what to do if it was the owner (P-38, REG-10, REG-11). The message is
// sent with the care and under the name of the code that it stands for.
func (s *Service) tellHolder(tx *db.Tx, r registration, holder account.ID, until time.Time) error {
	a, err := s.Accounts.Get(tx, holder)
	if err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Visitor, ID: r.browser}, Act: "registration.taken",
		Subject: string(holder), Object: r.object(), Facts: map[string]string{"contact": string(r.kind)}}); err != nil {
		return err
	}
	return s.Notices.SendTo(tx, notify.Direct{Kind: r.kind, Address: r.typed.Contact, Lang: a.Language, Key: message("taken"),
		Until: until, Subject: r.subject()})
}

// Again sends a new code or letter (REG-24). The old one is dead from then on.
func (s *Service) Again(ctx context.Context, browser, client string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := s.find(tx, selectByBrowser, browser)
		if err != nil {
			return err
		}
		if r.state != stepCode && r.state != stepMail {
			return errNoRegistration
		}
		if err := s.send(tx, r, client); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Visitor, ID: browser}, Act: "registration.again",
			Object: r.object(), Facts: map[string]string{"contact": string(r.kind)}})
	})
}

// CodeResult is what came of a typed code.
type CodeResult int

// The results. A refused try is counted, so it is a result and not a fault.
const (
	CodeRight CodeResult = iota // the contact is proved (REG-26)
	CodeWrong                   // compared and wrong
	CodeOld                     // its time is over (REG-23)
	CodeSpent                   // too many wrong tries: a new code is needed
)

// countTry counts before anything is compared, in one statement (OTP-3).
const countTry db.SQL = `UPDATE registration_registration SET tries = tries + 1
	WHERE id = $1 AND state IN ('code', 'mail') AND tries < $2 AND code_ends_at > $3 RETURNING tries`

// EnterCode compares a code with the browser's registration and returns how many
// tries are left. The code is digits only; whoever calls strips the rest.
func (s *Service) EnterCode(ctx context.Context, browser, code string) (result CodeResult, left int, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := s.find(tx, selectByBrowser, browser)
		if err != nil {
			return err
		}
		if r.state != stepCode && r.state != stepMail {
			return errNoRegistration
		}
		if err := queueUp(tx, r.contact); err != nil {
			return err
		}
		result, left, err = s.compare(tx, r, code)
		return err
	})
	return result, left, err
}

func (s *Service) compare(tx *db.Tx, r registration, code string) (CodeResult, int, error) {
	most := s.Law.Rules.Code.Tries
	tries, err := db.One(tx, db.Scalar[int64], countTry, r.id, most, db.At(tx.Now()))
	switch {
	case isNone(err) && !r.codeEnds.After(tx.Now()):
		return CodeOld, 0, nil
	case isNone(err):
		return CodeSpent, 0, nil
	case err != nil:
		return CodeWrong, 0, err
	}
	if secret.Equal(r.codeMAC, s.Accounts.Vault().Ring().CodeMAC(purpose, r.id, code)) {
		return CodeRight, 0, s.confirm(tx, r, r.browser)
	}
	if err := s.Notices.Wrong(tx, purpose, r.kind, r.typed.Contact); err != nil {
		return CodeWrong, 0, err
	}
	if left := most - int(tries); left > 0 {
		return CodeWrong, left, nil
	}
	return CodeSpent, 0, nil
}

const upsertContact db.SQL = `INSERT INTO registration_contact (contact_idx, at) VALUES ($1, $2)
	ON CONFLICT (contact_idx) DO UPDATE SET at = excluded.at`

// queueUp lets those who prove one contact at the same time do so one after
// another. Each ends the others' registrations, so without it they would wait
// for one another in a ring.
func queueUp(tx *db.Tx, contact string) error {
	_, err := tx.Exec(upsertContact, contact, db.At(tx.Now()))
	return err
}

const confirmRow db.SQL = `UPDATE registration_registration SET state = 'confirmed', browser = $2, code_mac = '', token = NULL
	WHERE id = $1 AND state IN ('code', 'mail')`

// confirm marks the contact as proved, in the browser of whoever proved it, and
// ends every other pending registration of the contact.
func (s *Service) confirm(tx *db.Tx, r registration, browser string) error {
	if browser != r.browser {
		if err := s.endBrowser(tx, browser); err != nil {
			return err
		}
	}
	if err := tx.ExecOne(confirmRow, r.id, browser); err != nil {
		return err
	}
	if err := s.Notices.Confirmed(tx, purpose, r.kind, r.typed.Contact); err != nil {
		return err
	}
	if err := s.endContact(tx, r.contact, r.id); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Visitor, ID: browser}, Act: "registration.confirm",
		Object: r.object(), Facts: map[string]string{"contact": string(r.kind)}})
}

// MailFor shows what a letter's link would confirm without spending it: scanners
// open links, people press buttons. An Expired fault when it opens nothing.
func (s *Service) MailFor(ctx context.Context, token string) (address string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := s.find(tx, selectByToken, secret.Hash(token))
		address = r.typed.Contact
		return linkError(err)
	})
	return address, err
}

func linkError(err error) error {
	if IsNone(err) {
		return fault.New(fault.Expired, "registration.link.over")
	}
	return err
}

// ConfirmMail spends a letter's link (REG-32). For a registration it returns true:
// the browser goes on to the password, whichever browser began (REG-42). For the
// second contact of an account that exists already it adds the contact.
func (s *Service) ConfirmMail(ctx context.Context, token, browser string) (password bool, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := s.find(tx, selectByToken, secret.Hash(token))
		if err != nil {
			return linkError(err)
		}
		if err := queueUp(tx, r.contact); err != nil {
			return err
		}
		if password = r.account == ""; password {
			return s.confirm(tx, r, browser)
		}
		return s.addEmail(tx, r)
	})
	return password, err
}
