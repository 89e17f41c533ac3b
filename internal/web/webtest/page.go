package webtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Page is an answer as the browser shows it, with what was filled in.
type Page struct {
	Path   string
	Status int
	Header http.Header
	Body   string

	b      *Browser
	doc    *html.Node
	chosen map[*html.Node]string // typed values of inputs; "on"/"off" of boxes
	files  map[string]file
}

// Origin is the site that the page belongs to.
func (p *Page) Origin() string { return p.b.origin }

// moves is where the page leads on by itself at once, without a script.
func (p *Page) moves() string {
	for _, n := range all(p.doc, tag("meta")) {
		if !strings.EqualFold(attr(n, "http-equiv"), "refresh") {
			continue
		}
		if to, ok := strings.CutPrefix(attr(n, "content"), "0;url="); ok {
			return to
		}
	}
	return ""
}

// H1 is the page's heading.
func (p *Page) H1() string { return p.first(func(n *html.Node) bool { return n.Data == "h1" }) }

// Title is the title of the browser's tab.
func (p *Page) Title() string { return p.first(func(n *html.Node) bool { return n.Data == "title" }) }

// Text is all that can be read inside main.
func (p *Page) Text() string { return p.first(func(n *html.Node) bool { return n.Data == "main" }) }

// Has says whether a text can be read anywhere on the page.
func (p *Page) Has(words string) bool {
	return strings.Contains(squeeze(visible(p.doc)), squeeze(words))
}

// Must fails the test when one of the texts cannot be read on the page.
func (p *Page) Must(words ...string) *Page {
	p.b.t.Helper()
	for _, w := range words {
		if !p.Has(w) {
			p.b.t.Fatalf("%s (%d): no %q on the page:\n%s", p.Path, p.Status, w, p.Text())
		}
	}
	return p
}

// MustNot fails the test when one of the texts can be read on the page.
func (p *Page) MustNot(words ...string) *Page {
	p.b.t.Helper()
	for _, w := range words {
		if p.Has(w) {
			p.b.t.Fatalf("%s: %q is on the page:\n%s", p.Path, w, p.Text())
		}
	}
	return p
}

// MustBe fails the test when the page is not at the path (without its query) or not of the status.
func (p *Page) MustBe(status int, path string) *Page {
	p.b.t.Helper()
	if at, _, _ := strings.Cut(p.Path, "?"); p.Status != status || at != path {
		p.b.t.Fatalf("at %s with %d, want %s with %d:\n%s", at, p.Status, path, status, p.Text())
	}
	return p
}

// Fill types into the field with a label.
func (p *Page) Fill(label, value string) *Page {
	p.b.t.Helper()
	n := p.control(label, func(n *html.Node) bool {
		return n.Data == "textarea" || n.Data == "input" && !slices.Contains([]string{"radio", "checkbox", "file", "hidden", "submit"}, attr(n, "type"))
	})
	p.chosen[n] = value
	return p
}

// Value is what stands in the field with a label.
func (p *Page) Value(label string) string {
	p.b.t.Helper()
	return p.valueOf(p.control(label, func(n *html.Node) bool { return n.Data == "textarea" || n.Data == "input" || n.Data == "select" }))
}

// Choose picks a radio button or ticks a box by its label.
func (p *Page) Choose(label string) *Page {
	p.b.t.Helper()
	n := p.control(label, func(n *html.Node) bool { return attr(n, "type") == "radio" || attr(n, "type") == "checkbox" })
	if attr(n, "type") == "radio" {
		for _, other := range all(p.doc, func(o *html.Node) bool { return attr(o, "type") == "radio" && attr(o, "name") == attr(n, "name") }) {
			p.chosen[other] = "off"
		}
	}
	p.chosen[n] = "on"
	return p
}

// Untick takes a tick away.
func (p *Page) Untick(label string) *Page {
	p.b.t.Helper()
	p.chosen[p.control(label, func(n *html.Node) bool { return attr(n, "type") == "checkbox" })] = "off"
	return p
}

// Select picks an option of a list by its text.
func (p *Page) Select(label, option string) *Page {
	p.b.t.Helper()
	list := p.control(label, func(n *html.Node) bool { return n.Data == "select" })
	for _, o := range all(list, func(n *html.Node) bool { return n.Data == "option" }) {
		if squeeze(visible(o)) == squeeze(option) {
			p.chosen[list] = optionValue(o)
			return p
		}
	}
	p.b.t.Fatalf("%s: %q has no option %q", p.Path, label, option)
	return p
}

