package secret

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Ring is the set of keys that live outside the database: the keys that wrap
// people's keys, the key of the blind indexes, the pepper, the key of codes and
// forms, and the key that signs audit checkpoints. One file a key, base64, mode
// 0600, in one folder:
//
//	wrap-NAME.key   32 bytes; the last name in order wraps, all unwrap
//	index.key       32 bytes, blind indexes
//	pepper.key      32 bytes, passwords
//	code.key        32 bytes, one-time codes, form keys
//	audit.key       64 bytes, Ed25519, checkpoints of the audit log
type Ring struct {
	wraps  map[string][]byte
	newest string
	index  []byte
	pepper []byte
	code   []byte
	audit  ed25519.PrivateKey
}

var keyNames = []string{"index", "pepper", "code"}

// CreateRing writes a new ring into a folder that holds none yet.
func CreateRing(dir string) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for _, name := range append([]string{"wrap-1"}, keyNames...) {
		key := make([]byte, 32)
		rand.Read(key)
		if err := writeKey(dir, name, key); err != nil {
			return nil, err
		}
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := writeKey(dir, "audit", private); err != nil {
		return nil, err
	}
	return OpenRing(dir)
}

func writeKey(dir, name string, key []byte) error {
	file, err := os.OpenFile(filepath.Join(dir, name+".key"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(base64.StdEncoding.EncodeToString(key) + "\n"); err != nil {
		file.Close()
		return err
	}
	if err := file.Sync(); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

// OpenRing reads a ring. A key file that others may read, is too short or is
// all zero is refused (SECR-1).
func OpenRing(dir string) (*Ring, error) {
	r := &Ring{wraps: map[string][]byte{}}
	files, err := filepath.Glob(filepath.Join(dir, "wrap-*.key"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".key")
		if r.wraps[name], err = readKey(dir, name, 32); err != nil {
			return nil, err
		}
		r.newest = name
	}
	if r.newest == "" {
		return nil, fmt.Errorf("secret: no wrap-*.key in %s", dir)
	}
	for i, target := range []*[]byte{&r.index, &r.pepper, &r.code} {
		if *target, err = readKey(dir, keyNames[i], 32); err != nil {
			return nil, err
		}
	}
	audit, err := readKey(dir, "audit", ed25519.PrivateKeySize)
	r.audit = ed25519.PrivateKey(audit)
	return r, err
}

// HasRing says whether the folder holds a ring.
func HasRing(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "audit.key"))
	return err == nil
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
	return hex.EncodeToString(mac(r.index, "index", field, value))
}

// CodeMAC is what a table keeps of a short one-time code (OTP-4): useless
// without the key and bound to the purpose and to the row it was made for.
func (r *Ring) CodeMAC(purpose, row, code string) string {
	return hex.EncodeToString(mac(r.code, "code", purpose, row, code))
}

// FormMAC binds a form's key to the browser that was given it.
func (r *Ring) FormMAC(parts ...string) string {
	sum := mac(r.code, append([]string{"form"}, parts...)...)
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// Hasher makes the password hasher of this ring.
func (r *Ring) Hasher() *Hasher { return NewHasher(r.pepper) }

// Audit is the key that signs checkpoints of the audit log.
func (r *Ring) Audit() ed25519.PrivateKey { return r.audit }

// mac is HMAC-SHA-256 over parts, each with its length before it, so that no
// two lists of parts give the same bytes.
func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

// ErrSealed is the error of everything that cannot be unsealed: other key,
// other place, changed bytes.
var ErrSealed = errors.New("secret: cannot be unsealed")
