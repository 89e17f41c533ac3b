package application

import (
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// dueAfter is the last day of a term of working days that begins on a day.
func dueAfter(c jurisdiction.Calendar, from text.Day, workingDays int) text.Day {
	return c.AddWorkingDays(from, workingDays)
}

// afterPause moves a due day by the working days for which the clock stood still:
// those after the day of the request, up to and with the day of the answer. An
// answer on the same day moves nothing.
func afterPause(c jurisdiction.Calendar, due, asked, answered text.Day) text.Day {
	if due.IsZero() {
		return due
	}
	return c.AddWorkingDays(due, c.WorkingDaysBetween(asked, answered))
}

// parseDay reads a day of the database; "" is no day.
func parseDay(s string) text.Day {
	day, err := text.ParseDay(s)
	if err != nil {
		return text.Day{}
	}
	return day
}
