package audit

import (
	"errors"
	"strings"
	"time"

	"okno/internal/db"
)

// Filter narrows the list of entries; empty parts narrow nothing.
type Filter struct {
	Act    string    // the whole word: "case.decide"
	Kind   ActorKind // who acted
	Before string    // id of an entry: only older ones
}

const selectNewest db.SQL = `SELECT` + columns + `WHERE ($1 = '' OR id < $1) AND ($2 = '' OR act = $2) AND ($3 = '' OR actor_kind = $3)
	ORDER BY id DESC LIMIT $4`

// Newest lists entries in the order in which they were written, the newest first.
func Newest(tx *db.Tx, f Filter, most int) ([]Recorded, error) {
	return db.All(tx, scanRecorded, selectNewest, f.Before, f.Act, string(f.Kind), most)
}

// Checkpoint is a signed state of the tree: how many entries it holds, and their
// root, as base64.
type Checkpoint struct {
	Size int64
	Root string
	At   time.Time
}

const selectCheckpoint db.SQL = `SELECT size, note, at FROM audit_checkpoint ORDER BY size DESC LIMIT 1`

// Latest is the newest checkpoint as it stands in the database, its signature
// unproved (Verify proves it); the zero Checkpoint before the first one.
func Latest(tx *db.Tx) (Checkpoint, error) {
	c, err := db.One(tx, func(r db.Row) (c Checkpoint, err error) {
		var signed string
		var at db.Time
		err = r.Scan(&c.Size, &signed, &at)
		if lines := strings.Split(signed, "\n"); len(lines) > 2 {
			c.Root = lines[2]
		}
		c.At = at.Time
		return c, err
	}, selectCheckpoint)
	if errors.Is(err, db.ErrNone) {
		return Checkpoint{}, nil
	}
	return c, err
}
