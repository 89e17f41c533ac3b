package chrome_test

import (
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"okno/assets"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/web/webtest/chrome"
)

// shots is where pictures of the gallery go: go test ./internal/web/webtest/chrome -shots DIR
var shots = flag.String("shots", "", "folder for screenshots of the gallery")

// gallery serves the gallery of components as the portal would: /en, /ru, /fa, /xs/fa and a seeded broken page.
func gallery(t *testing.T) *httptest.Server {
	t.Helper()
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	words, err := text.Load(os.DirFS("../../../../locale"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(set.Files())))
	show := func(theme string, signedIn bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			p := words.For(r.PathValue("lang"))
			l := ui.SampleLayout(p, signedIn)
			l.Theme, l.Style = theme, "/assets/"+set.Name(theme+".css")
			l.Script, l.Icon = "/assets/"+set.Name("okno.js"), "/assets/"+set.Name("icon.svg")
			l.Large = r.URL.Query().Has("large")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'")
			ctx := templ.WithChildren(r.Context(), ui.Gallery(p))
			if err := l.Render(ctx, w); err != nil {
				t.Error(err)
			}
		}
	}
	mux.HandleFunc("GET /{lang}", show("okno", false))
	mux.HandleFunc("GET /in/{lang}", show("ru", true))
	mux.HandleFunc("GET /xs/{lang}", show("xs", true))
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!DOCTYPE html><html><head><title>x</title></head><body><main><h1>x</h1><input name="a">
			<p style="color:#bbb;background:#fff">grey words</p><p><a href="/1" style="font-size:6px;display:inline-block">a</a><a href="/2" style="font-size:6px;display:inline-block">b</a></p>
			<div style="width:2000px;height:9px;background:red;margin-left:40px"></div></main></body></html>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestTheChecksCanFail(t *testing.T) {
	page := chrome.Start(t).Open(t, gallery(t).URL+"/broken", 390)
	found := map[string]bool{}
	for _, v := range page.Violations(t) {
		found[v.Rule] = true
	}
	for _, rule := range []string{"label", "html-has-lang", "color-contrast", "target-size"} {
		if !found[rule] {
			t.Errorf("axe let the seeded mistake %q through", rule)
		}
	}
	if page.MirrorPart(t, "") <= chrome.MirrorLimit {
		t.Error("the mirror test let a bar through that does not mirror")
	}
}

func TestGallery(t *testing.T) {
	server, browser := gallery(t), chrome.Start(t)
	for _, path := range []string{"/en", "/in/ru", "/fa", "/xs/fa", "/xs/en?large"} {
		for _, width := range []int{390, 1280} {
			t.Run(fmt.Sprintf("axe finds nothing on %s at %d px", path, width), func(t *testing.T) {
				page := browser.Open(t, server.URL+path, width)
				for _, scheme := range []string{"light", "dark"} {
					page.Prefer(t, "prefers-color-scheme", scheme, "prefers-reduced-motion", "reduce")
					page.Axe(t)
					if dir := *shots; dir != "" {
						name := strings.NewReplacer("/", "-", "?", "-").Replace(strings.Trim(path, "/"))
						page.Screenshot(t, filepath.Join(dir, fmt.Sprintf("ui-%s-%d-%s.png", name, width, scheme)))
					}
				}
				page.Targets(t)
				page.LeftToRight(t)
				page.Sideways(t)
			})
		}
	}
	for _, path := range []string{"/en", "/in/ru", "/fa"} {
		t.Run("nothing scrolls sideways at 320 px on "+path, func(t *testing.T) {
			browser.Open(t, server.URL+path, 320).Sideways(t)
		})
	}
	for _, width := range []int{390, 1280} {
		t.Run(fmt.Sprintf("the page mirrors at %d px", width), func(t *testing.T) {
			page := browser.Open(t, server.URL+"/in/en", width)
			page.Prefer(t, "prefers-reduced-motion", "reduce")
			if part := page.MirrorPart(t, *shots); part > chrome.MirrorLimit {
				t.Errorf("%.4f %% of the page does not mirror", part*100)
			}
		})
	}
}

func TestWeight(t *testing.T) {
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, limit := range map[string]int64{"okno.css": 20 << 10, "ru.css": 20 << 10, "xs.css": 20 << 10, "okno.js": 12 << 10} {
		info, err := fs.Stat(set.Files(), set.Name(name)+".br")
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > limit {
			t.Errorf("%s weighs %d bytes on the wire, more than %d", name, info.Size(), limit)
		}
	}
}
