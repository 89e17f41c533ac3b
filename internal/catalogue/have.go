package catalogue

import (
	"strings"

	"okno/internal/jurisdiction"
)

// had are the fields of the form that the profile fills (S03, "You already have").
func had(s *jurisdiction.Service, known map[string]string) []jurisdiction.Words {
	return fields(s, func(f jurisdiction.FormField) bool { return isKnown(f, known) })
}

// needed are the documents and data that the form will ask for: files and what
// the profile could hold but does not. Questions about this one application
// ("which kind of passport") are no obstacle and stay with the form.
func needed(s *jurisdiction.Service, known map[string]string) []jurisdiction.Words {
	return fields(s, func(f jurisdiction.FormField) bool {
		if f.Optional || f.When.Text() != "" {
			return false
		}
		return f.Type == jurisdiction.FieldFile || f.Prefill != "" && !isKnown(f, known)
	})
}

func isKnown(f jurisdiction.FormField, known map[string]string) bool {
	if f.Prefill == "" {
		return false
	}
	if known[f.Prefill] != "" {
		return true
	}
	for name, value := range known { // an address or a document is known by its parts
		if value != "" && strings.HasPrefix(name, f.Prefill+".") {
			return true
		}
	}
	return false
}

func fields(s *jurisdiction.Service, want func(jurisdiction.FormField) bool) []jurisdiction.Words {
	var labels []jurisdiction.Words
	for _, page := range s.Form {
		for _, f := range page.Fields {
			if want(f) {
				labels = append(labels, f.Label)
			}
		}
	}
	return labels
}
