package text

import (
	"fmt"
	"io/fs"
	"slices"
	"sort"
)

// Catalogue holds all texts of all languages. It never changes after it was
// made, so any number of goroutines may use it.
type Catalogue struct {
	texts      map[string]map[string]message // language, key
	printers   map[string]*Printer
	currencies map[string]int // digits of currencies that Go does not know
	report     func(Trouble)
}

// Trouble is a text that could not be shown as it should.
type Trouble struct {
	Lang string
	Key  string
	What string // "missing key", "missing variable name", ...
}

func (t Trouble) String() string { return fmt.Sprintf("text: %s %s: %s", t.Lang, t.Key, t.What) }

// Load reads every <lang>/*.yaml of the file system. A folder that is not a
// language of Known is ignored only if it holds no yaml file. All mistakes are
// returned together, each with file and line.
func Load(fsys fs.FS) (*Catalogue, error) {
	texts, err := read(fsys)
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("text: no <language>/*.yaml found")
	}
	return assemble(texts, nil, nil), nil
}

// Overlay returns a catalogue in which the texts of the file system replace the
// ones of the same key: the words of a jurisdiction. Its files are <lang>.yaml or
// <lang>/*.yaml. A key must exist already and must not bring a new variable; only
// names of currencies ("currency.ABC") may be new.
func (c *Catalogue) Overlay(fsys fs.FS) (*Catalogue, error) {
	over, err := read(fsys)
	if err != nil {
		return nil, err
	}
	var wrong problems
	for lang, texts := range over {
		wrong.checkLanguage(lang, texts, c.texts)
	}
	merged := make(map[string]map[string]message, len(c.texts))
	for lang, texts := range c.texts {
		merged[lang] = make(map[string]message, len(texts)+len(over[lang]))
		for key, m := range texts {
			merged[lang][key] = m
		}
		for key, m := range over[lang] {
			wrong.check(m, key, texts)
			merged[lang][key] = m
		}
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return assemble(merged, c.currencies, c.report), nil
}

// WithReport returns the same catalogue with a hook that is told of every missing
// key and variable. Tests fail in it, production logs the key.
func (c *Catalogue) WithReport(report func(Trouble)) *Catalogue {
	return assemble(c.texts, c.currencies, report)
}

// WithCurrency returns the same catalogue with a currency that Go does not know:
// its three-letter code and how many decimal digits its smallest unit is. Its sign
// is the text "currency.<code>".
func (c *Catalogue) WithCurrency(code string, digits int) *Catalogue {
	currencies := map[string]int{code: digits}
	for known, d := range c.currencies {
		if known != code {
			currencies[known] = d
		}
	}
	return assemble(c.texts, currencies, c.report)
}

func assemble(texts map[string]map[string]message, currencies map[string]int, report func(Trouble)) *Catalogue {
	c := &Catalogue{texts: texts, currencies: currencies, report: report, printers: map[string]*Printer{}}
	for lang, messages := range texts {
		c.printers[lang] = newPrinter(c, languageOf(lang), messages)
	}
	return c
}

// Languages lists the languages that have texts, in the order of Known.
func (c *Catalogue) Languages() []string {
	var codes []string
	for _, code := range Known() {
		if c.texts[code] != nil {
			codes = append(codes, code)
		}
	}
	return codes
}

// For returns the printer of a language; for a language without texts that of
// English, or of the first one there is.
func (c *Catalogue) For(lang string) *Printer {
	if p := c.printers[lang]; p != nil {
		return p
	}
	if p := c.printers[english.code]; p != nil {
		return p
	}
	return c.printers[c.Languages()[0]]
}

// Keys lists a language's keys in order.
func (c *Catalogue) Keys(lang string) []string {
	keys := make([]string, 0, len(c.texts[lang]))
	for key := range c.texts[lang] {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Text is one text as it was written, for the tests that read all texts.
type Text struct {
	Key       string
	Forms     map[string]string // plural category to text; "" for a plain text
	Variables []string          // sorted, each once
	File      string            // "en/registration.yaml"
	Line      int
}

// Text returns a text as it was written; false if the language lacks the key.
func (c *Catalogue) Text(lang, key string) (Text, bool) {
	m, ok := c.texts[lang][key]
	if !ok {
		return Text{}, false
	}
	forms := make(map[string]string, len(m.forms))
	for _, f := range m.forms {
		forms[f.category] = f.template.String()
	}
	return Text{key, forms, slices.Clone(m.variables), m.file, m.line}, true
}
