package esia

import (
	"regexp"
	"strings"
)

// The lists of a person, as ESIA calls them in addresses and in embed.
const (
	contacts      = "ctts"
	addresses     = "addrs"
	documents     = "docs"
	organisations = "orgs"
	roles         = "roles"
	children      = "kids"
	vehicles      = "vhls"
)

// embedNames are the names of the lists inside a person.
var embedNames = map[string]string{"contacts": contacts, "addresses": addresses, "documents": documents, "organizations": organisations,
	"roles": roles, "kids": children, "vehicles": vehicles}

// Embed is what shall stand inside an answer instead of links.
type Embed struct {
	Elements bool            // the elements of the list itself
	Lists    map[string]bool // lists of a person: whether with their elements
}

var embedForm = regexp.MustCompile(`^\(([A-Za-z]+(\.[A-Za-z]+)*(-[0-9])?(, ?[A-Za-z]+(\.[A-Za-z]+)*(-[0-9])?)*)?\)$`)

// ReadEmbed reads the parameter: (elements), (contacts.elements,documents.elements),
// with or without a space behind a comma, () for nothing. Names that we do not know
// are left out; false for another form.
func ReadEmbed(text string) (e Embed, ok bool) {
	e.Lists = map[string]bool{}
	if text == "" {
		return e, true
	}
	if len(text) > 500 || !embedForm.MatchString(text) {
		return e, false
	}
	for _, name := range strings.Split(strings.Trim(text, "()"), ",") {
		name, _, _ = strings.Cut(strings.TrimPrefix(name, " "), "-") // how deep
		first, rest, _ := strings.Cut(name, ".")
		if first == "elements" {
			e.Elements = true
		}
		if list, known := embedNames[first]; known {
			e.Lists[list] = e.Lists[list] || rest == "elements"
		}
	}
	return e, true
}
