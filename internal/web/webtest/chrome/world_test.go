package chrome_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"

	"okno/assets"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/web/webtest/chrome"
)

// browser is shared by all tests of the package: starting one costs seconds.
var browser *chrome.Browser

func TestMain(m *testing.M) {
	os.Exit(func() int {
		profile, err := os.MkdirTemp("", "okno-chrome-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(profile)
		b, stop, err := chrome.Launch(profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer stop()
		browser = b
		return m.Run()
	}())
}

// world serves the gallery as the portal would, a paper page, a live page and seeded broken pages, and counts what it is sent.
type world struct {
	*httptest.Server
	t     *testing.T
	set   *assets.Set
	words *text.Catalogue

	saves, sent, stays, asked atomic.Int64
	broken                    atomic.Bool // saving fails
}

func newWorld(t *testing.T) *world {
	t.Helper()
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	words, err := text.Load(os.DirFS("../../../../locale"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, set: set, words: words}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(set.Files())))
	mux.HandleFunc("GET /{lang}", w.gallery("okno", false))
	mux.HandleFunc("GET /in/{lang}", w.gallery("ru", true))
	mux.HandleFunc("GET /xs/{lang}", w.gallery("xs", true))
	mux.HandleFunc("GET /paper/{lang}", func(out http.ResponseWriter, r *http.Request) { w.show(out, r, "ru", false, paper(w.printer(r))) })
	mux.HandleFunc("GET /live/{lang}", w.live)
	mux.HandleFunc("GET /over/{lang}", w.over)
	mux.HandleFunc("GET /soon/{lang}", w.soon)
	mux.HandleFunc("GET /broken", seeded)
	mux.HandleFunc("POST /ui", func(out http.ResponseWriter, _ *http.Request) { w.sent.Add(1); out.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /ui/later", func(out http.ResponseWriter, _ *http.Request) { w.sent.Add(100); out.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /ui/save", func(out http.ResponseWriter, r *http.Request) {
		w.saves.Add(1)
		if r.ParseForm(); w.broken.Load() || r.PostForm.Has("password") {
			out.WriteHeader(http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("POST /session/stay", func(http.ResponseWriter, *http.Request) { w.stays.Add(1) })
	w.Server = httptest.NewUnstartedServer(mux)
	w.Start()
	t.Cleanup(func() { w.CloseClientConnections(); w.Config.Close() })
	return w
}

func (w *world) printer(r *http.Request) *text.Printer {
	if r.PathValue("lang") == "pseudo" {
		return w.words.Pseudo()
	}
	return w.words.For(r.PathValue("lang"))
}

func (w *world) gallery(theme string, signedIn bool) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		w.show(out, r, theme, signedIn, ui.Gallery(w.printer(r)))
	}
}

func (w *world) layout(r *http.Request, theme string, signedIn bool) ui.Layout {
	l := ui.SampleLayout(w.printer(r), signedIn)
	l.Theme, l.Style = theme, "/assets/"+w.set.Name(theme+".css")
	l.Script, l.Icon = "/assets/"+w.set.Name("okno.js"), "/assets/"+w.set.Name("icon.svg")
	l.Large = r.URL.Query().Has("large")
	return l
}

func (w *world) show(out http.ResponseWriter, r *http.Request, theme string, signedIn bool, body templ.Component) {
	w.write(out, r, w.layout(r, theme, signedIn), body)
}

func (w *world) write(out http.ResponseWriter, r *http.Request, l ui.Layout, body templ.Component) {
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	out.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'")
	if err := l.Render(templ.WithChildren(r.Context(), body), out); err != nil {
		w.t.Error(err)
	}
}

// paper is a page that people print: it was sent, what was sent, what happens next.
func paper(w ui.Words) templ.Component {
	t := func(word string) string { return w.T("ui.gallery." + word) }
	rows := []ui.Row{}
	for range 12 {
		rows = append(rows, ui.Row{Name: t("surname"), Value: t("surname_value"), Source: t("source"), Change: "/edit"})
	}
	return templ.Join(
		templ.Raw(`<h1>`+t("done")+`</h1>`),
		ui.Status{W: w, Sentence: t("status"), Turn: t("office"), Until: t("date"), Tone: ui.Info},
		ui.SummaryList{W: w, Title: t("basic"), Rows: rows},
		ui.Timeline{W: w, Events: []ui.Event{{When: t("date"), Title: t("event_one"), By: t("you")}, {Title: t("event_three"), Future: true}}},
		templ.Raw(`<p>`+t("reference")+` <bdi id="reference">7F3K-22QA-90</bdi> <a id="out" href="https://okno.example/verify">okno.example</a></p>`),
	)
}

// live is a page whose second state differs from the first.
func (w *world) live(out http.ResponseWriter, r *http.Request) {
	p, state := w.printer(r), ui.CheckRunning
	if w.asked.Add(1) > 1 {
		state = ui.CheckPassed
	}
	l := w.layout(r, "ru", true)
	l.Refresh = &ui.Refresh{Seconds: 1, Polls: true} // sooner than the script asks: a reload would show
	w.write(out, r, l, templ.Join(templ.Raw("<h1>"+p.T("ui.gallery.progress")+"</h1>"),
		ui.CheckList{W: p, Poll: r.URL.Path, Checks: []ui.Check{
			{ID: "one", Name: p.T("ui.gallery.check_number"), State: state}, {ID: "two", Name: p.T("ui.gallery.check_tax"), State: ui.CheckWaiting}}}))
}

// over is a page whose live part ends while none of its states changes: what was left was the house's own.
func (w *world) over(out http.ResponseWriter, r *http.Request) {
	p, poll := w.printer(r), r.URL.Path
	if w.asked.Add(1) > 1 {
		poll = ""
	}
	w.write(out, r, w.layout(r, "ru", true), templ.Join(templ.Raw("<h1>"+p.T("ui.gallery.progress")+"</h1>"),
		ui.CheckList{W: p, Poll: poll, Checks: []ui.Check{{ID: "one", Name: p.T("ui.gallery.check_number"), State: ui.CheckPassed}}}))
}

// soon is a page on which everything with a clock is about to happen.
func (w *world) soon(out http.ResponseWriter, r *http.Request) {
	p, l := w.printer(r), w.layout(r, "ru", true)
	l.Session = ui.Session{Seconds: 121, Stay: "/session/stay"}
	w.write(out, r, l, templ.Join(templ.Raw("<h1>"+p.T("ui.gallery.code")+"</h1>"), ui.Code{W: p, Name: "code", Label: p.T("ui.gallery.code"), Seconds: 2}))
}

// old is the style sheet as browsers before :has() and :dir() read it: rules that they do not know are dropped whole.
const old = `(() => { let n = 0; const clean = list => { for (let i = list.cssRules.length - 1; i >= 0; i--) { const r = list.cssRules[i];
	if (/:has\(|:dir\(/.test(r.selectorText || "") || r instanceof CSSContainerRule || r instanceof CSSLayerBlockRule) { list.deleteRule(i); n++; } else if (r.cssRules && r instanceof CSSGroupingRule) clean(r); } };
	clean(document.styleSheets[0]); return n; })()`

// seeded is a page with a mistake for every check.
func seeded(out http.ResponseWriter, _ *http.Request) {
	io.WriteString(out, `<!DOCTYPE html><html><head><title>x</title></head><body><main><h1>x</h1><input name="a">
		<p style="color:#bbb;background:#fff">grey words</p><p><a href="/1" style="font-size:6px;display:inline-block">a</a><a href="/2" style="font-size:6px;display:inline-block">b</a></p>
		<p style="overflow:hidden;height:12px">`+strings.Repeat("cut off ", 20)+`</p><div style="height:0">under words</div><p style="margin:0">over words</p>
		<div class="ok-status">s</div><nav class="ok-menu"><a href="/">menu</a></nav>
		<div style="width:2000px;height:9px;background:red;margin-left:40px"></div>`+strings.Repeat("<p>long page</p>", 200)+`</main></body></html>`)
}
