package text_test

import (
	"strings"
	"testing"

	"okno/internal/text"
)

func TestEveryMistakeIsNamedWithFileAndLine(t *testing.T) {
	for _, tt := range []struct{ name, file, content, want string }{
		{"a key twice", "en/a.yaml", "a.x: one\na.y: two\na.x: three", "en/a.yaml:3: a.x: already at en/a.yaml:1"},
		{"an open brace", "en/a.yaml", "a.y: fine\na.x: \"Hello {name\"", "en/a.yaml:2: a.x: bad placeholder"},
		{"a closing brace", "en/a.yaml", "a.x: \"Hello name}\"", "en/a.yaml:1: a.x: bad placeholder"},
		{"a capital in a variable", "en/a.yaml", "a.x: \"Hello {Name}\"", "bad placeholder"},
		{"an empty variable", "en/a.yaml", "a.x: \"Hello {}\"", "bad placeholder"},
		{"no such category", "en/a.yaml", "a.x: {one: a, some: b, other: c}", `"some" is not a plural category`},
		{"another language's category", "en/a.yaml", "a.x: {one: a, few: b, other: c}", `en has no plural category "few"`},
		{"a missing category", "ru/a.yaml", "a.z: a\na.x: {one: a, many: c}", `ru/a.yaml:2: a.x: the plural category "few" is missing`},
		{"a category twice", "en/a.yaml", "a.x: {one: a, one: b, other: c}", "one stands twice"},
		{"a number", "en/a.yaml", "a.x: 5", "want a text"},
		{"a truth", "en/a.yaml", "a.x: true", "want a text"},
		{"nothing", "en/a.yaml", "a.x:", "want a text"},
		{"a list", "en/a.yaml", "a.x: [a, b]", "want a text"},
		{"deep maps", "en/a.yaml", "a.x:\n  one: {two: three}\n  other: x", "want a text"},
		{"an alias", "en/a.yaml", "a.x: &y text\na.z: *y", "want a text"},
		{"a list of keys", "en/a.yaml", "- a\n- b", "want a flat map"},
		{"a key without its package", "en/a.yaml", "title: x", "a key is lower-case words"},
		{"a capital in a key", "en/a.yaml", "a.Title: x", "a key is lower-case words"},
		{"no YAML", "en/a.yaml", "a.x: \"open", "en/a.yaml:1: not YAML"},
		{"no such language", "qq/a.yaml", "a.x: x", `unknown language "qq"`},
		{"no file", "en/readme.txt", "hello", "no <language>/*.yaml found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := text.Load(files(tt.file, tt.content))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAKeyInTwoFilesIsAMistake(t *testing.T) {
	_, err := text.Load(files("en/a.yaml", "a.x: one", "en/b.yaml", "b.y: two\na.x: three"))
	if err == nil || !strings.Contains(err.Error(), "en/b.yaml:2: a.x: already at en/a.yaml:1") {
		t.Errorf("got %v", err)
	}
}

func TestAllMistakesAreToldTogether(t *testing.T) {
	_, err := text.Load(files("en/a.yaml", "a.x: 5\na.y: \"{\"", "ru/a.yaml", "a.x: {one: a}"))
	if err == nil || strings.Count(err.Error(), "\n") < 3 {
		t.Errorf("got %v", err)
	}
}

func TestTextsOfSeveralLines(t *testing.T) {
	c := load(t, "en/a.yaml", "# a comment\na.x: |\n  First line\n\n  Second {n}\na.y: plain # comment\na.z: 'single ''quoted'''\n")
	p := c.For("en")
	for key, want := range map[string]string{
		"a.x": "First line\n\nSecond 5", "a.y": "plain", "a.z": "single 'quoted'",
	} {
		if got := p.T(key, "n", 5); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}

func TestAJurisdictionChangesWords(t *testing.T) {
	base := load(t, "en/a.yaml", "a.number: \"Your number {value}\"\na.other: Other", "ru/a.yaml", "a.number: \"Номер {value}\"")
	over, err := base.Overlay(files("en.yaml", "a.number: \"SNILS {value}\"\ncurrency.DRH: dirham\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ got, want string }{
		{over.For("en").T("a.number", "value", "1"), "SNILS 1"},
		{over.For("en").T("a.other"), "Other"},
		{over.For("ru").T("a.number", "value", "1"), "Номер 1"},
		{base.For("en").T("a.number", "value", "1"), "Your number 1"},
		{over.WithCurrency("DRH", 1).For("en").Money(15, "DRH"), "dirham1.5"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
	if _, err := base.Overlay(files("pl.yaml", "a.other: Inne")); err == nil || !strings.Contains(err.Error(), "pl.yaml:1: a.other: the language pl is not switched on") {
		t.Errorf("words of a language without texts: %v", err)
	}
	for name, content := range map[string]string{
		"no such text":    "a.new: x",
		"is not given":    "a.number: \"{value} {more}\"",
		"bad placeholder": "a.number: \"{\"",
	} {
		if _, err := base.Overlay(files("en.yaml", content)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", content, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("a.x: \"Hello {name}\"\na.y: {one: \"{n}\", other: \"{n} s\"}")
	f.Add("a.x: |\n  two\n  lines\n")
	f.Add("- &a [*a]")
	f.Add("? {a: b}\n: c\n<<: *x\n--- !!binary x")
	f.Fuzz(func(t *testing.T, content string) {
		c, err := text.Load(files("en/a.yaml", content))
		if err != nil {
			return
		}
		for _, key := range c.Keys("en") {
			written, ok := c.Text("en", key)
			if !ok || len(written.Forms) == 0 {
				t.Fatalf("%q was loaded without a text", key)
			}
			pairs := []any{"n", 5}
			for _, v := range written.Variables {
				if v != "n" {
					pairs = append(pairs, v, "value")
				}
			}
			if got := c.For("en").T(key, pairs...); got == "["+key+"]" && written.Forms[""] != got {
				t.Fatalf("%q cannot be said: %v", key, written)
			}
		}
	})
}
