package signin

import (
	"errors"
	"time"

	"okno/internal/db"
	"okno/internal/secret"
)

// ticketLasts is how long a browser has to bring a ticket from one host to the other.
const ticketLasts = 30 * time.Second

const (
	insertTicket db.SQL = `INSERT INTO signin_ticket (id, line, state, ends_at) VALUES ($1, $2, $3, $4)`
	spendTicket  db.SQL = `UPDATE signin_ticket SET spent_at = $3 WHERE id = $1 AND state = $2 AND spent_at IS NULL AND ends_at > $3 RETURNING line`
	tidyTicket   db.SQL = `DELETE FROM signin_ticket WHERE ends_at < $1`
)

// Ticket makes a one-time value by which the portal's host may join a resident's
// session at the identity system's host (GEN-21). state names the browser's wish
// there: a ticket that somebody else's browser is sent with opens nothing.
func (s *Sessions) Ticket(tx *db.Tx, session Session, state string) (string, error) {
	ticket := secret.Token()
	_, err := tx.Exec(insertTicket, secret.Hash(ticket), session.Line, state, db.At(tx.Now().Add(ticketLasts)))
	return ticket, err
}

// Join spends a ticket and begins a session that belongs to the ticket's one: it
// ends with it, and its end ends both. The empty token when the ticket is used,
// old, of another wish, or its session has ended.
func (s *Sessions) Join(tx *db.Tx, ticket, state string, o Opening) (token string, err error) {
	line, err := db.One(tx, db.Scalar[string], spendTicket, secret.Hash(ticket), state, db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	root, err := s.Live(tx, line)
	if err != nil || root.Account == "" {
		return "", err
	}
	o.Account, o.Way, o.Shared, o.Joins = root.Account, root.Way, root.Shared, root
	return s.Begin(tx, o)
}

// TidyTickets forgets tickets that nobody can use any more.
func (s *Sessions) TidyTickets(tx *db.Tx) error {
	_, err := tx.Exec(tidyTicket, db.At(tx.Now().Add(-time.Hour)))
	return err
}
