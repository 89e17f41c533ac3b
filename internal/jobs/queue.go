package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
)

// Job is what a handler is told besides its arguments.
type Job struct {
	ID      ID        // idempotency key
	Attempt int       // 1 at the first try
	At      time.Time // when it was due
}

type handler func(ctx context.Context, job Job, args json.RawMessage) error

// Queue runs jobs. Register everything before Run or RunDue.
type Queue struct {
	db          *db.DB
	log         *slog.Logger
	handlers    map[string]handler
	subscribers map[string][]string
	periods     map[string]time.Duration
	lines       []*line // in the order in which their first kinds were registered
	claiming    sync.Mutex
	running     atomic.Int64 // jobs of this process that were claimed and have not ended
}

// Times of the queue.
const (
	lease       = 2 * time.Minute        // a worker that died loses its job after this; longer than any outside call may take
	poll        = 500 * time.Millisecond // other nodes' jobs are seen this late at most
	maxAttempts = 20                     // then the job is parked
	firstPause  = time.Minute
	longPause   = 12 * time.Hour
)

// New makes a queue.
func New(d *db.DB, log *slog.Logger) *Queue {
	return &Queue{db: d, log: log, handlers: map[string]handler{}, subscribers: map[string][]string{}, periods: map[string]time.Duration{},
		lines: []*line{{Lane: Lane{Name: house}}}} // which also has what nobody handles
}

// Handle registers the handler of a kind, and the lane in which it goes: without
// one the house's own. Registering a kind twice is a programming error and panics
// at start.
func Handle[T Args](q *Queue, f func(ctx context.Context, job Job, args T) error, in ...Lane) {
	var none T
	HandleAs(q, none, f, in...)
}

// HandleAs is Handle for arguments whose kind depends on them, as on the register
// that they ask: once for each kind, with an example of it. Such a kind is named
// after the common one, as "check.ask/pension"; the handler of "check.ask" gets
// what was added for a partner whom nobody knows any more.
func HandleAs[T Args](q *Queue, example T, f func(ctx context.Context, job Job, args T) error, in ...Lane) {
	q.add(example.Kind(), decode(f), in...)
}

// Subscribe registers a named listener of an event.
func Subscribe[T Args](q *Queue, name string, f func(ctx context.Context, job Job, event T) error) {
	var none T
	kind := none.Kind()
	own := kind + " > " + name
	q.add(own, decode(f))
	if q.subscribers[kind] == nil {
		q.add(kind, q.fanOut(kind))
	}
	q.subscribers[kind] = append(q.subscribers[kind], own)
}

// Every registers a periodic job: one row that moves on by the period after each
// run, so that any number of nodes need no leader.
func Every[T Args](q *Queue, period time.Duration, f func(ctx context.Context, job Job, args T) error, in ...Lane) {
	Handle(q, f, in...)
	var none T
	q.periods[none.Kind()] = period
}

func (q *Queue) add(kind string, h handler, in ...Lane) {
	if q.handlers[kind] != nil {
		panic("jobs: kind registered twice: " + kind)
	}
	q.handlers[kind] = h
	q.put(kind, in)
}

func decode[T Args](f func(context.Context, Job, T) error) handler {
	return func(ctx context.Context, job Job, raw json.RawMessage) error {
		var args T
		if err := json.Unmarshal(raw, &args); err != nil {
			return fmt.Errorf("jobs: arguments of %s: %w", args.Kind(), err)
		}
		return f(ctx, job, args)
	}
}

// rawArgs re-adds an event's arguments for one subscriber.
type rawArgs struct {
	kind string
	raw  json.RawMessage
}

func (r rawArgs) Kind() string                 { return r.kind }
func (r rawArgs) MarshalJSON() ([]byte, error) { return r.raw, nil }

