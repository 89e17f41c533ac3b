package text

import "time"

// Russian and Polish: months stand in the genitive beside a day, and so does the
// weekday after "until".

var russian = language{
	code: "ru", name: "Русский", dir: "ltr", collation: "ru",
	plural: pluralRussian,
	group:  "\u00a0", groupFrom: 4, decimal: ",",
	money: "{amount}\u00a0{currency}", currencies: plainSigns,
	months: [12]string{
		"января", "февраля", "марта", "апреля", "мая", "июня",
		"июля", "августа", "сентября", "октября", "ноября", "декабря",
	},
	weekdays:  [7]string{"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"},
	until:     [7]string{"воскресенья", "понедельника", "вторника", "среды", "четверга", "пятницы", "субботы"},
	date:      "{weekday}, {day} {month} {year} года",
	shortDate: "{day} {month} {year} года",
	dateTime:  "{date}, {time}",
	deadline:  "до {weekday}, {day} {month}, {time}",
	and:       " и ", comma: ", ", semicolon: "; ",
	length: "{n}\u00a0{unit}", weekStart: time.Monday,
	units: [3]map[string]string{
		formsOf(one, "день", few, "дня", many, "дней"),
		formsOf(one, "час", few, "часа", many, "часов"),
		formsOf(one, "минута", few, "минуты", many, "минут"),
	},
}

var polish = language{
	code: "pl", name: "Polski", dir: "ltr", collation: "pl",
	plural: pluralPolish,
	group:  "\u00a0", groupFrom: 5, decimal: ",",
	money: "{amount}\u00a0{currency}", currencies: plainSigns,
	months: [12]string{
		"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
		"lipca", "sierpnia", "września", "października", "listopada", "grudnia",
	},
	weekdays:  [7]string{"niedziela", "poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota"},
	until:     [7]string{"niedzieli", "poniedziałku", "wtorku", "środy", "czwartku", "piątku", "soboty"},
	date:      "{weekday}, {day} {month} {year}",
	shortDate: "{day} {month} {year}",
	dateTime:  "{date}, {time}",
	deadline:  "do {weekday}, {day} {month}, {time}",
	and:       " i ", comma: ", ", semicolon: "; ",
	length: "{n}\u00a0{unit}", weekStart: time.Monday,
	units: [3]map[string]string{
		formsOf(one, "dzień", few, "dni", many, "dni"),
		formsOf(one, "godzina", few, "godziny", many, "godzin"),
		formsOf(one, "minuta", few, "minuty", many, "minut"),
	},
}
