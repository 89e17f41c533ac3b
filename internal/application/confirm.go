package application

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/check"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/outside/register"
	"okno/internal/profile"
)

// Claims are the checks of the applicants' own profiles; *check.Checks has them.
type Claims interface {
	// Asked is how far a claim's question with exactly these data is, "" without one.
	Asked(tx *db.Tx, who account.ID, register string, fields map[string]string) (check.State, error)
	// Try takes one of an account's tries at the registers, or refuses with TooMany.
	Try(tx *db.Tx, who account.ID) error
}

// ConfirmAnswers is the job that has a register confirm a case's marked answers.
type ConfirmAnswers struct {
	ID       ID     `json:"id"`
	Register string `json:"register"` // its code
}

// Kind implements jobs.Args: each register has its own.
func (a ConfirmAnswers) Kind() string { return ofRegister("application.confirm", a.Register) }

// mark sets the marks of a case's answers and has the registers asked. The
// application is filed all the same (D-15).
func (s *Applications) mark(tx *db.Tx, c Case, f Form, kept *content) error {
	marks, asked := f.marks(kept.Answers, kept.Answers, tx.Now())
	return s.keepAsked(tx, c, kept, marks, asked)
}

func (s *Applications) keepAsked(tx *db.Tx, c Case, kept *content, marks map[string]Mark, asked []inquiry) error {
	if kept.Marks == nil {
		kept.Marks = map[string]Mark{}
	}
	for code, m := range marks {
		kept.Marks[code] = m
	}
	kept.Inquiries = append(kept.Inquiries, asked...)
	for _, q := range asked {
		if err := lookNow(tx, ConfirmAnswers{c.ID, q.Register}); err != nil {
			return err
		}
	}
	return nil
}

// markAgain sets the marks of the answers that a correction has changed anew, and
// of those that stand in one question with them: other data are another question.
func (s *Applications) markAgain(tx *db.Tx, c Case, f Form, kept *content, changes []Change) error {
	a, err := s.applicant(tx, c.Account)
	if err != nil {
		return err
	}
	for _, change := range changes {
		delete(kept.Marks, change.Field)
	}
	f.Applicant, f.Answers = a, kept.Answers
	changed := Answers{}
	for _, change := range changes {
		changed[change.Field] = change.At
	}
	claims := f.claims(kept.Answers)
	for _, q := range kept.Inquiries {
		r, _ := s.Law.Register(q.Register)
		if maps.Equal(q.Values, only(claims, sentFields(r, claims[profile.Identity]))) {
			continue
		}
		for code, m := range kept.Marks {
			if m.Inquiry == q.ID {
				changed[code] = kept.Answers[code]
				delete(kept.Marks, code)
			}
		}
	}
	kept.Inquiries = slices.DeleteFunc(kept.Inquiries, func(q inquiry) bool { return !kept.isNeeded(q) })
	marks, asked := f.marks(kept.Answers, changed, tx.Now())
	return s.keepAsked(tx, c, kept, marks, asked)
}

func (k content) isNeeded(q inquiry) bool {
	for _, m := range k.Marks {
		if m.Inquiry == q.ID {
			return true
		}
	}
	return false
}

// lookNow makes the job due at once, in the place of one that waits or runs.
func lookNow(tx *db.Tx, args ConfirmAnswers) error {
	if err := jobs.Drop(tx, args.Kind(), string(args.ID)); err != nil {
		return err
	}
	_, err := jobs.AddOnce(tx, tx.Now(), string(args.ID), args)
	return err
}

// confirm asks one register for everything that is still open. What stays open is
// looked at again for as long as the case is undecided.
func (s *Applications) confirm(ctx context.Context, running jobs.Job, job ConfirmAnswers) error {
	var open []inquiry
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		_, kept, err := s.confirming(tx, job.ID)
		open = slices.DeleteFunc(kept.Inquiries, func(q inquiry) bool { return q.Register != job.Register })
		return err
	})
	if err != nil || len(open) == 0 {
		return err
	}
	tries, left := 0, 0
	for _, q := range open {
		state, err := s.inquire(ctx, job.ID, q)
		if err == nil && state != MarkWaiting {
			err = s.keepMarks(ctx, job.ID, q.ID, state)
		} else if err == nil {
			left, tries = left+1, max(tries, q.Tries)
		}
		if err != nil {
			return err
		}
	}
	if left == 0 {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return jobs.Again(tx, running, tx.Now().Add(confirmPause(tries)), string(job.ID), job)
	})
}