// Attach chooses a file for the field with a label.
func (p *Page) Attach(label, name, kind string, content []byte) *Page {
	p.b.t.Helper()
	n := p.control(label, func(n *html.Node) bool { return attr(n, "type") == "file" })
	if p.files == nil {
		p.files = map[string]file{}
	}
	p.files[attr(n, "name")] = file{name, kind, content}
	return p
}

// Follow goes where the link with a text leads.
func (p *Page) Follow(words string) *Page {
	p.b.t.Helper()
	for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" && attr(n, "href") != "" }) {
		if squeeze(name(p.doc, n)) == squeeze(words) {
			return p.b.Open(p.b.resolve(p.Path, attr(n, "href")))
		}
	}
	p.b.t.Fatalf("%s: no link %q on the page:\n%s", p.Path, words, p.Text())
	return nil
}

// Link is where the first link with a text leads, "" when there is none.
func (p *Page) Link(words string) string {
	for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" }) {
		if squeeze(name(p.doc, n)) == squeeze(words) {
			return attr(n, "href")
		}
	}
	return ""
}

// Press presses the button with a text and sends its form.
func (p *Page) Press(words string) *Page {
	p.b.t.Helper()
	for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "button" && attr(n, "type") != "button" }) {
		if squeeze(name(p.doc, n)) == squeeze(words) {
			return p.submit(n)
		}
	}
	p.b.t.Fatalf("%s: no button %q on the page:\n%s", p.Path, words, p.Text())
	return nil
}

func (p *Page) submit(button *html.Node) *Page {
	p.b.t.Helper()
	form := ancestor(button, "form")
	if id := attr(button, "form"); id != "" {
		form = byID(p.doc, id)
	}
	if form == nil {
		p.b.t.Fatalf("%s: the button stands in no form", p.Path)
	}
	action := attr(form, "action")
	if a := attr(button, "formaction"); a != "" {
		action = a
	}
	to := p.Path
	if action != "" {
		to = p.b.resolve(p.Path, action)
	}
	values := p.values(form)
	if n := attr(button, "name"); n != "" {
		values = append(values, [2]string{n, attr(button, "value")})
	}
	return p.send(form, to, values)
}

func (p *Page) send(form *html.Node, to string, values [][2]string) *Page {
	p.b.t.Helper()
	encoded := url.Values{}
	for _, v := range values {
		encoded.Add(v[0], v[1])
	}
	switch {
	case !strings.EqualFold(attr(form, "method"), "post"):
		path, _, _ := strings.Cut(to, "?")
		return p.b.Open(path + "?" + encoded.Encode())
	case attr(form, "enctype") == "multipart/form-data":
		kind, body := multipartBody(values, p.files)
		return p.b.send("POST", to, kind, body)
	}
	return p.b.send("POST", to, "application/x-www-form-urlencoded", []byte(encoded.Encode()))
}

// Values are what the form with an id would send, for races.
func (p *Page) Values(id string) url.Values {
	v := url.Values{}
	for _, one := range p.values(byID(p.doc, id)) {
		v.Add(one[0], one[1])
	}
	return v
}

func (p *Page) values(form *html.Node) [][2]string {
	var values [][2]string
	id := attr(form, "id")
	for _, n := range all(p.doc, func(n *html.Node) bool {
		return attr(n, "name") != "" && (ancestor(n, "form") == form && attr(n, "form") == "" || id != "" && attr(n, "form") == id)
	}) {
		switch {
		case n.Data == "button" || attr(n, "type") == "submit" || attr(n, "type") == "file" || has(n, "disabled"):
		case attr(n, "type") == "radio" || attr(n, "type") == "checkbox":
			if p.ticked(n) {
				v := attr(n, "value")
				if v == "" {
					v = "on"
				}
				values = append(values, [2]string{attr(n, "name"), v})
			}
		case n.Data == "input" || n.Data == "textarea" || n.Data == "select":
			values = append(values, [2]string{attr(n, "name"), p.valueOf(n)})
		}
	}
	return values
}

func (p *Page) ticked(n *html.Node) bool {
	if c, ok := p.chosen[n]; ok {
		return c == "on"
	}
	return has(n, "checked")
}

