package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// algorithm is the note format's number of Ed25519.
const algorithm = 1

// signer is note.Signer over a key that is held in memory.
type signer struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
}

func newSigner(name string, key ed25519.PrivateKey) (note.Signer, error) {
	if len(key) != ed25519.PrivateKeySize || strings.ContainsAny(name, " +\n") || name == "" {
		return nil, fmt.Errorf("audit: a checkpoint needs a name without spaces and an Ed25519 key")
	}
	return signer{name, keyHash(name, key.Public().(ed25519.PublicKey)), key}, nil
}

func keyHash(name string, public ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write(append([]byte{algorithm}, public...))
	return binary.BigEndian.Uint32(h.Sum(nil))
}

func (s signer) Name() string                    { return s.name }
func (s signer) KeyHash() uint32                 { return s.hash }
func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

// VerifierKey is the public key of the log in the form of Go's note tools:
// whoever holds it can check a checkpoint without us.
func (l *Log) VerifierKey() string {
	public := l.Key.Public().(ed25519.PublicKey)
	return fmt.Sprintf("%s+%08x+%s", l.Origin, keyHash(l.Origin, public), base64.StdEncoding.EncodeToString(append([]byte{algorithm}, public...)))
}

// checkpoint is what a signed note says: how many entries and the tree's root.
type checkpoint struct {
	size int64
	root tlog.Hash
}

// open checks the signature of a note of this log and reads it.
func (l *Log) open(signed string) (checkpoint, error) {
	return openNote(l.VerifierKey(), l.Origin, signed)
}

// openNote checks a note's signature with a public key and reads it.
func openNote(key, origin, signed string) (checkpoint, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return checkpoint{}, err
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return checkpoint{}, fmt.Errorf("audit: not a checkpoint of %s", origin)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return checkpoint{size, root}, err
}
