package text_test

import (
	"testing"
	"time"

	"okno/internal/text"
	"okno/internal/text/texttest"
)

func BenchmarkT(b *testing.B) {
	c, err := text.Load(files("en/a.yaml", "a.plain: Save\na.filled: \"Hello {name}\"\na.days: {one: \"{n} day\", other: \"{n} days\"}"))
	if err != nil {
		b.Fatal(err)
	}
	p := c.For("en")
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			p.T("a.plain")
		}
	})
	b.Run("filled", func(b *testing.B) {
		for b.Loop() {
			p.T("a.filled", "name", "Ann")
		}
	})
	b.Run("plural", func(b *testing.B) {
		for b.Loop() {
			p.T("a.days", "n", 5)
		}
	})
}

func BenchmarkDateTime(b *testing.B) {
	p := texttest.Load(b).For("fa")
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		p.DateTime(at, time.UTC)
	}
}
