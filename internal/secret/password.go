package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"okno/internal/fault"
)

// Parameters of argon2id: 19 MiB, two passes, one lane (security.md 1, AUTH-3).
const (
	argonMemory = 19 * 1024
	argonTime   = 2
	argonLanes  = 1
	argonLength = 32
	saltLength  = 16
)

// Hasher hashes and checks passwords with argon2id. At most as many hashes run
// at once as there are cores, at most 64 more wait, and whoever comes then gets
// a TooMany fault: uncapped hashing halves throughput and exhausts memory
// (security.md 1). Safe for concurrent use.
type Hasher struct {
	pepper  []byte
	running *semaphore.Weighted
	waiting atomic.Int64
	limit   int64
	dummy   string
}

// queueLength is how many may wait for a core (security.md 1).
const queueLength = 64

// NewHasher makes a hasher with a pepper that is kept outside the database.
func NewHasher(pepper []byte) *Hasher {
	h := &Hasher{pepper: pepper, running: semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0))),
		limit: queueLength + int64(runtime.GOMAXPROCS(0))}
	h.dummy = encode(make([]byte, saltLength), make([]byte, argonLength))
	return h
}

// Hash returns the encoded hash of a password in the usual $argon2id$ form.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	sum, err := h.derive(ctx, password, salt, argonMemory, argonTime, argonLanes)
	if err != nil {
		return "", err
	}
	return encode(salt, sum), nil
}

// Verify says whether the password belongs to the encoded hash and whether the
// hash was made with other parameters than today's and should be made anew.
func (h *Hasher) Verify(ctx context.Context, password, encoded string) (ok, stale bool, err error) {
	salt, want, memory, passes, lanes, err := decode(encoded)
	if err != nil {
		return false, false, err
	}
	got, err := h.derive(ctx, password, salt, memory, passes, lanes)
	if err != nil {
		return false, false, err
	}
	stale = memory != argonMemory || passes != argonTime || lanes != argonLanes
	return subtle.ConstantTimeCompare(got, want) == 1, stale, nil
}

// Waste does the work of a Verify that fails, so that a login that does not
// exist takes as long as one that does (AUTH-7).
func (h *Hasher) Waste(ctx context.Context, password string) error {
	_, _, err := h.Verify(ctx, password, h.dummy)
	return err
}

func (h *Hasher) derive(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8) ([]byte, error) {
	if h.waiting.Add(1) > h.limit {
		h.waiting.Add(-1)
		return nil, fault.New(fault.TooMany, "web.busy")
	}
	defer h.waiting.Add(-1)
	if err := h.running.Acquire(ctx, 1); err != nil {
		return nil, fault.Wrap(fault.Unavailable, "web.busy", err)
	}
	defer h.running.Release(1)
	return argon2.IDKey(newMACKey(h.pepper).mac("password", password), salt, passes, memory, lanes, argonLength), nil
}

func encode(salt, sum []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64(salt), b64(sum))
}

var errHash = errors.New("secret: not an argon2id hash")

func decode(encoded string) (salt, sum []byte, memory, passes uint32, lanes uint8, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, nil, 0, 0, 0, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return nil, nil, 0, 0, 0, errHash
	}
	if memory < 8 || memory > 1<<20 || passes < 1 || passes > 16 || lanes < 1 {
		return nil, nil, 0, 0, 0, errHash
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, 0, 0, 0, errHash
	}
	if sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(sum) != argonLength {
		return nil, nil, 0, 0, 0, errHash
	}
	return salt, sum, memory, passes, lanes, nil
}
