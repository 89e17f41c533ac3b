package application

import (
	"context"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/blob"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
)

// BringName is the name under which a page sends that a file of a field will be brought.
func BringName(field string) string { return field + "-bring" }

// ToBring is something that the applicant brings instead of sending it.
type ToBring struct {
	Field jurisdiction.FormField
	Came  time.Time // zero: not yet
}

func toBring(f Form, came map[string]time.Time) []ToBring {
	var all []ToBring
	for _, page := range f.Pages() {
		for _, q := range page.Questions {
			if q.Answer.Brings {
				all = append(all, ToBring{q.FormField, came[q.Code]})
			}
		}
	}
	return all
}

// Brought notes that something has come which the applicant said to bring. Any
// officer of the authority may do it: who sits at the window need not be who
// decides. A second press changes nothing.
func (s *Applications) Brought(ctx context.Context, who officer.Officer, id ID, field string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.theirs(tx, who, id)
		if err != nil {
			return err
		}
		if !c.IsOpen() {
			return fault.New(fault.Conflict, "application.no_move")
		}
		kept, err := c.open(key)
		if err != nil {
			return err
		}
		if !kept.Answers[field].Brings {
			return errNotFound
		}
		if _, came := kept.Brought[field]; came {
			return nil
		}
		if kept.Brought == nil {
			kept.Brought = map[string]time.Time{}
		}
		kept.Brought[field] = tx.Now()
		if err := s.keepContent(tx, c, kept); err != nil {
			return err
		}
		facts := map[string]string{"field": field}
		if err := tell(tx, key, id, Event{Kind: EventBrought, By: audit.Officer, Facts: facts}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.brought", Subject: string(c.Account), Object: object(id), Facts: facts})
	})
}

// dropReplaced drops the file of a draft in whose place something else was answered.
func (s *Applications) dropReplaced(tx *db.Tx, who account.ID, service *jurisdiction.Service, code string, before, now Answer) error {
	field, _ := service.Field(code)
	if field.Type != jurisdiction.FieldFile || before.Text == "" || before.Text == now.Text {
		return nil
	}
	return s.Files.Drop(tx, string(who), blob.ID(before.Text))
}

// dropPending forgets the files that were chosen for a correction: those that
// were sent with it stay.
func (s *Applications) dropPending(tx *db.Tx, who account.ID, kept *content) error {
	for field, file := range kept.Pending {
		if kept.Answers[field].Text == file {
			continue
		}
		if err := s.Files.Drop(tx, string(who), blob.ID(file)); err != nil {
			return err
		}
	}
	kept.Pending = nil
	return nil
}
