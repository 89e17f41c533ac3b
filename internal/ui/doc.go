// Package ui is the look of Okno: the components that every page is made of, as templ components.
//
// A component is a value that renders itself, so a page writes
//
//	@ui.Field{W: w, Name: "phone", Label: w.T("registration.contact.phone"), Kind: ui.Mobile, Value: form.Phone}
//
// Words that belong to a page come in as fields; words that belong to the component itself ("Show",
// "(optional)", "Error:") are taken from W by keys that begin with "ui." (locale/<lang>/ui.yaml).
//
// Every component works without scripts and in both directions; scripts from assets/scripts find their
// work by data attributes and only improve. Nothing here emits an inline script, style or event handler.
//
// The package knows no domain, no address of a page and no database, and it never decides anything.
// Its styles are in assets/styles, one file a component, under the same name.
package ui

import (
	"strconv"
	"strings"
)

// Words is the reader's language: text.Printer of internal/text satisfies it.
type Words interface {
	// T returns the text of a key; args are name, value pairs for its variables.
	T(key string, args ...any) string
	// Lang is the BCP 47 tag of the language, as "fa".
	Lang() string
	// Dir is "ltr" or "rtl".
	Dir() string
	// Digits writes the digits of a text as the language does.
	Digits(text string) string
}

// join puts ids or classes together with spaces, leaving empty ones out.
func join(parts ...string) string {
	kept := parts[:0:0]
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, " ")
}

// when returns the text if the condition holds, else nothing.
func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

// number writes a whole number in Latin digits.
func number(n int) string { return strconv.Itoa(n) }

// clock writes seconds as minutes and seconds, "5:00".
func clock(seconds int) string {
	rest := strconv.Itoa(seconds % 60)
	if len(rest) < 2 {
		rest = "0" + rest
	}
	return strconv.Itoa(seconds/60) + ":" + rest
}
