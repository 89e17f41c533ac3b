package jurisdiction_test

import (
	"testing"

	"okno/internal/jurisdiction"
	"okno/jurisdictions"
)

// load reads a pack that must be whole.
func load(t testing.TB, code string) *jurisdiction.Jurisdiction {
	t.Helper()
	pack, err := jurisdictions.Pack(code)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatalf("the pack %s:\n%v", code, err)
	}
	return j
}

func TestPacks(t *testing.T) {
	for _, code := range jurisdictions.Codes() {
		t.Run(code, func(t *testing.T) { load(t, code) })
	}
}
