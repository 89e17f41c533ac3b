package notify

import (
	"context"
	"errors"
	"time"

	"okno/internal/db"
	"okno/internal/outside/sms"
)

const (
	insertPart db.SQL = `INSERT INTO notify_part (gateway_id, message, at) VALUES ($1, $2, $3)
		ON CONFLICT (gateway_id) DO UPDATE SET message = excluded.message RETURNING state`
	upsertPart db.SQL = `INSERT INTO notify_part (gateway_id, state, at) VALUES ($1, $2, $3)
		ON CONFLICT (gateway_id) DO UPDATE SET state = excluded.state
		WHERE notify_part.state IS NULL OR notify_part.state = 'waiting'`
	selectPart db.SQL = `SELECT coalesce(message, '') FROM notify_part WHERE gateway_id = $1`
)

// keepParts remembers the gateway's names of a message's parts. A delivery may
// have come before its receipt.
func (n *Notices) keepParts(tx *db.Tx, id string, parts []string) error {
	for _, part := range parts {
		state, err := db.One(tx, db.Scalar[db.Text], insertPart, part, id, db.At(tx.Now()))
		if err != nil {
			return err
		}
		if state != "" {
			if err := n.tell(tx, id, sms.State(state)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Delivered keeps a gateway's later word about a part. The same word may come
// twice, late, in any order, and about parts that nobody knows (MSG-3). A message
// that will not come marks its address as failing and changes nothing else.
func (n *Notices) Delivered(ctx context.Context, d sms.Delivery) error {
	return n.db.Write(ctx, func(tx *db.Tx) error {
		changed, err := tx.Exec(upsertPart, d.ID, string(d.State), db.At(tx.Now()))
		if err != nil || changed == 0 {
			return err
		}
		message, err := db.One(tx, db.Scalar[string], selectPart, d.ID)
		if err != nil || message == "" {
			return err
		}
		return n.tell(tx, message, d.State)
	})
}

const (
	updateDelivery db.SQL = `UPDATE notify_message SET delivery = $2 WHERE id = $1 RETURNING contact_idx`
	insertFailing  db.SQL = `INSERT INTO notify_failing (contact_idx, why, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	deleteFailing  db.SQL = `DELETE FROM notify_failing WHERE contact_idx = $1`
	selectFailing  db.SQL = `SELECT why FROM notify_failing WHERE contact_idx = $1`
)

// tell writes a delivery onto its message and its address.
func (n *Notices) tell(tx *db.Tx, message string, state sms.State) error {
	contact, err := db.One(tx, db.Scalar[string], updateDelivery, message, string(state))
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	switch {
	case err != nil:
		return err
	case state == sms.Undelivered:
		return markFailing(tx, contact, string(state))
	case state == sms.Delivered:
		_, err = tx.Exec(deleteFailing, contact)
	}
	return err
}

func markFailing(tx *db.Tx, contact, why string) error {
	_, err := tx.Exec(insertFailing, contact, why, db.At(tx.Now()))
	return err
}

// keptFor is how long the bare row of an ended message is kept: who asked for
// which kind of message when, without address and words.
const keptFor = 90 * 24 * time.Hour

const (
	deleteEnded db.SQL = `DELETE FROM notify_message WHERE ended_at < $1`
	deleteParts db.SQL = `DELETE FROM notify_part WHERE at < $1`
	deleteSends db.SQL = `DELETE FROM notify_send WHERE until < $1`
	deleteDays  db.SQL = `DELETE FROM notify_day WHERE day < $1`
)

// tidy forgets what is over.
func (n *Notices) tidy(tx *db.Tx) error {
	if _, err := tx.Exec(deleteEnded, db.At(tx.Now().Add(-keptFor))); err != nil {
		return err
	}
	if _, err := tx.Exec(deleteParts, db.At(tx.Now().Add(-keptFor))); err != nil {
		return err
	}
	if _, err := tx.Exec(deleteSends, db.At(tx.Now())); err != nil {
		return err
	}
	_, err := tx.Exec(deleteDays, tx.Now().Add(-2*24*time.Hour).Format(time.DateOnly))
	return err
}
