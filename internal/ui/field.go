package ui

// Field is one line of text to type.
type Field struct {
	W        Words
	Name     string // also the id, to which the error summary links
	Label    string
	Question bool // the label is the heading of the page
	Hint     string
	Error    string // what to do; the same text as in the summary
	Value    string
	Kind     Kind
	Optional bool // adds "(optional)"
	Size     int  // width in characters; 0 = full width
	Longest  int  // maxlength, 0 = none; never for codes
	Prefix   string
	After    string // ids of further descriptions
}

func hintID(name string) string  { return name + "-hint" }
func errorID(name string) string { return name + "-error" }

// described lists the ids that describe a control.
func described(name, hint, problem, more string) string {
	return join(when(hint != "", hintID(name)), when(problem != "", errorID(name)), more)
}

// Textarea is text of several lines.
type Textarea struct {
	W        Words
	Name     string
	Label    string
	Question bool
	Hint     string
	Error    string
	Value    string
	Rows     int // 5 if zero
	Optional bool
}

func (t Textarea) rows() string {
	if t.Rows == 0 {
		return "5"
	}
	return number(t.Rows)
}

// Password is a password field with "Show" and, for a new one, strength under it and conditions beside it (PWD-09..13).
type Password struct {
	W     Words
	Name  string
	Label string
	Hint  string
	Error string
	New   bool // a password being chosen
	// Conditions stand in the panel beside the field, each with the test the script makes while typing.
	Conditions []Condition
	// Generate adds the button that asks the server for a password (PWD-15); it posts the page's form to this address.
	Generate string
	// Made is a password that the server has generated, shown as text so that it can be kept.
	Made string
}

// Condition is one rule of a password. Test is a JavaScript regular expression without flags that an acceptable
// password must match; empty = only the server can judge it. Absent turns it round: must not match.
type Condition struct {
	Text   string
	Test   string
	Absent bool
}

// Code is the one box for a one-time code, with its countdown and the ways to get another (P-23).
type Code struct {
	W       Words
	Name    string
	Label   string
	Hint    string
	Error   string
	Seconds int // left until the code ends; 0 = no countdown
}
