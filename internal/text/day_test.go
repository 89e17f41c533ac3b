package text_test

import (
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
	bcp47 "golang.org/x/text/language"
	"pgregory.net/rapid"

	"okno/internal/text"
)

func TestDays(t *testing.T) {
	for _, bad := range []string{"", "2026-02-30", "2026-13-01", "2026-1-01", "26-01-01", "2026-01-01T00:00", "0000-01-01", "۲۰۲۶-۰۱-۰۱", " 2026-01-01"} {
		if d, err := text.ParseDay(bad); err == nil {
			t.Errorf("%q was read as %v", bad, d)
		}
	}
	leap := text.Day{Year: 2024, Month: 2, Day: 29}
	if !leap.Exists() || (text.Day{Year: 2023, Month: 2, Day: 29}).Exists() || (text.Day{}).Exists() {
		t.Error("which days exist")
	}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"a year after a leap day", leap.AddYears(1).String(), "2025-03-01"},
		{"18 on the day", text.Day{Year: 2008, Month: 3, Day: 2}.Age(text.Day{Year: 2026, Month: 3, Day: 2}), 18},
		{"17 the day before", text.Day{Year: 2008, Month: 3, Day: 3}.Age(text.Day{Year: 2026, Month: 3, Day: 2}), 17},
		{"born on a leap day", leap.Age(text.Day{Year: 2042, Month: 2, Day: 28}), 17},
		{"the zero day is not written", text.Day{}.String(), ""},
		{"the zone decides", text.DayOf(time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC), time.FixedZone("", 3*3600)).String(), "2026-03-02"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}

// Known days, from the calendar of Iran.
func TestSolarHijriDays(t *testing.T) {
	for _, tt := range []struct {
		iso              string
		year, month, day int
	}{
		{"1958-03-27", 1337, 1, 7},
		{"1979-02-11", 1357, 11, 22},
		{"2025-03-20", 1403, 12, 30}, // leap
		{"2025-03-21", 1404, 1, 1},
		{"2026-03-10", 1404, 12, 19},
	} {
		d, err := text.ParseDay(tt.iso)
		if err != nil {
			t.Fatal(err)
		}
		y, m, day := d.SolarHijri()
		if y != tt.year || m != tt.month || day != tt.day {
			t.Errorf("%s is %d-%d-%d, want %d-%d-%d", tt.iso, y, m, day, tt.year, tt.month, tt.day)
		}
	}
	if _, ok := text.FromSolarHijri(1404, 12, 30); ok {
		t.Error("1404 is no leap year")
	}
	if _, ok := text.FromSolarHijri(1404, 7, 31); ok {
		t.Error("Mehr has 30 days")
	}
}

func TestDayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := text.Day{Year: 1, Month: 1, Day: 1}
		d := start.AddDays(rapid.IntRange(0, 3_652_058).Draw(t, "days"))
		back, err := text.ParseDay(d.String())
		if err != nil || back != d || !d.Exists() {
			t.Fatalf("%v: written %q, read %v, %v", d, d.String(), back, err)
		}
		n := rapid.IntRange(-5000, 5000).Draw(t, "n")
		if moved := d.AddDays(n); d.DaysUntil(moved) != n || d.Before(moved) != (n > 0) || d.After(moved) != (n < 0) {
			t.Fatalf("%v and %d days is %v", d, n, moved)
		}
		if next := d.AddDays(1); (d.Weekday()+1)%7 != next.Weekday() {
			t.Fatalf("%v is a %v, then %v", d, d.Weekday(), next.Weekday())
		}
	})
}

func TestSolarHijriProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := text.Day{Year: 1850, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 91_000).Draw(t, "days"))
		y, m, day := d.SolarHijri()
		back, ok := text.FromSolarHijri(y, m, day)
		if !ok || back != d {
			t.Fatalf("%v is %d-%d-%d, and back %v", d, y, m, day, back)
		}
		ny, nm, nd := d.AddDays(1).SolarHijri()
		if follows := ny == y && nm == m && nd == day+1 || nd == 1 && (ny == y && nm == m+1 || ny == y+1 && nm == 1 && m == 12); !follows {
			t.Fatalf("%d-%d-%d is followed by %d-%d-%d", y, m, day, ny, nm, nd)
		}
	})
}

func TestPluralProperties(t *testing.T) {
	c := load(t,
		"ru/a.yaml", "a.x: {one: one, few: few, many: many}", "pl/a.yaml", "a.x: {one: one, few: few, many: many}",
		"fa/a.yaml", "a.x: {one: one, other: other}", "en/a.yaml", "a.x: {one: one, other: other}")
	form := func(lang string, n int64) string { return c.For(lang).T("a.x", "n", n) }
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		if got := form("ru", n); got != form("ru", n%100) {
			t.Fatalf("Russian %d is %q, but its last two digits say %q", n, got, form("ru", n%100))
		}
		if ru, pl := form("ru", n), form("pl", n); ru != pl && (ru != "one" || pl != "many") {
			t.Fatalf("%d: Polish %q, Russian %q; they differ only at 21, 31, ...", n, pl, ru)
		}
		if n > 1 && (form("en", n) != "other" || form("fa", n) != "other") {
			t.Fatalf("%d is other in English and Persian", n)
		}
	})
	t.Run("as CLDR has it, for every language", func(t *testing.T) { likeCLDR(t) })
	for n, want := range map[int64]string{0: "many", 1: "one", 2: "few", 4: "few", 5: "many", 11: "many", 12: "many", 14: "many", 21: "one", 22: "few", 101: "one", 111: "many"} {
		if got := form("ru", n); got != want {
			t.Errorf("Russian %d: %q, want %q", n, got, want)
		}
	}
	if form("fa", 0) != "one" || form("en", 0) != "other" {
		t.Error("nothing is one in Persian and other in English")
	}
}

// likeCLDR compares our plural rules with the tables of golang.org/x/text.
func likeCLDR(t *testing.T) {
	names := map[plural.Form]string{plural.One: "one", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	for _, lang := range text.Known() {
		entry := "a.x: {one: one, other: other}"
		if lang == "ru" || lang == "pl" {
			entry = "a.x: {one: one, few: few, many: many}"
		}
		p := load(t, lang+"/a.yaml", entry).For(lang)
		for n := range 2500 {
			want := names[plural.Cardinal.MatchPlural(bcp47.Make(lang), n, 0, 0, 0, 0)]
			if got := p.T("a.x", "n", n); got != want {
				t.Fatalf("%s %d: got %q, CLDR says %q", lang, n, got, want)
			}
		}
	}
}
