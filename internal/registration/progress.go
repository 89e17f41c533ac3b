package registration

import (
	"context"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/notify"
)

// Step is the page at which a browser's registration stands.
type Step string

// The steps, in their order (REG-43: the code is a step of its own).
const (
	AtContact  Step = "contact"  // nothing begun, or over
	AtCode     Step = "code"     // an SMS is on its way
	AtMail     Step = "mail"     // a letter is on its way
	AtPassword Step = "password" // the contact is proved (REG-34)
)

// Progress is what the pages show of a registration.
type Progress struct {
	Step    Step
	Kind    account.ContactKind
	Contact string            // as the visitor typed it, readable
	Names   map[string]string //
	Email   string            // the second contact
	Phone   string
	Next    string
	Sent    time.Time     // when the last message was written
	Left    time.Duration // life of the code; 0: over
	Wait    time.Duration // until a new code may be asked for; 0: now
	Ends    time.Time     // the letter's last moment (REG-28)
	Message notify.State  // what became of the last message
	Spent   bool          // the code had too many wrong tries
}

// noBreak keeps a number on one line: broken, it reads backwards in Persian.
const noBreak = "\u00a0"

// Progress tells where the browser's registration stands; AtContact when it has none.
func (s *Service) Progress(ctx context.Context, browser string) (p Progress, err error) {
	p.Step = AtContact
	if browser == "" {
		return p, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := s.find(tx, selectByBrowser, browser)
		if IsNone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		p = s.progressOf(r, tx.Now())
		p.Message, err = s.Notices.LatestCode(tx, r.subject())
		return err
	})
	return p, err
}

func (s *Service) progressOf(r registration, now time.Time) Progress {
	p := Progress{Kind: r.kind, Contact: r.typed.Contact, Names: r.typed.Names, Email: r.typed.Email, Next: r.typed.Next, Sent: r.sent,
		Left: max(0, r.codeEnds.Sub(now)), Wait: max(0, r.sent.Add(s.Law.Rules.Code.Resend).Sub(now)),
		Spent: r.tries >= s.Law.Rules.Code.Tries, Ends: r.ends}
	switch r.state {
	case stepCode:
		p.Step = AtCode
	case stepMail:
		p.Step = AtMail
	case stepConfirmed:
		p.Step = AtPassword
	}
	if r.kind == account.Phone {
		p.Phone, p.Contact = r.typed.Contact, strings.ReplaceAll(s.Law.Phone.Show(r.typed.Contact), " ", noBreak)
	} else {
		p.Email = r.typed.Contact
	}
	return p
}
