package pdf

import (
	"errors"
	"io"
	"time"
)

// Options say what a document is.
type Options struct {
	Title       string // shown by viewers as the window's title; it travels in the file's metadata, so no personal data
	Lang        string // BCP 47: "ru", "fa"
	RightToLeft bool   // mirrors the page and the main direction of text
	Fonts       *Fonts // required
	Now         time.Time

	Mark      string // the name beside the window mark: "Okno"
	Authority string // who issues the document, opposite the mark

	// Copies are the names of the copies, one document after the other with
	// pages counted apart: "Copy 1: for the office", "Copy 2: for you" (OPR-10).
	// None means one copy without a name.
	Copies []string

	// Footer writes the foot of a page; both count from 1. Nil means no page numbers.
	Footer func(page, pages int) string
}

// Document is a list of blocks. The zero value is not usable; see New.
type Document struct {
	options Options
	blocks  []block
	err     error
}

var errNoFonts = errors.New("a document needs fonts")

// block is a part of a document that knows how to lay itself out.
type block interface {
	set(*press)
}

// New begins a document.
func New(o Options) *Document { return &Document{options: o} }

func (d *Document) add(b block) { d.blocks = append(d.blocks, b) }

// WriteTo lays the document out and writes it. It returns the first mistake of
// the blocks, such as a QR payload that is too long, before anything is written.
// It may be called again and gives the same bytes.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.options.Fonts == nil {
		return 0, errNoFonts
	}
	families, err := d.options.Fonts.inOrder()
	if err != nil {
		return 0, err
	}
	file, err := newPress(d.options, families).print(d.blocks)
	if err != nil {
		return 0, err
	}
	n, err := w.Write(file)
	return int64(n), err
}
