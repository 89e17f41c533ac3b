package esia

import (
	"encoding/asn1"
	"testing"
)

// GOSTKey is a key of a system in tests of the dialect from outside.
type GOSTKey struct{ *gostSigner }

// NewGOSTKey makes one on a curve.
func NewGOSTKey(t testing.TB) GOSTKey {
	return GOSTKey{newGOST(t, asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 1})}
}

// Sign signs a message.
func (k GOSTKey) Sign(t testing.TB, message []byte) []byte { return k.sign(t, message) }

// SPKI is the public key.
func (k GOSTKey) SPKI(t testing.TB) []byte { return k.spki(t) }

// Hash is GOST R 34.11-2012.
func Hash(message []byte) []byte { sum := hash256(message); return sum[:] }
