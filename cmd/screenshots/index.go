package main

import (
	"html/template"
	"os"
)

// picture is a page in one language, in all its shapes.
type picture struct {
	Visitor, Path, Lang string
	Status              int
	Files               []string
	Note                string
}

// Odd tells whether the page answered otherwise than it should.
func (p picture) Odd() bool {
	return p.Note != "" || (p.Status != 200) != (p.Path == "/no-such-page")
}

func count(all []picture) int {
	n := 0
	for _, p := range all {
		n += len(p.Files)
	}
	return n
}

var index = template.Must(template.New("index").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Screenshots of Okno</title>
<style>
body { margin: 2rem; font-family: system-ui; background: #f4f5f7; color: #1c232b }
section { margin-block: 2rem } h2 { font-size: 1rem } .odd h2 { color: #a31515 }
div { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start }
img { height: 26rem; width: auto; object-fit: cover; object-position: top; max-width: 34rem; border: 1px solid #c8ccd2; background: #fff }
</style>
<h1>Screenshots of Okno</h1>
{{range .}}<section{{if .Odd}} class="odd"{{end}}><h2>{{.Visitor}} {{.Path}} {{.Lang}} {{if .Odd}}answers {{.Status}} {{.Note}}{{end}}</h2>
<div>{{range .Files}}<a href="{{.}}"><img src="{{.}}" alt="{{.}}" loading="lazy"></a>{{end}}</div></section>
{{end}}`))

func writeIndex(path string, all []picture) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := index.Execute(file, all); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
