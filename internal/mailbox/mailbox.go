package mailbox

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
)

// ID names a letter.
type ID string

// Notices tell the holder that a letter waits.
type Notices interface {
	Send(tx *db.Tx, n notify.Notice) error
}

// Mailbox holds everybody's letters.
type Mailbox struct {
	db       *db.DB
	accounts *account.Accounts
	notices  Notices
}

// New makes the mailbox of a house.
func New(d *db.DB, accounts *account.Accounts, notices Notices) *Mailbox {
	return &Mailbox{d, accounts, notices}
}

// Letter is a letter on its way to somebody.
type Letter struct {
	To        account.ID
	Authority string      // code of the authority in the jurisdiction
	Subject   string      // one line
	Body      string      // plain text, paragraphs parted by an empty line
	Lang      string      // of subject and body; "" is the holder's language
	Key       string      // names this letter for its sender: a second delivery of a key does nothing
	By        audit.Actor // who wrote it; zero is the system
	Told      bool        // its sender tells the holder himself: no notice of the post's own
}

// words are what is sealed.
type words struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

// Limits of a letter, in characters.
const (
	LongestSubject = 200
	LongestBody    = 50_000
)

const insertLetter db.SQL = `INSERT INTO mailbox_letter (id, account, authority, key, lang, content, delivered_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING`

// Deliver puts a letter into the holder's box in the caller's transaction, with
// its audit line and a notice, exactly once for each key.
func (m *Mailbox) Deliver(tx *db.Tx, l Letter) error {
	if l.Key == "" || l.Authority == "" || l.Subject == "" || len([]rune(l.Subject)) > LongestSubject || len([]rune(l.Body)) > LongestBody {
		return errors.New("mailbox: a letter needs a key, an authority and a subject, and has a longest size")
	}
	holder, err := m.accounts.Get(tx, l.To)
	if err != nil {
		return err
	}
	if l.Lang == "" {
		l.Lang = holder.Language
	}
	id := ID(secret.NewID())
	sealed, err := m.seal(tx, l.To, id, words{l.Subject, l.Body})
	if err != nil {
		return err
	}
	n, err := tx.Exec(insertLetter, string(id), string(l.To), l.Authority, l.Key, l.Lang, sealed, db.At(tx.Now()))
	if err != nil || n == 0 {
		return err
	}
	if l.By == (audit.Actor{}) {
		l.By = audit.BySystem("mailbox.deliver")
	}
	entry := audit.Entry{Actor: l.By, Act: "mailbox.deliver", Subject: string(l.To), Object: object(id), Facts: map[string]string{"authority": l.Authority}}
	if err := audit.Record(tx, entry); err != nil {
		return err
	}
	if l.Told {
		return nil
	}
	return m.notices.Send(tx, notify.Notice{To: l.To, Key: "mailbox.letter", Path: "/mail"})
}

func object(id ID) string { return "letter/" + string(id) }

func place(id ID) secret.Place {
	return secret.Place{Table: "mailbox_letter", Column: "content", Row: string(id)}
}

func (m *Mailbox) seal(tx *db.Tx, who account.ID, id ID, w words) ([]byte, error) {
	key, err := m.accounts.Key(tx, who)
	if err != nil {
		return nil, err
	}
	clear, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	return key.Seal(place(id), clear), nil
}

// Envelope is a letter from outside: who wrote it and when, not what.
type Envelope struct {
	ID        ID
	Authority string
	Lang      string
	Delivered time.Time
	Opened    time.Time // zero: not yet
}

// IsOpened says that the letter was received.
func (e Envelope) IsOpened() bool { return !e.Opened.IsZero() }

// Received is an opened letter. Of one that was not opened the words are empty.
type Received struct {
	Envelope
	Subject string
	Body    string
}

type row struct {
	Envelope
	content []byte
}

func scanRow(r db.Row) (l row, err error) {
	var delivered, opened db.Time
	err = r.Scan(&l.ID, &l.Authority, &l.Lang, &l.content, &delivered, &opened)
	l.Delivered, l.Opened = delivered.Time, opened.Time
	return l, err
}

const selectInbox db.SQL = `SELECT id, authority, lang, content, delivered_at, opened_at FROM mailbox_letter
	WHERE account = $1 ORDER BY delivered_at DESC, id DESC LIMIT $2 OFFSET $3`

const countLetters db.SQL = `SELECT count(*) FROM mailbox_letter WHERE account = $1`

// Inbox lists a page of somebody's letters, the newest first, and how many there
// are in all. Subjects of opened letters are told, those of others are not.
func (m *Mailbox) Inbox(ctx context.Context, who account.ID, limit, offset int) (list []Received, all int, err error) {
	err = m.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		if all, err = db.One(tx, db.Scalar[int], countLetters, string(who)); err != nil || all == 0 {
			return err
		}
		rows, err := db.All(tx, scanRow, selectInbox, string(who), limit, offset)
		if err != nil {
			return err
		}
		key, err := m.accounts.Key(tx, who)
		for _, r := range rows {
			if err != nil {
				return err
			}
			var l Received
			l, err = open(key, r)
			l.Body = ""
			list = append(list, l)
		}
		return err
	})
	return list, all, err
}

func open(key secret.Key, r row) (Received, error) {
	l := Received{Envelope: r.Envelope}
	if !l.IsOpened() {
		return l, nil
	}
	clear, err := key.Open(place(r.ID), r.content)
	if err != nil {
		return l, err
	}
	var w words
	err = json.Unmarshal(clear, &w)
	l.Subject, l.Body = w.Subject, w.Body
	return l, err
}

const selectLetter db.SQL = `SELECT id, authority, lang, content, delivered_at, opened_at FROM mailbox_letter WHERE id = $1 AND account = $2`

// Read gives one letter of somebody's box; its words only when it was opened.
// Another person's letter is not found (AUTHZ-2).
func (m *Mailbox) Read(ctx context.Context, who account.ID, id ID) (l Received, err error) {
	err = m.db.Read(ctx, func(tx *db.Tx) error {
		r, err := db.One(tx, scanRow, selectLetter, string(id), string(who))
		if errors.Is(err, db.ErrNone) {
			return fault.New(fault.NotFound, "mailbox.not_found")
		}
		if err != nil {
			return err
		}
		key, err := m.accounts.Key(tx, who)
		if err != nil {
			return err
		}
		l, err = open(key, r)
		return err
	})
	return l, err
}

const stampOpened db.SQL = `UPDATE mailbox_letter SET opened_at = $3 WHERE id = $1 AND account = $2 AND opened_at IS NULL`

const isThere db.SQL = `SELECT id FROM mailbox_letter WHERE id = $1 AND account = $2`

// Open receives a letter: the first opening is stamped and leaves an audit line,
// later ones change nothing.
func (m *Mailbox) Open(ctx context.Context, who account.ID, id ID) error {
	return m.db.Write(ctx, func(tx *db.Tx) error {
		there, err := db.Exists(tx, isThere, string(id), string(who))
		if err != nil {
			return err
		}
		if !there {
			return fault.New(fault.NotFound, "mailbox.not_found")
		}
		n, err := tx.Exec(stampOpened, string(id), string(who), db.At(tx.Now()))
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "mailbox.open", Subject: string(who), Object: object(id)})
	})
}

const countUnopened db.SQL = `SELECT count(*) FROM mailbox_letter WHERE account = $1 AND opened_at IS NULL`

// Unopened counts the letters that wait.
func (m *Mailbox) Unopened(tx *db.Tx, who account.ID) (int, error) {
	return db.One(tx, db.Scalar[int], countUnopened, string(who))
}
