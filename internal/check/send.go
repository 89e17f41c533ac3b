package check

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/profile"
	"okno/internal/secret"
	"okno/internal/text"
)

// Start sends what the profile holds for checking (CHK-01, CHK-02): each
// register is asked once, however often the button is pressed. A register that
// has confirmed the same data, or still looks at them, is not asked again.
//
// Refused: fault.Invalid with fields when the profile is not complete, Conflict
// "check.nothing_new" when everything is confirmed, TooMany after too many tries (T-15).
func (s *Checks) Start(ctx context.Context, id account.ID) error {
	send := func(tx *db.Tx) error { return s.Send(tx, id, account.ByHolder(id)) }
	err := s.db.Write(ctx, send)
	if errors.Is(err, db.ErrUnique) {
		return s.db.Write(ctx, send) // the button was pressed twice at the same moment: now the first press is seen
	}
	return err
}

// Send is Start in the caller's transaction.
func (s *Checks) Send(tx *db.Tx, id account.ID, by audit.Actor) error {
	p, err := s.complete(tx, id)
	if err != nil {
		return err
	}
	c, err := latest(tx, id)
	if err != nil {
		return err
	}
	begins := c.outcome != Open
	if begins {
		c = claim{ID: ID(secret.NewID()), account: id, outcome: Open}
	}
	r := round{s: s, tx: tx, claim: c, profile: p.Candidate()}
	if r.key, err = s.accounts.Key(tx, id); err != nil {
		return err
	}
	if err := r.compare(); err != nil {
		return err
	}
	if !r.anything() {
		return nil // pressed twice: the first press has sent everything
	}
	if begins || r.isNew() {
		if err := s.count(tx, r.profile); err != nil {
			return err
		}
	}
	if err := r.write(); err != nil {
		return err
	}
	object := "check/" + string(c.ID)
	if err := audit.Record(tx, audit.Entry{Actor: by, Act: "check.send", Subject: string(id), Object: object}); err != nil {
		return err
	}
	return s.settle(tx, c.ID)
}

// complete reads the profile and refuses one that lacks something, or that has nothing to be checked.
func (s *Checks) complete(tx *db.Tx, id account.ID) (profile.Profile, error) {
	p, err := s.profiles.Read(tx, id)
	if err != nil {
		return p, err
	}
	if _, err := s.profiles.Check(profile.General, p.Candidate().Values(), s.profiles.Today(tx)); err != nil {
		return p, err
	}
	level, err := s.accounts.LevelOf(tx, id)
	if err == nil && level >= account.Standard && !p.HasPending() {
		return p, fault.New(fault.Conflict, "check.nothing_new")
	}
	return p, err
}

// round is one sending of a claim.
type round struct {
	s       *Checks
	tx      *db.Tx
	claim   claim
	profile profile.Profile
	key     secret.Key
	plans   []plan
}

// plan is what happens with one register.
type plan struct {
	register jurisdiction.Register
	wire     map[string]string
	tuple    string
	now      *Question // the question that the claim has
	earlier  *Question // an earlier question with the same data, to be taken up again
	fresh    bool      // the register is asked anew
}

func (p plan) keeps() bool { return p.now != nil && !p.fresh && p.earlier == nil }

func (r *round) anything() bool {
	for _, p := range r.plans {
		if !p.keeps() {
			return true
		}
	}
	return false
}

func (r *round) isNew() bool {
	for _, p := range r.plans {
		if p.fresh {
			return true
		}
	}
	return false
}

// compare finds out which registers have to be asked.
func (r *round) compare() error {
	current, err := r.s.current(r.tx, r.claim.ID)
	if err != nil {
		return err
	}
	for _, register := range r.s.registers() {
		p := plan{register: register, wire: r.profile.Wire(register)}
		p.tuple = r.s.tuple(register.Code, p.wire)
		for i := range current {
			if current[i].Register == register.Code {
				p.now = &current[i]
			}
		}
		if p.now != nil && p.now.tuple == p.tuple {
			p.fresh = !r.usable(*p.now)
		} else if err := r.lookBack(&p); err != nil {
			return err
		}
		r.plans = append(r.plans, p)
	}
	return nil
}

// usable says whether a question with the same data need not be asked anew: it is
// under way, or its answer is fresh.
func (r *round) usable(q Question) bool {
	age := r.tx.Now().Sub(q.Answered)
	switch q.State {
	case Passed:
		return age < matchLasts
	case Mismatch, Defect:
		return age < r.s.law.Rules.Check.Restart
	}
	return true
}

const selectEarlier db.SQL = `SELECT` + questionColumns + `WHERE account = $1 AND register = $2 AND tuple = $3
	AND NOT EXISTS (SELECT 1 FROM check_claim c WHERE c.id = check_question.claim AND c.state = 'disputed')
	ORDER BY sent_at DESC, id DESC LIMIT 1`

func (r *round) lookBack(p *plan) error {
	q, err := db.One(r.tx, scanQuestion, selectEarlier, string(r.claim.account), p.register.Code, p.tuple)
	switch {
	case errors.Is(err, db.ErrNone):
		p.fresh = true
	case err != nil:
		return err
	case r.usable(q):
		p.earlier = &q
	default:
		p.fresh = true
	}
	return nil
}

