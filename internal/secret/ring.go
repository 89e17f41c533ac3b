package secret

import (
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Ring is the set of keys that live outside the database: the keys that wrap
// people's keys, the key of the blind indexes, the pepper, the key of codes and
// forms, the keys that seal issued documents, and the key that signs audit
// checkpoints. One file a key, base64, mode 0600, in one folder:
//
//	wrap-N.key   32 bytes, AES-256-GCM; the highest number wraps, all unwrap
//	seal-N.key   64 bytes, Ed25519; the highest number seals documents, all verify
//	index.key    32 bytes, HMAC-SHA-256, blind indexes
//	pepper.key   32 bytes, HMAC-SHA-256, passwords and lasting codes
//	code.key     32 bytes, HMAC-SHA-256, one-time codes, form keys
//	audit.key    64 bytes, Ed25519, checkpoints of the audit log
//
// N counts the generations of a key from 1 (Rotate).
type Ring struct {
	wraps  map[string]cipher.AEAD
	newest string
	seals  []ed25519.PrivateKey // oldest first
	index  *macKey
	pepper []byte
	code   *macKey
	audit  ed25519.PrivateKey
}

// OpenRing reads a ring. A key file that others may read, is too short or is
// all zero is refused (SECR-1).
func OpenRing(dir string) (*Ring, error) {
	r := &Ring{wraps: map[string]cipher.AEAD{}}
	wraps, err := generations(dir, wrapName)
	if err != nil {
		return nil, err
	}
	for _, name := range wraps {
		key, err := readKey(dir, name, 32)
		if err != nil {
			return nil, err
		}
		r.wraps[name], r.newest = newAEAD(key), name
	}
	seals, err := generations(dir, sealName)
	if err != nil {
		return nil, err
	}
	for _, name := range seals {
		key, err := readKey(dir, name, ed25519.PrivateKeySize)
		if err != nil {
			return nil, err
		}
		r.seals = append(r.seals, key)
	}
	var index, code []byte
	for i, target := range []*[]byte{&index, &r.pepper, &code} {
		if *target, err = readKey(dir, keyNames[i], 32); err != nil {
			return nil, err
		}
	}
	r.index, r.code = newMACKey(index), newMACKey(code)
	audit, err := readKey(dir, "audit", ed25519.PrivateKeySize)
	r.audit = ed25519.PrivateKey(audit)
	return r, err
}

func readKey(dir, name string, size int) ([]byte, error) {
	path := filepath.Join(dir, name+".key")
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("secret: %s can be read by others; set its mode to 0600", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != size || sameBytes(key) {
		return nil, fmt.Errorf("secret: %s does not hold %d random bytes in base64", path, size)
	}
	return key, nil
}

func sameBytes(key []byte) bool {
	for _, b := range key {
		if b != key[0] {
			return false
		}
	}
	return true
}

// Index is the blind index of a value: the same value in the same field gives
// the same 64 hex digits, and without the key nothing can be learnt or guessed
// (CRYPTO-3). The value must be in its normal form.
func (r *Ring) Index(field, value string) string {
	return hex.EncodeToString(r.index.mac("index", field, value))
}

// CodeMAC is what a table keeps of a short one-time code (OTP-4): useless
// without the key and bound to the purpose and to the row it was made for.
func (r *Ring) CodeMAC(purpose, row, code string) string {
	return hex.EncodeToString(r.code.mac("code", purpose, row, code))
}

// FormMAC binds a form's key to the browser that was given it.
func (r *Ring) FormMAC(parts ...string) string {
	sum := r.code.mac(append([]string{"form"}, parts...)...)
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// Hasher makes the password hasher of this ring.
func (r *Ring) Hasher() *Hasher { return NewHasher(r.pepper) }

// Seal signs a document with the newest sealing key.
func (r *Ring) Seal(document []byte) []byte {
	return ed25519.Sign(r.seals[len(r.seals)-1], document)
}

// Sealed says whether the seal was made over the document by this ring, with the
// sealing key of any generation.
func (r *Ring) Sealed(document, seal []byte) bool {
	return slices.ContainsFunc(r.SealKeys(), func(key ed25519.PublicKey) bool { return ed25519.Verify(key, document, seal) })
}

// SealKeys are the public halves of the sealing keys, oldest first, for whoever
// checks seals without asking us.
func (r *Ring) SealKeys() []ed25519.PublicKey {
	keys := make([]ed25519.PublicKey, len(r.seals))
	for i, key := range r.seals {
		keys[i] = key.Public().(ed25519.PublicKey)
	}
	return keys
}

// Audit is the key that signs checkpoints of the audit log.
func (r *Ring) Audit() ed25519.PrivateKey { return r.audit }

// macKey is a key of HMAC-SHA-256 that is ready for use: half of the work of a
// short message is the key's own.
type macKey struct{ ready sync.Pool }

func newMACKey(key []byte) *macKey {
	return &macKey{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// mac is HMAC-SHA-256 over parts, each with its length before it, so that no
// two lists of parts give the same bytes.
func (k *macKey) mac(parts ...string) []byte {
	h := k.ready.Get().(hash.Hash)
	defer k.ready.Put(h)
	h.Reset()
	plain := make([]byte, 0, 256)
	for _, part := range parts {
		plain = append(strconv.AppendInt(plain, int64(len(part)), 10), ':')
		plain = append(plain, part...)
	}
	h.Write(plain)
	return h.Sum(nil)
}

// ErrSealed is the error of everything that cannot be unsealed: other key,
// other place, changed bytes.
var ErrSealed = errors.New("secret: cannot be unsealed")
