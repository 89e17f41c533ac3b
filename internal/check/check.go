// Package check asks the state's registers whether a resident's data are right
// (CHK). A claim is the whole of what somebody says about himself; each register
// is sent what it needs of it once, as a question whose id is the key by which
// the register knows it for ever. When every register that the standard level
// needs has confirmed, the account holds the evidence and the level follows.
//
// It never tells which field a register did not find (T-15), never sets a level,
// and never sends a second question where the answer to the first may still come.
//
// Tables: check_claim, check_question, check_cap. Jobs: check.ask, check.expire.
// Events in: none. Events out: account.level_changed, by way of account.Add.
package check

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/outside/register"
	"okno/internal/profile"
	"okno/internal/secret"
)

// ID names a claim.
type ID string

// State is how far a question to a register is.
type State string

// The states of a question.
const (
	Waiting  State = "waiting"  // not asked yet
	Running  State = "running"  // asked, no answer yet
	Passed   State = "passed"   // the register knows one living person with all of this
	Mismatch State = "mismatch" // it does not
	Review   State = "review"   // an employee of the register looks (CHK-25)
	Silent   State = "silent"   // the register does not answer; asked again by itself
	Expired  State = "expired"  // no answer within the working days of Q-08
	Defect   State = "defect"   // the register calls the question itself wrong: support has to look
)

// IsSettled says that nothing more comes by itself.
func (s State) IsSettled() bool {
	return s == Passed || s == Mismatch || s == Expired || s == Defect
}

// Outcome is how far a claim is.
type Outcome string

// The outcomes of a claim.
const (
	Open     Outcome = "open"     // asked, or waiting for a correction
	Done     Outcome = "passed"   // all registers confirmed
	Taken    Outcome = "taken"    // all confirmed, and another account holds the number
	TimedOut Outcome = "expired"  // CHK-21
	Disputed Outcome = "disputed" // "this was not me" (D-06)
)

// matchLasts is how long a register's "match" is believed before it is asked again (S10).
const matchLasts = 30 * 24 * time.Hour

// Notices tells people; *notify.Notices does.
type Notices interface {
	Send(tx *db.Tx, n notify.Notice) error
}

// Checks are all claims.
type Checks struct {
	db       *db.DB
	accounts *account.Accounts
	profiles *profile.Profiles
	law      *jurisdiction.Jurisdiction
	door     register.Checker
	notices  Notices
}

// New makes the checks of a jurisdiction through a door to its registers.
func New(d *db.DB, accounts *account.Accounts, profiles *profile.Profiles, door register.Checker, notices Notices) *Checks {
	return &Checks{d, accounts, profiles, profiles.Law(), door, notices}
}

// registers are those that the standard level needs, in the pack's order (LVL-09).
func (s *Checks) registers() []jurisdiction.Register {
	var needed []jurisdiction.Register
	for _, r := range s.law.Registers {
		if slices.Contains(s.accounts.Rules().StandardRegisters, r.Code) {
			needed = append(needed, r)
		}
	}
	return needed
}

// Checker finds a register that checks people's data.
func (s *Checks) Checker(code string) (jurisdiction.Register, bool) {
	for _, r := range s.registers() {
		if r.Code == code {
			return r, true
		}
	}
	return jurisdiction.Register{}, false
}

// Question is one register's part of a claim.
type Question struct {
	ID        string
	Register  string // its code
	State     State
	Since     time.Time // when it came into this state
	Sent      time.Time // when it was sent, or last started again
	Answered  time.Time // zero while there is no answer
	claim     ID
	account   account.ID
	tuple     string
	sealed    []byte
	asked     time.Time
	attempts  int
	polls     int
	reference string
}

// Status is what a claim's page shows. The zero Status is no claim.
type Status struct {
	Claim     ID
	Outcome   Outcome
	Sent      time.Time
	Deadline  time.Time // CHK-21
	Ended     time.Time
	Questions []Question
	Level     account.Level // of the account, read at the same moment as the claim
	// MayRestart: a question has hung for longer than Q-08 allows without an offer (CHK-23).
	MayRestart bool
	// TriesLeft are the corrections that may be sent now (T-15).
	TriesLeft int
}

// Exists says whether anything was ever sent.
func (s Status) Exists() bool { return s.Claim != "" }

// Running says that an answer may still come by itself.
func (s Status) Running() bool {
	return s.Outcome == Open && slices.ContainsFunc(s.Questions, func(q Question) bool { return !q.State.IsSettled() })
}

// Passed says that all registers have confirmed, and that it still counts. The level that
// a page knew when it began may be of the moment before the last answer.
func (s Status) Passed() bool { return s.Outcome == Done && s.Level >= account.Standard }

// ToCorrect are the questions whose data did not match (CHK-21, Q-12).
func (s Status) ToCorrect() []Question {
	if s.Outcome != Open {
		return nil
	}
	var wrong []Question
	for _, q := range s.Questions {
		if q.State == Mismatch {
			wrong = append(wrong, q)
		}
	}
	return wrong
}

type claim struct {
	ID
	account  account.ID
	outcome  Outcome
	sealed   []byte
	round    int
	told     int
	sent     time.Time
	deadline time.Time
	ended    time.Time
}

