package jurisdiction

import (
	"fmt"
	"slices"
	"time"

	"okno/internal/text"
)

// Calendar says which days are worked.
type Calendar struct {
	week  []time.Weekday
	years map[int]Year
}

// Year is calendar/<year>.yaml.
type Year struct {
	Source
	Holidays []Holiday         `yaml:"holidays"`        // free days, also those that only fall on a weekend
	Worked   []Date            `yaml:"worked,optional"` // days of the weekend that are worked
	Days     map[text.Day]bool // true: worked, false: free; days that differ from the week
}

// Holiday is a free day or a run of them.
type Holiday struct {
	Source
	Day   Date  `yaml:"day"`
	Until Date  `yaml:"until,optional"` // last day of a run
	Name  Words `yaml:"name"`
}

// Date is a day in a pack file, "2026-03-08".
type Date struct{ text.Day }

func (d *Date) fromText(s string) error {
	day, err := text.ParseDay(s)
	if err != nil {
		return fmt.Errorf("%q is not a date like 2026-03-08", s)
	}
	d.Day = day
	return nil
}

// Knows says whether the pack has the calendar of the year. For other years only
// the working week counts.
func (c Calendar) Knows(year int) bool {
	_, ok := c.years[year]
	return ok
}

// IsWorkingDay says whether the state works on that day.
func (c Calendar) IsWorkingDay(d text.Day) bool {
	if worked, told := c.years[d.Year].Days[d]; told {
		return worked
	}
	return slices.Contains(c.week, d.Weekday())
}

// AddWorkingDays is the n-th working day after d; d itself does not count. For n
// of 0 or less it is d.
func (c Calendar) AddWorkingDays(d text.Day, n int) text.Day {
	for range max(n, 0) {
		d = d.AddDays(1)
		for free := 0; !c.IsWorkingDay(d) && free < 60; free++ {
			d = d.AddDays(1)
		}
	}
	return d
}

// WorkingDaysBetween counts the working days after from, up to and with to.
func (c Calendar) WorkingDaysBetween(from, to text.Day) int {
	n := 0
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		if c.IsWorkingDay(d) {
			n++
		}
	}
	return n
}

// lay spreads holidays and worked days over the year.
func (y *Year) lay(year int) Problems {
	var wrong Problems
	y.Days = map[text.Day]bool{}
	for _, h := range y.Holidays {
		last := h.Until.Day
		if last.IsZero() {
			last = h.Day.Day
		}
		if h.Day.Year != year || last.Year != year || last.Before(h.Day.Day) {
			wrong = append(wrong, h.problem("the holiday %s is not in the year or ends before it begins", h.Day))
			continue
		}
		for d := h.Day.Day; !d.After(last); d = d.AddDays(1) {
			y.Days[d] = false
		}
	}
	for _, d := range y.Worked {
		if _, twice := y.Days[d.Day]; twice || d.Year != year {
			wrong = append(wrong, y.problem("the worked day %s is not in the year or is a holiday too", d))
			continue
		}
		y.Days[d.Day] = true
	}
	return wrong
}
