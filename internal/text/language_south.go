package text

import (
	"strconv"
	"time"
)

// Albanian, Swahili and Persian.

var albanian = language{
	code: "sq", name: "Shqip", dir: "ltr", collation: "sq",
	plural: pluralOneIsOne,
	group:  "\u00a0", groupFrom: 4, decimal: ",",
	money: "{amount}\u00a0{currency}", currencies: plainSigns,
	months: [12]string{
		"janar", "shkurt", "mars", "prill", "maj", "qershor",
		"korrik", "gusht", "shtator", "tetor", "nëntor", "dhjetor",
	},
	weekdays:  [7]string{"e diel", "e hënë", "e martë", "e mërkurë", "e enjte", "e premte", "e shtunë"},
	until:     [7]string{"të dielën", "të hënën", "të martën", "të mërkurën", "të enjten", "të premten", "të shtunën"},
	date:      "{weekday}, {day} {month} {year}",
	shortDate: "{day} {month} {year}",
	dateTime:  "{date}, ora {time}",
	deadline:  "deri {weekday}, {day} {month}, ora {time}",
	and:       " dhe ", comma: ", ", semicolon: "; ",
	length: "{n}\u00a0{unit}", weekStart: time.Monday,
	units: [3]map[string]string{
		formsOf(one, "ditë", other, "ditë"),
		formsOf(one, "orë", other, "orë"),
		formsOf(one, "minutë", other, "minuta"),
	},
}

var swahili = language{
	code: "sw", name: "Kiswahili", dir: "ltr", collation: "sw",
	plural: pluralOneIsOne,
	group:  ",", groupFrom: 4, decimal: ".",
	money: "{currency}\u00a0{amount}", currencies: plainSigns,
	months: [12]string{
		"Januari", "Februari", "Machi", "Aprili", "Mei", "Juni",
		"Julai", "Agosti", "Septemba", "Oktoba", "Novemba", "Desemba",
	},
	weekdays:  [7]string{"Jumapili", "Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi"},
	date:      "{weekday}, {day} {month} {year}",
	shortDate: "{day} {month} {year}",
	dateTime:  "{date}, {time}",
	deadline:  "hadi {weekday} {day} {month}, {time}",
	and:       " na ", comma: ", ", semicolon: "; ",
	length: "{unit}\u00a0{n}", weekStart: time.Monday,
	units: [3]map[string]string{
		formsOf(one, "siku", other, "siku"),
		formsOf(one, "saa", other, "saa"),
		formsOf(one, "dakika", other, "dakika"),
	},
	clock: swahiliClock,
}

// swahiliClock adds the hour in words to the 24-hour time, because the Swahili
// day begins at six (style guide 14): "14:30, saa nane na nusu mchana".
func swahiliClock(hour, minute int) string {
	hours := [12]string{
		"kumi na mbili", "moja", "mbili", "tatu", "nne", "tano",
		"sita", "saba", "nane", "tisa", "kumi", "kumi na moja",
	}
	words := ", saa " + hours[(hour+6)%12]
	switch minute {
	case 0:
	case 15:
		words += " na robo"
	case 30:
		words += " na nusu"
	default:
		words += " na dakika " + strconv.Itoa(minute)
	}
	return words + " " + swahiliPart(hour)
}

func swahiliPart(hour int) string {
	switch {
	case hour < 4 || hour >= 19:
		return "usiku"
	case hour < 6:
		return "alfajiri"
	case hour < 12:
		return "asubuhi"
	case hour < 16:
		return "mchana"
	}
	return "jioni"
}

var persian = language{
	code: "fa", name: "فارسی", dir: "rtl", collation: "fa",
	plural: pluralPersian,
	digits: "۰۱۲۳۴۵۶۷۸۹",
	group:  "٬", groupFrom: 4, decimal: "٫",
	money: "{amount}\u00a0{currency}",
	currencies: map[string]string{
		"RUB": "روبل", "EUR": "یورو", "USD": "دلار", "GBP": "پوند",
		"PLN": "زلوتی", "NOK": "کرون", "IRR": "ریال",
	},
	months: [12]string{
		"ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن",
		"ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
	},
	weekdays:  [7]string{"یکشنبه", "دوشنبه", "سه\u200cشنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه"},
	date:      "{weekday} {sday} {smonth} {syear} ({day} {month} {year})",
	shortDate: "{sday} {smonth} {syear} ({day} {month} {year})",
	dateTime:  "{date}، ساعت {time}",
	deadline:  "تا {weekday} {sday} {smonth} ({day} {month})، ساعت {time}",
	and:       " و ", comma: "، ", semicolon: "؛ ",
	length: "{n}\u00a0{unit}", weekStart: time.Saturday,
	units: [3]map[string]string{
		formsOf(one, "روز", other, "روز"),
		formsOf(one, "ساعت", other, "ساعت"),
		formsOf(one, "دقیقه", other, "دقیقه"),
	},
	solarMonths: &[12]string{
		"فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
		"مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
	},
}
