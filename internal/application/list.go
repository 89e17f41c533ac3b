package application

import (
	"context"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/text"
)

// Mine are an account's applications in the three groups of S24.
type Mine struct {
	Waiting  []Case // for the applicant: drafts, corrections, documents to collect
	Office   []Case // for the authority or a register
	Finished []Case
	Removed  []Case // drafts that can be restored
}

const selectMine db.SQL = `SELECT` + caseColumns + `FROM application_case WHERE account = $1 ORDER BY created_at DESC, id DESC LIMIT 200`

// List gives an account's applications, the newest first in each group.
func (s *Applications) List(ctx context.Context, who account.ID) (m Mine, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error { m, err = s.ListIn(tx, who); return err })
	return m, err
}

// ListIn is List in the caller's transaction.
func (s *Applications) ListIn(tx *db.Tx, who account.ID) (m Mine, err error) {
	cases, err := db.All(tx, s.scanCase, selectMine, string(who))
	if err != nil {
		return m, err
	}
	for _, c := range cases {
		if c.IsPaused() && c.Closed.IsZero() {
			if c.CorrectBy, err = correctBy(tx, c.ID); err != nil {
				return m, err
			}
		}
		switch {
		case c.IsDiscarded():
			m.Removed = append(m.Removed, c)
		case !c.IsDraft() && !c.Closed.IsZero():
			m.Finished = append(m.Finished, c)
		case c.IsDraft() || c.Turn == TurnApplicant:
			m.Waiting = append(m.Waiting, c)
		default:
			m.Office = append(m.Office, c)
		}
	}
	return m, nil
}

const selectUntil db.SQL = `SELECT until FROM application_correction WHERE case_id = $1 AND ended_at IS NULL`

// correctBy is the last day of the correction that is asked for.
func correctBy(tx *db.Tx, id ID) (text.Day, error) {
	until, err := db.One(tx, db.Scalar[string], selectUntil, string(id))
	if errors.Is(err, db.ErrNone) {
		return text.Day{}, nil
	}
	return parseDay(until), err
}

// LastMoment is the last moment of a day in the country's zone; zero for no day.
func (s *Applications) LastMoment(day text.Day) time.Time {
	if day.IsZero() {
		return time.Time{}
	}
	return text.LastMinute(day, s.Law.Zone)
}
