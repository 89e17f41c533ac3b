// Package audit keeps who did what to whom and who read what of whom: a row in
// the writer's transaction (D-18, D-19), appended within ten seconds to a Merkle
// tree whose checkpoints are signed, so that a changed, removed or slipped-in row
// is found by anybody who holds the public key.
//
// Personal data in an entry is sealed under the subject's key before it is
// hashed, so that erasing a person does not break the tree (AUDIT-2). Nothing
// here ever changes or deletes an entry.
//
// Tables: audit_entry, audit_hash, audit_checkpoint. Job: audit.sequence.
package audit

import (
	"encoding/json"
	"time"

	"okno/internal/db"
	"okno/internal/secret"
)

// ActorKind is what kind of actor acted.
type ActorKind string

// The kinds of actors.
const (
	Resident ActorKind = "resident" // a person through an account
	Officer  ActorKind = "officer"  // staff of a centre or an authority
	System   ActorKind = "system"   // a job or a rule
	Visitor  ActorKind = "visitor"  // somebody who has not signed in
	Client   ActorKind = "client"   // a relying party or another machine
)

// Actor is who acted: the kind and an id that names no person in clear.
type Actor struct {
	Kind ActorKind
	ID   string
}

// BySystem is the actor of jobs and rules; id is the kind of the job.
func BySystem(id string) Actor { return Actor{System, id} }

// Entry is one act or one read.
type Entry struct {
	Actor   Actor
	Act     string            // what was done, as a stable word: "case.decide", "profile.read"
	Read    bool              // true when data of the subject was only read
	Subject string            // the person (oid) whose data it is, "" if none
	Object  string            // what it was done to, as "application/<id>"
	Purpose string            // why, for reads by others; shown to the person
	Facts   map[string]string // facts that name no person: a result, a state, a register's code
	Detail  []byte            // personal facts, sealed by the caller under the subject's key (DetailPlace)
}

// DetailPlace is where an entry's detail is sealed for: bind it to the object.
func DetailPlace(object string) secret.Place {
	return secret.Place{Table: "audit_entry", Column: "detail", Row: object}
}

const insertEntry db.SQL = `INSERT INTO audit_entry
	(id, at, actor_kind, actor, act, is_read, subject, object, purpose, facts, detail)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

// Record writes an entry in the caller's transaction.
func Record(tx *db.Tx, e Entry) error {
	facts := "{}"
	if len(e.Facts) > 0 {
		text, err := json.Marshal(e.Facts) // keys in order, so the text is canonical
		if err != nil {
			return err
		}
		facts = string(text)
	}
	return tx.Later(insertEntry, secret.NewID(), db.At(tx.Now()), string(e.Actor.Kind), e.Actor.ID, e.Act, e.Read,
		e.Subject, e.Object, e.Purpose, facts, e.Detail)
}

// Recorded is an entry as it stands in the log.
type Recorded struct {
	Entry
	ID  string
	At  time.Time
	Seq int64 // place in the tree, -1 while it waits
}

const columns = ` id, at, actor_kind, actor, act, is_read, subject, object, purpose, facts, detail, seq FROM audit_entry `

const selectAbout db.SQL = `SELECT` + columns + `WHERE subject = $1 ORDER BY at DESC, id DESC LIMIT $2`

// About lists what was done with and read of a person's data, newest first:
// the page "Who looked at my data" (PRIV-3).
func About(tx *db.Tx, subject string, most int) ([]Recorded, error) {
	return db.All(tx, scanRecorded, selectAbout, subject, most)
}

const countReads db.SQL = `SELECT count(*), max(at) FROM audit_entry
	WHERE subject = $1 AND at >= $2 AND at <= $3 AND actor_kind = $4 AND actor = $5 AND is_read`

// CountReads says how often somebody read a person's data between two moments, both
// included, and when last; zero: never.
func CountReads(tx *db.Tx, subject string, by Actor, from, until time.Time) (n int64, last time.Time, err error) {
	_, err = db.One(tx, func(r db.Row) (struct{}, error) {
		var at db.Time
		err := r.Scan(&n, &at)
		last = at.Time
		return struct{}{}, err
	}, countReads, subject, db.At(from), db.At(until), string(by.Kind), by.ID)
	return n, last, err
}

func scanRecorded(r db.Row) (e Recorded, err error) {
	var at db.Time
	var facts string
	var seq *int64
	err = r.Scan(&e.ID, &at, &e.Actor.Kind, &e.Actor.ID, &e.Act, &e.Read, &e.Subject, &e.Object, &e.Purpose, &facts, &e.Detail, &seq)
	if err != nil {
		return e, err
	}
	e.At, e.Seq = at.Time, -1
	if seq != nil {
		e.Seq = *seq
	}
	return e, json.Unmarshal([]byte(facts), &e.Facts)
}

// leaf is the content of an entry's leaf in the tree: every column but seq,
// as a JSON array, which has one spelling.
func (e Recorded) leaf() []byte {
	facts, _ := json.Marshal(e.Facts)
	if len(e.Facts) == 0 {
		facts = []byte("{}")
	}
	content, err := json.Marshal([]any{e.ID, e.At.UnixMicro(), e.Actor.Kind, e.Actor.ID, e.Act, e.Read, e.Subject, e.Object, e.Purpose, string(facts), e.Detail})
	if err != nil {
		panic("audit: " + err.Error()) // strings, numbers and bytes always marshal
	}
	return content
}
