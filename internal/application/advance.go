package application

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
)

// NextStage is the stage into which an officer may move a granted case; false
// when the next move is its end ("handed out") or there is none.
func (c Case) NextStage() (jurisdiction.Stage, bool) {
	i := slices.IndexFunc(c.Service.Stages, func(st jurisdiction.Stage) bool { return st.Code == c.Stage })
	if i < 0 {
		return jurisdiction.Stage{}, false
	}
	return stageAt(c.Service, i+1)
}

// CanAdvance says whether a decided case has a stage to leave.
func (c Case) CanAdvance() bool { return !c.Decided.IsZero() && c.IsOpen() && c.Stage != "" }

const updateAdvanced db.SQL = `UPDATE application_case SET state = $3, stage = $4, turn = $5, stage_due = $6, moved_at = $7, closed_at = $8
	WHERE id = $1 AND stage = $2 AND decided_at IS NOT NULL AND closed_at IS NULL`

// Advance leaves the stage from of a granted case: the document is made, is ready
// to collect, was handed out. A second press finds another stage and is refused.
// Any officer of the authority may do it: who hands out need not be who decided.
func (s *Applications) Advance(ctx context.Context, who officer.Officer, id ID, from string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.theirs(tx, who, id)
		if err != nil {
			return err
		}
		if !c.CanAdvance() || c.Stage != from {
			return fault.New(fault.Conflict, "application.no_move")
		}
		next, more := c.NextStage()
		if err := s.advance(tx, c, next, more); err != nil {
			return err
		}
		for _, e := range advanceEvents(c, next, more) {
			if err := tell(tx, key, id, e); err != nil {
				return err
			}
		}
		kept, err := c.open(key)
		if err != nil {
			return err
		}
		if more {
			key := "stage"
			if isLast(c.Service, next) {
				key = "ready"
			}
			if err := s.notice(tx, c, kept.Lang, key, map[string]string{"stage": next.Name.In(kept.Lang)}); err != nil {
				return err
			}
		}
		return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.advance", Subject: string(c.Account), Object: object(id),
			Facts: map[string]string{"from": from, "to": next.Code}})
	})
}

func (s *Applications) advance(tx *db.Tx, c Case, next jurisdiction.Stage, more bool) error {
	state, turn, stageDue, closed := c.State, next.Turn, "", db.At(time.Time{})
	if more {
		stageDue = dueAfter(s.Law.Calendar, s.today(tx), next.WorkingDays).String()
	} else {
		turn, closed = TurnNobody, db.At(tx.Now())
	}
	if (!more || isLast(c.Service, next)) && c.State != ResultReady {
		state = ResultReady
	}
	if state != c.State && !c.State.CanBecome(state) {
		return fault.New(fault.Conflict, "application.no_move")
	}
	err := tx.ExecOne(updateAdvanced, string(c.ID), c.Stage, string(state), next.Code, turn, db.Text(stageDue), db.At(tx.Now()), closed)
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "application.no_move")
	}
	return err
}

func advanceEvents(c Case, next jurisdiction.Stage, more bool) []Event {
	if !more {
		return []Event{{Kind: EventFinished, By: audit.Officer}}
	}
	e := Event{Kind: EventStage, By: audit.Officer, Facts: map[string]string{"stage": next.Code}}
	if isLast(c.Service, next) {
		e.Kind = EventReady
	}
	return []Event{e}
}

const updateChecked db.SQL = `UPDATE application_case SET state = 'documents_checked', moved_at = $3 WHERE id = $1 AND officer = $2 AND state = 'accepted'
	AND paused_on IS NULL`

// DocumentsChecked tells the applicant's timeline that the papers are in order.
func (s *Applications) DocumentsChecked(ctx context.Context, who officer.Officer, id ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.held(tx, who, id)
		if err != nil {
			return err
		}
		err = tx.ExecOne(updateChecked, string(id), string(who.ID), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return fault.New(fault.Conflict, "application.no_move")
		}
		if err != nil {
			return err
		}
		if err := tell(tx, key, id, Event{Kind: EventChecked, By: audit.Officer}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.documents_checked", Subject: string(c.Account), Object: object(id)})
	})
}
