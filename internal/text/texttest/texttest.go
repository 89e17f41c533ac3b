// Package texttest gives tests the product's real texts and reads them as an
// editor would: are they complete, short, plain and in the right alphabet.
//
// It is for tests only; it never changes a text.
package texttest

import (
	"testing"

	"okno/internal/text"
	"okno/locale"
)

// Load returns the product's catalogue; any missing key or variable that a page
// asks for fails the test.
func Load(t testing.TB) *text.Catalogue {
	t.Helper()
	c, err := text.Load(locale.FS)
	if err != nil {
		t.Fatalf("the texts do not load:\n%v", err)
	}
	return c.WithReport(func(trouble text.Trouble) { t.Errorf("%v", trouble) })
}
