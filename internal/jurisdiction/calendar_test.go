package jurisdiction_test

import (
	"testing"

	"okno/internal/text"
	"okno/jurisdictions"

	"pgregory.net/rapid"
)

func day(t *testing.T, iso string) text.Day {
	t.Helper()
	d, err := text.ParseDay(iso)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorkingDays(t *testing.T) {
	cases := []struct {
		name, land, from string
		n                int
		want             string
	}{
		{"Q-08 five working days skip the weekend", "ru", "2026-10-01", 5, "2026-10-08"},
		{"Q-08 five working days skip the new year holidays", "ru", "2026-12-30", 5, "2027-01-15"},
		{"a moved Saturday counts", "ru", "2027-02-19", 1, "2027-02-20"},
		{"a Sunday begins the other land's week", "xs", "2026-10-01", 1, "2026-10-04"},
		{"the other land's holiday is skipped", "xs", "2026-10-08", 1, "2026-10-12"},
		{"no days is the day itself", "ru", "2026-10-03", 0, "2026-10-03"},
		{"a year without a calendar has its week", "ru", "2031-06-06", 1, "2031-06-09"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := load(t, c.land).Calendar.AddWorkingDays(day(t, c.from), c.n); got != day(t, c.want) {
				t.Errorf("is %s, not %s", got, c.want)
			}
		})
	}
}

func TestWorkingDaysAddUp(t *testing.T) {
	for _, code := range jurisdictions.Codes() {
		calendar := load(t, code).Calendar
		t.Run("adding n working days in "+code+" leaves n between", func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				from := text.Day{Year: 2026, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 700).Draw(t, "day"))
				n := rapid.IntRange(1, 40).Draw(t, "n")
				to := calendar.AddWorkingDays(from, n)
				if !calendar.IsWorkingDay(to) || calendar.WorkingDaysBetween(from, to) != n {
					t.Fatalf("%s + %d is %s", from, n, to)
				}
			})
		})
	}
}
