package notify_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"okno/internal/notify"
	"okno/internal/outside/sms"
	"okno/internal/text"
	"okno/internal/text/texttest"
)

// realistic are the longest values that the variables of short messages have in
// practice. A variable that is not here is one that an SMS must not have: no
// names, no amounts, no numbers of documents (screens.md, message rules).
var realistic = map[string]string{
	"code":   "123456",
	"host":   "okno.example",
	"number": "2026-0012345",
	"n":      "5",
	"time":   "14:30",
	"date":   "19.03.2026",
}

// hostOfLine is a host as long as the bound line of a code may need to have.
const hostOfLine = "okno.example"

func TestShortMessagesFitOnePart(t *testing.T) {
	c := texttest.Load(t)
	found := 0
	for _, lang := range c.Languages() {
		for _, key := range c.Keys(lang) {
			if strings.HasSuffix(key, ".sms") {
				found++
				checkShort(t, c, lang, key)
			}
		}
	}
	if found < 9 {
		t.Fatalf("only %d short messages found: the search is broken", found)
	}
}

func checkShort(t *testing.T, c *text.Catalogue, lang, key string) {
	t.Helper()
	written, _ := c.Text(lang, key)
	var pairs []any
	for _, name := range written.Variables {
		value, ok := realistic[name]
		if !ok {
			t.Errorf("%s:%d: %s has the variable {%s}, which a short message must not have", written.File, written.Line, key, name)
			return
		}
		if name == "n" {
			pairs = append(pairs, "n", 5)
			continue
		}
		pairs = append(pairs, name, value)
	}
	said := strings.NewReplacer("\u2068", "", "\u2069", "").Replace(c.For(lang).T(key, pairs...))
	if strings.Contains(said, "://") || strings.Contains(said, "www.") {
		t.Errorf("%s:%d: %s holds a link", written.File, written.Line, key)
	}
	for _, name := range written.Variables {
		if name == "code" {
			said += notify.BoundLine(hostOfLine, realistic["code"])
		}
	}
	if encoding, parts := sms.Segments(said); parts != 1 {
		t.Errorf("%s:%d: %s takes %d parts in %v (%d characters): %s", written.File, written.Line, key, parts, encoding, utf8.RuneCountInString(said), said)
	}
}

func TestLettersHaveShortSubjects(t *testing.T) {
	c := texttest.Load(t)
	for _, lang := range c.Languages() {
		for _, key := range c.Keys(lang) {
			if !strings.HasSuffix(key, ".subject") {
				continue
			}
			written, _ := c.Text(lang, key)
			for _, form := range written.Forms {
				if n := utf8.RuneCountInString(form); n > 50 {
					t.Errorf("%s:%d: %s has %d characters, at most 50", written.File, written.Line, key, n)
				}
			}
		}
	}
}
