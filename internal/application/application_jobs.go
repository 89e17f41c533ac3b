package application

import (
	"context"
	"errors"
	"strconv"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/text"
)

// TellSent is the job that confirms the sending of an application.
type TellSent struct {
	ID ID `json:"id"`
}

// Kind implements jobs.Args.
func (TellSent) Kind() string { return "application.filed" }

// WatchDraft is the reminder to look at a draft: near its end it warns, at its end it removes.
type WatchDraft struct {
	ID ID `json:"id"`
}

// Kind implements jobs.Args.
func (WatchDraft) Kind() string { return "application.draft" }

// RemindCorrection is the reminder to look at an unanswered correction.
type RemindCorrection struct {
	ID         ID     `json:"id"`
	Correction string `json:"correction"`
}

// Kind implements jobs.Args.
func (RemindCorrection) Kind() string { return "application.correction" }

// AskRegister is the job that goes on asking a register for a statement.
type AskRegister struct {
	ID       ID     `json:"id"`
	Register string `json:"register"` // its code
}

// Kind implements jobs.Args: each register has its own.
func (a AskRegister) Kind() string { return ofRegister("application.statement", a.Register) }

func ofRegister(kind, register string) string {
	if register == "" {
		return kind
	}
	return kind + "/" + register
}

// MailResult is the job that sends a result by e-mail.
type MailResult struct {
	Mailing string `json:"mailing"`
}

// Kind implements jobs.Args.
func (MailResult) Kind() string { return "application.mail" }

// Heartbeat is the periodic job that says of each waiting case that it still waits.
type Heartbeat struct{}

// Kind implements jobs.Args.
func (Heartbeat) Kind() string { return "application.heartbeat" }

// Register gives the queue the handlers.
func (s *Applications) Register(q *jobs.Queue) {
	jobs.Handle(q, s.tellSent)
	jobs.Handle(q, s.watchDraft)
	jobs.Handle(q, s.remindCorrection)
	jobs.Subscribe(q, "application", s.fileRefused)
	jobs.Handle(q, s.mailResult, jobs.Door("mail"))
	jobs.Handle(q, s.askRegister)
	jobs.Handle(q, s.confirm)
	for _, r := range s.Law.Registers {
		jobs.HandleAs(q, AskRegister{Register: r.Code}, s.askRegister, jobs.Door("register/"+r.Code))
		jobs.HandleAs(q, ConfirmAnswers{Register: r.Code}, s.confirm, jobs.Door("register/"+r.Code))
	}
	jobs.Every(q, 24*time.Hour, func(ctx context.Context, _ jobs.Job, _ Heartbeat) error { return s.beat(ctx) })
}

const updateTold db.SQL = `UPDATE application_case SET told_at = $2 WHERE id = $1 AND told_at IS NULL`

func (s *Applications) tellSent(ctx context.Context, _ jobs.Job, job TellSent) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.byID(tx, job.ID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		err = tx.ExecOne(updateTold, string(c.ID), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		lang, err := s.langOf(tx, c)
		if err != nil {
			return err
		}
		vars := map[string]string{"due": s.dayWords(lang, c.Due)}
		owes, err := s.owesDuty(tx, c)
		if fault.Is(err, fault.Expired) { // the applicant was erased
			return nil
		}
		if err != nil {
			return err
		}
		key := "sent"
		if owes {
			key = "sent_duty" // NTF-05
		}
		return s.notice(tx, c, lang, key, vars)
	})
}

func (s *Applications) langOf(tx *db.Tx, c Case) (string, error) {
	holder, err := s.Accounts.Get(tx, c.Account)
	return holder.Language, err
}

func (s *Applications) owesDuty(tx *db.Tx, c Case) (bool, error) {
	key, err := s.Accounts.Key(tx, c.Account)
	if err != nil {
		return false, err
	}
	kept, err := c.open(key)
	if err != nil {
		return false, err
	}
	f := s.sentForm(tx, c, kept)
	return len(c.Service.DutiesFor(f.Facts(), f.Values())) > 0, nil
}

