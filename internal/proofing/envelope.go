package proofing

import (
	"context"
	"errors"
	"math"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/signin"
)

// Envelope is what a desk hands over sealed (OPR-18). The code is known here
// once, for the print; a table keeps its argon2id hash with the pepper only (OTP-4),
// for it lives for weeks.
type Envelope struct {
	Case string
	Code string // in groups of four
	Ends time.Time
}

const (
	voidEnvelopes  db.SQL = `UPDATE proofing_envelope SET state = 'void', ended_at = $2 WHERE account = $1 AND state = 'handed'`
	insertEnvelope db.SQL = `INSERT INTO proofing_envelope (id, case_id, account, code_hash, state, handed_at, ends_at) VALUES ($1, $2, $3, $4, 'handed', $5, $6)`
)

// HandOver makes the envelope of a visit whose document matched, in place of the
// code on the phone. It counts as a confirmation. An envelope handed over before is void.
func (s *Service) HandOver(ctx context.Context, o officer.Officer, id string) (e Envelope, err error) {
	rules := s.law.Proofing.Letter
	code := secret.Digits(rules.Digits)
	hash, err := s.hasher.Hash(ctx, envelopeWord(code))
	if err != nil {
		return e, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := takeTurn(tx, o); err != nil {
			return err
		}
		c, err := live(tx, o, id)
		if err != nil {
			return err
		}
		if err := s.within(tx, o, countConfirmed, 1); err != nil {
			return err
		}
		c.counted = tx.Now()
		if err := step(tx, &c, handOver, o.By()); err != nil {
			return err
		}
		e = Envelope{Case: c.ID, Code: grouped(code), Ends: tx.Now().AddDate(0, 0, rules.AwakeDays)}
		if _, err := tx.Exec(voidEnvelopes, string(c.Account), db.At(tx.Now())); err != nil {
			return err
		}
		_, err = tx.Exec(insertEnvelope, secret.NewID(), c.ID, string(c.Account), hash, db.At(tx.Now()), db.At(e.Ends))
		return err
	})
	return e, err
}

// envelopeWord is what is hashed: a code of another kind never fits (OTP-9).
func envelopeWord(code string) string { return "proofing.envelope " + code }

func grouped(code string) string {
	const group = 4
	out := ""
	for i, r := range code {
		if i > 0 && i%group == 0 {
			out += " "
		}
		out += string(r)
	}
	return out
}

type envelopeRow struct {
	id, caseID, hash string
	tries            int
	ends, tried      db.Time
}

const (
	selectEnvelope db.SQL = `SELECT id, case_id, code_hash, tries, ends_at, tried_at FROM proofing_envelope WHERE account = $1 AND state = 'handed'`
	countEnvelope  db.SQL = `UPDATE proofing_envelope SET tries = tries + 1, tried_at = $3 WHERE id = $1 AND state = 'handed' AND tries < $2 AND ends_at > $3`
	spendEnvelope  db.SQL = `UPDATE proofing_envelope SET state = 'used', ended_at = $2 WHERE id = $1 AND state = 'handed'`
)

// HasEnvelope says until when an envelope of the account waits for its code; zero when none does.
func (s *Service) HasEnvelope(ctx context.Context, id account.ID) (until time.Time, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		e, err := db.One(tx, scanEnvelope, selectEnvelope, string(id))
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		if err == nil && e.ends.After(tx.Now()) {
			until = e.ends.Time
		}
		return err
	})
	return until, err
}

func scanEnvelope(r db.Row) (e envelopeRow, err error) {
	err = r.Scan(&e.id, &e.caseID, &e.hash, &e.tries, &e.ends, &e.tried)
	return e, err
}

// EnterEnvelope takes the code of an envelope, typed by the account's holder in
// an own session (P-13). Tries are counted before the code is compared. After two
// tries work is asked whether the browser solved a challenge, and spends it (nil:
// it did not); without one the code rests half a minute between tries (SEC-09, Q-53).
func (s *Service) EnterEnvelope(ctx context.Context, id account.ID, typed string, work func() bool) (result CodeResult, err error) {
	rules := s.law.Proofing.Letter
	code := digitsOf(typed)
	switch {
	case code == "":
		return result, fault.OneField("code", "proofing.code_missing", nil)
	case len(code) != rules.Digits:
		return result, fault.OneField("code", "proofing.code_length", fault.Vars{"n": rules.Digits})
	}
	worked, err := s.worked(ctx, id, work)
	if err != nil {
		return result, err
	}
	e, live, err := s.takeTry(ctx, id, worked)
	if err != nil || !live {
		return result, err
	}
	right, _, err := s.hasher.Verify(ctx, envelopeWord(code), e.hash)
	if err != nil {
		return result, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := oneCase(tx, selectCase, e.caseID)
		if err != nil {
			return err
		}
		if !right {
			return record(tx, c, "proofing.code_wrong", account.ByHolder(id))
		}
		if err := tx.ExecOne(spendEnvelope, e.id, db.At(tx.Now())); errors.Is(err, db.ErrNone) {
			return fault.New(fault.Conflict, "proofing.no_envelope")
		} else if err != nil {
			return err
		}
		return s.verify(tx, &c, account.ByEnvelope, account.ByHolder(id))
	})
	if err != nil || right {
		return CodeResult{Right: err == nil}, err
	}
	return CodeResult{Left: rules.Tries - e.tries - 1}, nil
}

// worked spends the solved challenge of a try that wants one, before any other
// transaction begins: it is spent in a transaction of its own.
func (s *Service) worked(ctx context.Context, id account.ID, work func() bool) (bool, error) {
	var tries int
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		e, err := db.One(tx, scanEnvelope, selectEnvelope, string(id))
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		tries = e.tries
		return err
	})
	return tries >= signin.FreeOfWork && work != nil && work(), err
}

// mayTry refuses a try that brings no work and comes too early. A dead code says that it is dead.
func (s *Service) mayTry(e envelopeRow, worked bool, now time.Time) error {
	rest := e.tried.Add(signin.RestWithoutWork).Sub(now)
	if worked || rest <= 0 || e.tries < signin.FreeOfWork || e.tries >= s.law.Proofing.Letter.Tries || !now.Before(e.ends.Time) {
		return nil
	}
	return fault.OneField("code", "proofing.code_rest", fault.Vars{"n": int(math.Ceil(rest.Seconds()))})
}

// takeTry counts a try before the code is looked at, which takes long and so
// happens outside any transaction. Not live: dead, by time or by tries.
func (s *Service) takeTry(ctx context.Context, id account.ID, worked bool) (e envelopeRow, live bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		live = false
		e, err = db.One(tx, scanEnvelope, selectEnvelope, string(id))
		if errors.Is(err, db.ErrNone) {
			return fault.New(fault.Conflict, "proofing.no_envelope")
		}
		if err != nil {
			return err
		}
		if err := s.mayTry(e, worked, tx.Now()); err != nil {
			return err
		}
		err = tx.ExecOne(countEnvelope, e.id, s.law.Proofing.Letter.Tries, db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		live = err == nil
		return err
	})
	return e, live, err
}
