package text

import "time"

// English and Norwegian. \u00a0 is the space that keeps a number on one line.

var english = language{
	code: "en", name: "English", dir: "ltr", collation: "en",
	plural: pluralOneIsOne,
	group:  ",", groupFrom: 4, decimal: ".",
	money:      "{currency}{amount}",
	currencies: map[string]string{"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£"},
	months: [12]string{
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	},
	weekdays:  [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	date:      "{weekday} {day} {month} {year}",
	shortDate: "{day} {month} {year}",
	dateTime:  "{date}, {time}",
	deadline:  "until {weekday} {day} {month}, {time}",
	and:       " and ", comma: ", ", semicolon: "; ",
	length: "{n}\u00a0{unit}", weekStart: time.Monday,
	units: [3]map[string]string{
		formsOf(one, "day", other, "days"),
		formsOf(one, "hour", other, "hours"),
		formsOf(one, "minute", other, "minutes"),
	},
}

var norwegian = language{
	code: "nb", name: "Norsk bokmål", dir: "ltr", collation: "da",
	plural: pluralOneIsOne,
	group:  "\u00a0", groupFrom: 4, decimal: ",",
	money: "{amount}\u00a0{currency}", currencies: plainSigns,
	months: [12]string{
		"januar", "februar", "mars", "april", "mai", "juni",
		"juli", "august", "september", "oktober", "november", "desember",
	},
	weekdays:  [7]string{"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
	date:      "{weekday} {day}. {month} {year}",
	shortDate: "{day}. {month} {year}",
	dateTime:  "{date} kl. {time}",
	deadline:  "til {weekday} {day}. {month} kl. {time}",
	and:       " og ", comma: ", ", semicolon: "; ",
	length: "{n}\u00a0{unit}", weekStart: time.Monday,
	units: [3]map[string]string{
		formsOf(one, "dag", other, "dager"),
		formsOf(one, "time", other, "timer"),
		formsOf(one, "minutt", other, "minutter"),
	},
}
