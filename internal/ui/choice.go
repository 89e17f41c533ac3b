package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// Choice is one thing to choose.
type Choice struct {
	Value string
	Label string
	Hint  string
	// Inside stands under a chosen card, for example time and documents needed.
	Inside templ.Component
	// Lang is set when the label is in another language than the page.
	Lang string
}

// Radios is one choice of several.
type Radios struct {
	W        Words
	Name     string
	Legend   string
	Question bool // the legend is the heading of the page
	Hint     string
	Error    string
	Value    string // the chosen one
	Choices  []Choice
	Cards    bool // each choice in a box, the whole of which reacts
	Across   bool // beside each other where there is room
}

// Checkboxes is any number of choices.
type Checkboxes struct {
	W        Words
	Name     string
	Legend   string // empty: a single box whose label says it all
	Question bool
	Hint     string
	Error    string
	Values   []string // the ticked ones
	Choices  []Choice
	Cards    bool
}

func (c Checkboxes) ticked(value string) bool {
	for _, v := range c.Values {
		if v == value {
			return true
		}
	}
	return false
}

// Select is a drop-down list, for one choice of many short ones (PRF-05).
type Select struct {
	W        Words
	Name     string
	Label    string
	Question bool
	Hint     string
	Error    string
	Value    string
	Choices  []Choice
	Empty    string // the first entry, with no value; "" = none
	Optional bool
}

// choiceID gives the first choice the id of the group, so that the error summary leads to it.
func choiceID(name string, i int) string {
	if i == 0 {
		return name
	}
	return name + "-" + strconv.Itoa(i+1)
}

// Date is a date in three fields, with a calendar that scripts add (D-13, PRF-06, P-31).
// The parts are sent as name-day, name-month, name-year; the month may be a word.
type Date struct {
	W        Words
	Name     string
	Legend   string
	Question bool
	Hint     string
	Error    string
	Wrong    []string // which parts are wrong: "day", "month", "year"; empty with an Error = all
	Day      string
	Month    string
	Year     string
	Birth    bool // autofill with the date of birth
	// Calendar is "gregory" (the zero value) or "persian"; it is sent as name-calendar.
	Calendar string
	// Switch is where the page's form is posted to change the calendar; empty = no switch.
	Switch string
	// First and Last limit the calendar, as 2006-01-02 (Gregorian); empty = a hundred years around.
	First, Last string
}

func (d Date) calendar() string {
	if d.Calendar == "" {
		return "gregory"
	}
	return d.Calendar
}

func (d Date) other() string {
	if d.calendar() == "persian" {
		return "gregory"
	}
	return "persian"
}

type datePart struct {
	part, id, label, value, autocomplete string
	size                                 int
	wrong                                bool
}

func (d Date) parts() []datePart {
	p := []datePart{
		{"day", d.Name, d.W.T("ui.date.day"), d.Day, "bday-day", 2, false},
		{"month", d.Name + "-month", d.W.T("ui.date.month"), d.Month, "bday-month", 8, false},
		{"year", d.Name + "-year", d.W.T("ui.date.year"), d.Year, "bday-year", 4, false},
	}
	for i := range p {
		p[i].wrong = d.Error != "" && (len(d.Wrong) == 0 || contains(d.Wrong, p[i].part))
	}
	return p
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

// outline is the box round a choice.
func outline(cards bool) templ.Attributes {
	if cards {
		return templ.Attributes{"data-variant": "outline"}
	}
	return nil
}
