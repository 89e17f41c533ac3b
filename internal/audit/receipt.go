package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"okno/internal/db"
)

// Receipts prove to somebody, without us, that entries about him stand in the log
// and what they say (AUDIT-3): each entry in the very bytes that were hashed, the
// hashes that lead from it to the root of the tree, and the signed root. Sealed
// details stay sealed.
type Receipts struct {
	Log        string    `json:"log"`                // whose log
	Key        string    `json:"key"`                // its public key, in the form of Go's note tools; compare it with the published one
	Checkpoint string    `json:"checkpoint"`         // the signed note of the whole tree
	Receipts   []Receipt `json:"receipts,omitempty"` // the newest first
}

// Receipt is the proof of one entry.
type Receipt struct {
	Place int64    `json:"place"` // in the tree, from 0
	Entry string   `json:"entry"` // the leaf: a JSON array, every byte of which counts
	Proof []string `json:"proof"` // hashes as base64, from the leaf to the root
}

// Stated is what a receipt that holds says.
type Stated struct {
	ID      string
	At      time.Time
	By      ActorKind
	Act     string
	Read    bool
	Subject string
	Object  string
	Purpose string
}

// mostReceipts is how many entries one file of receipts holds.
const mostReceipts = 5000

// Receipts gives the proofs of a person's entries, the newest first; entries of the
// last seconds, which have no place in the tree yet, are not among them. Of nobody
// ("") it gives none, with the key and the newest checkpoint.
func (l *Log) Receipts(tx *db.Tx, subject string) (Receipts, error) {
	r := Receipts{Log: l.Origin, Key: l.VerifierKey()}
	size, signed, err := lastSigned(tx)
	if err != nil {
		return r, err
	}
	if r.Checkpoint = signed; subject == "" {
		return r, nil
	}
	entries, err := About(tx, subject, mostReceipts)
	if err != nil {
		return r, err
	}
	store := &hashStore{tx: tx, fresh: map[int64]tlog.Hash{}}
	for _, e := range entries {
		if e.Seq < 0 || e.Seq >= size {
			continue
		}
		proof, err := tlog.ProveRecord(size, e.Seq, store)
		if err != nil {
			return r, err
		}
		one := Receipt{Place: e.Seq, Entry: string(e.leaf()), Proof: []string{}}
		for _, h := range proof {
			one.Proof = append(one.Proof, h.String())
		}
		r.Receipts = append(r.Receipts, one)
	}
	return r, nil
}

// lastSigned is the newest checkpoint; size 0 before the first one.
func lastSigned(tx *db.Tx) (size int64, signed string, err error) {
	_, err = db.One(tx, func(row db.Row) (struct{}, error) { return struct{}{}, row.Scan(&size, &signed) }, selectSigned)
	if errors.Is(err, db.ErrNone) {
		return 0, "", nil
	}
	return size, signed, err
}

// What is wrong with receipts.
var (
	ErrReceipts  = errors.New("audit: this is not a file of receipts")
	ErrOtherKey  = errors.New("audit: the receipts name another key than the one they are held against")
	ErrSignature = errors.New("audit: the checkpoint is not signed by that key")
)

// CheckReceipts proves a file of receipts with nothing but the log's public key;
// "" takes the key that the file names, which proves only that the file is whole.
// It gives what the receipts say, in their order. The error tells the first receipt
// that does not hold, by its place in the file, from 1.
func CheckReceipts(file []byte, key string) ([]Stated, error) {
	var r Receipts
	if err := json.Unmarshal(file, &r); err != nil || r.Key == "" {
		return nil, ErrReceipts
	}
	if key != "" && key != r.Key {
		return nil, ErrOtherKey
	}
	if len(r.Receipts) == 0 {
		return nil, nil
	}
	tree, err := openNote(r.Key, r.Log, r.Checkpoint)
	if err != nil {
		return nil, ErrSignature
	}
	var all []Stated
	for i, one := range r.Receipts {
		said, err := one.check(tree)
		if err != nil {
			return nil, fmt.Errorf("audit: receipt %d does not hold: %w", i+1, err)
		}
		all = append(all, said)
	}
	return all, nil
}

func (r Receipt) check(tree checkpoint) (s Stated, err error) {
	if r.Place < 0 || r.Place >= tree.size {
		return s, errors.New("its place is not in the tree")
	}
	var proof tlog.RecordProof
	for _, text := range r.Proof {
		h, err := tlog.ParseHash(text)
		if err != nil {
			return s, errors.New("a hash cannot be read")
		}
		proof = append(proof, h)
	}
	if err := tlog.CheckRecord(proof, tree.size, tree.root, r.Place, tlog.RecordHash([]byte(r.Entry))); err != nil {
		return s, errors.New("the entry does not lead to the signed root")
	}
	var at int64
	fields := []any{&s.ID, &at, &s.By, new(string), &s.Act, &s.Read, &s.Subject, &s.Object, &s.Purpose, new(string), new([]byte)}
	if err := json.Unmarshal([]byte(r.Entry), &fields); err != nil || len(fields) != 11 {
		return s, errors.New("the entry cannot be read")
	}
	s.At = time.UnixMicro(at).UTC()
	return s, nil
}