func (p *Page) valueOf(n *html.Node) string {
	if v, ok := p.chosen[n]; ok {
		return v
	}
	switch n.Data {
	case "textarea":
		return strings.TrimPrefix(raw(n), "\n")
	case "select":
		options := all(n, func(o *html.Node) bool { return o.Data == "option" })
		for _, o := range options {
			if has(o, "selected") {
				return optionValue(o)
			}
		}
		if len(options) > 0 {
			return optionValue(options[0])
		}
		return ""
	}
	return attr(n, "value")
}

func (p *Page) first(want func(*html.Node) bool) string {
	if found := all(p.doc, want); len(found) > 0 {
		return squeeze(visible(found[0]))
	}
	return ""
}

// control finds the field with a label (or an accessible name) among those wanted.
func (p *Page) control(label string, want func(*html.Node) bool) *html.Node {
	p.b.t.Helper()
	var names []string
	for _, n := range all(p.doc, func(n *html.Node) bool {
		return (n.Data == "input" || n.Data == "textarea" || n.Data == "select") && want(n)
	}) {
		named := squeeze(name(p.doc, n))
		if named == squeeze(label) {
			return n
		}
		names = append(names, named)
	}
	p.b.t.Fatalf("%s (%d): no field %q on the page; there are %q", p.Path, p.Status, label, names)
	return nil
}

// FillDate types a date into the three fields of the group with a legend, whatever they are called.
func (p *Page) FillDate(legend, day, month, year string) *Page {
	p.b.t.Helper()
	typed := map[string]string{"-day": day, "-month": month, "-year": year}
	group := p.group(legend)
	for _, n := range all(group, func(n *html.Node) bool { return n.Data == "input" || n.Data == "select" }) {
		for ending, value := range typed {
			if strings.HasSuffix(attr(n, "name"), ending) {
				p.chosen[n] = value
				delete(typed, ending)
			}
		}
	}
	if len(typed) > 0 {
		p.b.t.Fatalf("%s: the date %q lacks %v", p.Path, legend, typed)
	}
	return p
}

// ChooseIn picks a radio button or ticks a box inside the group with a legend.
func (p *Page) ChooseIn(legend, label string) *Page {
	p.b.t.Helper()
	group := p.group(legend)
	for _, n := range all(group, func(n *html.Node) bool { return attr(n, "type") == "radio" || attr(n, "type") == "checkbox" }) {
		if squeeze(name(p.doc, n)) != squeeze(label) {
			continue
		}
		for _, other := range all(group, func(o *html.Node) bool { return attr(n, "type") == "radio" && attr(o, "type") == "radio" }) {
			p.chosen[other] = "off"
		}
		p.chosen[n] = "on"
		return p
	}
	p.b.t.Fatalf("%s: %q has no %q:\n%s", p.Path, legend, label, visible(group))
	return nil
}

// group finds the fieldset with a legend.
func (p *Page) group(legend string) *html.Node {
	p.b.t.Helper()
	for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "fieldset" }) {
		for _, l := range all(n, func(n *html.Node) bool { return n.Data == "legend" }) {
			if squeeze(visible(l)) == squeeze(legend) {
				return n
			}
		}
	}
	p.b.t.Fatalf("%s: no group %q on the page:\n%s", p.Path, legend, p.Text())
	return nil
}

// Options are the texts of the options of a list.
func (p *Page) Options(label string) []string {
	p.b.t.Helper()
	list := p.control(label, func(n *html.Node) bool { return n.Data == "select" })
	var texts []string
	for _, o := range all(list, func(n *html.Node) bool { return n.Data == "option" }) {
		texts = append(texts, squeeze(visible(o)))
	}
	return texts
}

// HasButton says whether there is a button whose text begins with words.
func (p *Page) HasButton(words string) bool { return p.buttonLike(words) != nil }

// PressLike presses the first button whose text begins with words.
func (p *Page) PressLike(words string) *Page {
	p.b.t.Helper()
	n := p.buttonLike(words)
	if n == nil {
		p.b.t.Fatalf("%s: no button that begins with %q on the page:\n%s", p.Path, words, p.Text())
	}
	return p.submit(n)
}

func (p *Page) buttonLike(words string) *html.Node {
	for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "button" && attr(n, "type") != "button" }) {
		if strings.HasPrefix(squeeze(name(p.doc, n)), squeeze(words)) {
			return n
		}
	}
	return nil
}
