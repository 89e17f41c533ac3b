// Package fault says why something was refused.
//
// A fault is made where the refusal is decided and translated once, at the edge,
// into a page or a problem document (RFC 9457). Its message is a text key with
// variables, never a finished sentence, so that the reader's language is chosen
// by the reader. It never carries personal data beyond what the variables are
// given, and its Error text (for logs) holds the key only.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is the class of a refusal; each has one HTTP status.
type Kind int

// The kinds and the status that the edge gives them.
const (
	Internal    Kind = iota // 500: ours, with an id for the log
	NotFound                // 404
	Invalid                 // 422, usually with fields
	Forbidden               // 403: says which level or role is missing
	Conflict                // 409
	Expired                 // 410
	TooMany                 // 429, with Retry
	Unavailable             // 503: try later, nothing is lost
)

var statuses = map[Kind]int{
	Internal: 500, NotFound: 404, Invalid: 422, Forbidden: 403,
	Conflict: 409, Expired: 410, TooMany: 429, Unavailable: 503,
}

// Status is the HTTP status of the kind.
func (k Kind) Status() int { return statuses[k] }

// Vars are the variables of a text: name to value.
type Vars map[string]any

// Pairs lists the variables as name, value, name, value for text.Printer.T.
func (v Vars) Pairs() []any {
	pairs := make([]any, 0, 2*len(v))
	for name, value := range v {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// Field is what is wrong with one field of a form: the field's name, a text key
// that says how to mend it, and the text's variables.
type Field struct {
	Name string
	Key  string
	Vars Vars
}

// Fault is a refusal.
type Fault struct {
	Kind   Kind
	Key    string        // text key, also the machine-readable code
	Vars   Vars          // variables of the text
	Fields []Field       // for Invalid: what is wrong where, in the order of the form
	Retry  time.Duration // for TooMany and Unavailable: when to try again, 0 if unknown
	cause  error
}

// New makes a fault of a kind with a text key.
func New(kind Kind, key string) *Fault { return &Fault{Kind: kind, Key: key} }

// Wrap makes a fault that keeps the error behind it for the log.
func Wrap(kind Kind, key string, cause error) *Fault {
	return &Fault{Kind: kind, Key: key, cause: cause}
}

// Fields makes an Invalid fault from field errors; nil when there are none, so
// that a validate method can end with `return fault.Fields(errs...)`.
func Fields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Key: "web.form_has_errors", Fields: fields}
}

// OneField makes an Invalid fault about a single field.
func OneField(name, key string, vars Vars) *Fault {
	return &Fault{Kind: Invalid, Key: "web.form_has_errors", Fields: []Field{{Name: name, Key: key, Vars: vars}}}
}

// With returns a copy with one more variable.
func (f *Fault) With(name string, value any) *Fault {
	g := *f
	g.Vars = Vars{}
	for n, v := range f.Vars {
		g.Vars[n] = v
	}
	g.Vars[name] = value
	return &g
}

// After returns a copy that says when to try again.
func (f *Fault) After(d time.Duration) *Fault {
	g := *f
	g.Retry = d
	return &g
}

// Error is for the log: the key, the first field's key and the cause, never the variables.
func (f *Fault) Error() string {
	text := f.Key
	if len(f.Fields) > 0 {
		text += " (" + f.Fields[0].Name + ": " + f.Fields[0].Key + ")"
	}
	if f.cause != nil {
		text = fmt.Sprintf("%s: %v", text, f.cause)
	}
	return text
}

// Unwrap gives the error behind the fault.
func (f *Fault) Unwrap() error { return f.cause }

// Of finds the fault inside err; a plain error is an Internal fault without a key.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Kind: Internal, Key: "web.problem", cause: err}
}

// Is says whether err is a fault of the kind.
func Is(err error, kind Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == kind
}

// HasKey says whether err is a fault with the text key.
func HasKey(err error, key string) bool {
	var f *Fault
	return errors.As(err, &f) && f.Key == key
}
