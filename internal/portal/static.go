package portal

import (
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"okno/assets"
)

// look gives pages the addresses of built files and serves them.
type look struct{ set *assets.Set }

// Style is the style sheet of a theme; the house's own when the theme has none.
func (l look) Style(theme string) string {
	if l.set.Name(theme+".css") != "" {
		return "/assets/" + l.set.Name(theme+".css")
	}
	return "/assets/" + l.set.Name("okno.css")
}

// Script is the script that improves pages.
func (l look) Script() string { return "/assets/" + l.set.Name("okno.js") }

// Icon is the icon of the browser's tab.
func (l look) Icon() string { return "/assets/" + l.set.Name("icon.svg") }

// Logo is the mark of a country, "" for the house's own.
func (l look) Logo(theme string) string {
	if name := l.set.Name(theme + ".svg"); name != "" {
		return "/assets/" + name
	}
	return ""
}

// ServeHTTP serves a file by its hashed name, compressed when it may be, for ever.
func (l look) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	if !l.set.Has(name) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	for _, c := range []struct{ encoding, ending string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if strings.Contains(r.Header.Get("Accept-Encoding"), c.encoding) {
			if file, err := l.set.Files().Open(name + c.ending); err == nil {
				h.Set("Content-Encoding", c.encoding)
				send(w, file)
				return
			}
		}
	}
	file, err := l.set.Files().Open(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	send(w, file)
}

func send(w http.ResponseWriter, file fs.File) {
	defer file.Close()
	io.Copy(w, file)
}
