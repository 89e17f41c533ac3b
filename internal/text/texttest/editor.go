package texttest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"okno/internal/text"
)

// Finding is one thing to mend in one text.
type Finding struct {
	Where string // "en/registration.yaml:12 registration.title"
	What  string
}

func (f Finding) String() string { return f.Where + ": " + f.What }

// The limits of the content style guide (3).
const (
	LongestSentence = 25
	MeanSentence    = 14.0
)

// Compare finds keys that some languages lack and variables that differ.
func Compare(c *text.Catalogue) []Finding {
	var found []Finding
	all := map[string]bool{}
	for _, lang := range c.Languages() {
		for _, key := range c.Keys(lang) {
			all[key] = true
		}
	}
	for key := range all {
		found = append(found, compareKey(c, key)...)
	}
	return sorted(found)
}

func compareKey(c *text.Catalogue, key string) []Finding {
	var found []Finding
	var first text.Text
	for _, lang := range c.Languages() {
		t, ok := c.Text(lang, key)
		switch {
		case !ok:
			found = append(found, Finding{lang + " " + key, "the text is missing"})
		case first.Key == "":
			first = t
		case !slices.Equal(first.Variables, t.Variables):
			found = append(found, Finding{where(t), fmt.Sprintf("variables %v, but %v in %s", t.Variables, first.Variables, first.File)})
		}
	}
	return found
}

// Read finds what an editor would mend in each text of a language: empty texts,
// HTML, banned words, long sentences, capitals, letters or digits that do not
// belong to the language, and keys in the wrong file. Foreign are the Latin words
// that are let through in a language of another alphabet ("PDF").
func Read(c *text.Catalogue, lang string, foreign []string) []Finding {
	found := ReadOverlay(c, lang, foreign)
	for _, key := range c.Keys(lang) {
		t, _ := c.Text(lang, key)
		found = append(found, misplaced(t)...)
	}
	return sorted(found)
}

// ReadOverlay is Read for a catalogue with the words of a jurisdiction, whose files
// are not divided by package.
func ReadOverlay(c *text.Catalogue, lang string, foreign []string) []Finding {
	var found []Finding
	for _, key := range c.Keys(lang) {
		t, _ := c.Text(lang, key)
		for _, written := range t.Forms {
			what := append(faults(lang, written, foreign), tooLong(lang, key, written)...)
			for _, w := range what {
				found = append(found, Finding{where(t), w})
			}
		}
	}
	return sorted(found)
}

func faults(lang, written string, foreign []string) []string {
	var what []string
	plain := withoutVariables(written)
	if strings.TrimSpace(written) == "" {
		what = append(what, "the text is empty")
	}
	if strings.TrimSpace(written) != written {
		what = append(what, "spaces at the ends")
	}
	if strings.ContainsAny(written, "<>") || strings.Contains(written, "&nbsp;") {
		what = append(what, "HTML in a text")
	}
	if clean, err := text.CleanLines(written); err != nil || clean != strings.TrimSpace(written) {
		what = append(what, "hidden characters, or not NFC")
	}
	for _, word := range bannedIn(lang, plain) {
		what = append(what, fmt.Sprintf("the word %q is banned", word))
	}
	for _, s := range Sentences(written) {
		if n := len(strings.Fields(s)); n > LongestSentence {
			what = append(what, fmt.Sprintf("a sentence of %d words, at most %d", n, LongestSentence))
		}
	}
	for _, word := range strangers(lang, plain, foreign) {
		what = append(what, fmt.Sprintf("%q is not of this alphabet", word))
	}
	return what
}

// tooLong holds what travels against its limits: an SMS is one part, 160 characters
// in English and 70 in the other alphabets (style guide 22), the subject of an
// e-mail 50 (23). A variable counts as ten characters, a code as six.
func tooLong(lang, key, written string) []string {
	words := strings.Split(key, ".")
	filled := variable.ReplaceAllString(strings.ReplaceAll(written, "{code}", "000000"), "0000000000")
	limit := 0
	switch last := words[len(words)-1]; {
	case last == "sms" && lang == "en":
		limit = 160
	case last == "sms":
		limit = 70
	case last == "subject":
		limit = 50
	}
	if n := len([]rune(filled)); limit > 0 && n > limit {
		return []string{fmt.Sprintf("%d characters, at most %d", n, limit)}
	}
	return nil
}

// misplaced says that a key does not begin with the name of its file.
func misplaced(t text.Text) []Finding {
	name := strings.TrimSuffix(t.File[strings.LastIndex(t.File, "/")+1:], ".yaml")
	if strings.HasPrefix(t.Key, name+".") {
		return nil
	}
	return []Finding{{where(t), "a key begins with the name of its file, " + name + "."}}
}

// Mean is the mean number of words in the sentences of a language; labels and
// buttons of up to three words are not sentences.
func Mean(c *text.Catalogue, lang string) float64 {
	words, sentences := 0, 0
	for _, key := range c.Keys(lang) {
		t, _ := c.Text(lang, key)
		for _, written := range t.Forms {
			for _, s := range Sentences(written) {
				if n := len(strings.Fields(s)); n > 3 {
					words, sentences = words+n, sentences+1
				}
			}
		}
	}
	if sentences == 0 {
		return 0
	}
	return float64(words) / float64(sentences)
}

var sentenceEnd = regexp.MustCompile(`[.?!؟:;؛…]+(\s+|$)|\n+`)

// Sentences cuts a text at its full stops, question marks, colons and line ends.
func Sentences(written string) []string {
	var sentences []string
	for _, s := range sentenceEnd.Split(written, -1) {
		if strings.TrimSpace(s) != "" {
			sentences = append(sentences, s)
		}
	}
	return sentences
}

var (
	variable = regexp.MustCompile(`\{[a-z0-9_]+\}`)
	latin    = regexp.MustCompile(`[A-Za-z][A-Za-z0-9'’.@/-]*`)
	digits   = regexp.MustCompile(`[0-9]+`)
)

func withoutVariables(s string) string { return variable.ReplaceAllString(s, " ") }

// strangers are the Latin words in Russian and Persian, and in Persian also Latin
// digits and the Arabic forms of yeh and kaf.
func strangers(lang, plain string, foreign []string) []string {
	if lang != "ru" && lang != "fa" {
		return nil
	}
	var found []string
	for _, word := range latin.FindAllString(plain, -1) {
		word = strings.TrimRight(word, ".-/'’")
		if !slices.Contains(foreign, word) {
			found = append(found, word)
		}
	}
	if lang == "fa" {
		rest := latin.ReplaceAllString(plain, " ")
		found = append(found, digits.FindAllString(rest, -1)...)
		for _, r := range rest {
			if r == 'ي' || r == 'ك' || unicode.Is(unicode.Cyrillic, r) {
				found = append(found, string(r))
			}
		}
	}
	return found
}

func where(t text.Text) string { return fmt.Sprintf("%s:%d %s", t.File, t.Line, t.Key) }

func sorted(found []Finding) []Finding {
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.String(), b.String()) })
	return found
}
