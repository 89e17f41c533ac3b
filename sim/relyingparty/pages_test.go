package relyingparty_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"okno/sim/relyingparty"
)

// everyPage calls f with every page of a site in a language.
func everyPage(t *testing.T, kind relyingparty.Kind, lang string, f func(name string, p page)) {
	t.Helper()
	provider := newFake(t)
	provider.person.claims["address"] = map[string]any{"locality": "<i>Казань</i>"}
	provider.person.claims["email_verified"] = false
	provider.in, provider.deny = false, "login_required" // a silent site shows its first page
	s, b := start(t, provider, kind), newBrowser(t)
	b.lang = lang
	f("first", b.open(s.Origin()+"/"))
	f("refusal", b.open(s.Origin()+"/callback?state=x"))
	provider.set(func() { provider.deny = "" })
	f("account", b.signIn(s))
	f("signed out", b.post(s.Origin()+"/signout", nil))
	f("signed out here", b.open(s.Origin()+"/signed-out"))
	provider.set(func() { provider.person.level = "urn:okno:level:simplified" })
	f("level", b.open(s.Origin()+"/signin"))
	provider.set(func() { provider.deny = "access_denied" })
	f("denied", b.open(s.Origin()+"/signin"))
}

func TestEveryPageIsForEverybody(t *testing.T) {
	for _, kind := range relyingparty.Kinds() {
		for lang, word := range map[string]string{"en": "This is a sandbox", "ru": "Это песочница", "fa": "این محیط آزمایشی است"} {
			t.Run(string(kind)+" in "+lang, func(t *testing.T) {
				everyPage(t, kind, lang, func(name string, p page) {
					mustShow(t, p, word)
					if p.header.Get("Content-Language") != lang || p.header.Get("Cache-Control") != "no-store" || p.header.Get("Content-Security-Policy") == "" {
						t.Errorf("%s: the header is %v", name, p.header)
					}
					checkPage(t, name, lang, p.body)
				})
			})
		}
	}
}

// checkPage holds the rules that need no browser.
func checkPage(t *testing.T, name, lang, body string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	count, ids, viewport, ok := map[string]int{}, map[string]int{}, false, false
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
		}
		ids[attrs["id"]]++
		switch n.Data {
		case "html":
			ok = attrs["lang"] == lang && attrs["dir"] == map[string]string{"en": "ltr", "ru": "ltr", "fa": "rtl"}[lang]
		case "meta":
			viewport = viewport || attrs["name"] == "viewport" && strings.Contains(attrs["content"], "width=device-width")
		case "a", "button", "h1", "h2", "h3", "title", "summary", "dt", "li", "label":
			if strings.TrimSpace(text(n)) == "" {
				t.Errorf("%s: an empty %s", name, n.Data)
			}
		case "style", "i":
			t.Errorf("%s: a %s stands in the page", name, n.Data)
		case "script":
			if attrs["src"] == "" {
				t.Errorf("%s: a script stands in the page", name)
			}
		}
	}
	delete(ids, "")
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s: the id %s stands %d times", name, id, n)
		}
	}
	if count["h1"] != 1 || count["main"] != 1 || count["title"] != 1 || !viewport || !ok {
		t.Errorf("%s: %v, viewport %t, language %t", name, count, viewport, ok)
	}
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func TestTheAccountPageListsExactlyWhatCame(t *testing.T) {
	f := newFake(t)
	f.person.claims = map[string]any{"address": map[string]any{"locality": "Казань"}, "new_claim": 12345678901234567, "email_verified": false}
	p := newBrowser(t).signIn(start(t, f, relyingparty.Petersburg))
	mustShow(t, p, "You are signed in", `"locality": "Казань"`, "new_claim", "12345678901234567", "email_verified", "no", "p-1", `"sid": "s-1"`, "Everything, as it came")
	for _, absent := range []string{"Full name", "SNILS", "E-mail address"} {
		if strings.Contains(p.text(), absent) {
			t.Errorf("the page speaks of %q, which did not come", absent)
		}
	}
	for path, kind := range map[string]string{"/style.css": "text/css", "/renew.js": "text/javascript"} {
		if got := newBrowser(t).open(p.address.Scheme + "://" + p.address.Host + path); !strings.HasPrefix(got.header.Get("Content-Type"), kind) || len(got.body) < 100 {
			t.Errorf("%s is %s", path, got.header)
		}
	}
}
