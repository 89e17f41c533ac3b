package jurisdiction

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"okno/internal/fault"
	"okno/internal/text"
)

// FieldType is a type of a form's field.
type FieldType string

// The types and the Go type of the answer that conditions see.
const (
	FieldText     FieldType = "text"     // string
	FieldNumber   FieldType = "number"   // int
	FieldDate     FieldType = "date"     // string "2006-01-02"
	FieldChoice   FieldType = "choice"   // string, code of an option
	FieldConsent  FieldType = "consent"  // bool
	FieldFile     FieldType = "file"     // string, id of the file
	FieldOffice   FieldType = "office"   // string, code of a centre
	FieldDocument FieldType = "document" // a document of the profile or typed: Document names its kind
	FieldAddress  FieldType = "address"  // parts of the country's address
	FieldPerson   FieldType = "person"   // another person: name parts and birth date
)

var fieldTypes = []FieldType{FieldText, FieldNumber, FieldDate, FieldChoice, FieldConsent, FieldFile, FieldOffice,
	FieldDocument, FieldAddress, FieldPerson}

func (t *FieldType) fromText(s string) error {
	*t = FieldType(s)
	if !slices.Contains(fieldTypes, *t) {
		return fmt.Errorf("%q is not a type of field", s)
	}
	return nil
}

// FormPage is one page of a form.
type FormPage struct {
	Source
	Code   string      `yaml:"code"`
	Title  Words       `yaml:"title"`
	About  Words       `yaml:"about,optional"`
	When   Condition   `yaml:"when,optional"` // shown when it holds
	Fields []FormField `yaml:"fields"`
}

// FormField is one question.
type FormField struct {
	Source
	Code         string    `yaml:"code"`
	Type         FieldType `yaml:"type"`
	Label        Words     `yaml:"label"`
	Hint         Words     `yaml:"hint,optional"`
	Why          Words     `yaml:"why,optional"` // why it is asked
	Optional     bool      `yaml:"optional,optional"`
	When         Condition `yaml:"when,optional"`    // asked when it holds
	Prefill      string    `yaml:"prefill,optional"` // profile field it is filled from; its source is shown
	Locked       bool      `yaml:"locked,optional"`  // what was filled in cannot be changed here
	Pattern      string    `yaml:"pattern,optional"` // text: expression of the whole value
	Example      string    `yaml:"example,optional"`
	MinLength    int       `yaml:"min_length,optional"` // text: characters
	MaxLength    int       `yaml:"max_length,optional"` // text: characters; 0: 500
	Lines        int       `yaml:"lines,optional"`      // text: height of the field; above 1 line breaks are kept
	Min          *int      `yaml:"min,optional"`        // number
	Max          *int      `yaml:"max,optional"`        // number
	Past         bool      `yaml:"past,optional"`       // date: not after today
	Future       bool      `yaml:"future,optional"`     // date: not before today
	Options      []Option  `yaml:"options,optional"`    // choice
	Document     string    `yaml:"document,optional"`   // document: kind
	File         *FileAsk  `yaml:"file,optional"`       // file
	Bring        Words     `yaml:"bring,optional"`      // file: it may be brought instead of sent; where and when, for the resident
	Offers       string    `yaml:"offers,optional"`     // office: what the centre must offer
	Autocomplete string    `yaml:"autocomplete,optional"`
	InputMode    string    `yaml:"input_mode,optional"`
	pattern      *pattern
}

// Option is one answer of a choice.
type Option struct {
	Code  string `yaml:"code"`
	Label Words  `yaml:"label"`
	Hint  Words  `yaml:"hint,optional"`
}

// FileAsk says which file is wanted.
type FileAsk struct {
	Kinds     []string `yaml:"kinds"`               // media types: image/jpeg, image/png, application/pdf
	MaxMB     int      `yaml:"max_mb"`              //
	MinWidth  int      `yaml:"min_width,optional"`  // pixels, images
	MinHeight int      `yaml:"min_height,optional"` //
	MaxWidth  int      `yaml:"max_width,optional"`  //
	MaxHeight int      `yaml:"max_height,optional"` //
}

// Option finds an option of a choice.
func (f FormField) Option(code string) (Option, bool) {
	return byCode(f.Options, code, func(o Option) string { return o.Code })
}

