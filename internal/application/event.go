package application

import (
	"encoding/json"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/secret"
)

// EventKind is what happened to a case. Text keys are "application.event.<kind>".
type EventKind string

// The kinds.
const (
	EventSent        EventKind = "sent"
	EventTaken       EventKind = "taken"
	EventChecked     EventKind = "documents_checked"
	EventAsked       EventKind = "correction_asked"
	EventCorrected   EventKind = "corrected"
	EventGranted     EventKind = "granted"
	EventRefused     EventKind = "refused"
	EventStage       EventKind = "stage" // facts: stage
	EventReady       EventKind = "ready"
	EventFinished    EventKind = "finished"
	EventWithdrawn   EventKind = "withdrawn"
	EventStill       EventKind = "still"         // heartbeat; facts: place, of
	EventAsking      EventKind = "asking"        // a register is asked
	EventRegisterOff EventKind = "register_away" // it does not answer
	EventNoAccount   EventKind = "no_account"    // it holds nothing about the applicant
	EventConfirming  EventKind = "confirming"    // a register is asked to confirm answers (D-15); facts: register
	EventConfirmed   EventKind = "confirmed"     // it has; facts: register
	EventBrought     EventKind = "brought"       // something has come that was not sent; facts: field
	EventFileRefused EventKind = "file_refused"  // a scanner has refused a file after it was sent; facts: field
	EventDiffers     EventKind = "differs"       // it has not: the office compares; facts: register
)

// Event is a moment of a case (S28).
type Event struct {
	ID    string
	At    time.Time
	Kind  EventKind
	By    audit.ActorKind
	Facts map[string]string // codes and numbers that name no person
	Words string            // what an officer wrote to the applicant
}

const insertEvent db.SQL = `INSERT INTO application_event (id, case_id, at, kind, actor_kind, facts, words) VALUES ($1, $2, $3, $4, $5, $6, $7)`

// tell adds a moment to a case's timeline.
func tell(tx *db.Tx, key secret.Key, id ID, e Event) error {
	facts, err := json.Marshal(e.Facts)
	if err != nil {
		return err
	}
	if e.Facts == nil {
		facts = []byte("{}")
	}
	row := secret.NewID()
	return tx.Later(insertEvent, row, string(id), db.At(tx.Now()), string(e.Kind), string(e.By), string(facts), key.SealText(wordsPlace(row), e.Words))
}

func wordsPlace(row string) secret.Place {
	return secret.Place{Table: "application_event", Column: "words", Row: row}
}

const selectEvents db.SQL = `SELECT id, at, kind, actor_kind, facts, words FROM application_event WHERE case_id = $1 ORDER BY at, id`

// events are a case's moments, oldest first.
func events(tx *db.Tx, key secret.Key, id ID) ([]Event, error) {
	type row struct {
		Event
		facts string
		words []byte
	}
	rows, err := db.All(tx, func(r db.Row) (e row, err error) {
		var at db.Time
		err = r.Scan(&e.ID, &at, &e.Kind, &e.By, &e.facts, &e.words)
		e.At = at.Time
		return e, err
	}, selectEvents, string(id))
	if err != nil {
		return nil, err
	}
	all := make([]Event, 0, len(rows))
	for _, r := range rows {
		if r.Words, err = key.OpenText(wordsPlace(r.ID), r.words); err != nil {
			return nil, err
		}
		if err = json.Unmarshal([]byte(r.facts), &r.Facts); err != nil {
			return nil, err
		}
		all = append(all, r.Event)
	}
	return all, nil
}
