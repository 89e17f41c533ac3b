package applicationpage

import (
	"strconv"
	"strings"

	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// dateOf joins the three parts of a typed date: "2006-01-02", "" when nothing was
// typed, and what no calendar has when the parts make no day.
func dateOf(p *text.Printer, f web.Form, name string) string {
	dayText, monthText, yearText := f.Text(name+"-day"), f.Text(name+"-month"), f.Text(name+"-year")
	if dayText+monthText+yearText == "" {
		return f.Text(name) // a form without the three parts
	}
	persian := f.Text(name+"-calendar") == "persian"
	day, _ := strconv.Atoi(text.FoldDigits(dayText))
	year, _ := strconv.Atoi(text.FoldDigits(yearText))
	month := monthOf(p, monthText, persian)
	if persian {
		if d, ok := text.FromSolarHijri(year, month, day); ok {
			return d.String()
		}
		return "-"
	}
	if d := (text.Day{Year: year, Month: month, Day: day}); d.Exists() && year > 999 {
		return d.String()
	}
	return "-"
}

// monthOf reads a month as a number or by the beginning of its name.
func monthOf(p *text.Printer, typed string, persian bool) int {
	typed = strings.TrimSpace(text.FoldDigits(typed))
	if n, err := strconv.Atoi(typed); err == nil {
		return n
	}
	folded := []rune(text.Fold(typed))
	for m := 1; m <= 12 && len(folded) >= 3; m++ {
		name := p.Month(m)
		if persian {
			name = p.SolarMonth(m)
		}
		if strings.HasPrefix(text.Fold(name), string(folded[:3])) {
			return m
		}
	}
	return 0
}

// date is the input for a date: what was typed, else a day that is known.
func date(r *visit.Request, name, label, hint, problem string, typed web.Form, isTyped bool, known string) ui.Date {
	d := ui.Date{W: r, Name: name, Legend: label, Hint: hint, Error: problem}
	if r.Lang() == "fa" {
		d.Calendar = "persian"
	}
	if isTyped {
		d.Calendar = typed.Text(name + "-calendar")
		d.Day, d.Month, d.Year = typed.Text(name+"-day"), typed.Text(name+"-month"), typed.Text(name+"-year")
		return d
	}
	if day, err := text.ParseDay(known); err == nil {
		y, m, dd := day.Year, day.Month, day.Day
		if d.Calendar == "persian" {
			y, m, dd = day.SolarHijri()
		}
		d.Day, d.Month, d.Year = strconv.Itoa(dd), strconv.Itoa(m), strconv.Itoa(y)
	}
	return d
}
