package oidc

import (
	"encoding/hex"
	"strings"

	"okno/internal/secret"
)

// jti names a signed access token so that only we find the grant behind it again:
// resource servers see names that have nothing in common, whoever they are from.
// The grant's id, 16 bytes, is covered by a MAC over letters that are used once.
func (p *Provider) jti(grant string) string {
	once := secret.Letters(24)
	id, err := hex.DecodeString(strings.ReplaceAll(grant, "-", ""))
	if err != nil || len(id) != 16 {
		return secret.NewID() // no id of ours
	}
	return jtiPrefix + once + "_" + hex.EncodeToString(p.cover(once, id))
}

// grantOfJTI is the grant behind the name of a token that we have signed, "" for a
// token without one.
func (p *Provider) grantOfJTI(jti string) string {
	parts, ok := cut(jti, jtiPrefix, 2)
	if !ok {
		return ""
	}
	covered, err := hex.DecodeString(parts[1])
	if err != nil || len(covered) != 16 {
		return ""
	}
	id := hex.EncodeToString(p.cover(parts[0], covered))
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}

// cover covers 16 bytes, and uncovers them again.
func (p *Provider) cover(once string, id []byte) []byte {
	pad, _ := hex.DecodeString(p.mac("jti", once, ""))
	covered := make([]byte, len(id))
	for i := range id {
		covered[i] = id[i] ^ pad[i]
	}
	return covered
}
