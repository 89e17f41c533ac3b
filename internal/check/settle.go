package check

import (
	"context"
	"encoding/json"
	"slices"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/notify"
	"okno/internal/profile"
	"okno/internal/secret"
)

// settle looks at all answers of an open claim and does what follows from them.
func (s *Checks) settle(tx *db.Tx, id ID) error {
	c, err := db.One(tx, scanClaim, selectClaim, string(id))
	if err != nil || c.outcome != Open {
		return err
	}
	questions, err := s.current(tx, id)
	if err != nil {
		return err
	}
	passed := 0
	for _, q := range questions {
		if !q.State.IsSettled() {
			return nil
		}
		if q.State == Passed {
			passed++
		}
	}
	if passed < len(s.registers()) || passed == 0 {
		return s.tellOnce(tx, c, questions)
	}
	return s.pass(tx, c, questions)
}

const updateTold db.SQL = `UPDATE check_claim SET told = $2 WHERE id = $1 AND told < $2`

// tellOnce says once a round that something did not match (NTF-02).
func (s *Checks) tellOnce(tx *db.Tx, c claim, questions []Question) error {
	n, err := tx.Exec(updateTold, string(c.ID), c.round)
	if err != nil || n == 0 {
		return err
	}
	key := "check.not_matched"
	if slices.ContainsFunc(questions, func(q Question) bool { return q.State == Defect }) {
		key = "check.not_passed"
	}
	return s.notices.Send(tx, notify.Notice{To: c.account, Key: key, Path: "/id/check"})
}

// pass makes the account standard, or keeps changed data, now that every register has confirmed (LVL-09, CHK-20).
func (s *Checks) pass(tx *db.Tx, c claim, questions []Question) error {
	by := audit.BySystem("check.ask")
	data, err := s.open(tx, c)
	if err != nil {
		return err
	}
	number := data[s.accounts.Rules().UniqueNumber]
	if number != "" {
		holder, err := s.accounts.ByNumber(tx, number)
		if err != nil {
			return err
		}
		if holder != "" && holder != c.account {
			return s.taken(tx, c, holder)
		}
		if err := s.accounts.Claim(tx, c.account, number, false, by); err != nil {
			return err
		}
	}
	before, err := s.accounts.LevelOf(tx, c.account)
	if err != nil {
		return err
	}
	after := before
	for _, q := range questions {
		e := account.Evidence{Way: account.ByRegister, Source: q.Register, Reference: q.reference}
		if _, after, err = s.accounts.Add(tx, c.account, e, by); err != nil {
			return err
		}
	}
	if err := s.profiles.Confirm(tx, c.account, data, s.sources(data), by); err != nil {
		return err
	}
	token := secret.Token()
	if err := s.end(tx, c, Done, token); err != nil {
		return err
	}
	if err := s.notices.Send(tx, notify.Notice{To: c.account, Key: "check.passed", Path: "/id/check"}); err != nil {
		return err
	}
	if after == before {
		return nil
	}
	return s.notices.Send(tx, notify.Notice{To: c.account, Key: "check.claimed", Path: "/id/check/dispute?claim=" + token, Security: true}) // D-06
}

// sources says for each confirmed field which register confirmed it: the first that was sent it.
func (s *Checks) sources(data map[string]string) map[string]profile.Source {
	sources := map[string]profile.Source{}
	for _, r := range s.registers() {
		for _, f := range r.Sends {
			for _, field := range profile.SentFields(f, data[profile.Identity]) {
				if _, told := sources[field]; !told && data[field] != "" {
					sources[field] = profile.FromRegister(r.Code)
				}
			}
		}
	}
	return sources
}

// taken ends a claim whose number belongs to somebody else. That account is
// told that somebody tried; it learns nothing else, and neither does this one (T-16).
func (s *Checks) taken(tx *db.Tx, c claim, holder account.ID) error {
	if err := s.end(tx, c, Taken, ""); err != nil {
		return err
	}
	if err := s.notices.Send(tx, notify.Notice{To: holder, Key: "check.attempted", Path: "/id/settings/events", Security: true}); err != nil {
		return err
	}
	return s.notices.Send(tx, notify.Notice{To: c.account, Key: "check.not_passed", Path: "/id/check"})
}

