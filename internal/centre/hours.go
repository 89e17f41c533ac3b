package centre

import (
	"time"

	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// State is whether a centre is open at a moment, and what comes next.
type State struct {
	Open bool
	// Day and Minute are when it closes today if it is open, else when it opens
	// next; minutes after midnight of the centre's own clock.
	Day    text.Day
	Minute int
	// Days is how many days away Day is: 0 today, 1 tomorrow. -1: it never opens.
	Days int
}

// OpenNow says whether a centre is open at an instant, by the clock of its own region.
func (d *Directory) OpenNow(c jurisdiction.Centre, now time.Time) State {
	zone := d.zone(c)
	local := now.In(zone)
	today := text.DayOf(now, zone)
	minute := local.Hour()*60 + local.Minute()
	if c.Hours.OpenAt(local.Weekday(), minute) {
		return State{Open: true, Day: today, Minute: c.Hours[local.Weekday()].To}
	}
	for ahead := range 8 {
		day := today.AddDays(ahead)
		h := c.Hours[day.Weekday()]
		if h.To > 0 && (ahead > 0 || h.From > minute) {
			return State{Day: day, Minute: h.From, Days: ahead}
		}
	}
	return State{Days: -1}
}

func (d *Directory) zone(c jurisdiction.Centre) *time.Location {
	if city, ok := d.law.City(c.City); ok {
		return d.law.ZoneOf(city.Region)
	}
	return d.law.Zone
}

// Now says in words whether a centre is open: "Open now, until 20:00", "Closed now. Opens on Monday at 08:00".
func (d *Directory) Now(p *text.Printer, c jurisdiction.Centre, now time.Time) string {
	s := d.OpenNow(c, now)
	at := clockTime(p, s.Minute)
	switch {
	case s.Open:
		return p.T("centre.open_until", "time", at)
	case s.Days < 0:
		return p.T("centre.never_open")
	case s.Days == 0:
		return p.T("centre.opens_today", "time", at)
	case s.Days == 1:
		return p.T("centre.opens_tomorrow", "time", at)
	}
	return p.T("centre.opens_on", "weekday", p.Weekday(s.Day.Weekday()), "time", at)
}

// Hours are the opening hours of a week in words, neighbouring days with the same
// hours together: "Monday – Friday: 08:00–20:00". The week begins as the reader's does.
func Hours(p *text.Printer, h jurisdiction.Hours) []string {
	var lines []string
	for i := 0; i < 7; {
		first := (p.WeekStart() + time.Weekday(i)) % 7
		n := 1
		for i+n < 7 && h[(first+time.Weekday(n))%7] == h[first] {
			n++
		}
		lines = append(lines, hoursLine(p, first, (first+time.Weekday(n-1))%7, h))
		i += n
	}
	return lines
}

func hoursLine(p *text.Printer, first, last time.Weekday, h jurisdiction.Hours) string {
	days := p.Weekday(first)
	if last != first {
		days = p.T("centre.days", "first", p.Weekday(first), "last", p.Weekday(last))
	}
	if !h.Open(first) {
		return p.T("centre.closed_days", "days", days)
	}
	return p.T("centre.open_days", "days", days, "from", clockTime(p, h[first].From), "to", clockTime(p, h[first].To))
}

func clockTime(p *text.Printer, minute int) string {
	return p.Time(time.Date(2000, 1, 1, minute/60, minute%60, 0, 0, time.UTC), time.UTC)
}

// Distance says how far a centre is: "about 3 km"; "in your city" below one kilometre.
func Distance(p *text.Printer, n Near) string {
	if n.Kilometres < 1 {
		return p.T("centre.here")
	}
	return p.T("centre.distance", "n", n.Kilometres)
}
