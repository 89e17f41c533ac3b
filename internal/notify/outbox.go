package notify

import (
	"encoding/json"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/secret"
)

// kind is how carefully a message is sent.
type kind string

const (
	ordinary kind = "notice"   // at least once, not at night, not too many
	security kind = "security" // at least once, always
	code     kind = "code"     // at most once
)

// State is where a message is.
type State string

// The states of a message.
const (
	Waiting State = "waiting"
	Sending State = "sending" // handed to the gateway, no answer yet
	Sent    State = "sent"    // the gateway took it
	Unknown State = "unknown" // a code that may have gone out: press again (OTP-7)
	Failed  State = "failed"  // it will never be taken, or came too late
	Dropped State = "dropped" // whoever it was for is gone
)

// message is a row of the outbox.
type message struct {
	id      string
	subject string
	ownKey  bool
	channel string // "sms" or "email"
	kind    kind
	key     string
	lang    string
	contact string // blind index of the address
	state   State
	dies    time.Time
	sealed  []byte
	content content
}

// content is what is sealed.
type content struct {
	To   string            `json:"to"`
	Vars map[string]string `json:"vars,omitempty"`
	Path string            `json:"path,omitempty"`
	Code string            `json:"code,omitempty"`
}

func contentPlace(id string) secret.Place {
	return secret.Place{Table: "notify_message", Column: "content", Row: id}
}

const insertMessage db.SQL = `INSERT INTO notify_message
	(id, subject, own_key, channel, kind, text_key, lang, contact_idx, content, state, dies_at, created_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $11)`

// write puts a message into the outbox and adds the job that sends it.
func (n *Notices) write(tx *db.Tx, to account.ContactKind, m message) error {
	m.id, m.contact = secret.NewID(), n.accounts.Index(to, m.content.To)
	key, err := n.keyFor(tx, &m)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(m.content)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertMessage, m.id, m.subject, m.ownKey, m.channel, string(m.kind), m.key, m.lang, m.contact,
		key.Seal(contentPlace(m.id), plain), db.At(m.dies), db.At(tx.Now()))
	if err != nil {
		return err
	}
	return n.schedule(tx, m, tx.Now())
}

func (n *Notices) keyFor(tx *db.Tx, m *message) (secret.Key, error) {
	if m.subject == "" {
		m.subject, m.ownKey = "notify/"+m.id, true
		return n.accounts.Vault().Create(tx, m.subject)
	}
	return n.accounts.Vault().Open(tx, m.subject)
}

// schedule adds the job that sends a message.
func (n *Notices) schedule(tx *db.Tx, m message, at time.Time) error {
	var args jobs.Args = SendEmail{m.id}
	if m.channel == "sms" {
		args = SendSMS{m.id, m.kind == code}
	}
	if m.channel == "sms" && m.kind == ordinary {
		at = n.settings.Quiet.after(at, n.settings.Zone)
	}
	_, err := jobs.AddAt(tx, at, args)
	return err
}

const selectMessage db.SQL = `SELECT id, subject, own_key, channel, kind, text_key, lang, contact_idx, content, state, dies_at
	FROM notify_message WHERE id = $1`

func scanMessage(r db.Row) (m message, err error) {
	var dies db.Time
	err = r.Scan(&m.id, &m.subject, &m.ownKey, &m.channel, &m.kind, &m.key, &m.lang, &m.contact, &m.sealed, &m.state, &dies)
	m.dies = dies.Time
	return m, err
}

// get reads a message and unseals it. ok is false when there is nothing to send:
// the row or its key is gone.
func (n *Notices) get(tx *db.Tx, id string) (m message, ok bool, err error) {
	m, err = db.One(tx, scanMessage, selectMessage, id)
	if errors.Is(err, db.ErrNone) {
		return m, false, nil
	}
	if err != nil || len(m.sealed) == 0 {
		return m, false, err
	}
	key, err := n.accounts.Vault().Open(tx, m.subject)
	if fault.Is(err, fault.Expired) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	plain, err := key.Open(contentPlace(id), m.sealed)
	if err != nil {
		return m, false, err
	}
	return m, true, json.Unmarshal(plain, &m.content)
}

const (
	takeMessage  db.SQL = `UPDATE notify_message SET state = 'sending' WHERE id = $1 AND state = $2`
	givenBack    db.SQL = `UPDATE notify_message SET state = 'waiting', failure = $2, tries = tries + 1 WHERE id = $1 AND state = 'sending' RETURNING tries`
	endMessage   db.SQL = `UPDATE notify_message SET state = $2, failure = $3, ended_at = $4, content = NULL WHERE id = $1`
	selectLatest db.SQL = `SELECT state FROM notify_message WHERE subject = $1 AND kind = 'code' ORDER BY created_at DESC, id DESC LIMIT 1`
)

// end closes a message and erases what it said, with its key when it had one of its own.
func (n *Notices) end(tx *db.Tx, m message, state State, failure string) error {
	if err := tx.ExecOne(endMessage, m.id, string(state), db.Text(failure), db.At(tx.Now())); err != nil {
		return err
	}
	if m.ownKey {
		return n.accounts.Vault().Drop(tx, m.subject)
	}
	return nil
}

// LatestCode is the state of the newest code that was written for a subject of
// the vault, "" when there is none: a page says honestly when a code is unknown
// or failed to go out.
func (n *Notices) LatestCode(tx *db.Tx, subject string) (State, error) {
	state, err := db.One(tx, db.Scalar[string], selectLatest, subject)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return State(state), err
}
