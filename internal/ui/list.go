package ui

import "github.com/a-h/templ"

// Card is a box that leads somewhere: the whole of it reacts.
type Card struct {
	Title   string
	Href    string
	Text    string
	Facts   []string // short: "7 days", "2 000 ₽"
	Tag     *Tag
	Icon    string
	Heading int // 3 if zero
}

func (c Card) level() int {
	if c.Heading == 0 {
		return 3
	}
	return c.Heading
}

// Column is a column of a table.
type Column struct {
	Name   string
	Number bool   // digits under each other, at the end side
	Sort   string // address that orders by it; empty = cannot be ordered
	Sorted string // "ascending", "descending" or empty
}

// Cell is one value of a table.
type Cell struct {
	Text  string
	Href  string
	Latin bool // numbers and codes, left to right
	Show  templ.Component
}

// Table is a list with columns; where it does not fit, each row becomes a card.
type Table struct {
	Caption string
	Hidden  bool // the caption is for screen readers only
	Columns []Column
	Rows    [][]Cell
	Empty   Empty // shown instead when there are no rows
}

// Pages leads through a long list.
type Pages struct {
	W    Words
	Now  int // from 1
	Of   int
	Href func(page int) string
}

// around lists the pages to show, with zeros for gaps: 1 … 4 5 6 … 12.
func (p Pages) around() []int {
	var shown []int
	for n := 1; n <= p.Of; n++ {
		near := n >= p.Now-1 && n <= p.Now+1
		switch {
		case n == 1 || n == p.Of || near:
			shown = append(shown, n)
		case len(shown) > 0 && shown[len(shown)-1] != 0:
			shown = append(shown, 0)
		}
	}
	return shown
}

// Tabs are links that look like tabs; each is its own page (PRF-01).
type Tabs struct {
	Label string
	Links []Link
}

// Empty says that there is nothing, and what one can do.
type Empty struct {
	Title string
	Text  string
	Link  Link
}

// Filters is the form beside a list: its fields are in the address, so that Back works. Children are the fields.
type Filters struct {
	W      Words
	Title  string
	Action string
	Clear  string // address without filters; empty = nothing is filtered
}

// Details is more to read for those who want it. Content comes as children.
type Details struct {
	Title string
	Open  bool
}

// Picture is the place of a QR code or a photo with its words.
type Picture struct {
	Src    string
	Alt    string
	Width  int
	Height int
	Text   string
}

// Autosave tells that a form saves itself: put its attributes on the form. The script posts the form's fields to the
// address after each change and shows the answer in the Saved line.
func Autosave(to string) templ.Attributes { return templ.Attributes{"data-autosave": to} }

// Once keeps a form from being sent twice by a double press; the first press always goes through.
func Once() templ.Attributes { return templ.Attributes{"data-once": true} }
