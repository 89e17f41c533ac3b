package text

import (
	"fmt"
	"time"

	ptime "github.com/yaa110/go-persian-calendar"
)

// Day is a date of the Gregorian calendar without a time or a zone: a birthday,
// a day of issue. The zero Day means "not given" and is not valid.
type Day struct {
	Year  int
	Month int // 1 to 12
	Day   int // 1 to 31
}

// ParseDay reads "2026-03-10", exactly four, two and two ASCII digits.
func ParseDay(iso string) (Day, error) {
	t, err := time.Parse("2006-01-02", iso)
	if err != nil || t.Year() == 0 {
		return Day{}, fmt.Errorf("text: a day is written 2006-01-02 and must exist")
	}
	return Day{t.Year(), int(t.Month()), t.Day()}, nil
}

// DayOf is the day that a clock in the zone shows at the instant t.
func DayOf(t time.Time, zone *time.Location) Day {
	year, month, day := t.In(zone).Date()
	return Day{year, int(month), day}
}

// FromSolarHijri is the Gregorian day of a date of the Solar Hijri calendar of
// Iran; it reports false if that date does not exist.
func FromSolarHijri(year, month, day int) (Day, bool) {
	if year < 1 || year > 9377 || month < 1 || month > 12 || day < 1 || day > 31 {
		return Day{}, false
	}
	t := ptime.Date(year, ptime.Month(month), day, 12, 0, 0, 0, time.UTC)
	d := DayOf(t.Time(), time.UTC)
	y, m, dd := d.SolarHijri()
	return d, y == year && m == month && dd == day
}

// SolarHijri is the day's year, month (1 to 12, 1 = Farvardin) and day in the
// Solar Hijri calendar.
func (d Day) SolarHijri() (year, month, day int) {
	t := ptime.New(time.Date(d.Year, time.Month(d.Month), d.Day, 12, 0, 0, 0, time.UTC))
	return t.Year(), int(t.Month()), t.Day()
}

// String is the day as "2026-03-10", the form kept in the database; the zero Day
// is the empty string.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero says that no day was given.
func (d Day) IsZero() bool { return d == Day{} }

// Exists says that the calendar has this day, in the years 1 to 9999.
func (d Day) Exists() bool {
	if d.Year < 1 || d.Year > 9999 || d.Month < 1 || d.Month > 12 || d.Day < 1 {
		return false
	}
	return d == DayOf(d.Midnight(time.UTC), time.UTC)
}

// Midnight is the instant at which the day begins in the zone.
func (d Day) Midnight(zone *time.Location) time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, zone)
}

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.Midnight(time.UTC).Weekday() }

// AddDays is the day n days later, or earlier if n is negative.
func (d Day) AddDays(n int) Day {
	return DayOf(time.Date(d.Year, time.Month(d.Month), d.Day+n, 0, 0, 0, 0, time.UTC), time.UTC)
}

// AddYears is the same day n years later; 29 February becomes 1 March where the
// year has none, so that nobody comes of age a day early.
func (d Day) AddYears(n int) Day {
	return DayOf(time.Date(d.Year+n, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC), time.UTC)
}

// Compare is -1, 0 or +1 as d is before, equal to or after other.
func (d Day) Compare(other Day) int {
	return d.Midnight(time.UTC).Compare(other.Midnight(time.UTC))
}

// Before says that d comes before other.
func (d Day) Before(other Day) bool { return d.Compare(other) < 0 }

// After says that d comes after other.
func (d Day) After(other Day) bool { return d.Compare(other) > 0 }

// DaysUntil counts the days from d to other, negative if other is earlier.
func (d Day) DaysUntil(other Day) int {
	return int(other.Midnight(time.UTC).Sub(d.Midnight(time.UTC)).Hours() / 24)
}

// Age is how many whole years a person born on d has lived on the day today.
func (d Day) Age(today Day) int {
	age := today.Year - d.Year
	if today.Before(d.AddYears(age)) {
		age--
	}
	return age
}
