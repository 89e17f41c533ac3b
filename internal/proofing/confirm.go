package proofing

import (
	"context"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/secret"
)

// repudiationLife is how long "this was not me" may be said with one press.
const repudiationLife = 30 * 24 * time.Hour

// Confirm ends a visit whose document matched and whose visitor proved the second
// channel: the account is verified from this moment (OPR-12). Evidence, number,
// notice and audit lines are one transaction.
func (s *Service) Confirm(ctx context.Context, o officer.Officer, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := takeTurn(tx, o); err != nil {
			return err
		}
		c, err := live(tx, o, id)
		if err != nil {
			return err
		}
		if c.State != Proved {
			return fault.New(fault.Conflict, "proofing.not_proved")
		}
		if err := s.within(tx, o, countConfirmed, 1); err != nil {
			return err
		}
		c.counted = tx.Now()
		return s.verify(tx, &c, account.ByDesk, o.By())
	})
}

// verify adds the evidence of a visit. The values that were compared must still
// be those of the profile.
func (s *Service) verify(tx *db.Tx, c *Case, way account.Way, by audit.Actor) error {
	values, err := s.profiles.Values(tx, c.Account)
	if err != nil {
		return err
	}
	if c.compared == "" || !secret.Equal(c.compared, s.digest(values)) {
		return fault.New(fault.Conflict, "proofing.changed")
	}
	if err := step(tx, c, confirm, by); err != nil {
		return err
	}
	if number := values[s.accounts.Rules().UniqueNumber]; number != "" {
		if err := s.accounts.Claim(tx, c.Account, number, true, by); err != nil {
			return err
		}
	}
	evidence := account.Evidence{Way: way, Source: c.Centre, By: string(c.Officer), Reference: "proofing/" + c.ID}
	if _, _, err := s.accounts.Add(tx, c.Account, evidence, by); err != nil {
		return err
	}
	return s.tell(tx, *c)
}

const insertRepudiation db.SQL = `INSERT INTO proofing_repudiation (token, case_id, account, ends_at) VALUES ($1, $2, $3, $4)`

// tell sends the notice to every confirmed contact at once (OPR-13, IDC-20). The
// letter leads to "this was not me"; the code went to the phone, so this is the
// other channel (PROOF-4).
func (s *Service) tell(tx *db.Tx, c Case) error {
	token := secret.Token()
	if _, err := tx.Exec(insertRepudiation, secret.Hash(token), c.ID, string(c.Account), db.At(tx.Now().Add(repudiationLife))); err != nil {
		return err
	}
	here, _ := s.centres.Get(c.Centre)
	holder, err := s.accounts.Get(tx, c.Account)
	if err != nil {
		return err
	}
	return s.notices.Send(tx, notify.Notice{To: c.Account, Key: message("confirmed"), Path: "/id/proofing/not-me/" + token, Security: true,
		Vars: map[string]string{"centre": here.Name.In(holder.Language)}})
}

// Doubt is what the page "this was not me" shows.
type Doubt struct {
	Centre string // code of the centre
	When   time.Time
	Used   bool
}

const selectRepudiation db.SQL = `SELECT case_id, used_at FROM proofing_repudiation WHERE token = $1 AND ends_at > $2`

type repudiationRow struct {
	id   string
	used db.Time
}

func (s *Service) doubted(tx *db.Tx, token string) (Case, bool, error) {
	row, err := db.One(tx, func(r db.Row) (x repudiationRow, err error) {
		err = r.Scan(&x.id, &x.used)
		return x, err
	}, selectRepudiation, secret.Hash(token), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return Case{}, false, fault.New(fault.Expired, "proofing.not_me_over")
	}
	if err != nil {
		return Case{}, false, err
	}
	c, err := oneCase(tx, selectCase, row.id)
	return c, !row.used.IsZero(), err
}

// Doubt reads what a link of the notice is about.
func (s *Service) Doubt(ctx context.Context, token string) (d Doubt, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, used, err := s.doubted(tx, token)
		d = Doubt{Centre: c.Centre, When: c.Ended, Used: used}
		return err
	})
	return d, err
}

const spendRepudiation db.SQL = `UPDATE proofing_repudiation SET used_at = $2 WHERE token = $1 AND used_at IS NULL`

// Repudiate takes a confirmation back because its holder says "this was not me":
// all proof of who the holder is ends, and every contact is told. Pressing twice
// is harmless.
func (s *Service) Repudiate(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, used, err := s.doubted(tx, token)
		if err != nil || used {
			return err
		}
		if err := tx.ExecOne(spendRepudiation, secret.Hash(token), db.At(tx.Now())); err != nil {
			return err
		}
		by := audit.Actor{Kind: audit.Visitor, ID: "proofing/" + c.ID}
		if err := step(tx, &c, repudiate, by); err != nil {
			return err
		}
		if err := s.accounts.Revoke(tx, c.Account, "repudiated", by); err != nil {
			return err
		}
		return s.notices.Send(tx, notify.Notice{To: c.Account, Key: message("taken_back"), Path: "/id/proofing", Security: true})
	})
}

// message is where the texts of a message begin.
func message(name string) string { return "proofing.message." + name }
