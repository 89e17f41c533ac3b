package webtest

import (
	"strings"

	"golang.org/x/net/html"
)

func all(n *html.Node, want func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	if n == nil {
		return nil
	}
	if n.Type == html.ElementNode && want(n) {
		found = append(found, n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		found = append(found, all(c, want)...)
	}
	return found
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func byID(doc *html.Node, id string) *html.Node {
	if found := all(doc, func(n *html.Node) bool { return attr(n, "id") == id }); len(found) > 0 {
		return found[0]
	}
	return nil
}

func ancestor(n *html.Node, tag string) *html.Node {
	for ; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && n.Data == tag {
			return n
		}
	}
	return nil
}

// visible is what can be read or heard of a node.
func visible(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	write(&b, n)
	return b.String()
}

// blocks end a line of text.
var blocks = map[string]bool{"p": true, "div": true, "li": true, "dt": true, "dd": true, "h1": true, "h2": true, "h3": true, "tr": true, "td": true, "th": true,
	"br": true, "section": true, "label": true, "legend": true, "option": true, "button": true, "a": true, "summary": true}

func write(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
		return
	}
	if n.Type == html.ElementNode {
		switch n.Data {
		case "script", "style", "template", "svg":
			return
		case "img":
			b.WriteString(attr(n, "alt"))
			return
		}
		if attr(n, "aria-hidden") == "true" {
			return
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		write(b, c)
	}
	if blocks[n.Data] {
		b.WriteByte('\n')
	}
}

func raw(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func optionValue(o *html.Node) string {
	if has(o, "value") {
		return attr(o, "value")
	}
	return squeeze(visible(o))
}

// name is the accessible name of a control or link, as a person reads it.
func name(doc, n *html.Node) string {
	if l := attr(n, "aria-label"); l != "" {
		return l
	}
	if ids := attr(n, "aria-labelledby"); ids != "" {
		var words []string
		for _, id := range strings.Fields(ids) {
			words = append(words, visible(byID(doc, id)))
		}
		return strings.Join(words, " ")
	}
	if n.Data == "a" || n.Data == "button" {
		return visible(n)
	}
	if id := attr(n, "id"); id != "" {
		if found := all(doc, func(l *html.Node) bool { return l.Data == "label" && attr(l, "for") == id }); len(found) > 0 {
			return visible(found[0])
		}
	}
	if l := ancestor(n, "label"); l != nil {
		return visible(l)
	}
	return ""
}
