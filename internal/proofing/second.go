package proofing

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
)

// dwell is how long a second officer looks at the evidence at least (two-person rule).
const dwell = 20 * time.Second

// Asked lists the visits of the officer's centre that wait for a second officer, oldest first.
func (s *Service) Asked(ctx context.Context, o officer.Officer) (all []Case, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = db.All(tx, scanCase, selectAskedCases, o.Centre, string(o.ID), db.At(tx.Now()))
		return err
	})
	return all, err
}

// TakeSecond makes an officer the second one of a visit. It is refused to the
// first officer, to the visitor, to those of the visitor's surname or address, at
// the first officer's own browser, and to the one who was second the last time.
func (s *Service) TakeSecond(ctx context.Context, o officer.Officer, id, browser string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.asked(tx, o, id)
		if err != nil {
			return err
		}
		if err := s.maySecond(tx, c, o, browser); err != nil {
			return err
		}
		if c.Second != o.ID {
			c.Second, c.SecondAt = o.ID, tx.Now()
		}
		if err := save(tx, c.State, c); err != nil {
			return err
		}
		return record(tx, c, "proofing.second", o.By())
	})
}

// asked reads a visit of the officer's centre, opened by somebody else, that waits for a second officer.
func (s *Service) asked(tx *db.Tx, o officer.Officer, id string) (Case, error) {
	c, err := oneCase(tx, selectOtherCase, id, o.Centre, string(o.ID))
	if err != nil {
		return c, err
	}
	if c.State != Asked {
		return c, fault.New(fault.Conflict, "proofing.moved_on")
	}
	return c, c.mustLive(tx.Now())
}

const selectLastSecond db.SQL = `SELECT second FROM proofing_case WHERE officer = $1 AND approved_at IS NOT NULL ORDER BY approved_at DESC, id DESC LIMIT 1`

func (s *Service) maySecond(tx *db.Tx, c Case, o officer.Officer, browser string) error {
	if string(c.Account) == o.Account {
		return fault.New(fault.Forbidden, "proofing.outcome.self")
	}
	if browser == "" || browser == c.browser {
		return fault.New(fault.Forbidden, "proofing.second_same_desk")
	}
	kin, err := s.risk(tx, o, c.Account)
	if err != nil {
		return err
	}
	if kin != "" {
		return fault.New(fault.Forbidden, "proofing.second_kin")
	}
	last, err := db.One(tx, db.Scalar[db.Text], selectLastSecond, string(c.Officer))
	if err == nil && string(last) == string(o.ID) {
		return fault.New(fault.Forbidden, "proofing.second_again")
	}
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	return err
}

// LookSecond reads a visit for its second officer; each look leaves an audit line.
func (s *Service) LookSecond(ctx context.Context, o officer.Officer, id string) (v Visit, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.second(tx, o, id)
		if err != nil {
			return err
		}
		if v, err = s.visit(tx, c, true); err != nil {
			return err
		}
		return look(tx, c, o)
	})
	return v, err
}

// second reads a visit of which this officer is the second.
func (s *Service) second(tx *db.Tx, o officer.Officer, id string) (Case, error) {
	c, err := s.asked(tx, o, id)
	if err == nil && c.Second != o.ID {
		return c, fault.New(fault.NotFound, "proofing.no_case")
	}
	return c, err
}

// Approve lets a visit go on. The second officer must have had the evidence open for a while.
func (s *Service) Approve(ctx context.Context, o officer.Officer, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.second(tx, o, id)
		if err != nil {
			return err
		}
		if tx.Now().Sub(c.SecondAt) < dwell {
			return fault.OneField("approve", "proofing.second_soon", fault.Vars{"n": int(dwell / time.Second)})
		}
		c.Approved = tx.Now()
		return step(tx, &c, approve, o.By())
	})
}

// Decline refuses a visit as its second officer.
func (s *Service) Decline(ctx context.Context, o officer.Officer, id, reason string) error {
	if !slices.Contains(StopReasons, reason) {
		return fault.OneField("reason", "proofing.reason_missing", nil)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.second(tx, o, id)
		if err != nil {
			return err
		}
		c.why = reason
		return step(tx, &c, refuse, o.By())
	})
}
