package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// walk is one visitor's way through journeys in one language. After the first mistake of a journey the rest of it is left
// out, so that the ways are written without a question after every step.
type walk struct {
	c       *camera
	d       *demo
	out     string
	only    string
	way     string
	lang    string
	journey string
	shown   []picture
	err     error
	person  person
}

// through walks one journey and tells in the index where it ended when it did not reach its end.
func (w *walk) through(journey string, way func()) {
	if !strings.Contains(journey, w.way) {
		return
	}
	w.journey, w.err = journey, nil
	way()
	if w.err == nil {
		return
	}
	at, _ := ask[string](w.c, `location.pathname + ": " + document.querySelector("main").innerText.slice(0, 400)`)
	fmt.Fprintf(os.Stderr, "%s %s: %v\n  at %s\n", journey, w.lang, w.err, at)
	w.shown = append(w.shown, picture{Journey: journey, Page: "does not go on", Lang: w.lang, Note: w.err.Error()})
}

// do takes a step unless one before it failed.
func (w *walk) do(step func() error) {
	if w.err == nil {
		w.err = step()
	}
}

func (w *walk) open(path string) {
	w.do(func() error {
		_, err := w.c.open(w.d.Portal + path)
		return err
	})
}

func (w *walk) fill(typed ...string) { w.do(func() error { return w.c.fill(typed...) }) }

func (w *walk) press(form string) { w.do(func() error { return w.c.press(form) }) }

// send fills in the form of the page and presses its button.
func (w *walk) send(typed ...string) {
	w.fill(typed...)
	w.press("#page")
}

// path is where the browser stands.
func (w *walk) path() (at string) {
	w.do(func() (err error) {
		at, err = ask[string](w.c, `location.pathname`)
		return err
	})
	return at
}

func (w *walk) call(path string, body any) {
	w.do(func() error { return w.d.call("POST", path, body, nil) })
}

// newest is the code in the newest message, or its link, after the first n.
func (w *walk) newest(box, to string, n int) (m message) {
	w.do(func() (err error) {
		m, err = w.d.newest(box, to, n)
		return err
	})
	return m
}

// count is how many messages came to somebody.
func (w *walk) count(box, to string) int {
	var all []message
	w.do(func() error { return w.d.call("GET", "/"+box+"?to="+strings.ReplaceAll(to, "+", "%2B"), nil, &all) })
	return len(all)
}

// visit opens a page and photographs it.
func (w *walk) visit(paths ...string) {
	for _, path := range paths {
		w.open(path)
		w.shot(path)
	}
}

func (w *walk) shot(page string)    { w.shoot(page, 200) }
func (w *walk) refused(page string) { w.shoot(page, 422) }

// shoot photographs the page as it stands in all shapes.
func (w *walk) shoot(page string, want int) {
	if !strings.Contains(page, w.only) && !strings.Contains(w.journey, w.only) {
		return
	}
	w.do(func() error {
		status, err := w.c.status()
		p := picture{Journey: w.journey, Page: page, Lang: w.lang, Status: status, Want: want}
		for _, s := range shapes() {
			file := fmt.Sprintf("%s.%s.%s.%s.png", slug(w.journey), slug(page), w.lang, s)
			if err == nil {
				err = w.c.shoot(filepath.Join(w.out, file), s)
			}
			p.Files = append(p.Files, file)
		}
		fmt.Printf("%d %s %s %s\n", status, w.journey, w.lang, page)
		w.shown = append(w.shown, p)
		return err
	})
}

func slug(words string) string {
	return strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-", " ", "-", ",", "").Replace(words), "-")
}
