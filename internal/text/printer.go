package text

import (
	"fmt"
	"strings"
	"sync"
)

// Printer says things in one language. It is safe for concurrent use and costs
// nothing to get from Catalogue.For.
type Printer struct {
	catalogue *Catalogue
	language  *language
	texts     map[string]message
	collators *sync.Pool
	lang      string
}

func newPrinter(c *Catalogue, l *language, texts map[string]message) *Printer {
	return &Printer{catalogue: c, language: l, texts: texts, collators: collatorsOf(l), lang: l.code}
}

// Lang is the code for the lang attribute: "en", "ru", "fa".
func (p *Printer) Lang() string { return p.lang }

// Name is the language's name in itself: "Русский".
func (p *Printer) Name() string { return p.language.name }

// Dir is the writing direction for the dir attribute: "ltr" or "rtl".
func (p *Printer) Dir() string { return p.language.dir }

// Has says that the language has a text of this key.
func (p *Printer) Has(key string) bool { _, ok := p.texts[key]; return ok }

// T is the text of a key with its variables filled in: T("check.wait", "n", 5,
// "register", name). Pairs are name and value; a value is a string, a whole number
// (written with the language's digits and groups) or a Day. In a plural text the
// variable n chooses the form. The result is plain text, never HTML.
//
// A missing key or variable never panics: the key is returned in brackets and the
// catalogue's report is told.
func (p *Printer) T(key string, pairs ...any) string {
	m, ok := p.texts[key]
	if !ok {
		return p.trouble(key, "missing key")
	}
	form, ok := m.forms.of("")
	if !ok {
		n, given := count(pairs)
		if !given {
			return p.trouble(key, "missing variable n, a whole number")
		}
		if form, ok = m.forms.of(p.language.plural.of(n)); !ok {
			return p.trouble(key, "missing plural form")
		}
	}
	if len(form) == 1 && form[0].variable == "" {
		return form[0].words
	}
	return p.fill(key, form, pairs)
}

func (p *Printer) fill(key string, form template, pairs []any) string {
	var b strings.Builder
	for _, s := range form {
		if s.variable == "" {
			b.WriteString(s.words)
			continue
		}
		value, ok := find(pairs, s.variable)
		if !ok {
			return p.trouble(key, "missing variable "+s.variable)
		}
		shown, ok := p.show(value)
		if !ok {
			return p.trouble(key, fmt.Sprintf("variable %s has the type %T", s.variable, value))
		}
		b.WriteString(shown)
	}
	return b.String()
}

func (p *Printer) show(value any) (string, bool) {
	if s, ok := value.(string); ok {
		return p.isolate(s), true
	}
	if n, ok := whole(value); ok {
		return p.Number(n), true
	}
	if d, ok := value.(Day); ok {
		return p.Date(d), true
	}
	return "", false
}

func (p *Printer) trouble(key, what string) string {
	if p.catalogue.report != nil {
		p.catalogue.report(Trouble{p.lang, key, what})
	}
	return "[" + key + "]"
}

func find(pairs []any, name string) (any, bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1], true
		}
	}
	return nil, false
}

func count(pairs []any) (int64, bool) {
	value, ok := find(pairs, "n")
	if !ok {
		return 0, false
	}
	return whole(value)
}

func whole(value any) (int64, bool) {
	switch n := value.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	}
	return 0, false
}
