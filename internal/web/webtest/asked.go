package webtest

import (
	"slices"

	"golang.org/x/net/html"
)

// Asked are the names of what a form wants from whoever fills it in, in order:
// one for each box to type in or list to choose from, one for a group of radio
// buttons, one for each box to tick. It is what the promises of minutes are
// counted from.
func (p *Page) Asked(form string) (names []string) {
	for _, n := range all(p.doc, func(n *html.Node) bool {
		return attr(n, "name") != "" && ancestor(n, "form") == byID(p.doc, form)
	}) {
		name := attr(n, "name")
		switch attr(n, "type") {
		case "hidden", "submit", "button":
			continue
		case "checkbox":
			name += "=" + attr(n, "value")
		}
		if n.Data != "button" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
