package visit

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/fault"
	"okno/internal/ui"
)

// Errors are the errors of a form in the reader's language: the same text beside
// the field and in the summary.
type Errors struct {
	words ui.Words
	list  []ui.FieldError
	keys  []string // of the texts in list
}

// Errors puts a fault's fields into the reader's language.
func (r *Request) Errors(f *fault.Fault) Errors {
	e := Errors{words: r}
	for _, field := range f.Fields {
		e.list = append(e.list, ui.FieldError{Field: field.Name, Text: r.T(field.Key, field.Vars.Pairs()...)})
		e.keys = append(e.keys, field.Key)
	}
	return e
}

// Naming names the field in every error that only says that something is missing,
// so that the lines of the summary differ. Label gives the label of a field, "" of
// an unknown one.
func (e Errors) Naming(label func(field string) string) Errors {
	e.list = slices.Clone(e.list)
	for i, one := range e.list {
		key := naming(e.keys[i])
		if name := label(one.Field); key != "" && name != "" {
			e.list[i].Text = e.words.T(key, "field", name)
		}
	}
	return e
}

// At puts what is wrong with a group of fields at its first field, so that the summary
// leads there; where a field of the group (group_...) has its own error, that one says it.
func (e Errors) At(group, first string) Errors {
	own := slices.ContainsFunc(e.list, func(one ui.FieldError) bool { return strings.HasPrefix(one.Field, group+"_") })
	at := Errors{words: e.words}
	for i, one := range e.list {
		if one.Field == group {
			if own {
				continue
			}
			one.Field = first
		}
		at.list, at.keys = append(at.list, one), append(at.keys, e.keys[i])
	}
	return at
}

// naming is the text that says the same with the field's name.
func naming(key string) string {
	switch key {
	case "jurisdiction.missing", "jurisdiction.identifier.empty":
		return "visit.missing"
	case "jurisdiction.choose":
		return "visit.choose"
	}
	return ""
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
