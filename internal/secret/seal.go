package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"strconv"
)

// Key is one subject's data key, unwrapped, in memory only.
type Key struct {
	subject string
	version int
	aead    cipher.AEAD
}

// Place says where a sealed value lives. It is authenticated with the value, so
// that a value moved to another row, column or person cannot be unsealed
// (CRYPTO-1).
type Place struct {
	Table, Column, Row string
}

// NewKey makes a subject's first data key and returns it with its wrapped form
// and the name of the wrapping key.
func (r *Ring) NewKey(subject string) (Key, []byte, string) {
	raw := make([]byte, 32)
	rand.Read(raw)
	wrapped := seal(r.wraps[r.newest], raw, []byte("wrap:"+subject))
	return Key{subject: subject, version: 1, aead: newAEAD(raw)}, wrapped, r.newest
}

// Unwrap opens a subject's data key.
func (r *Ring) Unwrap(subject string, wrapped []byte, wrap string) (Key, error) {
	kek, ok := r.wraps[wrap]
	if !ok {
		return Key{}, ErrSealed
	}
	raw, err := unseal(kek, wrapped, []byte("wrap:"+subject))
	if err != nil {
		return Key{}, err
	}
	return Key{subject: subject, version: 1, aead: newAEAD(raw)}, nil
}

// Seal encrypts a value for its place. Equal values give different bytes.
func (k Key) Seal(at Place, plain []byte) []byte { return seal(k.aead, plain, k.place(at)) }

// SealText seals a text; the empty text is sealed as nothing (nil).
func (k Key) SealText(at Place, plain string) []byte {
	if plain == "" {
		return nil
	}
	return k.Seal(at, []byte(plain))
}

// Open decrypts a value at its place, or gives ErrSealed.
func (k Key) Open(at Place, sealed []byte) ([]byte, error) {
	return unseal(k.aead, sealed, k.place(at))
}

// OpenText decrypts a text; nothing (nil) is the empty text.
func (k Key) OpenText(at Place, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := k.Open(at, sealed)
	return string(plain), err
}

// Subject is whose key it is.
func (k Key) Subject() string { return k.subject }

func (k Key) place(at Place) []byte {
	var aad []byte
	for _, part := range []string{at.Table, at.Column, at.Row, k.subject, strconv.Itoa(k.version)} {
		aad = append(strconv.AppendInt(aad, int64(len(part)), 10), ':')
		aad = append(aad, part...)
	}
	return aad
}

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("secret: key of a wrong length")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("secret: " + err.Error())
	}
	return aead
}

func seal(aead cipher.AEAD, plain, aad []byte) []byte {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, aad)
}

func unseal(aead cipher.AEAD, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < aead.NonceSize() {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], aad)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
