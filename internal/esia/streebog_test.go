package esia

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
)

// The messages of RFC 6986 10, as bytes with the least significant first.
func messageOne() []byte {
	m, _ := hex.DecodeString("323130393837363534333231303938373635343332313039383736353433323130393837363534333231303938373635343332313039383736353433323130")
	slices.Reverse(m)
	return m
}

func messageTwo() []byte {
	m, _ := hex.DecodeString("fbe2e5f0eee3c820fbeafaebef20fffbf0e1e0f0f520e0ed20e8ece0ebe5f0f2f120fff0eeec20f120faf2fee5e2202ce8f6f3ede220e8e6eee1e8f0f2d1202ce8f0f2e5e220e5d1")
	slices.Reverse(m)
	return m
}

func TestHash(t *testing.T) {
	for _, c := range []struct {
		name    string
		message []byte
		want    string // as the standard prints it
	}{
		{"RFC 6986 10.1.2", messageOne(), "00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d"},
		{"RFC 6986 10.2.2", messageTwo(), "508f7e553c06501d749a66fc28c6cac0b005746d97537fa85d9e40904efed29d"},
		{"nothing, as libgcrypt has it", nil, "bbe19c8d2025d99f943a932a0b365a822aa36a4c479d22cc02c8973e219a533f"},
		{"63 bytes, as libgcrypt has it", bytes.Repeat([]byte("x"), 63), "4b9d10ca3b546790ad0b192da5b71aa3827729f3fc704913c0a340b3a2726cb5"},
		{"64 bytes, as libgcrypt has it", bytes.Repeat([]byte("x"), 64), "f2fb11d209cd205decf89e8b2747b4edb542b73659808cb41e94a2c626a992aa"},
		{"200 bytes, as libgcrypt has it", bytes.Repeat([]byte("x"), 200), "f2da1c1fbba4c03018c29bd067d3fbb6bc4eda3ed95a586169c4196fcaf22d77"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := hash256(c.message)
			slices.Reverse(got[:])
			if hex.EncodeToString(got[:]) != c.want {
				t.Fatalf("%x", got)
			}
		})
	}
}
