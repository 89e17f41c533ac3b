package relyingparty

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
)

const crypto256 = crypto.SHA256

// random is 256 bits that nobody can guess, fit for addresses and cookies.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the runtime stops the program instead
	return encode(b)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