// confirmPause grows from a minute to an hour, so that a register which comes
// back after days is asked within little more than an hour (F-14).
func confirmPause(tries int) time.Duration {
	p := min(time.Minute<<min(tries, 8), time.Hour)
	return p + rand.N(p/4)
}

// confirming reads an undecided case whose answers may still be confirmed; the
// zero content when there is nothing to do any more.
func (s *Applications) confirming(tx *db.Tx, id ID) (c Case, kept content, err error) {
	if c, err = s.byID(tx, id); fault.Is(err, fault.NotFound) || err == nil && (!c.IsOpen() || !c.Decided.IsZero()) {
		return c, content{}, nil
	}
	if err != nil {
		return c, kept, err
	}
	key, err := s.Accounts.Key(tx, c.Account)
	if fault.Is(err, fault.Expired) { // the applicant was erased
		return c, content{}, nil
	}
	if err != nil {
		return c, kept, err
	}
	kept, err = c.open(key)
	return c, kept, err
}

// inquire finds out how a register stands to an inquiry: from the applicant's own
// claim when that asks the same, else from the register.
func (s *Applications) inquire(ctx context.Context, id ID, q inquiry) (MarkState, error) {
	r, known := s.Law.Register(q.Register)
	if !known {
		return MarkUnasked, nil // the law has dropped the register
	}
	fields := wire(r, q.Values)
	state, ask := MarkWaiting, false
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		state, ask, err = s.beginInquiry(tx, id, q.ID, fields)
		return err
	})
	if err != nil || !ask {
		return state, err
	}
	answer, err := s.consult(ctx, q, fields)
	switch {
	case fault.HasKey(err, register.KeyDefect):
		s.Log.Error("a register calls an application's question wrong", "application", string(id), "register", q.Register, "error", err)
		return MarkUnasked, nil
	case err != nil && ctx.Err() != nil:
		return MarkWaiting, err
	case err != nil:
		s.Log.Info("a register does not confirm an answer yet", "application", string(id), "register", q.Register, "error", err)
		return MarkWaiting, s.registerAway(ctx, id)
	case answer.Result == register.Match && !answer.Deceased:
		return MarkConfirmed, nil
	case answer.Result == register.Review:
		return MarkWaiting, nil
	}
	return MarkDiffers, nil
}

// beginInquiry looks whether a claim has the answer or will have it; if not, it
// marks the inquiry as asked before it is asked. Too many tries only wait.
func (s *Applications) beginInquiry(tx *db.Tx, id ID, inquiry string, fields map[string]string) (state MarkState, ask bool, err error) {
	c, kept, err := s.confirming(tx, id)
	i := slices.IndexFunc(kept.Inquiries, byInquiry(inquiry))
	if err != nil || i < 0 {
		return MarkWaiting, false, err
	}
	q := &kept.Inquiries[i]
	q.Tries++
	claim, err := s.Claims.Asked(tx, c.Account, q.Register, fields)
	if err != nil {
		return MarkWaiting, false, err
	}
	switch claim {
	case check.Passed:
		return MarkConfirmed, false, nil
	case check.Mismatch:
		return MarkDiffers, false, nil
	case check.Waiting, check.Running, check.Silent, check.Review:
		return MarkWaiting, false, s.keepContent(tx, c, kept)
	}
	if !q.IsAsked {
		if err := s.Claims.Try(tx, c.Account); fault.Is(err, fault.TooMany) {
			return MarkWaiting, false, s.keepContent(tx, c, kept)
		} else if err != nil {
			return MarkWaiting, false, err
		}
	}
	q.IsAsked = true
	return MarkWaiting, true, s.keepContent(tx, c, kept)
}

func byInquiry(id string) func(inquiry) bool { return func(q inquiry) bool { return q.ID == id } }