// tuple is a blind index of all that a register is sent.
func (s *Checks) tuple(register string, wire map[string]string) string {
	canonical, _ := json.Marshal(wire) // a map of texts always marshals, with its keys in order
	return s.accounts.Vault().Index("check.tuple."+register, string(canonical))
}

const upsertClaim db.SQL = `INSERT INTO check_claim (id, account, state, data, round, told, sent_at, deadline) VALUES ($1, $2, 'open', $3, 1, 0, $4, $5)
	ON CONFLICT (id) DO UPDATE SET data = excluded.data, round = check_claim.round + 1, sent_at = excluded.sent_at, deadline = excluded.deadline`

func (r *round) write() error {
	data, err := json.Marshal(r.s.profiles.Core(r.profile))
	if err != nil {
		return err
	}
	c := r.claim
	deadline := r.s.deadline(r.tx.Now())
	_, err = r.tx.Exec(upsertClaim, string(c.ID), string(c.account), r.key.Seal(dataPlace(c.ID), data), db.At(r.tx.Now()), db.At(deadline))
	if err != nil {
		return err
	}
	for _, p := range r.plans {
		if err := r.put(p); err != nil {
			return err
		}
	}
	_, err = jobs.AddOnce(r.tx, deadline, string(c.ID)+"/"+deadline.Format(time.RFC3339), Expire{Claim: c.ID})
	return err
}

const retireQuestion db.SQL = `UPDATE check_question SET is_current = FALSE WHERE id = $1`

const reviveQuestion db.SQL = `UPDATE check_question SET claim = $2, is_current = TRUE, state = $3, sent_at = $4, since = $4 WHERE id = $1`

const insertQuestion db.SQL = `INSERT INTO check_question
	(id, claim, account, register, tuple, wire, is_current, state, attempts, polls, sent_at, since) VALUES ($1, $2, $3, $4, $5, $6, TRUE, 'waiting', 0, 0, $7, $7)`

func (r *round) put(p plan) error {
	if p.keeps() {
		return nil
	}
	if p.now != nil {
		if _, err := r.tx.Exec(retireQuestion, p.now.ID); err != nil {
			return err
		}
	}
	now := db.At(r.tx.Now())
	if p.earlier != nil {
		state := p.earlier.State
		if !state.IsSettled() || state == Expired {
			state = Waiting
			if err := schedule(r.tx, *p.earlier, r.tx.Now()); err != nil {
				return err
			}
		}
		return r.tx.ExecOne(reviveQuestion, p.earlier.ID, string(r.claim.ID), string(state), now)
	}
	id := secret.NewID()
	content, err := json.Marshal(p.wire)
	if err != nil {
		return err
	}
	_, err = r.tx.Exec(insertQuestion, id, string(r.claim.ID), string(r.claim.account), p.register.Code, p.tuple, r.key.Seal(wirePlace(id), content), now)
	if err != nil {
		return err
	}
	return schedule(r.tx, Question{ID: id, Register: p.register.Code}, r.tx.Now())
}

// schedule makes a question's job due at a moment, in the place of one that waits.
func schedule(tx *db.Tx, q Question, at time.Time) error {
	args := Ask{Question: q.ID, Register: q.Register}
	if err := jobs.Drop(tx, args.Kind(), q.ID); err != nil {
		return err
	}
	_, err := jobs.AddOnce(tx, at, q.ID, args)
	return err
}

// again is schedule from within the question's own job. One that was put in its
// place meanwhile, as by Restart, stays.
func again(tx *db.Tx, job jobs.Job, q Question, at time.Time) error {
	return jobs.Again(tx, job, at, q.ID, Ask{Question: q.ID, Register: q.Register})
}

// deadline is the end of the last working day on which an answer counts.
func (s *Checks) deadline(now time.Time) time.Time {
	last := s.law.Calendar.AddWorkingDays(text.DayOf(now, s.law.Zone), s.law.Rules.Check.WorkingDays)
	return last.AddDays(1).Midnight(s.law.Zone).UTC()
}

const restartQuestion db.SQL = `UPDATE check_question SET sent_at = $2 WHERE id = $1 AND is_current`

// Restart starts the hanging questions again (CHK-23): each is looked up under
// its old key first, so that no register is asked a second time. Pressing it too
// early, or twice, changes nothing.
func (s *Checks) Restart(ctx context.Context, id account.ID) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := latest(tx, id)
		if err != nil || c.outcome != Open {
			return err
		}
		questions, err := s.current(tx, c.ID)
		if err != nil {
			return err
		}
		var again []string
		for _, q := range questions {
			if !s.hangs(tx, q) {
				continue
			}
			again = append(again, q.Register)
			if err := tx.ExecOne(restartQuestion, q.ID, db.At(tx.Now())); err != nil {
				return err
			}
			if err := schedule(tx, q, tx.Now()); err != nil {
				return err
			}
		}
		if len(again) == 0 {
			return nil
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(id), Act: "check.restart", Subject: string(id), Object: "check/" + string(c.ID),
			Facts: map[string]string{"registers": strings.Join(again, ",")}})
	})
}
