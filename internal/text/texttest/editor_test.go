package texttest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"okno/internal/text"
	"okno/internal/text/texttest"
)

func load(t *testing.T, pairs ...string) *text.Catalogue {
	t.Helper()
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	c, err := text.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompareFindsWhatLanguagesLack(t *testing.T) {
	c := load(t,
		"en/a.yaml", "a.same: \"Hello {name}\"\na.lost: x\na.vars: \"{one}\"\na.days: {one: \"1 day\", other: \"{n} days\"}",
		"ru/a.yaml", "a.same: \"Здравствуйте, {name}\"\na.vars: \"{other}\"\na.days: {one: \"{n} день\", few: \"{n} дня\", many: \"{n} дней\"}")
	got := fmt.Sprint(texttest.Compare(c))
	for _, want := range []string{"ru a.lost: the text is missing", "ru/a.yaml:2 a.vars: variables [other], but [one]"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	if strings.Contains(got, "a.same") || strings.Contains(got, "a.days") {
		t.Errorf("equal texts are found unequal: %s", got)
	}
}

func TestReadFindsWhatAnEditorWouldMend(t *testing.T) {
	long := strings.Repeat("word ", 26)
	for _, tt := range []struct{ lang, key, written, want string }{
		{"en", "a.x", "Please wait", `"please" is banned`},
		{"en", "a.x", "Submit", `"submit" is banned`},
		{"en", "a.x", "It is invalid", `"invalid" is banned`},
		{"en", "a.x", "Done!", `"!" is banned`},
		{"en", "a.x", "Done 🎉", `is banned`},
		{"en", "a.x", "READ this IMPORTANT note", `"IMPORTANT" is banned`},
		{"en", "a.x", "Read <b>this</b>", "HTML"},
		{"en", "a.x", " Read", "spaces"},
		{"en", "a.x", "", "empty"},
		{"en", "a.x", long, "a sentence of 26 words"},
		{"en", "b.x", "Read", "begins with the name of its file"},
		{"en", "a.subject", strings.Repeat("x", 51), "51 characters, at most 50"},
		{"en", "a.sms", strings.Repeat("x", 155) + "{code}", "161 characters"},
		{"en", "a.x", "Cafe\u0301", "not NFC"},
		{"en", "a.x", "Read\u200b this", "hidden"},
		{"ru", "a.sms", strings.Repeat("ж", 71), "71 characters, at most 70"},
		{"ru", "a.x", "Пожалуйста, подождите", "is banned"},
		{"ru", "a.x", "Откройте Internet", `"Internet" is not of this alphabet`},
		{"fa", "a.x", "لطفا صبر کنید", "is banned"},
		{"fa", "a.x", "تا 5 روز", `"5" is not of this alphabet`},
		{"fa", "a.x", "كتاب", `"ك" is not of this alphabet`},
		{"fa", "a.x", "پروندهٔ Word", `"Word" is not of this alphabet`},
	} {
		c := load(t, tt.lang+"/a.yaml", fmt.Sprintf("%s: %q", tt.key, tt.written))
		if got := fmt.Sprint(texttest.Read(c, tt.lang, []string{"PDF"})); !strings.Contains(got, tt.want) {
			t.Errorf("%s %q: %q is not in %s", tt.lang, tt.written, tt.want, got)
		}
	}
}

func TestReadLeavesGoodTextsAlone(t *testing.T) {
	for _, tt := range []struct{ lang, written string }{
		{"en", "Send the PDF to {office}. We answer in 5 days: the SNILS office reads it."},
		{"en", "The theory is here. Book a shed for justice."}, // he, her, just inside words
		{"ru", "Отправьте PDF в {office} до {date}. Введите СНИЛС."},
		{"fa", "پروندهٔ PDF را تا {date} بفرستید؛ ۵ روز می\u200cماند"},
	} {
		c := load(t, tt.lang+"/a.yaml", fmt.Sprintf("a.x: %q", tt.written))
		if got := texttest.Read(c, tt.lang, []string{"PDF"}); len(got) > 0 {
			t.Errorf("%q: %v", tt.written, got)
		}
	}
}

func TestMeanCountsSentencesOnly(t *testing.T) {
	c := load(t, "en/a.yaml", "a.label: Save\na.x: \"One two three four. One two three four five six\"")
	if got := texttest.Mean(c, "en"); got != 5 {
		t.Errorf("got %v", got)
	}
}

func TestUnusedAndMissingKeys(t *testing.T) {
	uses, err := texttest.Scan(fstest.MapFS{
		"a/a.go": {Data: []byte(`p.T("a.used", "n", 1); p.T("a.state." + s); p.T("a." + s); fault.New(fault.Conflict, "a.lost")
	fault.OneField("phone", "a.gone", nil); fault.OneField(f.Code, "a.used", nil); Notice{Key: "a.told"}; x.T("a.page.title"); NotT("a.not")
	// T("a.other") stands in a comment`)},
		"a/a.templ":    {Data: []byte(`{ p.T("a.page.title") }`)},
		"a/a_test.go":  {Data: []byte(`p.T("a.tested"); p.T("a.absent")`)},
		"a/a_templ.go": {Data: []byte(`p.T("a.generated")`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"a.used", "a.state.sent", "a.page.title", "a.tested", "a.generated", "a.declared.x", "a.other", "a.told.sms", "a.told.button", "a.silent.sms", "a.told.page"}
	if got := strings.Join(uses.Unused(keys, []string{"a.declared."}), " "); got != "a.tested a.generated a.other a.silent.sms a.told.page" {
		t.Errorf("unused: %q", got)
	}
	c := load(t, "en/a.yaml", "a.used: x\na.page.title: x")
	if got := fmt.Sprint(uses.Missing(c.For("en"))); got != "[a/a.go: there is no text a.gone a/a.go: there is no text a.lost]" {
		t.Errorf("missing: %s", got)
	}
}
