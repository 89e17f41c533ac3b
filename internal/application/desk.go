package application

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/text"
)

// PerPage is how many cases an inbox shows at once.
const PerPage = 25

// Filter says which cases of the officer's authority are wanted. The zero Filter
// is every open one.
type Filter struct {
	Service string // id, "" for all
	State   State  // "" for all that are open; a final state shows closed ones
	Due     string // DueOverdue, DueWeek or ""
	Mine    bool   // taken by this officer
	Free    bool   // taken by nobody
	Number  string // exactly this case, open or closed, whatever else is asked
	Page    int    // from 1; 0 is 1
}

// Values of Filter.Due.
const (
	DueOverdue = "overdue" // the law's day has passed
	DueWeek    = "week"    // within seven days, or passed
)

// Listed is a case as an inbox shows it: no personal data.
type Listed struct {
	ID        ID
	Number    string
	Service   string
	State     State
	Stage     string
	Turn      string
	Filed     time.Time
	Due       text.Day
	Paused    bool
	Overdue   bool
	Officer   officer.ID // who has it, "" if nobody
	Holder    string     // that officer's name
	Taken     time.Time
	Own       bool // the officer's own application: may not be opened
	Corrected bool // the applicant has answered a correction since
}

// Counts are the numbers over a list. They are worked out from the very
// conditions of the list, so they always agree with it.
type Counts struct {
	Shown   int // cases that the filter finds, on all pages
	Open    int // without the filters for due day and holder
	Overdue int
	Mine    int
	Free    int
}

// matches are the conditions that list and counts share: $1 authority, $2
// service, $3 state, $4 latest due day, $5 officer ("" all, "-" nobody), $6 number.
const matches = ` FROM application_case WHERE authority = $1 AND number IS NOT NULL AND (
	$6 <> '' AND number = $6 OR $6 = '' AND ($2 = '' OR service = $2)
	AND ($3 = '' AND closed_at IS NULL OR state = $3)
	AND ($4 = '' OR closed_at IS NULL AND decided_at IS NULL AND paused_on IS NULL AND due <= $4)
	AND ($5 = '' OR officer = $5 OR $5 = '-' AND officer IS NULL)) `

const (
	selectInbox db.SQL = `SELECT id, account, number, service, state, stage, turn, filed_at, due, paused_on, decided_at, officer, taken_at` + matches +
		`ORDER BY due, id LIMIT $7 OFFSET $8`
	countInbox db.SQL = `SELECT count(*)` + matches
)

// Inbox lists cases of the officer's authority (AUTHZ-4), those that the law wants
// first at the top, with the counts of the same filter.
func (s *Applications) Inbox(ctx context.Context, who officer.Officer, f Filter) (cases []Listed, n Counts, err error) {
	if !who.May(officer.DecideCases) || who.Authority == "" {
		return nil, n, errNoRight
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if n, err = s.count(tx, who, f); err != nil {
			return err
		}
		args := append(s.conditions(tx, who, f), PerPage, max(f.Page-1, 0)*PerPage)
		cases, err = db.All(tx, s.scanListed(tx, who), selectInbox, args...)
		if err != nil {
			return err
		}
		return s.nameHolders(tx, cases)
	})
	return cases, n, err
}

var errNoRight = fault.New(fault.Forbidden, "application.not_yours")

func (s *Applications) conditions(tx *db.Tx, who officer.Officer, f Filter) []any {
	due, holder := "", ""
	switch f.Due {
	case DueOverdue:
		due = s.today(tx).AddDays(-1).String()
	case DueWeek:
		due = s.today(tx).AddDays(7).String()
	}
	switch {
	case f.Mine:
		holder = string(who.ID)
	case f.Free:
		holder = "-"
	}
	return []any{who.Authority, f.Service, string(f.State), due, holder, f.Number}
}

