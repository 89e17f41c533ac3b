package webtest

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// Rules are the rules that every page keeps; it returns those that are broken:
// one h1, a title, a language and a direction, a name for every field and button,
// no id twice, no reference to an id that is not there, no inline script or style,
// no form of another site, no empty link, nothing left of a missing text.
func Rules(doc *html.Node) []string {
	var broken []string
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	if n := len(all(doc, tag("h1"))); n != 1 {
		say("%d h1, want one", n)
	}
	if t := all(doc, tag("title")); len(t) == 0 || squeeze(visible(t[0])) == "" {
		say("no title")
	}
	if root := all(doc, tag("html")); len(root) == 0 || attr(root[0], "lang") == "" || attr(root[0], "dir") == "" {
		say("no lang or dir on html")
	}
	ids := map[string]bool{}
	for _, n := range all(doc, func(n *html.Node) bool { return attr(n, "id") != "" }) {
		if ids[attr(n, "id")] {
			say("id %q twice", attr(n, "id"))
		}
		ids[attr(n, "id")] = true
	}
	for _, n := range all(doc, func(*html.Node) bool { return true }) {
		element(doc, n, ids, say)
	}
	if text := visible(doc); strings.Contains(text, "<no value>") || missingText(text) {
		say("a text is missing: %s", around(text))
	}
	return broken
}

func tag(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == name }
}

func element(doc, n *html.Node, ids map[string]bool, say func(string, ...any)) {
	if has(n, "style") {
		say("inline style on %s", n.Data)
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") {
			say("inline handler %s on %s", a.Key, n.Data)
		}
	}
	for _, key := range []string{"aria-describedby", "aria-labelledby", "for", "form"} {
		for _, id := range strings.Fields(attr(n, key)) {
			if !ids[id] {
				say("%s on %s names id %q, which is not there", key, n.Data, id)
			}
		}
	}
	switch n.Data {
	case "script":
		if attr(n, "src") == "" && attr(n, "type") != "application/json" {
			say("inline script")
		}
	case "style":
		say("inline style sheet")
	case "input", "select", "textarea":
		if t := attr(n, "type"); t != "hidden" && t != "submit" && squeeze(name(doc, n)) == "" {
			say("field %q has no label", attr(n, "name"))
		}
	case "button", "a":
		if (n.Data == "button" || has(n, "href")) && squeeze(name(doc, n)) == "" {
			say("%s without words (%s)", n.Data, attr(n, "href"))
		}
		if strings.HasPrefix(strings.ToLower(attr(n, "href")), "javascript:") {
			say("a link runs a script")
		}
	case "img":
		if !has(n, "alt") {
			say("picture without alt")
		}
	case "form":
		if a := attr(n, "action"); strings.Contains(a, "//") {
			say("form posts to %s", a)
		}
	}
}

// missingText finds a text key in brackets, which is what a missing text shows.
func missingText(text string) bool { return around(text) != "" }

func around(text string) string {
	for _, word := range strings.Fields(text) {
		inner, ok := strings.CutPrefix(word, "[")
		if !ok {
			continue
		}
		if inner, ok = strings.CutSuffix(inner, "]"); ok && strings.Contains(inner, ".") && strings.ToLower(inner) == inner && !strings.ContainsAny(inner, "/@ ") {
			return word
		}
	}
	return ""
}
