package signin

import (
	"context"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
)

// doubtLife is how long the "not me" of a notice may be pressed, and how long
// after that the same link sets a new password (AUTH-6).
const doubtLife = 10 * 24 * time.Hour

// doubtAt is the page of such a link; the token follows.
const doubtAt = "/id/signin/not-me/"

const insertDoubt db.SQL = `INSERT INTO signin_doubt (id, account, about, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)`

// DoubtPath makes the one-time link of a notice, as a path, by which the holder
// says that it was not him. Letters hold it, short messages never do.
func (s *Service) DoubtPath(tx *db.Tx, id account.ID, about EventKind) (string, error) {
	token := secret.Token()
	_, err := tx.Exec(insertDoubt, secret.Hash(token), string(id), string(about), db.At(tx.Now()), db.At(tx.Now().Add(doubtLife)))
	return doubtAt + token, err
}

// Doubt is what the page of the link shows. It names nobody.
type Doubt struct {
	About    EventKind // SignedIn, SignedInNew, PasswordChanged, ContactAdded
	At       time.Time
	Pressed  bool
	Restored bool          // nothing is left to do: a new password was set since
	Phone    string        // confirmed before the doubt: its code is needed too; "" when there is none
	CodeLeft time.Duration // of the code that was sent, 0 when there is none

	id      string
	account account.ID
	code    string // its MAC
	tries   int
}

const selectDoubt db.SQL = `SELECT id, account, about, made_at, pressed_at, restored_at, code, code_tries, code_ends_at
	FROM signin_doubt WHERE id = $1 AND ends_at > $2`

// Doubted reads what a link is about; an Expired fault for a link that there is not.
func (s *Service) Doubted(ctx context.Context, token string) (d Doubt, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { d, err = s.doubt(tx, token); return err })
	return d, err
}

func (s *Service) doubt(tx *db.Tx, token string) (Doubt, error) {
	d, err := db.One(tx, func(r db.Row) (d Doubt, err error) {
		var made, pressed, restored, ends db.Time
		var code db.Text
		var tries *int
		err = r.Scan(&d.id, &d.account, &d.About, &made, &pressed, &restored, &code, &tries, &ends)
		d.At, d.Pressed, d.Restored, d.code = made.Time, !pressed.IsZero(), !restored.IsZero(), string(code)
		if tries != nil {
			d.tries, d.CodeLeft = *tries, max(0, ends.Sub(tx.Now()))
		}
		return d, err
	}, selectDoubt, secret.Hash(token), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return Doubt{}, fault.New(fault.Expired, "signin.not_me_over")
	}
	if err != nil {
		return Doubt{}, err
	}
	holder, err := s.accounts.Get(tx, d.account)
	if err != nil || !holder.Open {
		return Doubt{}, fault.New(fault.Expired, "signin.not_me_over")
	}
	locked, err := s.locked(tx, string(d.account))
	d.Restored = d.Restored || d.Pressed && !locked
	if err != nil || !d.Pressed || d.Restored {
		return d, err
	}
	d.Phone, err = s.olderPhone(tx, d)
	return d, err
}

// olderPhone is a phone that was confirmed before what is doubted happened: one
// that came with it may be the stranger's.
func (s *Service) olderPhone(tx *db.Tx, d Doubt) (string, error) {
	contacts, err := s.accounts.Contacts(tx, d.account)
	for _, c := range contacts {
		if c.Kind == account.Phone && c.Confirmed.Before(d.At) {
			return c.Value, err
		}
	}
	return "", err
}

const pressDoubt db.SQL = `UPDATE signin_doubt SET pressed_at = $2, ends_at = $3 WHERE id = $1 AND pressed_at IS NULL AND ends_at > $2`

// Lock is the press of "not me": all sessions end, every browser is forgotten and
// the password opens nothing until another one is set. Pressing twice is harmless.
func (s *Service) Lock(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		d, err := s.doubt(tx, token)
		if err != nil || d.Pressed {
			return err
		}
		if err := tx.ExecOne(pressDoubt, d.id, db.At(tx.Now()), db.At(tx.Now().Add(doubtLife))); err != nil {
			return err
		}
		return s.lockUp(tx, d, token)
	})
}

func (s *Service) lockUp(tx *db.Tx, d Doubt, token string) error {
	holder := string(d.account)
	if err := s.sessions.EndAll(tx, holder, "", string(Locked)); err != nil {
		return err
	}
	if err := forgetBrowsers(tx, holder, ""); err != nil {
		return err
	}
	if fresh, err := s.lock(tx, holder); err != nil || !fresh {
		return err
	}
	if err := note(tx, event{holder: holder, kind: Locked}); err != nil {
		return err
	}
	entry := audit.Entry{Actor: d.by(), Act: "signin.lock", Subject: holder, Object: "account/" + holder, Facts: map[string]string{"about": string(d.About)}}
	if err := audit.Record(tx, entry); err != nil {
		return err
	}
	return s.notices.Send(tx, notify.Notice{To: d.account, Key: "signin.locked", Path: doubtAt + token, Security: true})
}

// by is whoever holds the link: not signed in, known by it alone.
func (d Doubt) by() audit.Actor { return audit.Actor{Kind: audit.Visitor, ID: "doubt/" + d.id[:16]} }
