package profilepage

import (
	"testing"

	"okno/internal/text"
	"okno/internal/text/texttest"
)

func FuzzDateOf(f *testing.F) {
	words := texttest.Load(f).For("fa")
	f.Add("27", "3", "1958", "gregory")
	f.Add("۷", "فروردین", "۱۳۳۷", "persian")
	f.Add("31", "2", "2020", "")
	f.Fuzz(func(t *testing.T, day, month, year, calendar string) {
		typed := map[string]string{"b-day": day, "b-month": month, "b-year": year, "b-calendar": calendar}
		got := dateOf(words, typed, "b")
		if got == "" || got == "-" {
			return
		}
		if d, err := text.ParseDay(got); err != nil || !d.Exists() {
			t.Fatalf("%q is no day", got)
		}
	})
}
