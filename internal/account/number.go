package account

import (
	"errors"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
)

const (
	selectHolder db.SQL = `SELECT account, proved FROM account_number WHERE kind = $1 AND idx = $2`
	insertNumber db.SQL = `INSERT INTO account_number (kind, idx, account, proved, since) VALUES ($1, $2, $3, $4, $5)`
	updateNumber db.SQL = `UPDATE account_number SET account = $3, proved = $4, since = $5 WHERE kind = $1 AND idx = $2 AND account = $6`
	deleteNumber db.SQL = `DELETE FROM account_number WHERE kind = $1 AND account = $2 AND idx <> $3`
)

type holder struct {
	account ID
	proved  bool
}

// Claim makes the account the only holder of a national number, already
// normalised. Another holder is a Conflict, with recovery offered by the page.
// But stronger proof wins (D-05): when proved is true and the other only matched
// a register, the other account is evicted to simplified and learns nothing.
// A number that this account held before is let go.
func (a *Accounts) Claim(tx *db.Tx, id ID, value string, proved bool, by audit.Actor) error {
	kind := a.rules.UniqueNumber
	idx := a.vault.Index("account.number."+kind, value)
	h, err := db.One(tx, func(r db.Row) (h holder, err error) {
		err = r.Scan(&h.account, &h.proved)
		return h, err
	}, selectHolder, kind, idx)
	switch {
	case errors.Is(err, db.ErrNone):
		_, err = tx.Exec(insertNumber, kind, idx, string(id), proved, db.At(tx.Now()))
		if errors.Is(err, db.ErrUnique) {
			return fault.New(fault.Conflict, "account.number_taken")
		}
	case err != nil:
		return err
	case h.account == id:
		err = tx.ExecOne(updateNumber, kind, idx, string(id), proved || h.proved, db.At(tx.Now()), string(id))
	case h.proved || !proved:
		return fault.New(fault.Conflict, "account.number_taken")
	default:
		err = a.evict(tx, kind, idx, h.account, id, by)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(deleteNumber, kind, string(id), idx)
	return err
}

func (a *Accounts) evict(tx *db.Tx, kind, idx string, loser, winner ID, by audit.Actor) error {
	if err := a.Revoke(tx, loser, "evicted", by); err != nil {
		return err
	}
	return tx.ExecOne(updateNumber, kind, idx, string(winner), true, db.At(tx.Now()), string(loser))
}

// ByNumber finds the account that holds a national number; "" when nobody does.
func (a *Accounts) ByNumber(tx *db.Tx, value string) (ID, error) {
	kind := a.rules.UniqueNumber
	h, err := db.One(tx, func(r db.Row) (h holder, err error) {
		err = r.Scan(&h.account, &h.proved)
		return h, err
	}, selectHolder, kind, a.vault.Index("account.number."+kind, value))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return h.account, err
}
