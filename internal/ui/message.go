package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// FieldError is one line of the error summary: the field and what to do.
type FieldError struct {
	Field string // name of the field, which is also its id
	Text  string
}

// ErrorSummary stands first in main, has the focus, and leads to each wrong field. Nothing is shown without errors.
type ErrorSummary struct {
	W      Words
	Errors []FieldError
}

// Tone is what a message means; it is always said in words and by an icon too, never by colour alone.
type Tone string

// The tones.
const (
	Info    Tone = "info"
	Good    Tone = "success"
	Warning Tone = "warning"
	Bad     Tone = "danger"
	Neutral Tone = "neutral"
)

// Notice is a box with something to know. Content comes as children or as Text.
type Notice struct {
	Tone  Tone
	Title string
	Text  string
	// Live makes screen readers read it when it appears by script.
	Live bool
	// Heading is the level of the title, 2 if zero.
	Heading int
}

// Tag is a short status word that never looks like a button.
type Tag struct {
	Text string
	Tone Tone
}

// Row is a line of a summary list: a value, where it comes from, and a way to change it.
type Row struct {
	Name   string          // "Surname"
	Value  string          // "" shows Missing; each line of it stands alone
	Show   templ.Component // instead of Value
	Source string          // "Population register, 3 March 2026"
	Latin  bool            // numbers, codes, phones, e-mails: always left to right
	Change string          // address; empty = no link
	Verb   string          // "Change" if empty; already translated
	Tag    *Tag
}

// SummaryList shows what is known: check-answers, profile, case data.
type SummaryList struct {
	W     Words
	Title string
	// Heading is the level of the title, 2 if zero.
	Heading int
	// Action stands beside the title.
	Action  *Button
	Rows    []Row
	Missing string // shown for an empty value, "Not given yet" by default
}

// lines are the lines of the value.
func (r Row) lines() []string { return strings.Split(r.Value, "\n") }

func (s SummaryList) missing() string {
	if s.Missing == "" {
		return s.W.T("ui.summary.missing")
	}
	return s.Missing
}

// Confirmation is the panel of a finished act: what happened, the reference, what is next.
type Confirmation struct {
	W         Words
	Title     string
	Reference string // shown left to right, with a button to copy
	Label     string // "Your reference"
	Text      string
}

// Status is the box on top of a case: one sentence, whose turn, by when (S28).
type Status struct {
	W        Words
	Sentence string
	Turn     string // "It is the office's turn"
	Until    string // "Decision by Thursday 19 March 2026"
	You      string // "You need do nothing"
	Tone     Tone
	Action   *Button
}

func heading(level int) int {
	if level == 0 {
		return 2
	}
	return level
}
