package pdf

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A4 in points, 1/72 inch.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
)

// color is red, green and blue from 0 to 1.
type color [3]float64

// page collects the drawing of one page. Its places are points from the left and
// from the top; the PDF's own origin is at the bottom.
type page struct {
	content bytes.Buffer
	marks   []*element // the owner of each marked part, by its number
	pen     pen
}

// pen is what is set now, so that it is not set twice.
type pen struct {
	ink  color
	face *face
	size float64
}

func (p *page) op(format string, args ...any) {
	fmt.Fprintf(&p.content, format+"\n", args...)
}

// within draws something that belongs to an element of the document's structure.
func (p *page) within(e *element, draw func()) {
	p.op("/%s <</MCID %d>> BDC", e.role, len(p.marks))
	e.parts = append(e.parts, part{page: p, mark: len(p.marks)})
	p.marks = append(p.marks, e)
	draw()
	p.op("EMC")
}

// aside draws decoration that a screen reader passes over.
func (p *page) aside(draw func()) {
	p.op("/Artifact BMC")
	draw()
	p.op("EMC")
}

// rect fills a rectangle.
func (p *page) rect(x, top, w, h float64, ink color) {
	p.fill(ink)
	p.op("%s %s %s %s re f", num(x), num(pageHeight-top-h), num(w), num(h))
}

func (p *page) fill(ink color) {
	if p.pen.ink != ink {
		p.pen.ink = ink
		p.op("%s %s %s rg", num(ink[0]), num(ink[1]), num(ink[2]))
	}
}

// text draws a line with its baseline at the given place.
func (p *page) text(l line, st style, x, baseline float64) {
	if len(l.pieces) == 0 {
		return
	}
	p.fill(st.ink)
	p.op("BT")
	for _, piece := range l.pieces {
		p.piece(piece, st, x, pageHeight-baseline)
		x += piece.width * st.size / 1000
	}
	p.op("ET")
}

func (p *page) piece(piece piece, st style, x, y float64) {
	if p.pen.face != piece.face || p.pen.size != st.size {
		p.pen.face, p.pen.size = piece.face, st.size
		p.op("/%s %s Tf", piece.face.name, num(st.size))
	}
	piece.face.used = true
	p.op("1 0 0 1 %s %s Tm\n%s", num(x), num(y), piece.show(st.size))
}

// show returns the operators that draw the glyphs, each where the shaper put it.
func (p piece) show(size float64) string {
	var b strings.Builder
	pen, want, rise, open := 0.0, 0.0, 0.0, false
	for _, g := range p.glyphs {
		if g.id == noGlyph && g.text == "" {
			want += g.advance
			continue
		}
		if g.dy != rise {
			b.WriteString(shut(open))
			open, rise = false, g.dy
			b.WriteString(num(rise*size/1000) + " Ts ")
		}
		if !open {
			b.WriteString("[")
			open = true
		}
		if move := math.Round(pen - want - g.dx); move != 0 {
			b.WriteString(num(move))
			pen -= move
		}
		fmt.Fprintf(&b, "<%04X>", p.face.subset.code(g.id, g.text))
		pen += float64(p.face.sfnt.perMille(p.face.sfnt.advance(g.id)))
		want += g.advance
	}
	b.WriteString(shut(open))
	if rise != 0 {
		b.WriteString("0 Ts")
	}
	return b.String()
}

func shut(open bool) string {
	if open {
		return "] TJ "
	}
	return ""
}

// num writes a number with at most two decimals, without needless zeros.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// textString writes text as a PDF string in UTF-16, in hexadecimal.
func textString(text string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}
