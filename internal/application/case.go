package application

import (
	"encoding/json"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/text"
)

// Case is one application: a draft until Number is given.
type Case struct {
	ID         ID
	Account    account.ID
	Service    *jurisdiction.Service
	Authority  string
	Region     string
	State      State
	Stage      string // code of the service's stage, "" before filing and after the end
	Turn       string // TurnApplicant, TurnAuthority, TurnRegister, TurnNobody
	Number     string // "4821-7730-1945"; names the case in letters and calls, says nothing about a person
	Definition string // fingerprint of the form that was answered
	Created    time.Time
	Saved      time.Time
	Expires    time.Time // of a draft: then it is erased
	Discarded  time.Time // of a draft: it can be restored until Expires
	Filed      time.Time // the click (D-15)
	Due        text.Day  // by law; moved on by pauses
	StageDue   text.Day
	PausedOn   text.Day // the clock stands still since then
	CorrectBy  text.Day // last day of the correction that is asked for; only in lists
	Officer    officer.ID
	Taken      time.Time
	Decided    time.Time
	Closed     time.Time
	sealed     []byte
}

// IsDraft says that it has not been sent.
func (c Case) IsDraft() bool { return c.State == Draft }

// IsDiscarded says that it is a draft that its applicant has removed and may still restore.
func (c Case) IsDiscarded() bool { return c.IsDraft() && !c.Discarded.IsZero() }

// IsPaused says that a correction is asked for and the clock stands still.
func (c Case) IsPaused() bool { return !c.PausedOn.IsZero() }

// IsOpen says that it was sent and has not come to its end.
func (c Case) IsOpen() bool { return !c.IsDraft() && c.Closed.IsZero() }

// IsOverdue says that the law's day has passed without a decision.
func (c Case) IsOverdue(today text.Day) bool {
	return c.IsOpen() && c.Decided.IsZero() && !c.IsPaused() && !c.Due.IsZero() && c.Due.Before(today)
}

// CanWithdraw says whether the applicant may take it back.
func (c Case) CanWithdraw() bool { return c.Decided.IsZero() && c.State.CanBecome(Withdrawn) }

const caseColumns = ` id, account, service, authority, region, state, stage, turn, number, definition, answers, created_at, saved_at,
	expires_at, discarded_at, filed_at, due, stage_due, paused_on, officer, taken_at, decided_at, closed_at `

const (
	selectOwn   db.SQL = `SELECT` + caseColumns + `FROM application_case WHERE id = $1 AND account = $2`
	selectOther db.SQL = `SELECT` + caseColumns + `FROM application_case WHERE id = $1 AND authority = $2 AND number IS NOT NULL`
	selectAny   db.SQL = `SELECT` + caseColumns + `FROM application_case WHERE id = $1`
)

func (s *Applications) scanCase(r db.Row) (c Case, err error) {
	var service string
	var number, due, stageDue, paused, holder db.Text
	var created, saved, expires, discarded, filed, taken, decided, closed db.Time
	err = r.Scan(&c.ID, &c.Account, &service, &c.Authority, &c.Region, &c.State, &c.Stage, &c.Turn, &number, &c.Definition, &c.sealed,
		&created, &saved, &expires, &discarded, &filed, &due, &stageDue, &paused, &holder, &taken, &decided, &closed)
	if err != nil {
		return c, err
	}
	c.Created, c.Saved, c.Expires, c.Discarded, c.Filed = created.Time, saved.Time, expires.Time, discarded.Time, filed.Time
	c.Taken, c.Decided, c.Closed = taken.Time, decided.Time, closed.Time
	c.Number, c.Officer = string(number), officer.ID(holder)
	c.Due, c.StageDue, c.PausedOn = parseDay(string(due)), parseDay(string(stageDue)), parseDay(string(paused))
	known, ok := s.Law.Service(service)
	if !ok { // the law has dropped the service: the case stays readable by its id
		known = &jurisdiction.Service{ID: service, Authority: c.Authority, Name: jurisdiction.Words{"en": service}}
	}
	c.Service = known
	return c, nil
}

var errNotFound = fault.New(fault.NotFound, "application.not_found")

// own reads a case of an account; somebody else's is not found (T-44).
func (s *Applications) own(tx *db.Tx, who account.ID, id ID) (Case, error) {
	return found(db.One(tx, s.scanCase, selectOwn, string(id), string(who)))
}

// byID reads a case for jobs, which ask for nobody.
func (s *Applications) byID(tx *db.Tx, id ID) (Case, error) {
	return found(db.One(tx, s.scanCase, selectAny, string(id)))
}

func found(c Case, err error) (Case, error) {
	if errors.Is(err, db.ErrNone) {
		return c, errNotFound
	}
	return c, err
}

// content is what is sealed of a case.
type content struct {
	Answers   Answers              `json:"answers"`
	Pending   map[string]string    `json:"pending,omitempty"`   // of a correction: files chosen and not yet sent, by field
	Facts     *factsAtHand         `json:"facts,omitempty"`     // of a case: what the conditions saw at filing
	Profile   []Fact               `json:"profile,omitempty"`   // of a case: profile values that its result shows
	Name      string               `json:"name,omitempty"`      // of a case: the applicant
	Lang      string               `json:"lang,omitempty"`      // of a case: the language it was sent in
	Marks     map[string]Mark      `json:"marks,omitempty"`     // of a case: answers that no register had confirmed at the click, by field
	Inquiries []inquiry            `json:"inquiries,omitempty"` // of a case: what registers are still asked
	Brought   map[string]time.Time `json:"brought,omitempty"`   // of a case: when what was to be brought came, by field
}

// Fact is a profile value as it was at filing.
type Fact struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

type factsAtHand struct {
	Age         int                       `json:"age"`
	Sex         string                    `json:"sex"`
	Citizenship string                    `json:"citizenship"`
	Region      string                    `json:"region"`
	Level       jurisdiction.AccountLevel `json:"level"`
}

func answersPlace(id ID) secret.Place {
	return secret.Place{Table: "application_case", Column: "answers", Row: string(id)}
}

func (c content) seal(key secret.Key, id ID) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return key.Seal(answersPlace(id), plain), nil
}

func (c Case) open(key secret.Key) (kept content, err error) {
	plain, err := key.Open(answersPlace(c.ID), c.sealed)
	if err != nil {
		return kept, err
	}
	if err = json.Unmarshal(plain, &kept); kept.Answers == nil {
		kept.Answers = Answers{}
	}
	return kept, err
}

// form puts a case's answers into its form.
func (s *Applications) form(tx *db.Tx, c Case, a Applicant, answers Answers) Form {
	return Form{Service: c.Service, Applicant: a, Answers: answers, law: s.Law, today: s.today(tx),
		asked: s.wording(c.Service).asked}
}
