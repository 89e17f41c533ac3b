package ui_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"okno/internal/text"
	"okno/internal/ui"
)

var update = flag.Bool("update", false, "write the golden pages anew")

func catalogue(t *testing.T) *text.Catalogue {
	t.Helper()
	words, err := text.Load(os.DirFS("../../locale"))
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// page is the gallery with its whole shell.
func page(t *testing.T, w ui.Words, signedIn bool) string {
	t.Helper()
	var b strings.Builder
	l := ui.SampleLayout(w, signedIn)
	if err := l.Render(templ.WithChildren(context.Background(), ui.Gallery(w)), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// lines breaks HTML before every tag, so that a golden page reads and differs line by line.
func lines(s string) string { return strings.ReplaceAll(s, "<", "\n<") + "\n" }

func TestGoldenGallery(t *testing.T) {
	words := catalogue(t)
	for _, lang := range []string{"en", "ru", "fa"} {
		got := lines(page(t, words.For(lang), lang == "ru"))
		path := filepath.Join("testdata", "gallery."+lang+".html")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; run \"go test ./internal/ui -update\" and read the difference as a resident would", path)
		}
	}
}

// broken lists what breaks the rules of every page: labels, unique ids, one h1, nothing inline, no missing words.
func broken(document string) []string {
	root, err := html.Parse(strings.NewReader(document))
	if err != nil {
		return []string{err.Error()}
	}
	ids, labelled, inputs, described := map[string]int{}, map[string]bool{}, []string{}, []string{}
	headings := 0
	var wrong []string
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		a := map[string]string{}
		for _, at := range n.Attr {
			a[at.Key] = at.Val
			if strings.HasPrefix(at.Key, "on") || at.Key == "style" {
				wrong = append(wrong, n.Data+" has an inline "+at.Key)
			}
		}
		if id, ok := a["id"]; ok {
			ids[id]++
		}
		switch n.Data {
		case "h1":
			headings++
		case "label":
			labelled[a["for"]] = true
		case "input", "select", "textarea":
			if a["type"] != "hidden" {
				inputs = append(inputs, a["id"])
			}
		case "script":
			if a["src"] == "" {
				wrong = append(wrong, "an inline script")
			}
		case "style":
			wrong = append(wrong, "an inline style sheet")
		case "html":
			if a["lang"] == "" || a["dir"] == "" {
				wrong = append(wrong, "html without lang or dir")
			}
		}
		described = append(described, strings.Fields(a["aria-describedby"]+" "+a["aria-labelledby"])...)
	}
	for id, n := range ids {
		if n > 1 {
			wrong = append(wrong, "id "+id+" stands twice")
		}
	}
	for _, id := range inputs {
		if id == "" || !labelled[id] {
			wrong = append(wrong, "field "+id+" has no label")
		}
	}
	for _, id := range described {
		if ids[id] == 0 {
			wrong = append(wrong, "nothing has the id "+id+" that describes a field")
		}
	}
	if headings != 1 {
		wrong = append(wrong, "not exactly one h1")
	}
	if strings.Contains(document, "[ui.") {
		wrong = append(wrong, "a text is missing")
	}
	return wrong
}

func TestPageRules(t *testing.T) {
	words := catalogue(t)
	for _, lang := range []string{"en", "ru", "fa"} {
		for _, w := range broken(page(t, words.For(lang), true)) {
			t.Errorf("%s: %s", lang, w)
		}
	}
	if got := broken(`<html><body><input id="a"><p id="a" style="x"></p><script>1</script></body></html>`); len(got) < 6 {
		t.Errorf("the rules let a broken page through, they found only %q", got)
	}
}

func TestFacts(t *testing.T) {
	w := catalogue(t).For("en")
	shell := page(t, w, true)
	visitor := page(t, w, false)
	has := func(name, document string, parts ...string) {
		t.Run(name, func(t *testing.T) {
			for _, part := range parts {
				if !strings.Contains(document, part) {
					t.Errorf("%q is not on the page", part)
				}
			}
		})
	}
	has("NAV-09 the main menu reaches five places with one click", shell, `href="/"`, `href="/services"`, `href="/account"`, `href="/payment"`, `href="/help"`)
	has("NAV-10 a bar offers authorities, state services and service search to everybody", visitor, ">Authorities</a>", ">State services</a>", ">Service search</a>")
	has("NAV-11 below the menu stands the search line", visitor, `role="search"`, `type="search"`)
	has("NAV-21 the top line has Log in and Registration", visitor, ">Log in</a>", ">Registration</a>")
	has("LOG-09 the name of the person stands in the top line", shell, "<bdi>Maria Berg</bdi>")
	has("LOG-12 pointing at the button shows the hint Exit", shell, `title="Exit"`)
	has("CHK-07 a passed check has a tick", render(t, ui.CheckList{W: w, Checks: []ui.Check{{Name: "SNILS", State: ui.CheckPassed}}}), "ok-icon--tick", "Matched")
	has("CHK-08 a running check has two arrows", render(t, ui.CheckList{W: w, Checks: []ui.Check{{Name: "SNILS", State: ui.CheckRunning}}}), "ok-icon--running", "Checking")
	password := render(t, ui.Password{W: w, Name: "p", Label: "Password", New: true, Conditions: []ui.Condition{{Text: "A digit", Test: "[0-9]"}}})
	has("PWD-10 the strength hint is under the password field", password, `id="p-strength"`)
	has("PWD-13 the panel of conditions stands beside the field", password, "ok-password--panel", "A digit")
}

func TestTypedValuesAreEscaped(t *testing.T) {
	got := render(t, ui.Field{W: catalogue(t).For("en"), Name: "a", Label: "A", Value: `"><script>alert(1)</script>`})
	if strings.Contains(got, "<script>") {
		t.Fatal("a typed value became markup")
	}
}

func TestGalleryPage(t *testing.T) {
	got := render(t, ui.GalleryPage(catalogue(t).For("fa"), "ru", "/assets/ru.css", "/assets/okno.js", "/assets/icon.svg", "/assets/ru.svg"))
	for _, part := range []string{`data-theme="ru"`, `href="/assets/ru.css"`, `src="/assets/okno.js"`, `src="/assets/ru.svg"`, `dir="rtl"`} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is not on the page", part)
		}
	}
	if wrong := broken(got); len(wrong) > 0 {
		t.Error(wrong)
	}
}