const endClaim db.SQL = `UPDATE check_claim SET state = $2, ended_at = $3, dispute = $4, data = $5 WHERE id = $1 AND state = 'open'`

// end closes a claim and forgets its data: what counts is in the profile now.
func (s *Checks) end(tx *db.Tx, c claim, o Outcome, token string) error {
	hashed := ""
	if token != "" {
		hashed = secret.Hash(token)
	}
	if err := tx.ExecOne(endClaim, string(c.ID), string(o), db.At(tx.Now()), db.Text(hashed), []byte{}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem("check.ask"), Act: "check.end", Subject: string(c.account),
		Object: "check/" + string(c.ID), Facts: map[string]string{"outcome": string(o)}})
}

func (s *Checks) open(tx *db.Tx, c claim) (map[string]string, error) {
	key, err := s.accounts.Key(tx, c.account)
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(dataPlace(c.ID), c.sealed)
	if err != nil {
		return nil, err
	}
	var data map[string]string
	err = json.Unmarshal(plain, &data)
	return data, err
}

const expireQuestions db.SQL = `UPDATE check_question SET state = 'expired', since = $2, answered_at = $2
	WHERE claim = $1 AND is_current AND state IN ('waiting', 'running', 'silent', 'review')`

// expire ends a claim whose time is over (CHK-21, Q-08): not passed, support can help.
func (s *Checks) expire(ctx context.Context, _ jobs.Job, args Expire) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := db.One(tx, scanClaim, selectClaim, string(args.Claim))
		if err != nil || c.outcome != Open || c.deadline.After(tx.Now()) {
			return err
		}
		n, err := tx.Exec(expireQuestions, string(c.ID), db.At(tx.Now()))
		if err != nil || n == 0 {
			return err // everything was answered: what is left is a correction, which has no deadline
		}
		if err := s.end(tx, c, TimedOut, ""); err != nil {
			return err
		}
		return s.notices.Send(tx, notify.Notice{To: c.account, Key: "check.not_passed", Path: "/id/check"})
	})
}

const selectByDispute db.SQL = `SELECT` + claimColumns + `WHERE dispute = $1`

const disputeClaim db.SQL = `UPDATE check_claim SET state = 'disputed', dispute = NULL WHERE id = $1 AND state = 'passed'`

// Dispute is "this was not me" (D-06, T-69): the claim is frozen and the level
// falls to simplified, unless the holder has proved his identity since, which is
// stronger than any letter. The token is that of the notice and works once.
func (s *Checks) Dispute(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := disputed(tx, token)
		if err != nil {
			return err
		}
		if err := tx.ExecOne(disputeClaim, string(c.ID)); err != nil {
			return err
		}
		by := audit.Actor{Kind: audit.Visitor, ID: "check/" + string(c.ID)}
		if err := audit.Record(tx, audit.Entry{Actor: by, Act: "check.dispute", Subject: string(c.account), Object: "check/" + string(c.ID)}); err != nil {
			return err
		}
		level, err := s.accounts.LevelOf(tx, c.account)
		if err != nil || level >= account.Verified {
			return err
		}
		return s.accounts.Revoke(tx, c.account, "disputed", by)
	})
}

// MayDispute says whether a token of a notice still works.
func (s *Checks) MayDispute(tx *db.Tx, token string) error {
	_, err := disputed(tx, token)
	return err
}

func disputed(tx *db.Tx, token string) (claim, error) {
	if token == "" {
		return claim{}, fault.New(fault.NotFound, "check.no_claim")
	}
	c, err := db.One(tx, scanClaim, selectByDispute, secret.Hash(token))
	if err != nil || c.outcome != Done {
		return claim{}, fault.Wrap(fault.NotFound, "check.no_claim", err)
	}
	return c, nil
}

// Disputable is MayDispute in a transaction of its own.
func (s *Checks) Disputable(ctx context.Context, token string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error { return s.MayDispute(tx, token) })
}
