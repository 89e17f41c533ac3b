package visit

import (
	"github.com/a-h/templ"

	"okno/internal/fault"
	"okno/internal/ui"
)

// Errors are the errors of a form in the reader's language: the same text beside
// the field and in the summary.
type Errors struct {
	words ui.Words
	list  []ui.FieldError
}

// Errors puts a fault's fields into the reader's language.
func (r *Request) Errors(f *fault.Fault) Errors {
	e := Errors{words: r}
	for _, field := range f.Fields {
		e.list = append(e.list, ui.FieldError{Field: field.Name, Text: r.T(field.Key, field.Vars.Pairs()...)})
	}
	return e
}

// Any says whether there are errors.
func (e Errors) Any() bool { return len(e.list) > 0 }

// For is the text for a field, "" when it is right.
func (e Errors) For(field string) string {
	for _, one := range e.list {
		if one.Field == field {
			return one.Text
		}
	}
	return ""
}

// Summary is the box at the top of the page; nothing without errors.
func (e Errors) Summary() templ.Component {
	if e.words == nil {
		return templ.NopComponent
	}
	return ui.ErrorSummary{W: e.words, Errors: e.list}
}
