package check

import (
	"errors"

	"okno/internal/account"
	"okno/internal/db"
)

const selectAsked db.SQL = `SELECT` + questionColumns + `WHERE account = $1 AND register = $2 AND tuple = $3 AND (is_current OR answered_at IS NOT NULL)
	AND NOT EXISTS (SELECT 1 FROM check_claim c WHERE c.id = check_question.claim AND c.state = 'disputed')
	ORDER BY sent_at DESC, id DESC LIMIT 1`

// Asked is how far the question with exactly these data is, so that nobody above
// asks a register what a claim of the same account asks already, or has just
// asked. "" when there is no such question, or its answer is too old to count.
func (s *Checks) Asked(tx *db.Tx, id account.ID, register string, wire map[string]string) (State, error) {
	q, err := db.One(tx, scanQuestion, selectAsked, string(id), register, s.tuple(register, wire))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if r := (round{s: s, tx: tx}); err != nil || !r.usable(q) {
		return "", err
	}
	return q.State, nil
}

// Try takes one of an account's tries at the registers (T-15), for whoever asks
// about data that no claim has sent. Refused: TooMany, with the time to wait.
func (s *Checks) Try(tx *db.Tx, id account.ID) error { return take(tx, s.accountCap(id)) }
