// Package secret makes and guards secrets: random codes and tokens, password
// hashes, sealed columns, blind indexes and the ring of keys behind them.
//
// It never stores anything, never logs a value and never invents an algorithm:
// AES-256-GCM, HMAC-SHA-256, SHA-256 and argon2id only.
package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"

	"github.com/google/uuid"
)

// NewID makes a row's key: a UUID version 7 as text, which sorts by creation.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Digits makes a code of n decimal digits from the system's secure source.
func Digits(n int) string {
	var b strings.Builder
	for range n {
		d, err := rand.Int(rand.Reader, big.NewInt(10))
		if err != nil {
			panic("secret: no randomness: " + err.Error())
		}
		b.WriteByte(byte('0' + d.Int64()))
	}
	return b.String()
}

// letters of a short code: no 0 O 1 I L U, so that it can be read aloud.
const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

// Letters makes a code of n capital letters and digits that are hard to confuse.
func Letters(n int) string {
	var b strings.Builder
	for range n {
		d, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic("secret: no randomness: " + err.Error())
		}
		b.WriteByte(letters[d.Int64()])
	}
	return b.String()
}

// Token makes 256 random bits as 43 characters of base64url.
func Token() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Hash is the SHA-256 of a token in hex: what a table keeps of it. Only for
// values of at least 128 random bits; a short code wants Ring.CodeMAC.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Equal compares two secrets in constant time.
func Equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
