package account

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/secret"
)

// Level is what an account opens. There are exactly three (LVL-01); None is
// somebody who has not signed in.
type Level int

// The levels, lowest first (LVL-03).
const (
	None Level = iota
	Simplified
	Standard
	Verified
)

// String is the level's word, as in data, texts and URLs.
func (l Level) String() string { return [...]string{"none", "simplified", "standard", "verified"}[l] }

// ParseLevel reads a level's word.
func ParseLevel(word string) (Level, bool) {
	for _, l := range []Level{None, Simplified, Standard, Verified} {
		if l.String() == word {
			return l, true
		}
	}
	return None, false
}

// Way is how evidence was got. Relying parties may refuse a way (SSO-09).
type Way string

// The ways.
const (
	ByContact   Way = "contact"   // a code or link sent to a phone or mailbox
	ByRegister  Way = "register"  // a register confirmed the data; source is its code
	ByDesk      Way = "desk"      // an operator compared the person with the document
	ByEnvelope  Way = "envelope"  // a code handed over at a desk
	ByLetter    Way = "letter"    // a code in a registered letter
	BySignature Way = "signature" // a qualified signature
	ByBank      Way = "bank"      // an identified client of a bank
)

// Evidence is one proof about the holder.
type Evidence struct {
	Way       Way
	Source    string    // the register, centre or bank, as its code
	By        string    // the officer, "" when no officer took part
	Until     time.Time // zero: for good (GEN-11)
	Reference string    // what the source calls it; no personal data
}

// Standing is evidence as it is kept.
type Standing struct {
	Evidence
	ID string
	At time.Time
}

