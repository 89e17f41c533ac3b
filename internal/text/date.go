package text

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Date is a day with its weekday: "Tuesday 10 March 2026" (style guide 13). In
// Persian the Solar Hijri date comes first and the Gregorian one in brackets. The
// zero Day is the empty string.
func (p *Printer) Date(d Day) string { return p.day(p.language.date, d, p.language.weekdays) }

// ShortDate is a day without its weekday: "10 March 2026", for births and documents.
func (p *Printer) ShortDate(d Day) string { return p.day(p.language.shortDate, d, p.language.weekdays) }

// Month is a month's name as it stands beside a day: "March", "марта"; 1 to 12.
func (p *Printer) Month(month int) string {
	if month < 1 || month > 12 {
		return ""
	}
	return p.language.months[month-1]
}

// SolarMonth is the name of a month of the Solar Hijri calendar, 1 (Farvardin) to
// 12, in a language whose people count by it; elsewhere "", and forms ask for
// Gregorian days only.
func (p *Printer) SolarMonth(month int) string {
	if p.language.solarMonths == nil || month < 1 || month > 12 {
		return ""
	}
	return p.language.solarMonths[month-1]
}

// WeekStart is the day on which calendars of the language begin the week.
func (p *Printer) WeekStart() time.Weekday { return p.language.weekStart }

// Weekday is the name of a day of the week: "Tuesday", "вторник".
func (p *Printer) Weekday(w time.Weekday) string { return p.language.weekdays[w%7] }

// Time is the time of day that a clock in the zone shows: "14:02", always of 24
// hours; Swahili adds the hour in words.
func (p *Printer) Time(t time.Time, zone *time.Location) string {
	local := t.In(zone)
	written := p.Digits(local.Format("15:04"))
	if p.language.clock != nil {
		written += p.language.clock(local.Hour(), local.Minute())
	}
	return written
}

// DateTime is the date and the time of an instant in the zone: "Tuesday 10 March
// 2026, 14:02".
func (p *Printer) DateTime(t time.Time, zone *time.Location) string {
	return put(p.language.dateTime, "date", p.Date(DayOf(t, zone)), "time", p.Time(t, zone))
}

// ShortDateTime is a moment without its weekday, for tables and lists: "10 March 2026, 14:02".
func (p *Printer) ShortDateTime(t time.Time, zone *time.Location) string {
	return put(p.language.dateTime, "date", p.ShortDate(DayOf(t, zone)), "time", p.Time(t, zone))
}

// Deadline says the last moment: "until Thursday 12 March, 23:59" (style guide 14).
// The instant given is that last moment, so a limit at midnight is passed as the
// minute before it (LastMinute).
func (p *Printer) Deadline(t time.Time, zone *time.Location) string {
	pattern := strings.Replace(p.language.deadline, "{time}", p.Time(t, zone), 1)
	names := p.language.weekdays
	for i := range names {
		names[i] = p.language.weekdayAfterUntil(time.Weekday(i))
	}
	return p.day(pattern, DayOf(t, zone), names)
}

// LastMinute is 23:59 of the day in the zone: the last moment to show for a term
// that ends with the day.
func LastMinute(d Day, zone *time.Location) time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 23, 59, 0, 0, zone)
}

func (p *Printer) day(pattern string, d Day, weekdays [7]string) string {
	if d.IsZero() {
		return ""
	}
	if !d.Exists() {
		return d.String()
	}
	values := []string{
		"weekday", weekdays[d.Weekday()],
		"day", p.Digits(strconv.Itoa(d.Day)), "month", p.Month(d.Month), "year", p.Digits(strconv.Itoa(d.Year)),
	}
	if p.language.solarMonths != nil {
		year, month, day := d.SolarHijri()
		values = append(values, "sday", p.Digits(strconv.Itoa(day)),
			"smonth", p.language.solarMonths[month-1], "syear", p.Digits(strconv.Itoa(year)))
	}
	return put(pattern, values...)
}

// Duration is a length of time in days, hours and minutes: "2 hours 5 minutes".
// Nothing is "0 minutes"; a negative length counts as nothing.
func (p *Printer) Duration(minutes int) string {
	minutes = max(minutes, 0)
	amounts := [3]int{minutes / 1440, minutes / 60 % 24, minutes % 60}
	var parts []string
	for i, n := range amounts {
		if n == 0 && (i < 2 || minutes > 0) {
			continue
		}
		unit := p.language.units[i][p.language.plural.of(int64(n))]
		parts = append(parts, put(p.language.length, "n", p.Number(int64(n)), "unit", unit))
	}
	return strings.Join(parts, " ")
}

// Row joins items as a line of details does: "a, b, c".
func (p *Printer) Row(items ...string) string { return strings.Join(items, p.language.comma) }

// List joins items as a sentence does: "a, b and c".
func (p *Printer) List(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], p.language.comma) + p.language.and + items[last]
}

// Phrase joins labels in the middle of a sentence: they lose their capitals, but abbreviations
// keep theirs: "name, date of birth and SNILS". Labels that hold a list of their own stand
// between semicolons: "фамилия, имя и отчество; дата рождения".
func (p *Printer) Phrase(labels []string) string {
	small, lists := slices.Clone(labels), false
	for i, label := range labels {
		small[i] = uncapital(label)
		lists = lists || strings.Contains(label, p.language.comma) || strings.Contains(label, p.language.and)
	}
	if lists {
		return strings.Join(small, p.language.semicolon)
	}
	return p.List(small)
}

// uncapital writes the first letter small unless another capital follows it.
func uncapital(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}
