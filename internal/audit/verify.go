package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"okno/internal/db"
)

// Report is what Verify found. The log is sound when Problems is empty.
type Report struct {
	Entries     int64
	Checkpoints int // in the witness file
	Root        string
	Problems    []string
}

// grace is how long an entry may wait for its place in the tree (D-19).
const grace = 10 * time.Second

// maxProblems is how many problems are listed before Verify stops looking.
const maxProblems = 20

// Verify reads the whole log, rebuilds the tree from the entries themselves and
// compares it with the stored hashes, the last signed checkpoint and every
// checkpoint of the witness file. It proves that nothing was changed, removed or
// slipped in. The error is only for a database that cannot be read.
func (l *Log) Verify(ctx context.Context) (Report, error) {
	var r Report
	err := l.DB.Read(ctx, func(tx *db.Tx) error {
		r = Report{}
		tree := &rebuilt{}
		if err := l.rebuild(tx, tree, &r); err != nil {
			return err
		}
		if err := l.compare(tx, tree, &r); err != nil {
			return err
		}
		return l.overdue(tx, &r)
	})
	return r, err
}

// rebuilt is the tree as the entries give it.
type rebuilt struct{ hashes []tlog.Hash }

// ReadHashes implements tlog.HashReader.
func (t *rebuilt) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		if p >= int64(len(t.hashes)) {
			return nil, errors.New("audit: the tree is shorter than that")
		}
		found[i] = t.hashes[p]
	}
	return found, nil
}

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

func (l *Log) rebuild(tx *db.Tx, tree *rebuilt, r *Report) error {
	for {
		entries, err := db.All(tx, scanRecorded, selectSequence, r.Entries, 2000)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Seq != r.Entries {
				r.problem("entry %d is missing", r.Entries)
				return nil
			}
			if err := l.check(tx, tree, e, r); err != nil {
				return err
			}
			r.Entries++
		}
		if len(entries) == 0 {
			return nil
		}
	}
}

func (l *Log) check(tx *db.Tx, tree *rebuilt, e Recorded, r *Report) error {
	hashes, err := tlog.StoredHashes(e.Seq, e.leaf(), tree)
	if err != nil {
		return err
	}
	at := int64(len(tree.hashes))
	tree.hashes = append(tree.hashes, hashes...)
	kept, err := db.One(tx, db.Scalar[[]byte], selectHash, at)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return err
	}
	if string(kept) != string(hashes[0][:]) {
		r.problem("entry %d (%s) is not what was written", e.Seq, e.ID)
	}
	return nil
}

func (l *Log) compare(tx *db.Tx, tree *rebuilt, r *Report) error {
	size, signed, err := lastSigned(tx)
	if err != nil {
		return err
	}
	if signed == "" {
		if r.Entries > 0 {
			r.problem("there are %d entries and no checkpoint", r.Entries)
		}
		return l.compareWitness(tree, r)
	}
	l.compareNote("the last checkpoint", signed, tree, r)
	if size != r.Entries {
		r.problem("the last checkpoint has %d entries, the log has %d", size, r.Entries)
	}
	if r.Entries > 0 {
		if root, err := tlog.TreeHash(r.Entries, tree); err == nil {
			r.Root = root.String()
		}
	}
	return l.compareWitness(tree, r)
}

func (l *Log) compareNote(name, signed string, tree *rebuilt, r *Report) {
	c, err := l.open(signed)
	if err != nil {
		r.problem("%s: the signature does not hold", name)
		return
	}
	if c.size > r.Entries {
		r.problem("%s has %d entries, the log only %d: entries were removed or an old database was restored", name, c.size, r.Entries)
		return
	}
	root, err := tlog.TreeHash(c.size, tree)
	if err != nil || root != c.root {
		r.problem("%s does not fit the entries: the first %d entries were changed", name, c.size)
	}
}

// compareWitness holds every checkpoint of the witness file against the entries (AUDIT-4).
func (l *Log) compareWitness(tree *rebuilt, r *Report) error {
	if l.Witness == "" {
		return nil
	}
	content, err := os.ReadFile(l.Witness)
	if errors.Is(err, os.ErrNotExist) {
		if r.Entries > 0 {
			r.problem("the witness file is missing")
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, signed := range strings.Split(string(content), "\n\n\n") {
		if strings.TrimSpace(signed) == "" {
			continue
		}
		r.Checkpoints++
		l.compareNote(fmt.Sprintf("witnessed checkpoint %d", r.Checkpoints), strings.TrimSpace(signed)+"\n", tree, r)
	}
	return nil
}

func (l *Log) overdue(tx *db.Tx, r *Report) error {
	n, err := db.One(tx, db.Scalar[int64], selectOverdue, db.At(tx.Now().Add(-grace)))
	if err == nil && n > 0 {
		r.problem("%d entries have waited for their place longer than %v; is the worker running?", n, grace)
	}
	return err
}
