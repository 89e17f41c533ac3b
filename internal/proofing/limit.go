package proofing

import (
	"time"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
)

// searchesPerVisit is how many searches are allowed for each confirmation that
// is: a login is mistyped now and then, but nobody goes fishing.
const searchesPerVisit = 3

const upsertOperator db.SQL = `INSERT INTO proofing_operator (officer, acts) VALUES ($1, 1)
	ON CONFLICT (officer) DO UPDATE SET acts = proofing_operator.acts + 1`

// takeTurn makes the officer's counted acts come one after the other, so that
// what is counted before an act is exact.
func takeTurn(tx *db.Tx, o officer.Officer) error {
	_, err := tx.Exec(upsertOperator, string(o.ID))
	return err
}

const (
	countConfirmed db.SQL = `SELECT count(*) FROM proofing_case WHERE officer = $1 AND counted_at > $2`
	countSearches  db.SQL = `SELECT count(*) FROM proofing_search WHERE officer = $1 AND at > $2`
)

// within refuses what would be one too many for an operator's hour or day (CENTRE-1, T-25).
func (s *Service) within(tx *db.Tx, o officer.Officer, counted db.SQL, times int) error {
	rules := s.law.Rules.Desk
	for _, cap := range []struct {
		most   int
		window time.Duration
		key    string
	}{
		{rules.PerHour * times, time.Hour, "proofing.cap_hour"},
		{rules.PerDay * times, 24 * time.Hour, "proofing.cap_day"},
	} {
		n, err := db.One(tx, db.Scalar[int64], counted, string(o.ID), db.At(tx.Now().Add(-cap.window)))
		if err != nil {
			return err
		}
		if n >= int64(cap.most) {
			return fault.New(fault.TooMany, cap.key).With("n", cap.most).After(cap.window)
		}
	}
	return nil
}

// Load is how much of an operator's hour and day is used.
type Load struct{ Hour, Day, PerHour, PerDay int }

func (s *Service) load(tx *db.Tx, o officer.Officer) (Load, error) {
	l := Load{PerHour: s.law.Rules.Desk.PerHour, PerDay: s.law.Rules.Desk.PerDay}
	for window, n := range map[time.Duration]*int{time.Hour: &l.Hour, 24 * time.Hour: &l.Day} {
		count, err := db.One(tx, db.Scalar[int64], countConfirmed, string(o.ID), db.At(tx.Now().Add(-window)))
		if err != nil {
			return l, err
		}
		*n = int(count)
	}
	return l, nil
}
