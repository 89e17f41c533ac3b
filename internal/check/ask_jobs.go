package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/outside/register"
)

// Ask is the job that asks a register one question.
type Ask struct {
	Question string `json:"question"`
	Register string `json:"register"` // its code
}

// Kind implements jobs.Args: each register has its own.
func (a Ask) Kind() string {
	if a.Register == "" {
		return "check.ask"
	}
	return "check.ask/" + a.Register
}

// Expire is the reminder to look whether a claim's time is over.
type Expire struct {
	Claim ID `json:"claim"`
}

// Kind implements jobs.Args.
func (Expire) Kind() string { return "check.expire" }

// Register registers the handlers of the package's jobs.
func (s *Checks) Register(q *jobs.Queue) {
	jobs.Handle(q, s.ask)
	for _, r := range s.law.Registers { // a slow one holds up no other (CHK-24)
		jobs.HandleAs(q, Ask{Register: r.Code}, s.ask, jobs.Door("register/"+r.Code))
	}
	jobs.Handle(q, s.expire)
}

// ask asks a register, outside any transaction, and keeps the answer. An answer
// that was lost on the way back, or with this process, is fetched under the same
// key; only a register that says that it was never asked is asked again.
func (s *Checks) ask(ctx context.Context, job jobs.Job, args Ask) error {
	q, wire, err := s.begin(ctx, args.Question)
	if err != nil || q.ID == "" {
		return err
	}
	answer, err := s.consult(ctx, q, wire)
	if err != nil {
		return s.keepFailure(ctx, job, q, err)
	}
	return s.keepAnswer(ctx, job, q, answer)
}

const beginQuestion db.SQL = `UPDATE check_question SET attempts = attempts + 1, asked_at = coalesce(asked_at, $2),
	since = CASE WHEN state = 'waiting' THEN $2 ELSE since END, state = CASE WHEN state = 'waiting' THEN 'running' ELSE state END
	WHERE id = $1 AND is_current AND state IN ('waiting', 'running', 'silent', 'review')`

// begin marks the question as asked before it is asked. q.asked is then the
// moment of an earlier try, zero at the first. An empty question is one that needs no asking.
func (s *Checks) begin(ctx context.Context, id string) (q Question, wire map[string]string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		wire = nil
		q, err = db.One(tx, scanQuestion, selectQuestion, id)
		if errors.Is(err, db.ErrNone) || err == nil && q.State.IsSettled() {
			q = Question{}
			return nil
		}
		if err != nil {
			return err
		}
		key, err := s.accounts.Key(tx, q.account)
		if fault.Is(err, fault.Expired) {
			q = Question{} // the account was erased meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		plain, err := key.Open(wirePlace(q.ID), q.sealed)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(plain, &wire); err != nil {
			return err
		}
		return tx.ExecOne(beginQuestion, id, db.At(tx.Now()))
	})
	return q, wire, err
}

func (s *Checks) consult(ctx context.Context, q Question, wire map[string]string) (register.Answer, error) {
	if !q.asked.IsZero() {
		answer, err := s.door.Ask(ctx, q.Register, q.ID)
		if !fault.HasKey(err, register.KeyUnknownQuestion) {
			return answer, err
		}
	}
	return s.door.Check(ctx, q.Register, register.Request{Key: q.ID, Fields: wire})
}

const moveQuestion db.SQL = `UPDATE check_question SET state = $2, since = $3 WHERE id = $1 AND is_current AND state IN ('waiting', 'running')`

const answerQuestion db.SQL = `UPDATE check_question SET state = $2, since = $3, answered_at = $4, polls = polls + $5, reference = $6
	WHERE id = $1 AND state IN ('waiting', 'running', 'silent', 'review')`

