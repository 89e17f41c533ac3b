package proofing

import (
	"context"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/officer"
	"okno/internal/secret"
)

// caseLife is how long a visit may last before it ends by itself.
const caseLife = 30 * time.Minute

// Case is one visit of one resident at one desk. It holds no personal data.
type Case struct {
	ID         string
	Account    account.ID
	Officer    officer.ID
	Centre     string
	Purpose    string // one of Purposes
	State      State
	Opened     time.Time
	Ends       time.Time
	Mismatches int    // how often a typed document number was not the one of the profile
	Risk       string // why a second officer must look: "surname", "address", "" for no reason
	ShownWhy   string // why the numbers were shown, "" while they are masked
	Second     officer.ID
	SecondAt   time.Time // when the second officer opened the evidence
	Approved   time.Time
	CodeEnds   time.Time
	Ended      time.Time

	browser  string
	compared string
	codeMAC  string
	tries    int
	counted  time.Time
	why      string
}

// Lasted is how long the visit took, or has taken until now (OPR-14).
func (c Case) Lasted(now time.Time) time.Duration {
	if !c.Ended.IsZero() {
		return c.Ended.Sub(c.Opened)
	}
	return now.Sub(c.Opened)
}

// WhyEnded is why the visit was refused or left, as one of Reasons, or "".
func (c Case) WhyEnded() string { return c.why }

const caseColumns = `id, account, officer, centre, browser, purpose, state, opened_at, ends_at, mismatches, compared, risk,
	shown_why, second, second_at, approved_at, code_mac, code_tries, code_ends_at, counted_at, ended_at, ended_why`

const (
	selectOwnCase   db.SQL = `SELECT ` + caseColumns + ` FROM proofing_case WHERE id = $1 AND officer = $2`
	selectOtherCase db.SQL = `SELECT ` + caseColumns + ` FROM proofing_case WHERE id = $1 AND centre = $2 AND officer <> $3`
	selectLiveCase  db.SQL = `SELECT ` + caseColumns + ` FROM proofing_case
	WHERE account = $1 AND state IN ('opened', 'asked', 'cleared', 'code_sent', 'proved')`
	selectAskedCases db.SQL = `SELECT ` + caseColumns + ` FROM proofing_case
	WHERE state = 'asked' AND centre = $1 AND officer <> $2 AND ends_at > $3 ORDER BY opened_at`
	selectCase db.SQL = `SELECT ` + caseColumns + ` FROM proofing_case WHERE id = $1`
)

func scanCase(r db.Row) (c Case, err error) {
	var opened, ends, secondAt, approved, codeEnds, counted, ended db.Time
	var compared, risk, shown, second, mac, why db.Text
	err = r.Scan(&c.ID, &c.Account, &c.Officer, &c.Centre, &c.browser, &c.Purpose, &c.State, &opened, &ends, &c.Mismatches, &compared, &risk,
		&shown, &second, &secondAt, &approved, &mac, &c.tries, &codeEnds, &counted, &ended, &why)
	c.Opened, c.Ends, c.SecondAt, c.Approved = opened.Time, ends.Time, secondAt.Time, approved.Time
	c.CodeEnds, c.counted, c.Ended = codeEnds.Time, counted.Time, ended.Time
	c.compared, c.Risk, c.ShownWhy, c.Second = string(compared), string(risk), string(shown), officer.ID(second)
	c.codeMAC, c.why = string(mac), string(why)
	return c, err
}

// own reads a visit of this officer. The owner stands in the query (AUTHZ-2): a
// visit of somebody else does not exist.
func own(tx *db.Tx, o officer.Officer, id string) (Case, error) {
	return oneCase(tx, selectOwnCase, id, string(o.ID))
}

// live reads a visit of this officer that still goes on.
func live(tx *db.Tx, o officer.Officer, id string) (Case, error) {
	c, err := own(tx, o, id)
	if err != nil {
		return c, err
	}
	return c, c.mustLive(tx.Now())
}

func (c Case) mustLive(now time.Time) error {
	if !c.State.Live() || !c.Ends.After(now) {
		return fault.New(fault.Expired, "proofing.case_over")
	}
	return nil
}