// consult asks outside any transaction. An answer that was lost on its way is
// fetched under the same key; the register counts one question.
func (s *Applications) consult(ctx context.Context, q inquiry, fields map[string]string) (register.Answer, error) {
	if q.IsAsked {
		answer, err := s.Registers.Ask(ctx, q.Register, q.ID)
		if !fault.HasKey(err, register.KeyUnknownQuestion) {
			return answer, err
		}
	}
	return s.Registers.Check(ctx, q.Register, register.Request{Key: q.ID, Fields: fields})
}

// keepMarks writes what became of an inquiry, once: the marks of its answers, the
// moment of the timeline, the line of the audit log.
func (s *Applications) keepMarks(ctx context.Context, id ID, inquiry string, state MarkState) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, kept, err := s.confirming(tx, id)
		i := slices.IndexFunc(kept.Inquiries, byInquiry(inquiry))
		if err != nil || i < 0 {
			return err
		}
		q := kept.Inquiries[i]
		kept.Inquiries = slices.Delete(kept.Inquiries, i, i+1)
		known, err := s.Profiles.Known(tx, c.Account)
		if err != nil {
			return err
		}
		f := s.form(tx, c, Applicant{Account: c.Account, Known: known}, kept.Answers)
		if marked := kept.settle(f, q, state, tx.Now()); marked {
			if state == MarkConfirmed {
				kept.learn(s, q, known)
			}
			if err := s.tellMarks(tx, c, q, state); err != nil {
				return err
			}
		}
		return s.keepContent(tx, c, kept)
	})
}

// settle moves the marks of an inquiry; false when a correction has taken them all.
func (k *content) settle(f Form, q inquiry, state MarkState, now time.Time) (any bool) {
	for code, m := range k.Marks {
		if m.Inquiry != q.ID {
			continue
		}
		any = true
		m.State, m.At = state, now
		a := k.Answers[code]
		switch state {
		case MarkConfirmed:
			a.Source = string(profile.FromRegister(q.Register))
			k.Answers[code] = a
		case MarkDiffers, MarkUnasked:
			field, _ := f.Service.Field(code)
			m.Held = f.held(field, a)
		}
		k.Marks[code] = m
	}
	return any
}

// learn puts confirmed values in the place of those that the result would show
// and by which the applicant is called. Parts of the name that this register was
// not sent stay those of the profile.
func (k *content) learn(s *Applications, q inquiry, known map[string]Known) {
	parts, confirmed := map[string]string{}, false
	for _, part := range s.Law.Names.Parts {
		parts[part.Code] = known[part.Code].Value
		if value := q.Values[part.Code]; value != "" {
			parts[part.Code], confirmed = value, true
		}
	}
	name := ""
	if confirmed {
		name = s.Law.Names.Full(parts)
		k.Name = name
	}
	for i, fact := range k.Profile {
		if value := q.Values[fact.Field]; value != "" {
			k.Profile[i].Value = value
		} else if fact.Field == "full_name" && name != "" {
			k.Profile[i].Value = name
		}
	}
}

func (s *Applications) tellMarks(tx *db.Tx, c Case, q inquiry, state MarkState) error {
	key, err := s.Accounts.Key(tx, c.Account)
	if err != nil {
		return err
	}
	kind := EventConfirmed
	if state != MarkConfirmed {
		kind = EventDiffers
	}
	facts := map[string]string{"register": q.Register}
	if err := tell(tx, key, c.ID, Event{Kind: kind, By: audit.System, Facts: facts}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem("application.confirm"), Act: "application.confirm", Subject: string(c.Account),
		Object: object(c.ID), Facts: map[string]string{"register": q.Register, "result": string(state)}})
}

const updateContent db.SQL = `UPDATE application_case SET answers = $2 WHERE id = $1 AND state <> 'draft' AND closed_at IS NULL`

// keepContent writes what is sealed of an open case and nothing else.
func (s *Applications) keepContent(tx *db.Tx, c Case, kept content) error {
	key, err := s.Accounts.Key(tx, c.Account)
	if err != nil {
		return err
	}
	sealed, err := kept.seal(key, c.ID)
	if err != nil {
		return err
	}
	if err = tx.ExecOne(updateContent, string(c.ID), sealed); errors.Is(err, db.ErrNone) {
		return errNotHeld
	}
	return err
}
