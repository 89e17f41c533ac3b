package audit

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"okno/internal/db"
	"okno/internal/jobs"
)

// Log sequences entries and signs checkpoints. Origin names the installation in
// its checkpoints. Witness is a file that every checkpoint is appended to; keep
// it where the database's operator cannot write ("" for none).
type Log struct {
	DB      *db.DB
	Origin  string
	Key     ed25519.PrivateKey
	Witness string
}

// Sequence is the periodic job that appends waiting entries to the tree.
type Sequence struct{}

// Kind implements jobs.Args.
func (Sequence) Kind() string { return "audit.sequence" }

// Period is how often entries are sequenced, well inside the ten seconds of D-19.
const Period = 4 * time.Second

// batch is how many entries one transaction appends.
const batch = 500

// Register adds the periodic job to a queue.
func (l *Log) Register(q *jobs.Queue) {
	jobs.Every(q, Period, func(ctx context.Context, _ jobs.Job, _ Sequence) error { return l.Append(ctx) }, jobs.Alone("audit"))
}

// Append moves all waiting entries into the tree and signs a checkpoint. Two
// callers at once do no harm: the place in the tree is unique.
func (l *Log) Append(ctx context.Context) error {
	for {
		var moved int
		var signed string
		err := l.DB.Write(ctx, func(tx *db.Tx) (err error) {
			moved, signed, err = l.appendBatch(tx)
			return err
		})
		if errors.Is(err, db.ErrUnique) {
			return nil // another node was faster; the next period comes soon
		}
		if err != nil || moved == 0 {
			return err
		}
		if err := l.witness(signed); err != nil {
			return err
		}
	}
}

const (
	selectWaiting  db.SQL = `SELECT` + columns + `WHERE seq IS NULL ORDER BY id LIMIT $1`
	selectSize     db.SQL = `SELECT coalesce(max(seq), -1) + 1 FROM audit_entry WHERE seq IS NOT NULL`
	setSeq         db.SQL = `UPDATE audit_entry SET seq = $2 WHERE id = $1 AND seq IS NULL`
	insertHash     db.SQL = `INSERT INTO audit_hash (position, hash) VALUES ($1, $2)`
	selectHash     db.SQL = `SELECT hash FROM audit_hash WHERE position = $1`
	insertSigned   db.SQL = `INSERT INTO audit_checkpoint (size, note, at) VALUES ($1, $2, $3)`
	selectSigned   db.SQL = `SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1`
	selectOverdue  db.SQL = `SELECT count(*) FROM audit_entry WHERE seq IS NULL AND at < $1`
	selectSequence db.SQL = `SELECT` + columns + `WHERE seq >= $1 ORDER BY seq LIMIT $2`
)

func (l *Log) appendBatch(tx *db.Tx) (int, string, error) {
	waiting, err := db.All(tx, scanRecorded, selectWaiting, batch)
	if err != nil || len(waiting) == 0 {
		return 0, "", err
	}
	size, err := db.One(tx, db.Scalar[int64], selectSize)
	if err != nil {
		return 0, "", err
	}
	store := &hashStore{tx: tx, fresh: map[int64]tlog.Hash{}}
	for i, e := range waiting {
		if err := l.appendOne(tx, store, size+int64(i), e); err != nil {
			return 0, "", err
		}
	}
	size += int64(len(waiting))
	signed, err := l.sign(size, store)
	if err != nil {
		return 0, "", err
	}
	_, err = tx.Exec(insertSigned, size, signed, db.At(tx.Now()))
	return len(waiting), signed, err
}

func (l *Log) appendOne(tx *db.Tx, store *hashStore, seq int64, e Recorded) error {
	hashes, err := tlog.StoredHashes(seq, e.leaf(), store)
	if err != nil {
		return err
	}
	at := tlog.StoredHashCount(seq)
	for i, h := range hashes {
		store.fresh[at+int64(i)] = h
		if err := tx.Later(insertHash, at+int64(i), h[:]); err != nil {
			return err
		}
	}
	return tx.LaterOne(setSeq, e.ID, seq)
}

// hashStore reads the tree's hashes from the table and from this batch.
type hashStore struct {
	tx    *db.Tx
	fresh map[int64]tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (s *hashStore) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		if h, ok := s.fresh[p]; ok {
			hashes[i] = h
			continue
		}
		b, err := db.One(s.tx, db.Scalar[[]byte], selectHash, p)
		if err != nil && !errors.Is(err, db.ErrNone) { // of what was put down before, too
			return nil, err
		}
		if len(b) != tlog.HashSize {
			return nil, fmt.Errorf("audit: hash %d of the tree is missing", p)
		}
		copy(hashes[i][:], b)
		s.fresh[p] = hashes[i]
	}
	return hashes, nil
}

func (l *Log) sign(size int64, hashes tlog.HashReader) (string, error) {
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return "", err
	}
	signer, err := newSigner(l.Origin, l.Key)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", l.Origin, size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	return string(signed), err
}

// witness appends a signed checkpoint to the witness file.
func (l *Log) witness(signed string) error {
	if l.Witness == "" {
		return nil
	}
	file, err := os.OpenFile(l.Witness, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(strings.TrimSpace(signed) + "\n\n\n"); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
