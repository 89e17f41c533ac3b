package pdf

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// Flags of a composite glyph's component (OpenType, table glyf).
const (
	wordArguments  = 1 << 0
	hasScale       = 1 << 3
	moreComponents = 1 << 5
	hasTwoScales   = 1 << 6
	hasMatrix      = 1 << 7
)

// noGlyph stands for a code that draws nothing and takes no room.
const noGlyph = -1

// subset is the glyphs of one font that a document uses, renumbered from 0 in
// order of first use. A glyph that stands for different texts in different
// places has a number for each, so that every number stands for one text.
// Number 0 is the font's box for the unknown.
type subset struct {
	font  *sfnt
	used  []sign
	codes map[sign]int
	any   map[int]int // some number of a glyph, whatever it stands for
}

type sign struct {
	glyph int // in the font, or noGlyph
	text  string
}

func newSubset(f *sfnt) *subset {
	s := &subset{font: f, codes: map[sign]int{}, any: map[int]int{}}
	s.code(0, "")
	return s
}

// code returns the number of a glyph that stands for a text and takes it in if
// it is not yet there.
func (s *subset) code(glyph int, text string) int {
	if glyph >= s.font.glyphs {
		glyph = 0
	}
	key := sign{glyph, text}
	if n, ok := s.codes[key]; ok {
		return n
	}
	n := len(s.used)
	s.codes[key] = n
	s.used = append(s.used, key)
	if _, ok := s.any[glyph]; !ok {
		s.any[glyph] = n
	}
	return n
}

// component returns a number of a glyph that others are made of.
func (s *subset) component(glyph int) int {
	if n, ok := s.any[glyph]; ok {
		return n
	}
	return s.code(glyph, "")
}

// components returns where in a composite outline the component numbers stand.
func components(outline []byte) ([]int, error) {
	if len(outline) < 10 || signed(outline) >= 0 {
		return nil, nil
	}
	var at []int
	for i := 10; ; {
		if i+4 > len(outline) {
			return nil, errOutlines
		}
		flags := be16(outline[i:])
		at = append(at, i+2)
		i += 4 + componentSize(flags)
		if flags&moreComponents == 0 {
			return at, nil
		}
	}
}

// componentSize is the size of a component after its flags and number.
func componentSize(flags uint16) int {
	size := 2
	if flags&wordArguments != 0 {
		size = 4
	}
	switch {
	case flags&hasScale != 0:
		return size + 2
	case flags&hasTwoScales != 0:
		return size + 4
	case flags&hasMatrix != 0:
		return size + 8
	}
	return size
}

// file returns a TrueType file with the used glyphs only. Components of
// composite glyphs are taken in too.
func (s *subset) file() []byte {
	var glyf, loca []byte
	for n := 0; n < len(s.used); n++ {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		outline := append([]byte(nil), s.font.outline(s.used[n].glyph)...)
		at, _ := components(outline) // checked when the font was opened
		for _, i := range at {
			binary.BigEndian.PutUint16(outline[i:], uint16(s.component(int(be16(outline[i:])))))
		}
		glyf = append(glyf, padded(outline)...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	tables := []sfntTable{{"glyf", glyf}, {"head", s.head()}, {"hhea", s.hhea()}, {"hmtx", s.hmtx()}, {"loca", loca}, {"maxp", s.maxp()}, {"post", s.post()}}
	for _, tag := range []string{"cvt ", "fpgm", "prep"} {
		if t, ok := s.font.tables[tag]; ok {
			tables = append(tables, sfntTable{tag, t})
		}
	}
	return assemble(tables)
}

func (s *subset) head() []byte {
	t := append([]byte(nil), s.font.tables["head"][:54]...)
	binary.BigEndian.PutUint32(t[8:], 0)  // checksum of the file, set by assemble
	binary.BigEndian.PutUint16(t[50:], 1) // long loca
	return t
}

func (s *subset) hhea() []byte {
	t := append([]byte(nil), s.font.tables["hhea"][:36]...)
	binary.BigEndian.PutUint16(t[34:], uint16(len(s.used)))
	return t
}

func (s *subset) hmtx() []byte {
	var t []byte
	for _, u := range s.used {
		t = binary.BigEndian.AppendUint16(t, uint16(s.font.advance(u.glyph)))
		t = binary.BigEndian.AppendUint16(t, s.font.bearing(u.glyph))
	}
	return t
}

func (s *subset) maxp() []byte {
	t := append([]byte(nil), s.font.tables["maxp"]...)
	binary.BigEndian.PutUint16(t[4:], uint16(len(s.used)))
	return t
}

// post is version 3: no glyph names.
func (s *subset) post() []byte {
	t := make([]byte, 32)
	binary.BigEndian.PutUint32(t, 0x00030000)
	return t
}

type sfntTable struct {
	tag  string
	data []byte
}

// assemble writes the table directory with its checksums and the tables.
func assemble(tables []sfntTable) []byte {
	slices.SortFunc(tables, func(a, b sfntTable) int { return strings.Compare(a.tag, b.tag) })
	n := len(tables)
	power := bits.Len(uint(n)) - 1
	file := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, 16 << power, power, 16*n - 16<<power} {
		file = binary.BigEndian.AppendUint16(file, uint16(v))
	}
	at, head := 12+16*n, 0
	for _, t := range tables {
		if t.tag == "head" {
			head = at
		}
		file = append(file, t.tag...)
		for _, v := range []uint32{sum32(padded(t.data)), uint32(at), uint32(len(t.data))} {
			file = binary.BigEndian.AppendUint32(file, v)
		}
		at += len(padded(t.data))
	}
	for _, t := range tables {
		file = append(file, padded(t.data)...)
	}
	binary.BigEndian.PutUint32(file[head+8:], 0xB1B0AFBA-sum32(file))
	return file
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte {
	return append(b[:len(b):len(b)], make([]byte, (4-len(b)%4)%4)...)
}

func sum32(b []byte) uint32 {
	var sum uint32
	for ; len(b) >= 4; b = b[4:] {
		sum += be32(b)
	}
	return sum
}
