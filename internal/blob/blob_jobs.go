package blob

import (
	"context"
	"errors"
	"strings"
	"time"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
)

// Times of the jobs.
const (
	rescanAfter = time.Minute
	sweepEvery  = 6 * time.Hour
	// orphanAfter is how long a file may wait for its row. A file's age is told by
	// the disk's clock, so it is generous.
	orphanAfter = 24 * time.Hour
)

// Scan is the job that shows a file in quarantine to the scanner again.
type Scan struct {
	File    ID     `json:"file"`
	Subject string `json:"subject"`
}

// Kind implements jobs.Args.
func (Scan) Kind() string { return "blob.scan" }

// Sweep is the periodic job that removes files without a row.
type Sweep struct{}

// Kind implements jobs.Args.
func (Sweep) Kind() string { return "blob.sweep" }

// FileRefused is the event that a scanner has found something in a file that was
// kept in quarantine: whoever holds it has to be told.
type FileRefused struct {
	File    ID     `json:"file"`
	Subject string `json:"subject"`
}

// Kind implements jobs.Args.
func (FileRefused) Kind() string { return "blob.refused" }

// Register gives the queue the handlers.
func (f *Files) Register(q *jobs.Queue) {
	jobs.Handle(q, f.scan, jobs.Door("scanner"))
	jobs.Every(q, sweepEvery, func(ctx context.Context, _ jobs.Job, _ Sweep) error { return f.sweep(ctx, q.Clock().Now()) })
}

const updateState db.SQL = `UPDATE blob_file SET state = $3 WHERE id = $1 AND subject = $2 AND state = 'quarantine'`

// scan looks once more; the job's own pauses come between (FILE-4).
func (f *Files) scan(ctx context.Context, _ jobs.Job, job Scan) error {
	var content []byte
	err := f.db.Read(ctx, func(tx *db.Tx) error {
		content = nil
		file, err := f.Get(tx, job.Subject, job.File)
		if err != nil || file.State != Quarantine {
			return err
		}
		content, err = f.content(tx, job.Subject, file)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && content == nil {
		return nil
	}
	if err != nil {
		return err
	}
	state := Clean
	if f.scanner != nil {
		infected, err := f.scanner.Scan(ctx, content)
		if err != nil {
			return err
		}
		if infected {
			state = Refused
		}
	}
	return f.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(updateState, string(job.File), job.Subject, string(state))
		if err != nil || n == 0 || state != Refused {
			return err
		}
		return jobs.Publish(tx, FileRefused(job))
	})
}

const selectKnown db.SQL = `SELECT state FROM blob_file WHERE id = $1`

// sweep removes what has no row and what was refused.
func (f *Files) sweep(ctx context.Context, now time.Time) error {
	return f.folder.older(now.Add(-orphanAfter), func(name string) error {
		id := ID(strings.TrimSuffix(name, ".part"))
		if len(id) < 3 {
			return nil
		}
		keep := true
		err := f.db.Read(ctx, func(tx *db.Tx) error {
			state, err := db.One(tx, db.Scalar[string], selectKnown, string(id))
			if errors.Is(err, db.ErrNone) {
				keep = false
				return nil
			}
			keep = State(state) != Refused
			return err
		})
		if err != nil || keep {
			return err
		}
		return f.folder.remove(ID(name))
	})
}
