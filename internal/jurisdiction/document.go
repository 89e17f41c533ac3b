package jurisdiction

import (
	"strings"

	"okno/internal/fault"
	"okno/internal/text"
)

// Document is a kind of document that a profile may hold.
type Document struct {
	Source
	Code         string          `yaml:"code"`
	Name         Words           `yaml:"name"`
	Hint         Words           `yaml:"hint,optional"`         // what it opens, told where it is typed (PRF-25)
	Identity     bool            `yaml:"identity,optional"`     // proves who somebody is (PRF-15)
	Citizenships []string        `yaml:"citizenships,optional"` // who may hold it; empty: anybody; "own", "foreign" or codes
	Register     string          `yaml:"register,optional"`     // the register that checks it
	Fields       []DocumentField `yaml:"fields"`
}

// Kinds of a document's field.
const (
	KindText       = "text"
	KindDate       = "date"
	KindIdentifier = "identifier"
)

// DocumentField is one field of a document.
type DocumentField struct {
	Source
	Code         string `yaml:"code"`                // unique in the document: "series", "number", "issued_on"
	Kind         string `yaml:"kind,optional"`       // text (default), date, identifier
	Identifier   string `yaml:"identifier,optional"` // for kind identifier: whose rules apply
	Label        Words  `yaml:"label"`
	Hint         Words  `yaml:"hint,optional"`
	Pattern      string `yaml:"pattern,optional"`      // of the whole normalised text
	Display      string `yaml:"display,optional"`      // "###-###"
	Example      string `yaml:"example,optional"`      //
	Optional     bool   `yaml:"optional,optional"`     //
	Compact      bool   `yaml:"compact,optional"`      // spaces and hyphens do not matter: they are dropped
	InputMode    string `yaml:"input_mode,optional"`   // "numeric" or "text"
	Autocomplete string `yaml:"autocomplete,optional"` //
	Max          int    `yaml:"max,optional"`          // longest value in characters; 0: 200
	pattern      *pattern
	identifier   *Identifier
}

// Field finds a field of the document.
func (d Document) Field(code string) (DocumentField, bool) {
	return byCode(d.Fields, code, func(f DocumentField) string { return f.Code })
}

// HeldBy says whether somebody of that citizenship may have the document; own is
// the country's own citizenship code.
func (d Document) HeldBy(citizenship, own string) bool {
	if len(d.Citizenships) == 0 {
		return true
	}
	for _, c := range d.Citizenships {
		if c == citizenship || c == "own" && citizenship == own || c == "foreign" && citizenship != own {
			return true
		}
	}
	return false
}

// Check brings all typed values of the document to the form in which they are
// kept. Values are keyed by field code. All mistakes come together as
// fault.Invalid, each named by field code. Dates are "2006-01-02" and not after
// today.
func (d Document) Check(typed map[string]string, today text.Day) (map[string]string, error) {
	kept := map[string]string{}
	var wrong []fault.Field
	for _, f := range d.Fields {
		value, err := f.Check(typed[f.Code], today)
		if err != nil {
			wrong = append(wrong, fault.Of(err).Fields...)
			continue
		}
		if value != "" {
			kept[f.Code] = value
		}
	}
	return kept, fault.Fields(wrong...)
}

// Check brings one typed value to the form in which it is kept.
func (f DocumentField) Check(typed string, today text.Day) (string, error) {
	value, err := text.Clean(typed)
	if err != nil {
		return "", fault.OneField(f.Code, "jurisdiction.unclean", nil)
	}
	switch {
	case value == "" && f.Optional:
		return "", nil
	case value == "":
		return "", fault.OneField(f.Code, "jurisdiction.missing", nil)
	case f.Kind == KindDate:
		return f.date(value, today)
	case f.identifier != nil:
		kept, err := f.identifier.Normalise(value)
		if err != nil {
			wrong := fault.Of(err).Fields[0]
			return "", fault.OneField(f.Code, wrong.Key, wrong.Vars)
		}
		return kept, nil
	}
	return f.text(value)
}

func (f DocumentField) text(value string) (string, error) {
	if f.InputMode == "numeric" {
		value = text.FoldDigits(value)
	}
	if f.Compact {
		value = strings.ToUpper(strip(text.FoldDigits(value)))
	}
	limit := f.Max
	if limit == 0 {
		limit = 200
	}
	switch {
	case len([]rune(value)) > limit:
		return "", fault.OneField(f.Code, "jurisdiction.too_long", fault.Vars{"n": limit})
	case f.pattern != nil && !f.pattern.MatchString(value):
		return "", fault.OneField(f.Code, "jurisdiction.shape", fault.Vars{"example": f.Example})
	}
	return value, nil
}

func (f DocumentField) date(value string, today text.Day) (string, error) {
	day, err := text.ParseDay(text.FoldDigits(value))
	switch {
	case err != nil:
		return "", fault.OneField(f.Code, "jurisdiction.date", nil)
	case day.After(today):
		return "", fault.OneField(f.Code, "jurisdiction.date_future", nil)
	case day.Year < 1900:
		return "", fault.OneField(f.Code, "jurisdiction.date_past", nil)
	}
	return day.String(), nil
}

// Show groups a kept value for reading.
func (f DocumentField) Show(value string) string {
	if f.identifier != nil {
		return f.identifier.Show(value)
	}
	if f.Display == "" {
		return value
	}
	return Identifier{Display: f.Display}.Show(value)
}

// Citizenship is the list of PRF-10: the own one first.
type Citizenship struct {
	Own   string           `yaml:"own"`            // ISO 3166 code, or a user-assigned one
	Codes []string         `yaml:"codes"`          // the others that may be chosen
	Names map[string]Words `yaml:"names,optional"` // names that CLDR does not have
}
