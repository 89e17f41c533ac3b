package pdf

import (
	"fmt"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// glyph is one sign; measures are in thousandths of an em.
type glyph struct {
	id      int    // in the font, or noGlyph
	text    string // what a copy of the document shall have here
	advance float64
	dx, dy  float64
}

// piece is a part of a word in one font, script and level, its glyphs from left
// to right. Measures are in thousandths of an em.
type piece struct {
	face   *face
	glyphs []glyph
	text   []rune
	level  uint8
	width  float64
	blank  bool // spaces only
}

// face is one typeface within one document.
type face struct {
	*typeface
	shaping *font.Face
	subset  *subset
	name    string // of the resource in the PDF
	used    bool
}

// shaper turns text into pieces for one document. It is not safe for concurrent use.
type shaper struct {
	harfbuzz shaping.HarfbuzzShaper
	language language.Language
	faces    map[bool][]*face // by weight, in order of preference
	all      []*face
}

func newShaper(families []family, lang string) *shaper {
	s := &shaper{language: language.NewLanguage(lang), faces: map[bool][]*face{}}
	for _, bold := range []bool{false, true} {
		for _, fam := range families {
			t := fam.of(bold)
			f := &face{typeface: t, shaping: font.NewFace(t.font), subset: newSubset(t.sfnt), name: fmt.Sprintf("F%d", len(s.all)+1)}
			s.faces[bold] = append(s.faces[bold], f)
			s.all = append(s.all, f)
		}
	}
	return s
}

// shape returns the pieces of text[from:to], whose runes have the given levels, in logical order.
func (s *shaper) shape(text []rune, from, to int, levels []uint8, bold bool) []piece {
	var pieces []piece
	faces := s.facesOf(text[from:to], bold)
	scripts := scriptsOf(text[from:to])
	for a := from; a < to; {
		b := a + 1
		for b < to && levels[b] == levels[a] && isBlank(text[b]) == isBlank(text[a]) &&
			faces[b-from] == faces[a-from] && scripts[b-from] == scripts[a-from] {
			b++
		}
		pieces = append(pieces, s.shapeRun(text, a, b, levels[a], faces[a-from], scripts[a-from]))
		a = b
	}
	return pieces
}

func (s *shaper) shapeRun(text []rune, from, to int, level uint8, f *face, script language.Script) piece {
	direction := di.DirectionLTR
	if level%2 == 1 {
		direction = di.DirectionRTL
	}
	out := s.harfbuzz.ShapeNoExtents(shaping.Input{
		Text: text, RunStart: from, RunEnd: to, Direction: direction, Face: f.shaping,
		Size: fixed.I(1000), Script: script, Language: s.language,
	})
	p := piece{face: f, text: text[from:to], level: level, blank: isBlank(text[from])}
	for i := 0; i < len(out.Glyphs); {
		n := min(max(1, out.Glyphs[i].GlyphsCount()), len(out.Glyphs)-i)
		p.add(out.Glyphs[i:i+n], text)
		i += n
	}
	return p
}

// add takes in a cluster: the glyphs of a letter, of its marks, or of a ligature.
//
// Its widest glyph carries the text. Readers of PDF take what runs right to left
// as a row of single characters in the order in which they are seen, and turn
// it round themselves; a code that stands for two characters would come out
// with the two changed over. So right to left every character has a code of its
// own, and those that have no glyph get one that draws nothing.
func (p *piece) add(cluster []shaping.Glyph, text []rune) {
	from := cluster[0].TextIndex()
	meaning := []rune(plain(text[from:min(len(text), from+cluster[0].RunesCount())]))
	carried, rest := string(meaning), []rune(nil)
	if p.level%2 == 1 && len(meaning) > 1 {
		last := len(meaning) - 1
		carried, rest = string(meaning[last:]), meaning[:last]
	}
	carrier := widest(cluster)
	for i, g := range cluster {
		n := glyph{id: int(g.GlyphID), advance: points(g.Advance), dx: points(g.XOffset), dy: points(g.YOffset)}
		if g.GlyphID == font.EmptyGlyph {
			n.id = noGlyph
		}
		if i == carrier {
			n.text = carried
		}
		p.glyphs = append(p.glyphs, n)
		p.width += n.advance
	}
	for i := len(rest) - 1; i >= 0; i-- {
		p.glyphs = append(p.glyphs, glyph{id: noGlyph, text: string(rest[i])})
	}
}

func widest(cluster []shaping.Glyph) int {
	best := 0
	for i, g := range cluster {
		if g.Advance > cluster[best].Advance {
			best = i
		}
	}
	return best
}

func points(v fixed.Int26_6) float64 { return float64(v) / 64 }

// facesOf picks for each rune the first face that has it. Marks and joiners stay
// with the letter that they belong to; what no face has is shown as the box of
// the first.
func (s *shaper) facesOf(text []rune, bold bool) []*face {
	choice := s.faces[bold]
	faces := make([]*face, len(text))
	for i, r := range text {
		if i > 0 && (unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r)) {
			faces[i] = faces[i-1]
			continue
		}
		faces[i] = choice[0]
		for _, f := range choice {
			if _, ok := f.shaping.NominalGlyph(r); ok {
				faces[i] = f
				break
			}
		}
	}
	return faces
}

// scriptsOf gives signs that belong to no script the script of what stands before
// them, else of what follows.
func scriptsOf(text []rune) []language.Script {
	scripts := make([]language.Script, len(text))
	last := language.Latin
	for i := len(text) - 1; i >= 0; i-- {
		if s := language.LookupScript(text[i]); !isShared(s) {
			last = s
		}
	}
	for i, r := range text {
		if s := language.LookupScript(r); !isShared(s) {
			last = s
		}
		scripts[i] = last
	}
	return scripts
}

func isShared(s language.Script) bool {
	return s == language.Common || s == language.Inherited || s == language.Unknown
}

func isBlank(r rune) bool { return r != 0x00A0 && r != 0x202F && unicode.IsSpace(r) }