// keepFailure: no answer means ask again later (CHK-24), with the growing pauses
// of the queue. A question that the register calls wrong is for the support.
func (s *Checks) keepFailure(ctx context.Context, job jobs.Job, q Question, failure error) error {
	why := fmt.Errorf("check: ask %s about question %s: %w", q.Register, q.ID, failure)
	if fault.HasKey(failure, register.KeyDefect) {
		return errors.Join(why, s.keep(ctx, job, q, Defect, "", 0))
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(moveQuestion, q.ID, string(Silent), db.At(tx.Now()))
		if err != nil || q.attempts < hourlyFrom {
			return err
		}
		return again(tx, job, q, tx.Now().Add(time.Hour+rand.N(15*time.Minute)))
	})
	return errors.Join(why, err)
}

// hourlyFrom is after how many tries the queue's pauses have grown to about an
// hour. They grow no further, so that a register which comes back after days is
// asked within little more than an hour, and not by everybody at once (F-14).
const hourlyFrom = 6

func (s *Checks) keepAnswer(ctx context.Context, job jobs.Job, q Question, a register.Answer) error {
	state := Mismatch
	switch {
	case a.Result == register.Match && !a.Deceased:
		state = Passed
	case a.Result == register.Review:
		state = Review
	}
	var polls int
	if state == Review {
		polls = 1
	}
	if a.Deceased {
		if err := s.recordDeath(ctx, q); err != nil {
			return err
		}
	}
	return s.keep(ctx, job, q, state, a.Reference, polls)
}

// What was sent is not needed once it is answered: the blind index of the data
// is enough to know the same question again.
const forgetWire db.SQL = `UPDATE check_question SET wire = $2 WHERE id = $1`

// lockClaim makes two answers to one claim wait for each other: else each would
// find the other still missing, and nobody would settle the claim. It writes the
// row, because under REPEATABLE READ only a written row makes the second one look again.
const lockClaim db.SQL = `UPDATE check_claim SET told = told WHERE id = (SELECT claim FROM check_question WHERE id = $1)`

// keep writes a question's new state and what follows from it, once.
func (s *Checks) keep(ctx context.Context, job jobs.Job, q Question, state State, reference string, polls int) error {
	write := func(tx *db.Tx) error {
		if _, err := tx.Exec(lockClaim, q.ID); err != nil {
			return err
		}
		answered := db.At(tx.Now())
		if state == Review {
			answered = db.Time{}
		}
		n, err := tx.Exec(answerQuestion, q.ID, string(state), db.At(tx.Now()), answered, polls, db.Text(reference))
		if err != nil || n == 0 {
			return err // answered before, by another run of this job
		}
		if state == Review {
			return again(tx, job, q, tx.Now().Add(pollPause(q.polls)))
		}
		if _, err := tx.Exec(forgetWire, q.ID, []byte{}); err != nil {
			return err
		}
		facts := map[string]string{"register": q.Register, "result": string(state)}
		err = audit.Record(tx, audit.Entry{Actor: audit.BySystem("check.ask"), Act: "check.answer", Subject: string(q.account), Object: "check/" + string(q.claim), Facts: facts})
		if err != nil {
			return err
		}
		return s.settleQuestion(tx, q.ID)
	}
	err := s.db.Write(ctx, write)
	if fault.HasKey(err, "account.number_taken") {
		return s.db.Write(ctx, write) // somebody got the number in the same moment: now he is seen
	}
	return err
}

// pollPause grows from five minutes to two hours.
func pollPause(polls int) time.Duration {
	return min(5*time.Minute<<min(polls, 8), 2*time.Hour)
}

// recordDeath leaves the only trace of a death: nobody is told at the screen (T-16).
func (s *Checks) recordDeath(ctx context.Context, q Question) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, audit.Entry{Actor: audit.BySystem("check.ask"), Act: "check.deceased", Subject: string(q.account),
			Object: "check/" + string(q.claim), Facts: map[string]string{"register": q.Register}})
	})
}

const selectClaimOf db.SQL = `SELECT claim FROM check_question WHERE id = $1 AND is_current`

// settleQuestion settles the claim to which an answered question belongs now; an
// answer to a question that was replaced settles nothing.
func (s *Checks) settleQuestion(tx *db.Tx, question string) error {
	c, err := db.One(tx, db.Scalar[string], selectClaimOf, question)
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.settle(tx, ID(c))
}