// watchDraft decides by the row: the timer only reminds.
func (s *Applications) watchDraft(ctx context.Context, _ jobs.Job, job WatchDraft) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.byID(tx, job.ID)
		if fault.Is(err, fault.NotFound) || err == nil && !c.IsDraft() {
			return nil
		}
		if err != nil {
			return err
		}
		if !c.Expires.After(tx.Now()) {
			return s.erase(tx, c)
		}
		if c.IsDiscarded() || c.Expires.Sub(tx.Now()) > reminders[0] {
			return nil // a timer of the time before it was discarded or restored
		}
		lang, err := s.langOf(tx, c)
		if err != nil {
			return err
		}
		last := text.DayOf(c.Expires, s.Law.Zone)
		return s.notice(tx, c, lang, "draft", map[string]string{"until": s.dayWords(lang, last)})
	})
}

const selectWaiting db.SQL = `SELECT until FROM application_correction WHERE id = $1 AND case_id = $2 AND ended_at IS NULL`

func (s *Applications) remindCorrection(ctx context.Context, _ jobs.Job, job RemindCorrection) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		until, err := db.One(tx, db.Scalar[string], selectWaiting, job.Correction, string(job.ID))
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		c, err := s.byID(tx, job.ID)
		if err != nil {
			return err
		}
		lang, err := s.langOf(tx, c)
		if err != nil {
			return err
		}
		return s.notice(tx, c, lang, "correction", map[string]string{"until": s.dayWords(lang, parseDay(until))})
	})
}

const (
	selectQuiet db.SQL = `SELECT id FROM application_case WHERE closed_at IS NULL AND number IS NOT NULL AND decided_at IS NULL AND paused_on IS NULL
		AND moved_at <= $1 ORDER BY moved_at LIMIT $2`
	selectPlace db.SQL = `SELECT count(*) FROM application_case WHERE authority = $1 AND closed_at IS NULL AND number IS NOT NULL AND decided_at IS NULL
		AND (due, id) <= ($2, $3)`
	selectLine  db.SQL = `SELECT count(*) FROM application_case WHERE authority = $1 AND closed_at IS NULL AND number IS NOT NULL AND decided_at IS NULL`
	updateMoved db.SQL = `UPDATE application_case SET moved_at = $2 WHERE id = $1 AND moved_at <= $3`
)

// beat says of every case of which nothing was said for two weeks that it still
// waits, and at which place by the law's day (S28).
func (s *Applications) beat(ctx context.Context) error {
	for said := beats; said == beats; {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			before := db.At(tx.Now().Add(-heartbeat))
			ids, err := db.All(tx, db.Scalar[string], selectQuiet, before, beats)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := s.sayStill(tx, ID(id), before); err != nil {
					return err
				}
			}
			said = len(ids)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// beats is of how many cases one transaction speaks: nobody else waits for it long.
const beats = 50

func (s *Applications) sayStill(tx *db.Tx, id ID, before db.Time) error {
	c, err := s.byID(tx, id)
	if err != nil {
		return err
	}
	place, err := db.One(tx, db.Scalar[int], selectPlace, c.Authority, c.Due.String(), string(id))
	if err != nil {
		return err
	}
	of, err := db.One(tx, db.Scalar[int], selectLine, c.Authority)
	if err != nil {
		return err
	}
	if err := tx.ExecOne(updateMoved, string(id), db.At(tx.Now()), before); err != nil {
		return err
	}
	key, err := s.Accounts.Key(tx, c.Account)
	if fault.Is(err, fault.Expired) { // the applicant was erased
		return nil
	}
	if err != nil {
		return err
	}
	return tell(tx, key, id, Event{Kind: EventStill, By: audit.System, Facts: map[string]string{"place": strconv.Itoa(place), "of": strconv.Itoa(of)}})
}
