package control

import (
	"bytes"
	"html/template"
	"net/http"
)

// frame is around every control page: readable, narrow enough for a phone, dark where the reader likes it dark, no script.
const frame = `{{define "frame"}}<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{block "title" .}}Simulator{{end}}</title><style>
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:start;vertical-align:top;padding:.4rem .6rem;border-block-end:1px solid #8886}
td{overflow-wrap:anywhere;white-space:pre-line}form{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;margin-block:.6rem}
label{display:grid;gap:.2rem}button,select,input,textarea{font:inherit;padding:.4rem .6rem;min-height:2.75rem}
textarea{width:min(100%,40rem);min-height:8rem}.wide{overflow-x:auto}
</style></head><body><main>{{block "main" .}}{{end}}</main></body></html>{{end}}
{{define "switch"}}<label>Mode<select name="mode">{{$now := .State.Mode}}{{range .Modes}}<option{{if eq . $now}} selected{{end}}>{{.}}</option>{{end}}</select></label>
<label>Delay, like 30s<input name="delay" value="{{.State.Delay}}" size="8"></label><button>Switch</button>{{end}}`

// A Page is a template inside the common frame. It defines "title" and "main"; {{template "switch" .}} draws a Switch's two fields.
type Page struct{ t *template.Template }

// NewPage parses text; it panics on a mistake, which is in the program's own text.
func NewPage(text string) *Page {
	return &Page{template.Must(template.Must(template.New("").Parse(frame)).Parse(text))}
}

// Show writes the page, or 500 when data do not fit the template.
func (p *Page) Show(w http.ResponseWriter, data any) {
	var b bytes.Buffer
	if err := p.t.ExecuteTemplate(&b, "frame", data); err != nil {
		Refuse(w, http.StatusInternalServerError, "the page cannot be drawn: %v", err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	_, _ = w.Write(b.Bytes()) // the reader has gone away; there is nobody to tell
}
