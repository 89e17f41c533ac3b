package oidc

import (
	"testing"

	"okno/internal/clock"
)

// TestKeyring holds that a key which was withdrawn does not come back by a reading that
// began before and ended later.
func TestKeyring(t *testing.T) {
	var k keyring
	before, after := k.begun.Add(1), k.begun.Add(1)
	k.keep(after, []signingKey{{id: "new"}}, clock.Noon, []byte("new"))
	k.keep(before, []signingKey{{id: "withdrawn"}}, clock.Noon, []byte("withdrawn"))
	if len(k.all) != 1 || k.all[0].id != "new" || string(k.jwks) != "new" {
		t.Fatal(k.all[0].id, string(k.jwks))
	}
	k.keep(k.begun.Add(1), []signingKey{{id: "newer"}}, clock.Noon, []byte("newer"))
	if k.all[0].id != "newer" {
		t.Fatal(k.all[0].id)
	}
}
