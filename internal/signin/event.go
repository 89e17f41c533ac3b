package signin

import (
	"context"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// EventKind is what happened to an account's safety (SEC-03).
type EventKind string

// The kinds of events.
const (
	SignedIn        EventKind = "signed_in"
	SignedInNew     EventKind = "signed_in_new" // in a browser that was not known
	Failed          EventKind = "failed"        // somebody gave a wrong password
	PasswordChanged EventKind = "password_changed"
	LevelMoved      EventKind = "level" // Note is the level's word
	EndedOthers     EventKind = "ended_others"
	NotMe           EventKind = "not_me"        // the holder did not know an event
	Locked          EventKind = "locked"        // by the link of a notice
	ContactAdded    EventKind = "contact_added" // only in notices
)

// Event is one line of the list of security events.
type Event struct {
	At     time.Time
	Kind   EventKind
	Device string // the browser in human words, "" when unknown
	Note   string
}

type event struct {
	id     string // "" makes one; the same id is kept once
	holder string
	kind   EventKind
	device []byte
	note   string
}

const insertEvent db.SQL = `INSERT INTO signin_event (id, holder, at, kind, device, note) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`

func note(tx *db.Tx, e event) error {
	if e.id == "" {
		e.id = secret.NewID()
	}
	return tx.Later(insertEvent, e.id, e.holder, db.At(tx.Now()), string(e.kind), e.device, e.note)
}

func eventPlace(id string) secret.Place {
	return secret.Place{Table: "signin_event", Column: "device", Row: id}
}

// noteWithDevice seals the device under the holder's key.
func (s *Service) noteWithDevice(tx *db.Tx, holder string, kind EventKind, device string) error {
	key, err := s.accounts.Vault().Open(tx, holder)
	if err != nil {
		return err
	}
	id := secret.NewID()
	return note(tx, event{id: id, holder: holder, kind: kind, device: key.SealText(eventPlace(id), device)})
}

const selectEvents db.SQL = `SELECT id, at, kind, device, note FROM signin_event WHERE holder = $1 ORDER BY at DESC, id DESC LIMIT $2`

// Events lists what happened to the account's safety, newest first.
func (s *Service) Events(tx *db.Tx, id account.ID, most int) ([]Event, error) {
	key, err := s.accounts.Key(tx, id)
	if err != nil {
		return nil, err
	}
	return db.All(tx, func(r db.Row) (e Event, err error) {
		var row string
		var at db.Time
		var sealed []byte
		if err = r.Scan(&row, &at, &e.Kind, &sealed, &e.Note); err != nil || sealed == nil {
			e.At = at.Time
			return e, err
		}
		e.At = at.Time
		e.Device, err = key.OpenText(eventPlace(row), sealed)
		return e, err
	}, selectEvents, string(id), most)
}

// NotMe is the holder's answer "No" to "Was this you?": every other session ends
// and every other browser is forgotten. The next step is a new password.
func (s *Service) NotMe(ctx context.Context, by Session, browser string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := forgetBrowsers(tx, string(by.Account), browser); err != nil {
			return err
		}
		return s.endOthers(tx, by, NotMe)
	})
}

// EndOthers ends all sessions of the holder but the present one (SESS-6).
func (s *Service) EndOthers(ctx context.Context, by Session) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.endOthers(tx, by, EndedOthers) })
}

func (s *Service) endOthers(tx *db.Tx, by Session, kind EventKind) error {
	holder := string(by.Account)
	if err := s.sessions.EndAll(tx, holder, by.ID, string(kind)); err != nil {
		return err
	}
	if err := note(tx, event{holder: holder, kind: kind}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: by.By(), Act: "signin." + string(kind), Subject: holder, Object: "account/" + holder})
}

// tooSoon is the refusal of a field whose lane still rests.
func tooSoon(field string, wait time.Duration) error {
	return fault.OneField(field, "signin.wait", fault.Vars{"n": minutes(wait)})
}

// minutes rounds up: nobody is told to come back too early.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }
