package application

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"okno/internal/jurisdiction"
)

// Answer is what stands in one field of a form.
type Answer struct {
	Text   string            `json:"text,omitempty"`   // text, whole number, 2006-01-02, code, id of a file; "true" for a consent given
	Parts  map[string]string `json:"parts,omitempty"`  // of a document, an address or a person, by code
	Source string            `json:"source,omitempty"` // "holder" or where the profile has it from: "register/<code>"
	Brings bool              `json:"brings,omitempty"` // of a file: it is not sent but will be brought
	Asked  string            `json:"asked"`            // fingerprint of the question that was answered

	Refused bool `json:"-"` // of a file: a scanner has refused it since it came
}

// HolderSource is the source of what the applicant has typed.
const HolderSource = "holder"

// IsEmpty says that nothing stands there.
func (a Answer) IsEmpty() bool { return a.Text == "" && len(a.Parts) == 0 && !a.Brings }

// Equal says whether two answers say the same, whoever they are from.
func (a Answer) Equal(b Answer) bool {
	return a.Text == b.Text && a.Brings == b.Brings && maps.Equal(a.Parts, b.Parts)
}

// Answers are the answers of a form by field.
type Answers map[string]Answer

// Typed is what a page of a form sent: values by field, and by field-part for
// documents, addresses and persons. A date is 2006-01-02; whatever else was
// typed for one is refused.
type Typed map[string]string

// has says whether a field, or a part of it, was sent.
func (t Typed) has(code string) bool {
	if _, sent := t[code]; sent {
		return true
	}
	for name := range t {
		if strings.HasPrefix(name, code+"-") {
			return true
		}
	}
	return false
}

// value is the answer as conditions see it (jurisdiction.FieldType).
func (a Answer) value(f jurisdiction.FormField) any {
	switch f.Type {
	case jurisdiction.FieldNumber:
		n, _ := strconv.Atoi(a.Text)
		return n
	case jurisdiction.FieldConsent:
		return a.Text == "true"
	}
	return a.Text
}

// textOf is the kept form of a checked value.
func textOf(value any) string {
	switch v := value.(type) {
	case bool:
		if !v {
			return ""
		}
		return "true"
	case string:
		return v
	}
	return fmt.Sprint(value)
}
