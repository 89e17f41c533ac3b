package pdf

import (
	"slices"
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// style is how a text looks: its size and the distance of its lines in points.
type style struct {
	size float64
	lead float64
	bold bool
	ink  color
}

// line is one line of text, its pieces from left to right.
type line struct {
	pieces []piece
	width  float64 // points
	text   string  // in reading order
	turned bool    // some of it runs right to left
}

// flow is how a text chooses its main direction.
type flow int

const (
	leftToRight flow = iota
	rightToLeft
	byContent // by its first letter; numbers alone run left to right, unless Persian commas part them
)

func (f flow) level(text []rune) uint8 {
	if f != byContent {
		return uint8(f)
	}
	if strong := firstStrong(text); strong >= 0 {
		return uint8(strong)
	}
	if strings.ContainsAny(string(text), "،؛؟") {
		return uint8(rightToLeft)
	}
	return uint8(leftToRight)
}

// wrap breaks text into lines no wider than width points. An empty text gives no line.
func (s *shaper) wrap(text string, st style, width float64, f flow) []line {
	text = clean(text)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var lines []line
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, s.wrapParagraph([]rune(paragraph), st, width*1000/st.size, f)...)
	}
	return lines
}

// wrapParagraph works in thousandths of an em.
func (s *shaper) wrapParagraph(text []rune, st style, width float64, f flow) []line {
	base := f.level(text)
	w := wrapper{shaper: s, text: text, levels: levelsOf(text, base), style: st, width: width + slack}
	var seg segmenter.Segmenter
	seg.Init(text)
	for it := seg.LineIterator(); it.Next(); {
		l := it.Line()
		w.segment(l.Offset, l.Offset+len(l.Text))
	}
	w.finish()
	return w.lines
}

// wrapper fills the lines of one paragraph.
type wrapper struct {
	shaper *shaper
	text   []rune
	levels []uint8
	style  style
	width  float64

	lines []line
	open  []piece
	used  float64
}

// slack forgives rounding, so that a text fits the column that was measured for it.
const slack = 0.5

// segment adds what may not be broken: usually a word and the space after it.
func (w *wrapper) segment(from, to int) {
	pieces := w.shaper.shape(w.text, from, to, w.levels, w.style.bold)
	if w.used+visible(pieces) > w.width && len(w.open) > 0 {
		w.finish()
	}
	if visible(pieces) > w.width {
		w.force(from, to)
		return
	}
	w.take(pieces)
}

func (w *wrapper) take(pieces []piece) {
	w.open = append(w.open, pieces...)
	for _, p := range pieces {
		w.used += p.width
	}
}

// force breaks a word that is wider than a line, between characters as people see them.
func (w *wrapper) force(from, to int) {
	var seg segmenter.Segmenter
	seg.Init(w.text[from:to])
	start, used := from, 0.0
	for it := seg.GraphemeIterator(); it.Next(); {
		g := it.Grapheme()
		at := from + g.Offset
		wide := visible(w.shaper.shape(w.text, at, at+len(g.Text), w.levels, w.style.bold))
		if used+wide > w.width && at > start {
			w.take(w.shaper.shape(w.text, start, at, w.levels, w.style.bold))
			w.finish()
			start, used = at, 0
		}
		used += wide
	}
	w.take(w.shaper.shape(w.text, start, to, w.levels, w.style.bold))
}

// finish closes the open line: spaces at its end go, the rest is put in the order
// in which it is seen.
func (w *wrapper) finish() {
	pieces := w.open
	for len(pieces) > 0 && pieces[len(pieces)-1].blank {
		pieces = pieces[:len(pieces)-1]
	}
	l := line{pieces: asSeen(pieces)}
	for _, p := range pieces {
		l.width += p.width * w.style.size / 1000
		l.text += plain(p.text)
		l.turned = l.turned || p.level%2 == 1
	}
	w.lines = append(w.lines, l)
	w.open, w.used = nil, 0
}

// visible is the width without the spaces at the end.
func visible(pieces []piece) float64 {
	width, end := 0.0, 0.0
	for _, p := range pieces {
		width += p.width
		if !p.blank {
			end = width
		}
	}
	return end
}

// asSeen orders pieces from left to right (UAX 9, L2): from the highest level
// down to the lowest odd one, every stretch at that level or above is turned round.
func asSeen(pieces []piece) []piece {
	out := append([]piece(nil), pieces...)
	highest, lowest := uint8(0), uint8(255)
	for _, p := range out {
		highest, lowest = max(highest, p.level), min(lowest, p.level)
	}
	for level := highest; level >= 1 && level >= lowest; level-- {
		for a := 0; a < len(out); a++ {
			b := a
			for b < len(out) && out[b].level >= level {
				b++
			}
			slices.Reverse(out[a:b])
			a = max(a, b)
		}
	}
	return out
}

// natural returns the widths in points of a text set without breaks and of its
// widest unbreakable part.
func (s *shaper) natural(text string, st style) (whole, least float64) {
	for _, paragraph := range strings.Split(clean(text), "\n") {
		runes := []rune(paragraph)
		levels := levelsOf(runes, byContent.level(runes))
		var seg segmenter.Segmenter
		seg.Init(runes)
		used := 0.0
		for it := seg.LineIterator(); it.Next(); {
			l := it.Line()
			part := s.shape(runes, l.Offset, l.Offset+len(l.Text), levels, st.bold)
			least = max(least, visible(part)*st.size/1000)
			whole = max(whole, used+visible(part)*st.size/1000)
			for _, p := range part {
				used += p.width * st.size / 1000
			}
		}
	}
	return whole, least
}
