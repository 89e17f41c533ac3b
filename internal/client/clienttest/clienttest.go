// Package clienttest gives tests the corpus of addresses that sites might register
// or ask for (OIDC-2). It is for tests only.
package clienttest

import (
	_ "embed"
	"encoding/json"
	"strings"
	"testing"
)

// Address is one line of the corpus.
type Address struct {
	Who     string // "good", "loopback": native and sandbox clients only, "none"
	Why     string
	Address string
}

//go:embed addresses.tsv
var corpus string

// Addresses reads the corpus.
func Addresses(t testing.TB) (list []Address) {
	t.Helper()
	for line := range strings.Lines(corpus) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		a := Address{Who: parts[0], Why: parts[1]}
		if err := json.Unmarshal([]byte(parts[2]), &a.Address); err != nil {
			t.Fatal(line, err)
		}
		list = append(list, a)
	}
	if len(list) < 80 {
		t.Fatalf("only %d addresses", len(list))
	}
	return list
}
