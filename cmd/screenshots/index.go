package main

import (
	"html/template"
	"os"
	"slices"
)

// picture is a page in one language, in all its shapes.
type picture struct {
	Journey, Page, Lang string
	Status, Want        int
	Files               []string
	Note                string
}

// Odd tells whether the page answered otherwise than it should.
func (p picture) Odd() bool { return p.Note != "" || p.Status != p.Want }

func count(all []picture) int {
	n := 0
	for _, p := range all {
		n += len(p.Files)
	}
	return n
}

// row is a page in all languages, and chapter a journey with its pages.
type (
	row struct {
		Page string
		In   map[string][]picture
	}
	chapter struct {
		Journey string
		Rows    []row
	}
)

// chapters sorts pictures by journey and page, each in the order in which it was first seen.
func chapters(all []picture) (book []chapter) {
	for _, p := range all {
		c := slices.IndexFunc(book, func(c chapter) bool { return c.Journey == p.Journey })
		if c < 0 {
			c, book = len(book), append(book, chapter{Journey: p.Journey})
		}
		rows := &book[c].Rows
		r := slices.IndexFunc(*rows, func(r row) bool { return r.Page == p.Page })
		if r < 0 {
			r, *rows = len(*rows), append(*rows, row{p.Page, map[string][]picture{}})
		}
		(*rows)[r].In[p.Lang] = append((*rows)[r].In[p.Lang], p)
	}
	return book
}

var index = template.Must(template.New("index").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Screenshots of Okno</title>
<style>
body { margin: 2rem; font-family: system-ui; background: #f4f5f7; color: #1c232b }
table { border-collapse: collapse } th { text-align: start; vertical-align: top; padding: .5rem 1rem .5rem 0; max-width: 12rem }
td { vertical-align: top; padding: .5rem } .odd { color: #a31515; font-weight: bold }
td div { display: flex; gap: .25rem }
img { height: 14rem; width: auto; max-width: 14rem; object-fit: cover; object-position: top; border: 1px solid #c8ccd2; background: #fff }
</style>
<h1>Screenshots of Okno</h1>
<ul>{{range .Book}}<li><a href="#{{.Journey}}">{{.Journey}}</a></li>{{end}}</ul>
{{$languages := .Languages}}{{range .Book}}<h2 id="{{.Journey}}">{{.Journey}}</h2>
<table><tr><th>Page</th>{{range $languages}}<th>{{.}}</th>{{end}}</tr>
{{range .Rows}}{{$row := .}}<tr><th>{{.Page}}</th>{{range $languages}}<td>{{range index $row.In .}}
{{if .Odd}}<p class="odd">answers {{.Status}} {{.Note}}</p>{{end}}
<div>{{range .Files}}<a href="{{.}}"><img src="{{.}}" alt="{{.}}" loading="lazy"></a>{{end}}</div>{{end}}</td>{{end}}</tr>
{{end}}</table>{{end}}`))

func writeIndex(path string, languages []string, all []picture) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := index.Execute(file, map[string]any{"Book": chapters(all), "Languages": languages}); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
