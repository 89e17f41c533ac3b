package text_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/text"
	"okno/internal/text/texttest"
)

func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func load(t *testing.T, pairs ...string) *text.Catalogue {
	t.Helper()
	c, err := text.Load(files(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func all(t *testing.T) *text.Catalogue {
	t.Helper()
	var pairs []string
	for _, lang := range text.Known() {
		pairs = append(pairs, lang+"/x.yaml", "x.hello: Okno\n")
	}
	return load(t, pairs...)
}

func TestNumbersOfThings(t *testing.T) {
	c := load(t,
		"en/check.yaml", `check.minutes: {one: "{n} minute left for {name}", other: "{n} minutes left for {name}"}`,
		"ru/check.yaml", `check.minutes: {one: "{n} минута для {name}", few: "{n} минуты для {name}", many: "{n} минут для {name}"}`,
		"fa/check.yaml", `check.minutes: {one: "{n} دقیقه برای {name}", other: "{n} دقیقه برای {name}"}`)
	for _, tt := range []struct {
		lang string
		n    any
		want string
	}{
		{"en", 1, "1 minute left for Ann"},
		{"en", int64(2000), "2,000 minutes left for Ann"},
		{"ru", 21, "21 минута для Ann"},
		{"ru", 3, "3 минуты для Ann"},
		{"ru", 112, "112 минут для Ann"},
		{"ru", 11, "11 минут для Ann"},
		{"fa", 5, "۵ دقیقه برای Ann"},
	} {
		if got := c.For(tt.lang).T("check.minutes", "name", "Ann", "n", tt.n); got != tt.want {
			t.Errorf("%s %v: got %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}

func TestValuesInRightToLeftSentences(t *testing.T) {
	c := load(t, "fa/a.yaml", "a.x: \"به {value}.\"", "en/a.yaml", "a.x: \"to {value}.\"")
	if got := c.For("fa").Isolate("+7 900 123") + c.For("fa").Isolate(""); got != "\u2068+7 900 123\u2069" {
		t.Errorf("a number that stands alone is %q", got)
	}
	for value, isolated := range map[string]bool{
		"+7 900 123-45-67": true, "(none)": true, "Ann B.": true, "12 34": true,
		"123456": false, "۲۳:۵۹": false, "Ann": false, "id.example": false, "a@b.example": false, "AB 12-3": false,
		"https://id.example/?a=1&b=": false, "علی (Ali)": false, "۴۰\u00a0یورو": false, "": false,
	} {
		want := value
		if isolated {
			want = "\u2068" + value + "\u2069"
		}
		if got := c.For("fa").T("a.x", "value", value); got != "به "+want+"." {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := c.For("en").T("a.x", "value", value); got != "to "+value+"." {
			t.Errorf("left to right nothing is marked: %q", got)
		}
	}
}

func TestWhatIsMissingIsReportedAndNeverPanics(t *testing.T) {
	var troubles []string
	c := load(t, "en/a.yaml", "a.one: \"Hello {name}\"\na.many: {one: \"{n} day\", other: \"{n} days\"}\n").
		WithReport(func(trouble text.Trouble) { troubles = append(troubles, trouble.Key+": "+trouble.What) })
	p := c.For("en")
	for _, tt := range []struct {
		key   string
		pairs []any
	}{
		{"a.none", nil}, {"a.one", nil}, {"a.one", []any{"name"}}, {"a.one", []any{7, "x"}},
		{"a.one", []any{"name", 1.5}}, {"a.many", nil}, {"a.many", []any{"n", "five"}},
	} {
		if got := p.T(tt.key, tt.pairs...); got != "["+tt.key+"]" {
			t.Errorf("%s %v: got %q", tt.key, tt.pairs, got)
		}
	}
	if len(troubles) != 7 {
		t.Errorf("7 troubles expected, reported were %q", troubles)
	}
	if got := p.T("a.one", "name", "Ann"); got != "Hello Ann" || len(troubles) != 7 {
		t.Errorf("a whole text was not said well: %q, %q", got, troubles)
	}
}

func TestLanguages(t *testing.T) {
	c := all(t)
	t.Run("Q-57 seven languages have their tables and Persian runs right to left", func(t *testing.T) {
		want := "en ru pl sq sw nb fa"
		if got := strings.Join(c.Languages(), " "); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		for _, lang := range c.Languages() {
			p := c.For(lang)
			if rtl := p.Dir() == "rtl"; p.Lang() != lang || rtl != (lang == "fa") || p.Name() == lang {
				t.Errorf("%s: lang %q, dir %q, name %q", lang, p.Lang(), p.Dir(), p.Name())
			}
		}
	})
	t.Run("an unknown language is spoken to in English", func(t *testing.T) {
		if got := c.For("xx").Lang(); got != "en" {
			t.Errorf("got %q", got)
		}
	})
}

func TestNegotiate(t *testing.T) {
	supported := []string{"ru", "en", "nb", "fa"}
	for _, tt := range []struct{ accept, want string }{
		{"", "ru"},
		{"fa-IR,fa;q=0.9,en;q=0.5", "fa"},
		{"de, en;q=0.5", "en"},
		{"en;q=0.1, fa;q=0.9", "fa"},
		{"no", "nb"},
		{"nn-NO", "nb"},
		{"de", "ru"},
		{"fa;q=0", "ru"},
		{"*", "ru"},
		{";;;q=x,,\x00", "ru"},
		{strings.Repeat("en-", 5000), "ru"},
		{"fa, " + strings.Repeat("de;q=0.5,", 5000), "fa"},
	} {
		if got := text.Negotiate(tt.accept, supported); got != tt.want {
			t.Errorf("Negotiate(%.40q) = %q, want %q", tt.accept, got, tt.want)
		}
	}
	if got := text.Negotiate("en", nil); got != "" {
		t.Errorf("nothing supported, got %q", got)
	}
}

func TestDates(t *testing.T) {
	c := all(t)
	d := text.Day{Year: 2026, Month: 3, Day: 10}
	zone := time.FixedZone("MSK", 3*3600)
	at := time.Date(2026, 3, 12, 20, 59, 0, 0, time.UTC) // 23:59 in the zone
	for _, tt := range []struct{ lang, date, short, deadline string }{
		{"en", "Tuesday 10 March 2026", "10 March 2026", "until Thursday 12 March, 23:59"},
		{"ru", "вторник, 10 марта 2026 года", "10 марта 2026 года", "до четверга, 12 марта, 23:59"},
		{"pl", "wtorek, 10 marca 2026", "10 marca 2026", "do czwartku, 12 marca, 23:59"},
		{"sq", "e martë, 10 mars 2026", "10 mars 2026", "deri të enjten, 12 mars, ora 23:59"},
		{"sw", "Jumanne, 10 Machi 2026", "10 Machi 2026", "hadi Alhamisi 12 Machi, 23:59, saa tano na dakika 59 usiku"},
		{"nb", "tirsdag 10. mars 2026", "10. mars 2026", "til torsdag 12. mars kl. 23:59"},
		{
			"fa", "سه\u200cشنبه ۱۹ اسفند ۱۴۰۴ (۱۰ مارس ۲۰۲۶)", "۱۹ اسفند ۱۴۰۴ (۱۰ مارس ۲۰۲۶)",
			"تا پنجشنبه ۲۱ اسفند (۱۲ مارس)، ساعت ۲۳:۵۹",
		},
	} {
		p := c.For(tt.lang)
		if got := p.Date(d); got != tt.date {
			t.Errorf("%s date: got %q, want %q", tt.lang, got, tt.date)
		}
		if got := p.ShortDate(d); got != tt.short {
			t.Errorf("%s short date: got %q, want %q", tt.lang, got, tt.short)
		}
		if got := p.Deadline(at, zone); got != tt.deadline {
			t.Errorf("%s deadline: got %q, want %q", tt.lang, got, tt.deadline)
		}
		if p.Date(text.Day{}) != "" || p.Date(text.Day{Year: 2026, Month: 13, Day: 40}) != "2026-13-40" {
			t.Errorf("%s: no day is empty, an impossible day is shown as it is", tt.lang)
		}
	}
	if got := c.For("ru").ShortDateTime(at, zone); got != "12 марта 2026 года, 23:59" {
		t.Errorf("a moment in a table is %q", got)
	}
	if got := c.For("en").DateTime(at, zone); got != "Thursday 12 March 2026, 23:59" {
		t.Errorf("date and time: %q", got)
	}
	if got := text.LastMinute(d.AddDays(2), zone); !got.Equal(at) {
		t.Errorf("last minute: %v", got)
	}
	if fa := c.For("fa"); fa.SolarMonth(1) != "فروردین" || fa.SolarMonth(13) != "" || fa.WeekStart() != time.Saturday {
		t.Errorf("the Persian calendar: %q, %v", fa.SolarMonth(1), fa.WeekStart())
	}
	if en := c.For("en"); en.SolarMonth(1) != "" || en.Month(12) != "December" || en.Weekday(time.Friday) != "Friday" {
		t.Error("the English calendar")
	}
	sw := c.For("sw").Time(time.Date(2026, 1, 1, 14, 30, 0, 0, time.UTC), time.UTC)
	if sw != "14:30, saa nane na nusu mchana" {
		t.Errorf("Swahili time: %q", sw)
	}
}

func TestNumbersMoneyListsAndLengths(t *testing.T) {
	c := all(t).WithCurrency("DRH", 0)
	nb := "\u00a0"
	for _, tt := range []struct{ what, got, want string }{
		{"en number", c.For("en").Number(1234567), "1,234,567"},
		{"en small", c.For("en").Number(999), "999"},
		{"ru negative", c.For("ru").Number(-1234), "−1" + nb + "234"},
		{"pl groups from five digits", c.For("pl").Number(1234), "1234"},
		{"fa number", c.For("fa").Number(1234), "۱٬۲۳۴"},
		{"fa negative", c.For("fa").Number(-12), "\u200e−۱۲"},
		{"sw length", c.For("sw").Duration(120), "saa" + nb + "2"},
		{"smallest", c.For("en").Number(-9223372036854775808), "−9,223,372,036,854,775,808"},
		{"ru decimal", c.For("ru").Decimal("-1234.50"), "−1" + nb + "234,50"},
		{"fa decimal", c.For("fa").Decimal("12.5"), "۱۲٫۵"},
		{"no decimal", c.For("ru").Decimal("12.x"), "12.x"},
		{"en whole money", c.For("en").Money(140000, "RUB"), "₽1,400"},
		{"ru whole money", c.For("ru").Money(140000, "RUB"), "1" + nb + "400" + nb + "₽"},
		{"ru kopecks", c.For("ru").Money(5, "RUB"), "0,05" + nb + "₽"},
		{"ru debt", c.For("ru").Money(-150050, "RUB"), "−1" + nb + "500,50" + nb + "₽"},
		{"fa money", c.For("fa").Money(4000, "EUR"), "۴۰" + nb + "یورو"},
		{"yen", c.For("en").Money(400, "JPY"), "JPY" + nb + "400"},
		{"dinar", c.For("en").Money(1234500, "KWD"), "KWD" + nb + "1,234.500"},
		{"own currency", c.For("nb").Money(400, "DRH"), "400" + nb + "DRH"},
		{"en list", c.For("en").List([]string{"a", "b", "c"}), "a, b and c"},
		{"ru list", c.For("ru").List([]string{"а", "б"}), "а и б"},
		{"fa list", c.For("fa").List([]string{"a", "b", "c"}), "a، b و c"},
		{"fa row", c.For("fa").Row("a", "b", "c"), "a، b، c"},
		{"en phrase", c.For("en").Phrase([]string{"Name", "Date of birth", "SNILS"}), "name, date of birth and SNILS"},
		{"ru phrase of lists", c.For("ru").Phrase([]string{"Фамилия, имя и отчество", "Дата рождения", "ИНН"}), "фамилия, имя и отчество; дата рождения; ИНН"},
		{"fa phrase of lists", c.For("fa").Phrase([]string{"نام و نام خانوادگی", "تاریخ تولد"}), "نام و نام خانوادگی؛ تاریخ تولد"},
		{"phrase of one", c.For("ru").Phrase([]string{"Пол"}) + c.For("ru").Phrase(nil), "пол"},
		{"one item", c.For("en").List([]string{"a"}) + c.For("en").List(nil), "a"},
		{"en length", c.For("en").Duration(125), "2" + nb + "hours 5" + nb + "minutes"},
		{"ru length", c.For("ru").Duration(1440*2 + 21), "2" + nb + "дня 21" + nb + "минута"},
		{"fa length", c.For("fa").Duration(15), "۱۵" + nb + "دقیقه"},
		{"nothing", c.For("en").Duration(0), "0" + nb + "minutes"},
		{"digits stay", c.For("ru").Digits("a1"), "a1"},
		{"digits turn", c.For("fa").Digits("a1"), "a۱"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.what, tt.got, tt.want)
		}
	}
}

func TestOrder(t *testing.T) {
	c := all(t)
	for _, tt := range []struct{ lang, items, want string }{
		{"ru", "жук ёж ель Енот дом", "дом ёж ель Енот жук"},
		{"nb", "ål øl æra zoo alf", "alf zoo æra øl ål"},
		{"fa", "یک پدر بابا چای گل کتاب", "بابا پدر چای کتاب گل یک"},
		{"pl", "łódka lody żaba zamek", "lody łódka zamek żaba"},
	} {
		items := strings.Fields(tt.items)
		p := c.For(tt.lang)
		p.Sort(items)
		if got := strings.Join(items, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.lang, got, tt.want)
		}
		for i := 1; i < len(items); i++ {
			if string(p.SortKey(items[i-1])) > string(p.SortKey(items[i])) || !p.Less(items[i-1], items[i]) {
				t.Errorf("%s: keys of %q and %q disagree with the order", tt.lang, items[i-1], items[i])
			}
		}
	}
}

func TestPseudoLanguageIsLongerAndKeepsVariables(t *testing.T) {
	c := load(t, "en/a.yaml", "a.title: \"Your letter from {office} is here\"\na.many: {one: \"{n} day\", other: \"{n} days\"}\n")
	p := c.Pseudo()
	got, plain := p.T("a.title", "office", "X"), c.For("en").T("a.title", "office", "X")
	if n := len([]rune(got)); n < len(plain)*135/100 || !strings.Contains(got, " X ") || strings.Contains(got, "letter") {
		t.Errorf("got %q for %q", got, plain)
	}
	if p.Lang() != text.PseudoLang || !strings.Contains(p.T("a.many", "n", 2), "2 dáÿš") {
		t.Errorf("%s: %q", p.Lang(), p.T("a.many", "n", 2))
	}
}

func TestTheProductsOwnTextsAreThere(t *testing.T) {
	c := texttest.Load(t)
	for _, lang := range []string{"en", "ru", "fa"} {
		if c.For(lang).Lang() != lang || c.For(lang).T("text.unclean") == "" {
			t.Errorf("%s is missing", lang)
		}
	}
}
