package application

import (
	"context"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/outside/register"
	"okno/internal/profile"
	"okno/internal/secret"
)

// Times of an immediate answer (PEN-02).
const (
	answerWithin = 3 * time.Second  // for this long the resident's own request waits for the register
	askAgain     = 5 * time.Second  // then a job takes over
	sameRequest  = 30 * time.Second // another press within this gets the same answer
)

const (
	insertStatement db.SQL = `INSERT INTO application_case
		(id, account, service, authority, region, state, stage, turn, number, definition, answers, created_at, saved_at, filed_at, due, moved_at)
		VALUES ($1, $2, $3, $4, $5, 'sent', '', 'register', $6, $7, $8, $9, $9, $9, $10, $9)`
	selectRecent db.SQL = `SELECT id FROM application_case WHERE account = $1 AND service = $2 AND state IN ('sent', 'result_ready')
		AND (state = 'sent' OR filed_at > $3) ORDER BY filed_at DESC LIMIT 1`
)

// Request asks a register for a statement (PEN-01). The request is written first,
// with its time and number, then the register is asked; when it does not answer at
// once a job goes on asking, and nothing is lost (D-15). A request that is still
// waiting is not made twice.
func (s *Applications) Request(ctx context.Context, who account.ID, serviceID string) (b Begun, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var a Applicant
		if b, a, err = s.look(tx, who, serviceID); err != nil || b.Barrier.Stands() {
			return err
		}
		if !b.Statement {
			return errNotFound
		}
		id, err := db.One(tx, db.Scalar[string], selectRecent, string(who), serviceID, db.At(tx.Now().Add(-sameRequest)))
		if err == nil {
			b.ID, b.Continued = ID(id), true
			return nil
		}
		if !errors.Is(err, db.ErrNone) {
			return err
		}
		b.ID, err = s.insertStatement(tx, a, serviceID)
		return err
	})
	if err != nil || b.ID == "" || b.Continued {
		return b, err
	}
	quick, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if err := s.answer(quick, b.ID, false); err != nil { // the job asks again: it is only later
		s.Log.Info("a register did not answer at once", "application", string(b.ID), "error", err)
	}
	return b, nil
}

func (s *Applications) insertStatement(tx *db.Tx, a Applicant, serviceID string) (ID, error) {
	service, _ := s.Online(serviceID)
	id := ID(secret.NewID())
	key, err := s.Accounts.Key(tx, a.Account)
	if err != nil {
		return "", err
	}
	sealed, err := content{Answers: Answers{}, Name: a.fullName(s.Law), Lang: a.Lang, Profile: shownFacts(service, a)}.seal(key, id)
	if err != nil {
		return "", err
	}
	number := NewNumber()
	due := dueAfter(s.Law.Calendar, s.today(tx), service.Deadline.WorkingDays)
	_, err = tx.Exec(insertStatement, string(id), string(a.Account), serviceID, service.Authority, a.Region, number, s.wording(service).whole, sealed,
		db.At(tx.Now()), due.String())
	if err != nil {
		return "", err
	}
	if err := tell(tx, key, id, Event{Kind: EventAsking, By: audit.Resident}); err != nil {
		return "", err
	}
	if _, err := jobs.AddAt(tx, tx.Now().Add(askAgain), AskRegister{ID: id, Register: service.Result.Register}); err != nil {
		return "", err
	}
	return id, audit.Record(tx, audit.Entry{Actor: account.ByHolder(a.Account), Act: "application.send", Subject: string(a.Account), Object: object(id),
		Facts: map[string]string{"service": serviceID, "number": number}})
}

// askRegister goes on asking. Nobody waits for the answer to an applicant who was
// erased.
func (s *Applications) askRegister(ctx context.Context, _ jobs.Job, a AskRegister) error {
	err := s.answer(ctx, a.ID, true)
	if fault.Is(err, fault.Expired) {
		return nil
	}
	return err
}

// answer asks the register and keeps what it says; late says that the resident no
// longer waits and is told.
func (s *Applications) answer(ctx context.Context, id ID, late bool) error {
	var c Case
	var question register.Request
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		if c, err = s.byID(tx, id); err != nil || !c.IsOpen() {
			return err
		}
		known, err := s.Profiles.Known(tx, c.Account)
		if err != nil {
			return err
		}
		values := map[string]string{}
		for name, k := range known {
			values[name] = k.Value
		}
		source, _ := s.Law.Register(c.Service.Result.Register)
		question = register.Request{Key: string(id), Fields: wire(source, values)}
		return nil
	})
	if fault.Is(err, fault.NotFound) || err == nil && !c.IsOpen() {
		return nil
	}
	if err != nil {
		return err
	}
	statement, err := s.Statements.Statement(ctx, c.Service.Result.Register, question)
	switch {
	case fault.HasKey(err, register.KeyUnknownPerson):
		return s.finish(ctx, id, nil, late)
	case err != nil:
		return errors.Join(err, s.registerAway(context.WithoutCancel(ctx), id))
	}
	return s.finish(ctx, id, &statement, late)
}

// wire are the fields that a register is sent: what it needs of profile values
// and no more, by their names on the wire.
func wire(r jurisdiction.Register, values map[string]string) map[string]string {
	fields := map[string]string{}
	for _, f := range r.Sends {
		name := f
		if renamed, ok := r.Renames[f]; ok {
			name = renamed
		}
		for _, field := range profile.SentFields(f, values[profile.Identity]) {
			if value := values[field]; value != "" {
				fields[name] = value
			}
		}
	}
	return fields
}

const updateAnswered db.SQL = `UPDATE application_case SET state = $2, turn = 'nobody', moved_at = $3, decided_at = $3, closed_at = $3
	WHERE id = $1 AND state = 'sent' AND closed_at IS NULL`

// finish keeps a register's answer, once; nil says that it holds no account.
func (s *Applications) finish(ctx context.Context, id ID, st *register.Statement, late bool) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.byID(tx, id)
		if err != nil || !c.IsOpen() {
			return err
		}
		state, kind, notice := ResultReady, EventReady, "ready"
		if st == nil {
			state, kind, notice = Refused, EventNoAccount, "decided"
		}
		err = tx.ExecOne(updateAnswered, string(id), string(state), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := s.Accounts.Key(tx, c.Account)
		if err != nil {
			return err
		}
		kept, err := c.open(key)
		if err != nil {
			return err
		}
		if st != nil {
			if err := s.keepResult(tx, key, c, s.newResult(tx, c, kept, st)); err != nil {
				return err
			}
		}
		if err := tell(tx, key, id, Event{Kind: kind, By: audit.System}); err != nil {
			return err
		}
		if late {
			if err := s.notice(tx, c, kept.Lang, notice, map[string]string{"stage": ""}); err != nil {
				return err
			}
		}
		return audit.Record(tx, audit.Entry{Actor: audit.BySystem("application.statement"), Act: "application.answered", Subject: string(c.Account),
			Object: object(id), Facts: map[string]string{"state": string(state), "register": c.Service.Result.Register}})
	})
}

const selectAway db.SQL = `SELECT id FROM application_event WHERE case_id = $1 AND kind = 'register_away'`

// registerAway says on the timeline, once, that the register does not answer.
func (s *Applications) registerAway(ctx context.Context, id ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.byID(tx, id)
		if err != nil || !c.IsOpen() {
			return err
		}
		said, err := db.Exists(tx, selectAway, string(id))
		if err != nil || said {
			return err
		}
		key, err := s.Accounts.Key(tx, c.Account)
		if err != nil {
			return err
		}
		return tell(tx, key, id, Event{Kind: EventRegisterOff, By: audit.System})
	})
}