// IsAsked says whether the field is shown for these answers.
func (f FormField) IsAsked(facts Facts, answers map[string]any) bool {
	return f.When.Holds(facts, answers)
}

// Check brings one typed value of a text, number, date, choice, consent, file or
// office field to the form in which it is kept and which conditions see ("" for
// an optional field left empty). Mistakes are fault.Invalid, named by the field.
// Documents, addresses and persons have several values: see Document.Check,
// Jurisdiction.CheckAddress and Names.Check.
func (f FormField) Check(typed string, today text.Day) (any, error) {
	clean := text.Clean
	if f.Lines > 1 {
		clean = text.CleanLines
	}
	value, err := clean(typed)
	if err != nil {
		return nil, f.refuse("jurisdiction.unclean", nil)
	}
	if f.Type == FieldConsent {
		return f.consent(value)
	}
	if value == "" {
		if f.Optional {
			return "", nil
		}
		if f.Type == FieldChoice || f.Type == FieldOffice {
			return nil, f.refuse("jurisdiction.choose", nil)
		}
		return nil, f.refuse("jurisdiction.missing", nil)
	}
	switch f.Type {
	case FieldNumber:
		return f.number(value)
	case FieldDate:
		return f.date(value, today)
	case FieldChoice:
		if _, ok := f.Option(value); !ok {
			return nil, f.refuse("jurisdiction.choose", nil)
		}
		return value, nil
	}
	return f.text(value)
}

func (f FormField) consent(value string) (any, error) {
	given := value != "" && value != "false"
	if !given && !f.Optional {
		return nil, f.refuse("jurisdiction.consent", nil)
	}
	return given, nil
}

func (f FormField) text(value string) (any, error) {
	longest := f.MaxLength
	if longest == 0 {
		longest = 500
	}
	if f.InputMode == "numeric" {
		value = text.FoldDigits(value)
	}
	switch n := utf8.RuneCountInString(value); {
	case n > longest:
		return nil, f.refuse("jurisdiction.too_long", fault.Vars{"n": longest})
	case n < f.MinLength:
		return nil, f.refuse("jurisdiction.too_short", fault.Vars{"n": f.MinLength})
	case f.pattern != nil && !f.pattern.MatchString(value):
		return nil, f.refuse("jurisdiction.shape", fault.Vars{"example": f.Example})
	}
	return value, nil
}

func (f FormField) number(value string) (any, error) {
	n, err := strconv.Atoi(strip(text.FoldDigits(value)))
	switch {
	case err != nil:
		return nil, f.refuse("jurisdiction.number", nil)
	case f.Min != nil && n < *f.Min:
		return nil, f.refuse("jurisdiction.too_small", fault.Vars{"n": *f.Min})
	case f.Max != nil && n > *f.Max:
		return nil, f.refuse("jurisdiction.too_large", fault.Vars{"n": *f.Max})
	}
	return n, nil
}

func (f FormField) date(value string, today text.Day) (any, error) {
	d, err := text.ParseDay(text.FoldDigits(value))
	switch {
	case err != nil:
		return nil, f.refuse("jurisdiction.date", nil)
	case f.Past && d.After(today):
		return nil, f.refuse("jurisdiction.date_future", nil)
	case f.Future && d.Before(today):
		return nil, f.refuse("jurisdiction.date_past", nil)
	}
	return d.String(), nil
}

func (f FormField) refuse(key string, vars fault.Vars) error {
	return fault.OneField(f.Code, key, vars)
}

// CheckAddress brings the typed parts of an address to the form in which they
// are kept; mistakes come together, named by part code.
func (j *Jurisdiction) CheckAddress(typed map[string]string) (map[string]string, error) {
	kept := map[string]string{}
	var wrong []fault.Field
	for _, part := range j.Address {
		value, err := part.check(typed[part.Code])
		if err != nil {
			wrong = append(wrong, fault.Of(err).Fields...)
			continue
		}
		if value != "" {
			kept[part.Code] = value
		}
	}
	return kept, fault.Fields(wrong...)
}

func (part AddressPart) check(typed string) (string, error) {
	f := DocumentField{Code: part.Code, Optional: part.Optional, pattern: part.pattern, Max: 120}
	if part.Pattern != "" {
		f.InputMode = "numeric"
	}
	return f.Check(typed, text.Day{})
}