func (s *Applications) count(tx *db.Tx, who officer.Officer, f Filter) (n Counts, err error) {
	base := Filter{Service: f.Service, State: f.State}
	overdue, mine, free := base, base, base
	overdue.Due, mine.Mine, free.Free = DueOverdue, true, true
	for into, filter := range map[*int]Filter{&n.Shown: f, &n.Open: base, &n.Overdue: overdue, &n.Mine: mine, &n.Free: free} {
		if *into, err = db.One(tx, db.Scalar[int], countInbox, s.conditions(tx, who, filter)...); err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Applications) scanListed(tx *db.Tx, who officer.Officer) func(db.Row) (Listed, error) {
	today := s.today(tx)
	return func(r db.Row) (l Listed, err error) {
		var account string
		var due, paused, holder db.Text
		var filed, decided, taken db.Time
		err = r.Scan(&l.ID, &account, &l.Number, &l.Service, &l.State, &l.Stage, &l.Turn, &filed, &due, &paused, &decided, &holder, &taken)
		l.Filed, l.Due, l.Paused, l.Officer, l.Taken = filed.Time, parseDay(string(due)), paused != "", officer.ID(holder), taken.Time
		l.Own = who.Account != "" && who.Account == account
		l.Overdue = decided.IsZero() && !l.Paused && !l.State.IsFinal() && l.Due.Before(today)
		return l, err
	}
}

func (s *Applications) nameHolders(tx *db.Tx, cases []Listed) error {
	names := map[officer.ID]string{}
	for i, c := range cases {
		if c.Officer == "" {
			continue
		}
		if _, known := names[c.Officer]; !known {
			o, err := s.Officers.Get(tx, c.Officer)
			if err != nil {
				return err
			}
			names[c.Officer] = o.Name
		}
		cases[i].Holder = names[c.Officer]
	}
	return nil
}

// theirs reads a case for an officer: of the own authority, by the role that the
// service names, and never the officer's own (AUTHZ-4). What is not theirs is not
// found.
func (s *Applications) theirs(tx *db.Tx, who officer.Officer, id ID) (c Case, key secret.Key, err error) {
	if !who.May(officer.DecideCases) {
		return c, key, errNoRight
	}
	if c, err = found(db.One(tx, s.scanCase, selectOther, string(id), who.Authority)); err != nil {
		return c, key, err
	}
	if who.Account != "" && string(c.Account) == who.Account {
		return c, key, fault.New(fault.Forbidden, "application.own_case")
	}
	if d := c.Service.Decision; d != nil && !slices.Contains(who.Roles, officer.Role(d.Role)) && !slices.Contains(who.Roles, officer.Supervisor) {
		return c, key, errNoRight
	}
	key, err = s.Accounts.Key(tx, c.Account)
	return c, key, err
}

const updateTaken db.SQL = `UPDATE application_case SET officer = $2, taken_at = $3, moved_at = $3, state = $4, stage = $5, turn = $6, stage_due = $7
	WHERE id = $1 AND officer IS NULL AND closed_at IS NULL AND state = $8`

// Take makes the officer the one who works on the case: one holder, whoever
// presses first. Taking a case that was just sent accepts it.
func (s *Applications) Take(ctx context.Context, who officer.Officer, id ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.theirs(tx, who, id)
		if err != nil {
			return err
		}
		before := c.State
		if c.Officer == who.ID {
			return nil
		}
		if c.State == Sent {
			c.State = Accepted
			s.enterDeciding(tx, &c)
		}
		err = tx.ExecOne(updateTaken, string(id), string(who.ID), db.At(tx.Now()), string(c.State), c.Stage, c.Turn, db.Text(c.StageDue.String()), string(before))
		if errors.Is(err, db.ErrNone) {
			return fault.New(fault.Conflict, "application.taken")
		}
		if err != nil {
			return err
		}
		if before == Sent {
			if err := tell(tx, key, id, Event{Kind: EventTaken, By: audit.Officer}); err != nil {
				return err
			}
		}
		return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.take", Subject: string(c.Account), Object: object(id)})
	})
}

// enterDeciding moves a case into the stage in which an officer decides.
func (s *Applications) enterDeciding(tx *db.Tx, c *Case) {
	for _, stage := range c.Service.Stages {
		if stage.Officer {
			c.Stage, c.Turn = stage.Code, stage.Turn
			c.StageDue = dueAfter(s.Law.Calendar, s.today(tx), stage.WorkingDays)
			return
		}
	}
}

const updateReleased db.SQL = `UPDATE application_case SET officer = NULL, taken_at = NULL WHERE id = $1 AND officer = $2 AND closed_at IS NULL`

// Release gives a case back to the inbox. A supervisor may release anybody's.
func (s *Applications) Release(ctx context.Context, who officer.Officer, id ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := s.theirs(tx, who, id)
		if err != nil {
			return err
		}
		if c.Officer != who.ID && !slices.Contains(who.Roles, officer.Supervisor) {
			return errNotHeld
		}
		err = tx.ExecOne(updateReleased, string(id), string(c.Officer))
		if errors.Is(err, db.ErrNone) {
			return errNotHeld
		}
		if err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.release", Subject: string(c.Account), Object: object(id)})
	})
}

// errNotHeld: somebody acts on a case that somebody else has, or nobody.
var errNotHeld = fault.New(fault.Conflict, "application.not_taken")

// held reads a case that the officer has taken and that is still open.
func (s *Applications) held(tx *db.Tx, who officer.Officer, id ID) (Case, secret.Key, error) {
	c, key, err := s.theirs(tx, who, id)
	if err == nil && (c.Officer != who.ID || !c.IsOpen()) {
		err = errNotHeld
	}
	return c, key, err
}
