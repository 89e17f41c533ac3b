package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
)

// Clients is the register.
type Clients struct {
	db    *db.DB
	mu    sync.RWMutex
	known map[ID]known
}

// known is a client as it was read a moment ago.
type known struct {
	client Client
	at     time.Time
}

// Fresh is how long a client that was read is taken from memory, so that a
// change is in force everywhere within five seconds (SESS-5).
const Fresh = 2 * time.Second

// mostKnown bounds the memory: more clients than any country has sites.
const mostKnown = 20_000

// New opens the register.
func New(d *db.DB) *Clients { return &Clients{db: d, known: map[ID]known{}} }

const selectClient db.SQL = `SELECT detail FROM client_client WHERE id = $1`

// Get reads a client; a NotFound fault when there is none. What was read within
// the last two seconds comes from memory.
func (c *Clients) Get(tx *db.Tx, id ID) (Client, error) {
	if found, ok := c.remembered(id, tx.Now()); ok {
		return found, nil
	}
	return c.read(tx, id)
}

// Find is Get in a transaction of its own, and without one for a client that is in memory.
func (c *Clients) Find(ctx context.Context, id ID) (found Client, err error) {
	if found, ok := c.remembered(id, c.db.Clock().Now()); ok {
		return found, nil
	}
	err = c.db.Read(ctx, func(tx *db.Tx) (err error) { found, err = c.read(tx, id); return err })
	return found, err
}

func (c *Clients) remembered(id ID, now time.Time) (Client, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	k, ok := c.known[id]
	return k.client, ok && now.Sub(k.at) < Fresh && !now.Before(k.at)
}

// Read is Get past the memory, for whoever is about to change the client: what is
// a moment old would undo what another has just changed.
func (c *Clients) Read(tx *db.Tx, id ID) (Client, error) { return c.read(tx, id) }

func (c *Clients) read(tx *db.Tx, id ID) (Client, error) {
	if !idForm.MatchString(string(id)) {
		return Client{}, fault.New(fault.NotFound, "client.unknown")
	}
	detail, err := db.One(tx, db.Scalar[string], selectClient, string(id))
	if errors.Is(err, db.ErrNone) {
		return Client{}, fault.New(fault.NotFound, "client.unknown")
	}
	if err != nil {
		return Client{}, err
	}
	found, err := decode(detail)
	if err == nil {
		c.remember(found, tx.Now())
	}
	return found, err
}

func (c *Clients) remember(found Client, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= mostKnown {
		c.known = map[ID]known{}
	}
	c.known[found.ID] = known{found, now}
}

// Forget takes a client out of this process's memory, after a change.
func (c *Clients) Forget(id ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, id)
}

const selectClients db.SQL = `SELECT detail FROM client_client WHERE owner = $1 OR $2 ORDER BY id`

// All lists the clients of an owner, or of all when every is true, by id.
func (c *Clients) All(tx *db.Tx, owner string, every bool) ([]Client, error) {
	details, err := db.All(tx, db.Scalar[string], selectClients, owner, every)
	if err != nil {
		return nil, err
	}
	list := make([]Client, len(details))
	for i, detail := range details {
		if list[i], err = decode(detail); err != nil {
			return nil, err
		}
	}
	return list, nil
}

const insertClient db.SQL = `INSERT INTO client_client (id, stage, owner, detail, changed_at) VALUES ($1, $2, $3, $4, $5)`

// Add registers a new client after checking it (Check), with its audit line. An id
// that is taken is a Conflict.
func (c *Clients) Add(tx *db.Tx, n Client, by audit.Actor) error {
	detail, err := checked(n)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertClient, string(n.ID), string(n.Stage), n.Owner, detail, db.At(tx.Now()))
	if errors.Is(err, db.ErrUnique) {
		return fault.New(fault.Conflict, "client.taken")
	}
	if err != nil {
		return err
	}
	return record(tx, n, "client.add", by)
}

const updateClient db.SQL = `UPDATE client_client SET stage = $2, detail = $3, changed_at = $4 WHERE id = $1 AND owner = $5`

// Change replaces a client after checking it, with its audit line. The owner
// cannot be changed. Call Forget after the commit.
func (c *Clients) Change(tx *db.Tx, n Client, by audit.Actor) error {
	detail, err := checked(n)
	if err != nil {
		return err
	}
	if err := tx.ExecOne(updateClient, string(n.ID), string(n.Stage), detail, db.At(tx.Now()), n.Owner); err != nil {
		return err
	}
	return record(tx, n, "client.change", by)
}

func checked(n Client) (detail string, err error) {
	if err := n.Check(); err != nil {
		return "", err
	}
	return n.encode()
}

func record(tx *db.Tx, n Client, act string, by audit.Actor) error {
	paused := "no"
	if !n.Live() {
		paused = "yes"
	}
	return audit.Record(tx, audit.Entry{Actor: by, Act: act, Object: "client/" + string(n.ID),
		Facts: map[string]string{"stage": string(n.Stage), "paused": paused, "method": string(n.Method)}})
}