const insertEvidence db.SQL = `INSERT INTO account_evidence
	(id, account, way, source, given_by, at, until, reference, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// LevelChanged is published when evidence moves an account's level.
type LevelChanged struct {
	Account ID     `json:"account"`
	From    Level  `json:"from"`
	To      Level  `json:"to"`
	Way     Way    `json:"way"`
	Source  string `json:"source"`
}

// Kind implements jobs.Args.
func (LevelChanged) Kind() string { return "account.level_changed" }

// Add keeps new evidence, with its audit line, and returns the level before and
// after. Older standing evidence of the same way and source is replaced. When
// the level moved, LevelChanged is published.
func (a *Accounts) Add(tx *db.Tx, id ID, e Evidence, by audit.Actor) (before, after Level, err error) {
	if before, err = a.LevelOf(tx, id); err != nil {
		return before, before, err
	}
	if a.isProof(e.Way) && before < Standard {
		return before, before, fault.New(fault.Forbidden, "account.proof_needs_standard") // LVL-11
	}
	if _, err = tx.Exec(revokeSame, string(id), string(e.Way), e.Source, db.At(tx.Now())); err != nil {
		return before, before, err
	}
	row := secret.NewID()
	mac := a.evidenceMAC(row, id, e, tx.Now())
	if _, err = tx.Exec(insertEvidence, row, string(id), string(e.Way), e.Source, e.By, db.At(tx.Now()), db.At(e.Until), e.Reference, mac); err != nil {
		return before, before, err
	}
	facts := map[string]string{"way": string(e.Way), "source": e.Source}
	if err = audit.Record(tx, audit.Entry{Actor: by, Act: "account.evidence", Subject: string(id), Object: "account/" + string(id), Facts: facts}); err != nil {
		return before, before, err
	}
	after, err = a.settle(tx, id, before, e)
	return before, after, err
}

// settle publishes a moved level.
func (a *Accounts) settle(tx *db.Tx, id ID, before Level, e Evidence) (Level, error) {
	after, err := a.LevelOf(tx, id)
	if err != nil || after == before {
		return after, err
	}
	return after, jobs.Publish(tx, LevelChanged{Account: id, From: before, To: after, Way: e.Way, Source: e.Source})
}

const revokeSame db.SQL = `UPDATE account_evidence SET revoked_at = $4, revoked_why = 'replaced'
	WHERE account = $1 AND way = $2 AND source = $3 AND revoked_at IS NULL`

const revokeAll db.SQL = `UPDATE account_evidence SET revoked_at = $2, revoked_why = $3
	WHERE account = $1 AND way <> 'contact' AND revoked_at IS NULL`

// Revoke ends all evidence about who the holder is (not the contacts) for a
// reason, so that the level falls back to simplified.
func (a *Accounts) Revoke(tx *db.Tx, id ID, why string, by audit.Actor) error {
	before, err := a.LevelOf(tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(revokeAll, string(id), db.At(tx.Now()), why); err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Entry{Actor: by, Act: "account.revoke", Subject: string(id), Object: "account/" + string(id), Facts: map[string]string{"why": why}}); err != nil {
		return err
	}
	_, err = a.settle(tx, id, before, Evidence{})
	return err
}

const selectStanding db.SQL = `SELECT id, way, source, given_by, at, until, reference, mac FROM account_evidence
	WHERE account = $1 AND revoked_at IS NULL ORDER BY at, id`

// ErrForged is the error of an evidence row that was not written by this
// product: somebody edited the database (PROOF-1, T-59).
var ErrForged = errors.New("account: an evidence row was changed outside the product")

// Standing lists the evidence that holds now, oldest first.
func (a *Accounts) Standing(tx *db.Tx, id ID) ([]Standing, error) {
	all, err := db.All(tx, func(r db.Row) (s Standing, err error) {
		var at, until db.Time
		var mac string
		if err = r.Scan(&s.ID, &s.Way, &s.Source, &s.By, &at, &until, &s.Reference, &mac); err != nil {
			return s, err
		}
		s.At, s.Until = at.Time, until.Time
		if !secret.Equal(mac, a.evidenceMAC(s.ID, id, s.Evidence, s.At)) {
			return s, ErrForged
		}
		return s, nil
	}, selectStanding, string(id))
	return slices.DeleteFunc(all, func(s Standing) bool { return !s.Until.IsZero() && !s.Until.After(tx.Now()) }), err
}

// AheadStanding lets what Standing will read come with the answer to what is asked next.
func (a *Accounts) AheadStanding(tx *db.Tx, id ID) { tx.Ahead(selectStanding, string(id)) }

// LevelOf computes an account's level from its standing evidence.
func (a *Accounts) LevelOf(tx *db.Tx, id ID) (Level, error) {
	standing, err := a.Standing(tx, id)
	if err != nil {
		return None, err
	}
	return a.LevelFrom(standing), nil
}

// LevelFrom computes a level from evidence that was just read (Standing).
func (a *Accounts) LevelFrom(standing []Standing) Level { return a.rules.level(standing) }

// level is the whole rule of LVL-06..09.
func (r Rules) level(standing []Standing) Level {
	has := func(way Way, source string) bool {
		return slices.ContainsFunc(standing, func(s Standing) bool { return s.Way == way && (source == "" || s.Source == source) })
	}
	if !has(ByContact, "") {
		return None
	}
	for _, register := range r.StandardRegisters {
		if !has(ByRegister, register) {
			return Simplified
		}
	}
	for _, way := range r.ProofWays {
		if has(way, "") {
			return Verified
		}
	}
	return Standard
}

func (a *Accounts) isProof(way Way) bool { return slices.Contains(a.rules.ProofWays, way) }

func (a *Accounts) evidenceMAC(row string, id ID, e Evidence, at time.Time) string {
	until := ""
	if !e.Until.IsZero() {
		until = strconv.FormatInt(e.Until.UnixMicro(), 10)
	}
	return a.vault.Index("account.evidence", row+"|"+string(id)+"|"+string(e.Way)+"|"+e.Source+"|"+e.By+"|"+
		strconv.FormatInt(at.UnixMicro(), 10)+"|"+until+"|"+e.Reference)
}
