package text

import (
	"fmt"
	"slices"
	"strings"
)

// message is one text: one form under "" or one form for each plural category.
type message struct {
	forms     forms
	variables []string
	file      string
	line      int
}

// forms are few: a map for each of ten thousand texts would take more room than
// their words.
type forms []form

type form struct {
	category string // "" of a text that is no plural
	template template
}

// of gives the form of a category; false if there is none.
func (f forms) of(category string) (template, bool) {
	for _, one := range f {
		if one.category == category {
			return one.template, true
		}
	}
	return nil, false
}

func (m message) isPlural() bool { _, plain := m.forms.of(""); return !plain }

// template is a text cut at its variables: words, variable, words, ...
type template []segment

type segment struct {
	words    string
	variable string // empty for words
}

func (t template) String() string {
	var b strings.Builder
	for _, s := range t {
		if s.variable != "" {
			b.WriteString("{" + s.variable + "}")
		}
		b.WriteString(s.words)
	}
	return b.String()
}

// parseTemplate cuts "You have {n} minutes" at its variables. A variable's name is
// lower-case ASCII letters, digits and underscores and begins with a letter; a
// brace that is not part of a variable is a mistake.
func parseTemplate(s string) (template, error) {
	var t template
	for s != "" {
		open := strings.IndexAny(s, "{}")
		if open < 0 {
			return append(t, segment{words: s}), nil
		}
		if open > 0 {
			t = append(t, segment{words: s[:open]})
		}
		end := strings.IndexByte(s[open:], '}')
		if s[open] == '}' || end < 0 || !isVariable(s[open+1:open+end]) {
			return nil, fmt.Errorf("bad placeholder at %q: write {name}", cutShort(s[open:]))
		}
		t = append(t, segment{variable: s[open+1 : open+end]})
		s = s[open+end+1:]
	}
	return t, nil
}

func isVariable(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || (r != '_' && (r < '0' || r > '9'))) {
			return false
		}
	}
	return name != ""
}

func cutShort(s string) string {
	runes := []rune(s)
	if len(runes) > 20 {
		return string(runes[:20]) + "…"
	}
	return s
}

// collectVariables lists the variables of all forms; a plural text always has n.
func (m *message) collectVariables() {
	if m.isPlural() {
		m.variables = []string{"n"}
	}
	for _, f := range m.forms {
		for _, s := range f.template {
			if s.variable != "" && !slices.Contains(m.variables, s.variable) {
				m.variables = append(m.variables, s.variable)
			}
		}
	}
	slices.Sort(m.variables)
}
