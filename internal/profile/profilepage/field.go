package profilepage

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"okno/internal/jurisdiction"
	"okno/internal/profile"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// Suffixes of the three parts of a date and of its calendar (ui.Date).
var dateParts = []string{"-day", "-month", "-year", "-calendar"}

// isDate says whether a field holds a date.
func (p pages) isDate(field string) bool {
	f, ok := p.profiles.DocumentField(field)
	return field == profile.BirthDate || ok && f.Kind == jurisdiction.KindDate
}

// overlay puts what was typed for these fields over what is known, so that a
// form that shows a part of the profile changes that part only.
func (p pages) overlay(r *visit.Request, known map[string]string, fields []string) map[string]string {
	for _, field := range fields {
		if p.isDate(field) {
			for _, part := range dateParts {
				known[field+part] = short(r.Form.Text(field + part))
			}
			known[field] = dateOf(r.Printer, known, field)
			continue
		}
		if r.Form.Has(field) {
			known[field] = short(r.Form.Text(field))
		}
	}
	return known
}

// short bounds what is kept of a field before it is checked.
func short(s string) string {
	if letters := []rune(s); len(letters) > 300 {
		return string(letters[:300])
	}
	return s
}

// dateOf joins the three parts: "2006-01-02", "" when nothing was typed, and
// what no calendar has when the parts make no day.
func dateOf(w *text.Printer, typed map[string]string, field string) string {
	dayText, monthText, yearText := typed[field+"-day"], typed[field+"-month"], typed[field+"-year"]
	if dayText+monthText+yearText == "" {
		return ""
	}
	persian := typed[field+"-calendar"] == "persian"
	day, _ := strconv.Atoi(text.FoldDigits(dayText))
	year, _ := strconv.Atoi(text.FoldDigits(yearText))
	month := monthOf(w, monthText, persian)
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

// monthOf reads a month as a number or by the first three letters of its name.
func monthOf(w *text.Printer, typed string, persian bool) int {
	typed = strings.TrimSpace(text.FoldDigits(typed))
	if n, err := strconv.Atoi(typed); err == nil {
		return n
	}
	folded := []rune(text.Fold(typed))
	for m := 1; m <= 12 && len(folded) >= 3; m++ {
		name := w.Month(m)
		if persian {
			name = w.SolarMonth(m)
		}
		if strings.HasPrefix(text.Fold(name), string(folded[:3])) {
			return m
		}
	}
	return 0
}

// date is the input for a date, in the calendar of the language or the one chosen.
func (p pages) date(r *visit.Request, typed map[string]string, field, label, hint, problem, to string) ui.Date {
	d := ui.Date{W: r, Name: field, Legend: label, Hint: hint, Error: problem, Birth: field == profile.BirthDate,
		First: "1900-01-01", Last: text.DayOf(r.Now, r.Law().Zone).String(), Calendar: typed[field+"-calendar"]}
	_, parted := typed[field+"-day"]
	if d.Calendar == "" && r.Lang() == "fa" {
		d.Calendar = "persian"
	}
	if r.Lang() == "fa" || d.Calendar == "persian" {
		d.Switch = to
	}
	d.Day, d.Month, d.Year = typed[field+"-day"], typed[field+"-month"], typed[field+"-year"]
	if day, err := text.ParseDay(typed[field]); err == nil && (!parted || typed[field+"-switched"] != "") {
		y, m, dd := day.Year, day.Month, day.Day
		if d.Calendar == "persian" {
			y, m, dd = day.SolarHijri()
		}
		d.Day, d.Month, d.Year = strconv.Itoa(dd), strconv.Itoa(m), strconv.Itoa(y)
	}
	return d
}

// switched changes the calendar of the date whose switch was pressed.
func (p pages) switched(r *visit.Request, typed map[string]string, fields []string) bool {
	pressed := false
	for _, field := range fields {
		if other := r.Form.Text(field + "-other"); other == "persian" || other == "gregory" {
			typed[field+"-calendar"], typed[field+"-switched"] = other, "1"
			pressed = true
		}
	}
	return pressed
}

// label is what a field is called.
func (p pages) label(r *visit.Request, field string) string {
	law, lang := r.Law(), r.Lang()
	if part, ok := law.Names.Part(field); ok {
		return part.Label.In(lang)
	}
	if i, ok := law.Identifier(field); ok {
		return i.Name.In(lang)
	}
	if f, ok := p.profiles.DocumentField(field); ok {
		return f.Label.In(lang)
	}
	if _, code, isPart := strings.Cut(field, "."); isPart {
		for _, part := range law.Address {
			if part.Code == code {
				return part.Label.In(lang)
			}
		}
	}
	return r.T("profile.field." + field)
}

// input is the control of a field.
func (p pages) input(r *visit.Request, typed map[string]string, field string, errs visit.Errors, to string) templ.Component {
	law, lang, value := r.Law(), r.Lang(), typed[field]
	f := ui.Field{W: r, Name: field, Label: p.label(r, field), Value: value, Error: errs.For(field)}
	if part, ok := law.Names.Part(field); ok {
		f.Hint, f.Optional, f.Kind = part.Hint.In(lang), part.Optional, nameKind(part.Autocomplete)
		return f
	}
	if i, ok := law.Identifier(field); ok {
		f.Hint, f.Kind, f.Size = i.Hint.In(lang), digitsOr(i.InputMode, ui.Document), len(i.Display)+2
		if where := i.Where.In(lang); where != "" {
			return withWhere(f, r.T("profile.where", "name", i.Name.In(lang)), where, i.Name.In(lang), i.Show(i.Example))
		}
		return f
	}
	if p.isDate(field) {
		hint := r.T("profile.date_hint")
		return p.date(r, typed, field, f.Label, hint, f.Error, to)
	}
	if d, ok := p.profiles.DocumentField(field); ok {
		f.Hint, f.Optional = d.Hint.In(lang), d.Optional
		if d.Pattern != "" {
			f.Kind = digitsOr(d.InputMode, ui.Document)
		}
		return f
	}
	switch field {
	case profile.Sex:
		return ui.Select{W: r, Name: field, Label: f.Label, Error: f.Error, Value: value, Empty: r.T("profile.choose"), Choices: []ui.Choice{
			{Value: "male", Label: r.T("profile.sex.male")}, {Value: "female", Label: r.T("profile.sex.female")}}}
	case profile.Citizenship:
		return ui.Select{W: r, Name: field, Label: f.Label, Error: f.Error, Value: value, Empty: r.T("profile.choose"), Choices: citizenships(r)}
	case profile.Identity:
		return ui.Select{W: r, Name: field, Label: f.Label, Error: f.Error, Value: value, Empty: r.T("profile.choose"), Choices: p.kinds(r, typed[profile.Citizenship])}
	case profile.BirthPlace:
		f.Hint = r.T("profile.birth_place_hint")
	}
	return p.addressInput(r, f)
}

func (p pages) addressInput(r *visit.Request, f ui.Field) templ.Component {
	_, code, isPart := strings.Cut(f.Name, ".")
	for _, part := range r.Law().Address {
		if isPart && part.Code == code {
			f.Optional, f.Kind = part.Optional, addressKind(part.Autocomplete)
		}
	}
	return f
}

func nameKind(token string) ui.Kind {
	switch token {
	case "given-name":
		return ui.GivenName
	case "family-name":
		return ui.FamilyName
	case "additional-name":
		return ui.AdditionalName
	}
	return ui.Plain
}

func addressKind(token string) ui.Kind {
	switch token {
	case "postal-code":
		return ui.Postcode
	case "address-level2":
		return ui.City
	case "street-address":
		return ui.StreetAddress
	}
	return ui.Plain
}

func digitsOr(mode string, other ui.Kind) ui.Kind {
	if mode == "numeric" {
		return ui.Digits
	}
	return other
}

// kinds are the kinds of identity documents that somebody of the citizenship may hold.
func (p pages) kinds(r *visit.Request, citizenship string) []ui.Choice {
	var choices []ui.Choice
	for _, d := range p.profiles.IdentityKinds(citizenship) {
		choices = append(choices, ui.Choice{Value: d.Code, Label: d.Name.In(r.Lang())})
	}
	return choices
}

// citizenships are the country's own first, then the others by name.
func citizenships(r *visit.Request) []ui.Choice {
	c := r.Law().Citizenship
	others := make([]ui.Choice, 0, len(c.Codes))
	for _, code := range c.Codes {
		others = append(others, ui.Choice{Value: code, Label: country(r, code)})
	}
	slices.SortStableFunc(others, func(a, b ui.Choice) int { return r.Compare(a.Label, b.Label) })
	return append([]ui.Choice{{Value: c.Own, Label: country(r, c.Own)}}, others...)
}

func country(r *visit.Request, code string) string {
	if name, ok := r.Law().Citizenship.Names[code]; ok {
		return name.In(r.Lang())
	}
	region, err := language.ParseRegion(code)
	namer := display.Regions(language.Make(r.Lang()))
	if err != nil || namer == nil {
		return code
	}
	return namer.Name(region)
}

// shown is a kept value as it is read.
func (p pages) shown(r *visit.Request, field, value string) string {
	if value == "" {
		return ""
	}
	if i, ok := r.Law().Identifier(field); ok {
		return i.Show(value)
	}
	if p.isDate(field) {
		if day, err := text.ParseDay(value); err == nil {
			return r.Date(day)
		}
	}
	if d, ok := p.profiles.DocumentField(field); ok {
		return d.Show(value)
	}
	switch field {
	case profile.Sex:
		return r.T("profile.sex." + value)
	case profile.Citizenship:
		return country(r, value)
	case profile.Identity:
		if d, ok := r.Law().Document(value); ok {
			return d.Name.In(r.Lang())
		}
	}
	return value
}

// isLatin says whether a value is read from left to right everywhere.
func (p pages) isLatin(r *visit.Request, field string) bool {
	_, isNumber := r.Law().Identifier(field)
	d, isDocument := p.profiles.DocumentField(field)
	return isNumber || isDocument && d.Pattern != "" && d.Kind != jurisdiction.KindDate
}
