package text

import (
	"strings"
	"time"
)

// language is the table of one language: everything that does not depend on the
// product's texts. Sources: CLDR and the languages' own grammar; the forms were
// chosen for the sentences of the content style guide (13 to 15).
type language struct {
	code, name  string // BCP 47 code, name in the language itself
	dir         string // "ltr" or "rtl"
	collation   string // tag of the collation to use
	plural      plural
	digits      string // the ten digits of running text; empty means 0 to 9
	group       string // between thousands
	groupFrom   int    // the smallest number of digits that is grouped
	decimal     string
	money       string            // "{amount} {currency}" or "{currency}{amount}"
	currencies  map[string]string // signs or names that the language uses
	months      [12]string        // as written beside a day
	weekdays    [7]string         // Sunday first, as in time.Weekday
	until       [7]string         // weekdays after "until"; empty means the plain ones
	date        string            // {weekday} {day} {month} {year}
	shortDate   string
	dateTime    string // {date} {time}
	deadline    string // {weekday} {day} {month} {time}
	and, comma  string
	semicolon   string
	units       [3]map[string]string // days, hours, minutes
	length      string               // {n} {unit}
	weekStart   time.Weekday
	clock       func(hour, minute int) string
	solarMonths *[12]string
}

// Known lists the codes of the languages that have a table here, in the order in
// which selectors show them.
func Known() []string {
	codes := make([]string, len(languages))
	for i, l := range languages {
		codes[i] = l.code
	}
	return codes
}

// NameOf is a language's name in that language ("Русский"), the code itself if
// the language is not known.
func NameOf(code string) string {
	if l := languageOf(code); l != nil {
		return l.name
	}
	return code
}

func languageOf(code string) *language {
	for _, l := range languages {
		if l.code == code {
			return l
		}
	}
	return nil
}

// languages is never changed; it is a variable because Go has no constant tables.
var languages = []*language{&english, &russian, &polish, &albanian, &swahili, &norwegian, &persian}

// plainSigns are the signs that most languages share.
var plainSigns = map[string]string{"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£", "PLN": "zł", "NOK": "kr"}

func (l *language) weekdayAfterUntil(w time.Weekday) string {
	if l.until[w] != "" {
		return l.until[w]
	}
	return l.weekdays[w]
}

func formsOf(pairs ...string) map[string]string {
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// put fills the places of a pattern of these tables, given as name, value, ...
func put(pattern string, values ...string) string {
	var b strings.Builder
	for pattern != "" {
		before, rest, _ := strings.Cut(pattern, "{")
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(before)
		for i := 0; i+1 < len(values) && name != ""; i += 2 {
			if values[i] == name {
				b.WriteString(values[i+1])
			}
		}
		pattern = after
	}
	return b.String()
}