func oneCase(tx *db.Tx, q db.SQL, args ...any) (Case, error) {
	c, err := db.One(tx, scanCase, q, args...)
	if errors.Is(err, db.ErrNone) {
		return c, fault.New(fault.NotFound, "proofing.no_case")
	}
	return c, err
}

const insertCase db.SQL = `INSERT INTO proofing_case (id, account, officer, centre, browser, purpose, state, opened_at, ends_at, risk)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

func (s *Service) insert(tx *db.Tx, c Case) error {
	_, err := tx.Exec(insertCase, c.ID, string(c.Account), string(c.Officer), c.Centre, c.browser, c.Purpose, string(c.State),
		db.At(c.Opened), db.At(c.Ends), db.Text(c.Risk))
	if err != nil {
		return err
	}
	_, err = jobs.AddAt(tx, c.Ends, ExpireCase{c.ID})
	return err
}

const updateCase db.SQL = `UPDATE proofing_case SET state = $3, mismatches = $4, compared = $5, shown_why = $6, second = $7, second_at = $8,
	approved_at = $9, code_mac = $10, code_tries = $11, code_ends_at = $12, counted_at = $13, ended_at = $14, ended_why = $15
	WHERE id = $1 AND state = $2`

// save writes a visit that was read in this transaction, if it is still in the state in which it was read.
func save(tx *db.Tx, from State, c Case) error {
	err := tx.ExecOne(updateCase, c.ID, string(from), string(c.State), c.Mismatches, db.Text(c.compared), db.Text(c.ShownWhy),
		db.Text(string(c.Second)), db.At(c.SecondAt), db.At(c.Approved), db.Text(c.codeMAC), c.tries, db.At(c.CodeEnds), db.At(c.counted),
		db.At(c.Ended), db.Text(c.why))
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "proofing.moved_on")
	}
	return err
}

// step makes one move of the table, with its audit line.
func step(tx *db.Tx, c *Case, m move, by audit.Actor) error {
	from := c.State
	next, ok := from.after(m)
	if !ok {
		return fault.New(fault.Conflict, "proofing.moved_on")
	}
	c.State = next
	if !next.Live() && c.Ended.IsZero() {
		c.Ended = tx.Now()
	}
	if err := save(tx, from, *c); err != nil {
		return err
	}
	return record(tx, *c, "proofing."+string(next), by)
}

// record leaves the audit line of an act of a visit.
func record(tx *db.Tx, c Case, act string, by audit.Actor) error {
	facts := map[string]string{"centre": c.Centre, "state": string(c.State)}
	if c.why != "" {
		facts["why"] = c.why
	}
	if c.Risk != "" {
		facts["risk"] = c.Risk
	}
	return audit.Record(tx, audit.Entry{Actor: by, Act: act, Subject: string(c.Account), Object: "proofing/" + c.ID,
		Purpose: PurposeKey(c.Purpose), Facts: facts})
}

// ExpireCase reminds of a visit that nobody finished.
type ExpireCase struct {
	Case string `json:"case"`
}

// Kind implements jobs.Args.
func (ExpireCase) Kind() string { return "proofing.expire_case" }

func (s *Service) expireCase(ctx context.Context, _ jobs.Job, args ExpireCase) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := oneCase(tx, selectCase, args.Case)
		if err != nil {
			return err
		}
		return end(tx, c)
	})
}

// end ends a visit whose time is over; others stay as they are.
func end(tx *db.Tx, c Case) error {
	if !c.State.Live() || c.Ends.After(tx.Now()) {
		return nil
	}
	return step(tx, &c, expire, audit.BySystem("proofing.expire_case"))
}

func newCase(tx *db.Tx, id account.ID, o officer.Officer, browser, purpose string) Case {
	return Case{ID: secret.NewID(), Account: id, Officer: o.ID, Centre: o.Centre, browser: browser, Purpose: purpose,
		State: Opened, Opened: tx.Now(), Ends: tx.Now().Add(caseLife)}
}
