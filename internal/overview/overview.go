package overview

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
)

// Kind says what a task asks of the person. It is the last word of the task's
// text keys: overview.task.<kind>.title, .button.
type Kind string

// The kinds of tasks.
const (
	FinishDraft Kind = "draft"      // an application was begun and not sent
	Correct     Kind = "correction" // an officer asks to mend an application
	CheckFailed Kind = "mismatch"   // a register did not confirm
	CheckRuns   Kind = "check"      // registers are asked; one can look
	ReadLetter  Kind = "letter"     // an official letter waits
	GetResult   Kind = "result"     // a result is ready
	FillIn      Kind = "standard"   // the next level: personal data
	Confirm     Kind = "verified"   // the next level: identity (IDC-04, IDC-05)
)

// Task is one thing that needs the person.
type Task struct {
	Kind  Kind
	About jurisdiction.Words // what it is about, the service's name for one; may be empty
	Path  string             // the page on which it is done
	Until time.Time          // the last moment; zero: no deadline
}

// Case is an application under way.
type Case struct {
	Number string             // reference, shown left to right
	About  jurisdiction.Words // the service
	State  string             // text key of its state: "application.state.sent"
	Turn   string             // text key of whose turn it is; "" when nobody's
	Until  time.Time          // by when the next thing happens; zero: not known
	Path   string
}

// Tasks is a domain that may need the person.
type Tasks interface {
	Tasks(tx *db.Tx, who account.ID) ([]Task, error)
}

// Cases is the domain of applications.
type Cases interface {
	UnderWay(tx *db.Tx, who account.ID) ([]Case, error)
}

// Both is a domain that tells tasks and cases in one look, so that its list is
// read once. A Source that is Both needs no Cases.
type Both interface {
	Tasks
	TasksAndCases(tx *db.Tx, who account.ID) ([]Task, []Case, error)
}

// Source is a domain under the word that a failed block is told by: its package,
// "application", "check" or "mailbox" (overview.failed.<word>).
type Source struct {
	Word  string
	Tasks Tasks
}

// Overview puts the page together.
type Overview struct {
	db      *db.DB
	law     *jurisdiction.Jurisdiction
	sources []Source
	cases   Cases
	log     *slog.Logger
}

// New makes the overview of a house. Cases may be nil.
func New(d *db.DB, law *jurisdiction.Jurisdiction, sources []Source, cases Cases, log *slog.Logger) *Overview {
	return &Overview{d, law, sources, cases, log}
}

// Rung is one level of the ladder (LVL-01, P-02).
type Rung struct {
	jurisdiction.Level
	Reached bool
	Now     bool // the level of the account
}

// View is the page's content.
type View struct {
	Level  account.Level
	Ladder []Rung
	Tasks  []Task // most pressing first; never empty below the verified level
	Cases  []Case
	Failed []string // words of the blocks that cannot be shown now
}

// Next is the level to reach next; false at the top.
func (v View) Next() (jurisdiction.Level, bool) {
	for _, r := range v.Ladder {
		if !r.Reached {
			return r.Level, true
		}
	}
	return jurisdiction.Level{}, false
}

// Banner says whether the account page asks to confirm identity (IDC-04): below
// the highest level.
func (v View) Banner() bool { return v.Level < account.Verified }

// casesWord is the word of the block of applications.
const casesWord = "application"

// Look reads everything for one person of a level. A domain that fails leaves
// only its own block empty.
func (o *Overview) Look(ctx context.Context, who account.ID, level account.Level) (View, error) {
	v := View{Level: level, Ladder: o.ladder(level)}
	err := o.db.Read(ctx, func(tx *db.Tx) error { return o.read(tx, who, &v) })
	if err != nil && ctx.Err() == nil {
		o.log.Warn("the overview is read block by block", "error", err)
		err = o.readApart(ctx, who, &v)
	}
	v.Tasks = order(append(v.Tasks, next(v)...))
	return v, err
}

// read reads all blocks in one transaction.
func (o *Overview) read(tx *db.Tx, who account.ID, v *View) error {
	v.Tasks, v.Cases = nil, nil // may run twice
	for _, s := range o.sources {
		if err := s.read(tx, who, v); err != nil {
			return fmt.Errorf("overview: %s: %w", s.Word, err)
		}
	}
	if o.cases == nil {
		return nil
	}
	under, err := o.cases.UnderWay(tx, who)
	v.Cases = append(v.Cases, under...)
	return err
}

// read adds what one domain tells.
func (s Source) read(tx *db.Tx, who account.ID, v *View) error {
	if both, ok := s.Tasks.(Both); ok {
		tasks, cases, err := both.TasksAndCases(tx, who)
		v.Tasks, v.Cases = append(v.Tasks, tasks...), append(v.Cases, cases...)
		return err
	}
	tasks, err := s.Tasks.Tasks(tx, who)
	v.Tasks = append(v.Tasks, tasks...)
	return err
}

// readApart reads each block in a transaction of its own, because a failed query
// spoils the transaction it was in.
func (o *Overview) readApart(ctx context.Context, who account.ID, v *View) error {
	v.Tasks, v.Cases, v.Failed = nil, nil, nil
	for _, s := range o.sources {
		var part View
		err := o.db.Read(ctx, func(tx *db.Tx) error { part = View{}; return s.read(tx, who, &part) })
		if err == nil {
			v.Tasks, v.Cases = append(v.Tasks, part.Tasks...), append(v.Cases, part.Cases...)
		}
		o.blame(v, s.Word, err)
	}
	if o.cases != nil {
		var under []Case
		err := o.db.Read(ctx, func(tx *db.Tx) (err error) { under, err = o.cases.UnderWay(tx, who); return err })
		v.Cases = append(v.Cases, under...)
		o.blame(v, casesWord, err)
	}
	return ctx.Err()
}

func (o *Overview) blame(v *View, word string, err error) {
	if err != nil && !slices.Contains(v.Failed, word) {
		o.log.Error("a block of the overview cannot be shown", "block", word, "error", err)
		v.Failed = append(v.Failed, word)
	}
}

// ladder is one bar over the three levels (P-02).
func (o *Overview) ladder(level account.Level) []Rung {
	var rungs []Rung
	for _, l := range o.law.Levels {
		at := jurisdiction.AccountLevel(level)
		rungs = append(rungs, Rung{l, l.Code <= at, l.Code == at})
	}
	return rungs
}

// next is the task to reach the next level, unless checks already run or wait
// for a correction (LVL-03, LVL-11).
func next(v View) []Task {
	switch v.Level {
	case account.Simplified:
		for _, t := range v.Tasks {
			if t.Kind == CheckRuns || t.Kind == CheckFailed {
				return nil
			}
		}
		return []Task{{Kind: FillIn, Path: "/id/profile/edit"}}
	case account.Standard:
		return []Task{{Kind: Confirm, Path: "/id/proofing"}}
	}
	return nil
}

// order puts what has a deadline first, the earliest before; then by kind.
func order(tasks []Task) []Task {
	slices.SortStableFunc(tasks, func(a, b Task) int {
		switch {
		case a.Until.IsZero() && b.Until.IsZero():
			return cmp.Compare(weight(a.Kind), weight(b.Kind))
		case a.Until.IsZero():
			return 1
		case b.Until.IsZero():
			return -1
		}
		return a.Until.Compare(b.Until)
	})
	return tasks
}

// weight orders tasks without a deadline: what others wait for comes first.
func weight(k Kind) int {
	return slices.Index([]Kind{Correct, CheckFailed, GetResult, ReadLetter, FinishDraft, CheckRuns, FillIn, Confirm}, k)
}
