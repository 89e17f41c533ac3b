package ui

// Look is the weight of a button: a page has at most one primary.
type Look string

// The looks.
const (
	Primary   Look = ""
	Secondary Look = "secondary"
	Quiet     Look = "tertiary"
)

// Button is something to press: a link if Href is set, else a button of a form.
// The words are a verb and its object: "Save and continue".
type Button struct {
	Text       string
	Href       string // makes it a link that looks like a button
	Look       Look
	Danger     bool   // removes or ends something
	Name       string // sent with the form
	Value      string
	Form       string // id of the form, if the button stands outside it
	Action     string // another address to post to
	NoValidate bool
	Kind       string // "submit" if empty, or "button" for scripts
	Label      string // spoken instead of Text, when Text alone is not enough
	Tooltip    string
	Busy       string // shown while the answer is on its way, as "Checking…"
	Wide       bool
}

func (b Button) color() string {
	if b.Danger {
		return "danger"
	}
	return "accent"
}

func (b Button) kind() string {
	if b.Kind == "" {
		return "submit"
	}
	return b.Kind
}
