package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"okno/internal/text"
	"okno/internal/text/texttest"
)

func TestEveryTextExistsInEveryLanguage(t *testing.T) {
	show(t, texttest.Compare(texttest.Load(t)))
}

func TestEveryTextIsPlainAndShort(t *testing.T) {
	c := texttest.Load(t)
	foreign := listed(t, "testdata/foreign_words.txt")
	for _, lang := range c.Languages() {
		t.Run(lang, func(t *testing.T) {
			show(t, texttest.Read(c, lang, foreign))
			if mean := texttest.Mean(c, lang); mean > texttest.MeanSentence {
				t.Errorf("sentences have %.1f words on average, at most %.0f", mean, texttest.MeanSentence)
			}
		})
	}
}

func TestEveryTextIsUsedAndEveryUsedTextExists(t *testing.T) {
	c := texttest.Load(t)
	uses, err := texttest.Scan(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	en := c.For("en")
	for _, key := range uses.Unused(c.Keys("en"), listed(t, "testdata/text_prefixes.txt")) {
		where, _ := c.Text("en", key)
		t.Errorf("%s:%d: no source uses %s", where.File, where.Line, key)
	}
	show(t, uses.Missing(en))
}

func TestTheFirstThreeLanguagesAreSwitchedOn(t *testing.T) {
	have := texttest.Load(t).Languages()
	for _, lang := range []string{"en", "ru", "fa"} {
		if !strings.Contains(strings.Join(have, " "), lang) {
			t.Errorf("%s (%s) has no texts", lang, text.NameOf(lang))
		}
	}
}

func TestEveryJurisdictionsWordsReplaceTextsThatExist(t *testing.T) {
	packs, err := filepath.Glob("../../jurisdictions/*/jurisdiction.yaml")
	if err != nil || len(packs) == 0 {
		t.Fatalf("no jurisdiction found: %v", err)
	}
	c := texttest.Load(t)
	foreign := listed(t, "testdata/foreign_words.txt")
	for _, pack := range packs {
		words := filepath.Join(filepath.Dir(pack), "text")
		if _, err := os.Stat(words); os.IsNotExist(err) {
			continue
		}
		over, err := c.Overlay(os.DirFS(words))
		if err != nil {
			t.Errorf("%s:\n%v", words, err)
			continue
		}
		for _, lang := range over.Languages() {
			show(t, texttest.ReadOverlay(over, lang, foreign))
		}
	}
}

func show(t *testing.T, found []texttest.Finding) {
	t.Helper()
	for _, f := range found {
		t.Errorf("%v", f)
	}
}

// listed reads a list file: one entry a line, # begins a remark.
func listed(t *testing.T, name string) []string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var entries []string
	for line := range strings.Lines(string(content)) {
		entry, _, _ := strings.Cut(line, "#")
		if entry = strings.TrimSpace(entry); entry != "" {
			entries = append(entries, entry)
		}
	}
	return entries
}