// fanOut gives each subscriber its own job; running it twice adds none twice.
func (q *Queue) fanOut(kind string) handler {
	return func(ctx context.Context, job Job, raw json.RawMessage) error {
		return q.db.Write(ctx, func(tx *db.Tx) error {
			for _, own := range q.subscribers[kind] {
				if _, err := AddOnce(tx, tx.Now(), string(job.ID), rawArgs{own, raw}); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// claimed is a job that this worker holds for the length of the lease.
type claimed struct {
	Job
	kind string
	args string
	run  int // attempts, which also guards the row against a worker that came back late
}

const claimJobs db.SQL = `SELECT id FROM jobs_job WHERE state = 'due' AND run_at <= $1 ORDER BY run_at, id LIMIT $2`

const leaseJob db.SQL = `UPDATE jobs_job SET attempts = attempts + 1, run_at = $2 WHERE id = $1 RETURNING id, kind, args, attempts`

const dueAt db.SQL = `SELECT run_at, kind FROM jobs_job WHERE id = $1`

// claim takes what is due, of whatever lane: also a kind that nobody handles, so
// that it fails and is seen.
func (q *Queue) claim(ctx context.Context, most int) ([]claimed, error) {
	q.claiming.Lock()
	defer q.claiming.Unlock()
	var jobs []claimed
	err := q.db.Claim(ctx, func(tx *db.Tx) error {
		jobs = nil
		ids, err := db.All(tx, db.Scalar[string], claimJobs+tx.SkipLocked(), db.At(tx.Now()), most)
		if err != nil {
			return err
		}
		for _, id := range ids {
			job, err := q.lease(tx, id)
			if err != nil {
				return err
			}
			jobs = append(jobs, job)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	q.running.Add(int64(len(jobs)))
	return jobs, nil
}

// lease takes a job for this worker until the lease is over.
func (q *Queue) lease(tx *db.Tx, id string) (claimed, error) {
	d, err := db.One(tx, scanDue, dueAt, id)
	if err != nil {
		return claimed{}, err
	}
	job, err := db.One(tx, scanClaimed, leaseJob, id, db.At(tx.Now().Add(q.hold(d.kind))))
	job.At = d.at
	return job, err
}

// due is when a job was due, and which.
type due struct {
	at   time.Time
	kind string
}

func scanDue(r db.Row) (d due, err error) {
	var at db.Time
	err = r.Scan(&at, &d.kind)
	d.at = at.Time
	return d, err
}

// hold is how long a worker may be silent before another takes its job: the lease,
// or two turns of a periodic job that comes round sooner, so that a killed worker
// does not stop what is promised within seconds (D-19).
func (q *Queue) hold(kind string) time.Duration {
	if period := q.periods[kind]; period > 0 && 2*period < lease {
		return 2 * period
	}
	return lease
}

func scanClaimed(r db.Row) (c claimed, err error) {
	err = r.Scan(&c.ID, &c.kind, &c.args, &c.run)
	c.Attempt = c.run
	return c, err
}

// run runs one claimed job and writes its end.
func (q *Queue) run(ctx context.Context, c claimed) {
	defer q.running.Add(-1)
	err := q.call(ctx, c)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = q.release(c)
	} else {
		err = q.end(context.WithoutCancel(ctx), c, err)
	}
	if err != nil {
		q.log.Error("job could not be ended", "kind", c.kind, "job", c.ID, "error", err)
	}
}

func (q *Queue) call(ctx context.Context, c claimed) (err error) {
	defer func() {
		if bad := recover(); bad != nil {
			q.log.Error("job panicked", "kind", c.kind, "job", c.ID, "stack", string(debug.Stack()))
			err = errors.New("panic")
		}
	}()
	h := q.handlers[c.kind]
	if h == nil { // of a partner who is gone: the handler says what becomes of it
		kind, _, _ := strings.Cut(c.kind, "/")
		h = q.handlers[kind]
	}
	if h == nil {
		return fmt.Errorf("jobs: nobody handles %s", c.kind)
	}
	return h(ctx, c.Job, json.RawMessage(c.args))
}

const (
	deleteDone db.SQL = `DELETE FROM jobs_job WHERE id = $1 AND attempts = $2`
	moveOn     db.SQL = `UPDATE jobs_job SET run_at = $3, attempts = 0, failure = NULL WHERE id = $1 AND attempts = $2`
	failJob    db.SQL = `UPDATE jobs_job SET run_at = $3, state = $4, failure = $5 WHERE id = $1 AND attempts = $2`
)

func (q *Queue) end(ctx context.Context, c claimed, failure error) error {
	if failure != nil {
		q.log.Warn("job failed", "kind", c.kind, "job", c.ID, "attempt", c.run, "error", failure)
	}
	return q.db.Write(ctx, func(tx *db.Tx) error {
		period, periodic := q.periods[c.kind]
		switch {
		case periodic && (failure == nil || c.run >= maxAttempts):
			_, err := tx.Exec(moveOn, string(c.ID), c.run, db.At(tx.Now().Add(period)))
			return err
		case failure == nil:
			_, err := tx.Exec(deleteDone, string(c.ID), c.run)
			return err
		case c.run >= maxAttempts:
			_, err := tx.Exec(failJob, string(c.ID), c.run, db.At(tx.Now()), "parked", failure.Error())
			return err
		}
		_, err := tx.Exec(failJob, string(c.ID), c.run, db.At(tx.Now().Add(pause(c.run))), "due", failure.Error())
		return err
	})
}

// release gives a job back when the worker is told to stop.
func (q *Queue) release(c claimed) error {
	return q.db.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(failJob, string(c.ID), c.run, db.At(tx.Now()), "due", "stopped")
		return err
	})
}

// pause grows from a minute to half a day, with a jitter of a quarter.
func pause(attempt int) time.Duration {
	p := firstPause << min(attempt-1, 12)
	if p > longPause {
		p = longPause
	}
	return p + time.Duration(rand.Int64N(int64(p)/4))
}

// Start writes the rows of the periodic jobs. Run and RunDue call it.
func (q *Queue) Start(ctx context.Context) error {
	return q.db.Write(ctx, func(tx *db.Tx) error {
		for kind := range q.periods {
			if _, err := AddOnce(tx, tx.Now(), "periodic", rawArgs{kind, json.RawMessage("{}")}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Run runs jobs until ctx ends, then finishes what is running: n at once of the
// house's own, and of every other lane as many as it has workers.
func (q *Queue) Run(ctx context.Context, n int) error {
	if err := q.Start(ctx); err != nil {
		return err
	}
	for _, l := range q.lines {
		if l.free = l.Workers; l.Name == house {
			l.free = n
		}
	}
	q.feed(ctx, q.db.Listen(topic))
	return nil
}

// RunDue runs all jobs that are due now, and those that they make due, one after
// another, until none is left: for tests and for the demo's time machine. Each
// periodic job runs at most once, because it moves on.
func (q *Queue) RunDue(ctx context.Context) error {
	if err := q.Start(ctx); err != nil {
		return err
	}
	for {
		jobs, err := q.claim(ctx, 1) // the others would wait behind it past their lease
		if err != nil || len(jobs) == 0 {
			return err
		}
		q.run(ctx, jobs[0])
	}
}

// Still runs f while this process begins no job, for the demo's time machine: what
// runs has so long to end first. A clock that jumps past the lease of a running job
// makes it look dead, and it is run twice.
func (q *Queue) Still(ctx context.Context, patience time.Duration, f func() error) error {
	q.claiming.Lock()
	defer q.claiming.Unlock()
	const look = 5 * time.Millisecond
	for waited := time.Duration(0); q.running.Load() > 0 && waited < patience; waited += look {
		if err := clock.Pause(ctx, look); err != nil {
			return err
		}
	}
	return f()
}

// Clock is the clock of the queue's database.
func (q *Queue) Clock() clock.Clock { return q.db.Clock() }

// Kinds lists every kind with its period (0 for one that is added), for the map.
func (q *Queue) Kinds() map[string]time.Duration {
	kinds := map[string]time.Duration{}
	for kind := range q.handlers {
		kinds[kind] = q.periods[kind]
	}
	return kinds
}
