package application

import (
	"context"
	"errors"
	"strings"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
)

// NewNumber makes a case's number: twelve random digits in groups of four, which
// are easy to say and tell nothing about anybody.
func NewNumber() string {
	d := secret.Digits(12)
	return d[:4] + "-" + d[4:8] + "-" + d[8:]
}

// Refusal keys of sending. With either the draft stays as it is.
const (
	KeyUnfinished = "application.unfinished" // Conflict: something is missing; see Form.Unfinished
	KeyBarred     = "application.barred"     // Forbidden: see Look
)

// Send makes a case of a draft. Its time is the time of the press (D-15); who may
// apply is asked once more; whichever press comes second finds no draft and gets
// the case, as a fault of kind Conflict with the key "application.already_sent".
func (s *Applications) Send(ctx context.Context, who account.ID, id ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, f, key, err := s.draft(tx, who, id)
		if err != nil {
			return err
		}
		answers, whole := f.Complete()
		if !whole {
			return fault.New(fault.Conflict, KeyUnfinished)
		}
		if barrier(c.Service, f.Applicant, f.today, f.Values()).Stands() {
			return fault.New(fault.Forbidden, KeyBarred)
		}
		return s.send(tx, key, c, f, answers)
	})
}

const updateSent db.SQL = `UPDATE application_case SET state = 'sent', stage = $3, turn = $4, number = $5, definition = $6, answers = $7,
	saved_at = $8, filed_at = $8, moved_at = $8, due = $9, stage_due = $10, expires_at = NULL
	WHERE id = $1 AND account = $2 AND state = 'draft'`

func (s *Applications) send(tx *db.Tx, key secret.Key, c Case, f Form, answers Answers) error {
	facts := f.Facts()
	kept := content{Answers: answers, Name: f.Applicant.fullName(s.Law), Lang: f.Applicant.Lang, Profile: shownFacts(c.Service, f.Applicant),
		Facts: &factsAtHand{facts.Age, facts.Sex, facts.Citizenship, facts.Region, facts.Level}}
	if err := s.mark(tx, c, f, &kept); err != nil {
		return err
	}
	sealed, err := kept.seal(key, c.ID)
	if err != nil {
		return err
	}
	first := c.Service.Stages[0]
	due := dueAfter(s.Law.Calendar, f.today, c.Service.Deadline.WorkingDays)
	stageDue := dueAfter(s.Law.Calendar, f.today, first.WorkingDays)
	number, definition := NewNumber(), s.wording(c.Service).whole
	err = tx.ExecOne(updateSent, string(c.ID), string(c.Account), first.Code, first.Turn, number, definition, sealed,
		db.At(tx.Now()), due.String(), stageDue.String())
	if errors.Is(err, db.ErrNone) {
		return errSent
	}
	if err != nil {
		return err
	}
	if err := tell(tx, key, c.ID, Event{Kind: EventSent, By: audit.Resident}); err != nil {
		return err
	}
	for _, q := range kept.Inquiries {
		if err := tell(tx, key, c.ID, Event{Kind: EventConfirming, By: audit.System, Facts: map[string]string{"register": q.Register}}); err != nil {
			return err
		}
	}
	if _, err := jobs.Add(tx, TellSent{ID: c.ID}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: account.ByHolder(c.Account), Act: "application.send", Subject: string(c.Account), Object: object(c.ID),
		Facts: map[string]string{"service": c.Service.ID, "number": number, "definition": definition}})
}

// fullName is the name in the country's order, from the profile, else as the
// account's holder gave it.
func (a Applicant) fullName(law *jurisdiction.Jurisdiction) string {
	parts := map[string]string{}
	for _, part := range law.Names.Parts {
		parts[part.Code] = a.Known[part.Code].Value
	}
	if full := law.Names.Full(parts); full != "" {
		return full
	}
	return a.Name
}

// shownFacts are the profile values that the service's result will show: they are
// those of the day of sending.
func shownFacts(service *jurisdiction.Service, a Applicant) []Fact {
	var facts []Fact
	if service.Result == nil {
		return nil
	}
	for _, f := range service.Result.Fields {
		if field, ok := strings.CutPrefix(f.From, "profile."); ok {
			facts = append(facts, Fact{field, a.Known[field].Value})
		}
	}
	return facts
}

const updateWithdrawn db.SQL = `UPDATE application_case SET state = 'withdrawn', stage = '', turn = 'nobody', moved_at = $3, closed_at = $3,
	paused_on = NULL WHERE id = $1 AND account = $2 AND decided_at IS NULL AND closed_at IS NULL AND state = $4`

// Withdraw takes a case back, as long as nothing was decided.
func (s *Applications) Withdraw(ctx context.Context, who account.ID, id ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		if !c.CanWithdraw() {
			return fault.New(fault.Conflict, "application.no_withdrawal")
		}
		key, err := s.Accounts.Key(tx, who)
		if err != nil {
			return err
		}
		kept, err := c.open(key)
		if err != nil {
			return err
		}
		if err := s.breakOff(tx, c, &kept); err != nil {
			return err
		}
		err = tx.ExecOne(updateWithdrawn, string(id), string(who), db.At(tx.Now()), string(c.State))
		if errors.Is(err, db.ErrNone) {
			return fault.New(fault.Conflict, "application.no_withdrawal")
		}
		if err != nil {
			return err
		}
		if err := tell(tx, key, id, Event{Kind: EventWithdrawn, By: audit.Resident}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "application.withdraw", Subject: string(who), Object: object(id)})
	})
}
