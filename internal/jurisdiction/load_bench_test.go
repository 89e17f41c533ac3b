package jurisdiction_test

import (
	"testing"

	"okno/internal/jurisdiction"
	"okno/jurisdictions"
)

// BenchmarkLoad is what a pack costs at a cold start.
func BenchmarkLoad(b *testing.B) {
	pack, err := jurisdictions.Pack("ru")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for range b.N {
		if _, err := jurisdiction.Load(pack); err != nil {
			b.Fatal(err)
		}
	}
}