const claimColumns = ` id, account, state, data, round, told, sent_at, deadline, ended_at FROM check_claim `

const selectLatest db.SQL = `SELECT` + claimColumns + `WHERE account = $1 ORDER BY sent_at DESC, id DESC LIMIT 1`

const selectClaim db.SQL = `SELECT` + claimColumns + `WHERE id = $1`

func scanClaim(r db.Row) (c claim, err error) {
	var sent, deadline, ended db.Time
	err = r.Scan(&c.ID, &c.account, &c.outcome, &c.sealed, &c.round, &c.told, &sent, &deadline, &ended)
	c.sent, c.deadline, c.ended = sent.Time, deadline.Time, ended.Time
	return c, err
}

const questionColumns = ` id, claim, account, register, tuple, wire, state, attempts, polls, sent_at, since, asked_at, answered_at, reference FROM check_question `

const selectCurrent db.SQL = `SELECT` + questionColumns + `WHERE claim = $1 AND is_current`

const selectQuestion db.SQL = `SELECT` + questionColumns + `WHERE id = $1 AND is_current`

func scanQuestion(r db.Row) (q Question, err error) {
	var sent, since, asked, answered db.Time
	var reference db.Text
	err = r.Scan(&q.ID, &q.claim, &q.account, &q.Register, &q.tuple, &q.sealed, &q.State, &q.attempts, &q.polls, &sent, &since, &asked, &answered, &reference)
	q.Sent, q.Since, q.asked, q.Answered, q.reference = sent.Time, since.Time, asked.Time, answered.Time, string(reference)
	return q, err
}

// latest is the account's newest claim; the zero claim when there is none.
func latest(tx *db.Tx, id account.ID) (claim, error) {
	c, err := db.One(tx, scanClaim, selectLatest, string(id))
	if errors.Is(err, db.ErrNone) {
		return claim{}, nil
	}
	return c, err
}

// current are a claim's questions in the order of the registers.
func (s *Checks) current(tx *db.Tx, c ID) ([]Question, error) {
	found, err := db.All(tx, scanQuestion, selectCurrent, string(c))
	if err != nil {
		return nil, err
	}
	order := s.accounts.Rules().StandardRegisters
	slices.SortStableFunc(found, func(a, b Question) int {
		return slices.Index(order, a.Register) - slices.Index(order, b.Register)
	})
	return found, nil
}

// Status reads how far an account's newest claim is.
func (s *Checks) Status(tx *db.Tx, id account.ID) (Status, error) {
	c, err := latest(tx, id)
	if err != nil || c.ID == "" {
		return Status{}, err
	}
	status := Status{Claim: c.ID, Outcome: c.outcome, Sent: c.sent, Deadline: c.deadline, Ended: c.ended}
	if status.Questions, err = s.current(tx, c.ID); err != nil {
		return status, err
	}
	status.MayRestart = c.outcome == Open && slices.ContainsFunc(status.Questions, func(q Question) bool { return s.hangs(tx, q) })
	if status.Level, err = s.accounts.LevelOf(tx, id); err != nil {
		return status, err
	}
	status.TriesLeft, err = left(tx, s.accountCap(id))
	return status, err
}

// Look is Status in a transaction of its own.
func (s *Checks) Look(ctx context.Context, id account.ID) (status Status, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { status, err = s.Status(tx, id); return err })
	return status, err
}

// MayFix are the profile's fields that are open again because a register did not
// know the data: what it corrects, whole documents with all their fields. Nil when
// the register has nothing to be corrected.
func (s *Checks) MayFix(status Status, code string, p profile.Profile) []string {
	if !slices.ContainsFunc(status.ToCorrect(), func(q Question) bool { return q.Register == code }) {
		return nil
	}
	r, _ := s.Checker(code)
	kind := p.Candidate().Text(profile.Identity)
	var fields []string
	for _, field := range s.profiles.Fields(profile.General, kind) {
		document, _, isDocument := strings.Cut(field, ".")
		if slices.Contains(r.Corrects, field) || isDocument && document == kind && slices.Contains(r.Corrects, profile.Identity) {
			fields = append(fields, field)
		}
	}
	return fields
}

func (s *Checks) hangs(tx *db.Tx, q Question) bool {
	return !q.State.IsSettled() && q.State != Review && tx.Now().Sub(q.Sent) >= s.law.Rules.Check.Restart
}

// HeldUntil is when sensitive reads open after a claim (D-06, T-69): zero when
// nothing is held.
func (s *Checks) HeldUntil(tx *db.Tx, id account.ID) (time.Time, error) {
	c, err := latest(tx, id)
	if err != nil || c.outcome != Done {
		return time.Time{}, err
	}
	until := c.ended.Add(s.law.Rules.SignIn.ClaimHold)
	if !until.After(tx.Now()) {
		return time.Time{}, nil
	}
	return until, nil
}

func dataPlace(c ID) secret.Place {
	return secret.Place{Table: "check_claim", Column: "data", Row: string(c)}
}

func wirePlace(question string) secret.Place {
	return secret.Place{Table: "check_question", Column: "wire", Row: question}
}
