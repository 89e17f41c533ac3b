package jobs

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/db"
)

// Lane is a way of its own through the queue: so many of its jobs run at once, and
// what waits in it holds up no other lane. Whatever waits for somebody outside has
// the lane of that somebody, so that a partner who answers after half a minute
// slows down nothing but what needs him. A kind says where it is registered in
// which lane it goes; the others share the house's own.
type Lane struct {
	Name    string
	Workers int
}

// Door is the lane of one partner outside, as Door("mail").
func Door(name string) Lane { return Lane{Name: name, Workers: doorWorkers} }

// Alone is a lane of the house in which one job runs at a time and waits for none
// but its like.
func Alone(name string) Lane { return Lane{Name: name, Workers: 1} }

// doorWorkers is how many calls of all kinds one process makes at a partner's door at
// once; the adapter may set a lower limit.
const doorWorkers = 8

// house is the lane of everything that has none of its own.
const house = ""

// line is a lane with its kinds and what it does now.
type line struct {
	Lane
	kinds []string
	free  int // workers without a job; the feeder's alone

	text   db.SQL // chooses what is due; made once, when all kinds are registered
	chosen []any  // its kinds
}

// put gives a kind its lane. Two sizes of one lane are a programming error and panic.
func (q *Queue) put(kind string, in []Lane) {
	lane := Lane{Name: house}
	if len(in) > 0 {
		lane = in[0]
	}
	i := slices.IndexFunc(q.lines, func(l *line) bool { return l.Name == lane.Name })
	if i < 0 {
		i = len(q.lines)
		q.lines = append(q.lines, &line{Lane: lane})
	}
	if q.lines[i].Workers != lane.Workers {
		panic("jobs: lane " + lane.Name + " has two numbers of workers")
	}
	q.lines[i].kinds = append(q.lines[i].kinds, kind)
}

const (
	claimLane  = `SELECT id FROM jobs_job WHERE state = 'due' AND run_at <= $1 AND kind IN (`
	claimHouse = `SELECT id FROM jobs_job WHERE state = 'due' AND run_at <= $1 AND kind NOT IN (`
	claimOrder = `) ORDER BY run_at, id LIMIT $2`
)

// claimText chooses what is due in a lane. The house's has all that no other lane
// has, also a kind that nobody handles, so that it fails and is seen.
func (q *Queue) claimText(l *line) (whole db.SQL, kinds []any) {
	text := claimLane
	if l.Name == house {
		text = claimHouse
	}
	for _, other := range q.lines {
		if (other == l) == (l.Name == house) {
			continue
		}
		for _, kind := range other.kinds {
			kinds = append(kinds, kind)
		}
	}
	places := make([]string, len(kinds))
	for i := range kinds {
		places[i] = "$" + strconv.Itoa(i+3)
	}
	if len(kinds) == 0 { // the only lane
		places, kinds = []string{"$3"}, []any{""}
	}
	return db.SQL(text + strings.Join(places, ", ") + claimOrder), kinds
}

// taken is a claimed job with the lane whose worker runs it.
type taken struct {
	claimed
	line *line
}

// take claims no more than there are free workers for: a claimed job that waited
// for one would pass its lease and be run twice.
func (q *Queue) take(ctx context.Context) (all []taken, err error) {
	q.claiming.Lock()
	defer q.claiming.Unlock()
	err = q.db.Claim(ctx, func(tx *db.Tx) error {
		all = nil
		due, err := q.due(tx)
		for _, d := range due {
			if err != nil {
				break
			}
			d.claimed, err = q.lease(tx, string(d.ID))
			all = append(all, d)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	q.running.Add(int64(len(all)))
	return all, nil
}

// due finds what free workers can take: all lanes are asked at once.
func (q *Queue) due(tx *db.Tx) (all []taken, err error) {
	ask := func(l *line) (db.SQL, []any) {
		if l.text == "" {
			text, kinds := q.claimText(l)
			l.text, l.chosen = text+tx.SkipLocked(), kinds
		}
		return l.text, append([]any{db.At(tx.Now()), l.free}, l.chosen...)
	}
	free := slices.DeleteFunc(slices.Clone(q.lines), func(l *line) bool { return l.free == 0 })
	for _, l := range free {
		text, args := ask(l)
		tx.Ahead(text, args...)
	}
	for _, l := range free {
		text, args := ask(l)
		ids, err := db.All(tx, db.Scalar[string], text, args...)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			all = append(all, taken{claimed{Job: Job{ID: ID(id)}}, l})
		}
	}
	return all, nil
}

// feed gives jobs to free workers until ctx ends, then waits for what is running.
func (q *Queue) feed(ctx context.Context, woken <-chan struct{}) {
	done := make(chan *line)
	running := 0
	for ctx.Err() == nil {
		running -= freed(done)
		jobs, err := q.take(ctx)
		if err != nil && ctx.Err() == nil {
			q.log.Error("jobs cannot be claimed", "error", err)
		}
		for _, job := range jobs {
			job.line.free--
			running++
			go func() {
				q.run(ctx, job.claimed)
				done <- job.line
			}()
		}
		if len(jobs) > 0 {
			continue
		}
		if l := await(ctx, woken, done); l != nil {
			l.free++
			running--
		}
	}
	for range running {
		(<-done).free++
	}
}

// freed frees the workers that are ready by now and counts them.
func freed(done <-chan *line) (n int) {
	for {
		select {
		case l := <-done:
			l.free++
			n++
		default:
			return n
		}
	}
}

// await waits for work or for a worker; it gives the lane of a worker that is free again.
func await(ctx context.Context, woken <-chan struct{}, done <-chan *line) *line {
	timer := time.NewTimer(poll)
	defer timer.Stop()
	select {
	case l := <-done:
		return l
	case <-woken:
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}
