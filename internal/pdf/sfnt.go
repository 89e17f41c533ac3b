package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// sfnt is the part of a TrueType file that a PDF embeds. Its tables are checked
// once, when it is opened, so that later reading cannot leave them.
type sfnt struct {
	tables  map[string][]byte
	glyphs  int
	upem    int
	long    bool // loca holds 32-bit offsets
	metrics int  // entries of hmtx with an advance
}

var errOutlines = errors.New("not a TrueType font with glyf outlines")

func openSFNT(file []byte) (*sfnt, error) {
	tables, err := sfntTables(file)
	if err != nil {
		return nil, err
	}
	f := &sfnt{tables: tables}
	for tag, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 0} {
		if t, ok := tables[tag]; !ok || len(t) < least {
			return nil, fmt.Errorf("table %s: %w", tag, errOutlines)
		}
	}
	f.upem = int(be16(tables["head"][18:]))
	f.long = be16(tables["head"][50:]) == 1
	f.glyphs = int(be16(tables["maxp"][4:]))
	f.metrics = int(be16(tables["hhea"][34:]))
	return f, f.check()
}

func sfntTables(file []byte) (map[string][]byte, error) {
	if len(file) < 12 || be32(file) != 0x00010000 {
		return nil, errOutlines
	}
	tables := map[string][]byte{}
	for i := 0; i < int(be16(file[4:])); i++ {
		at := 12 + 16*i
		if at+16 > len(file) {
			return nil, errOutlines
		}
		from, size := uint64(be32(file[at+8:])), uint64(be32(file[at+12:]))
		if from+size > uint64(len(file)) {
			return nil, fmt.Errorf("table %q outside the file: %w", file[at:at+4], errOutlines)
		}
		tables[string(file[at:at+4])] = file[from : from+size]
	}
	return tables, nil
}

func (f *sfnt) check() error {
	entry := 2
	if f.long {
		entry = 4
	}
	switch {
	case f.upem < 16 || f.glyphs == 0 || f.metrics == 0 || f.metrics > f.glyphs:
		return fmt.Errorf("measures of the font: %w", errOutlines)
	case len(f.tables["loca"]) < entry*(f.glyphs+1):
		return fmt.Errorf("table loca: %w", errOutlines)
	case len(f.tables["hmtx"]) < 4*f.metrics+2*(f.glyphs-f.metrics):
		return fmt.Errorf("table hmtx: %w", errOutlines)
	}
	for g := range f.glyphs {
		from, to := f.place(g)
		if from > to || to > len(f.tables["glyf"]) || to > from && to-from < 10 {
			return fmt.Errorf("glyph %d: %w", g, errOutlines)
		}
		if _, err := components(f.outline(g)); err != nil {
			return fmt.Errorf("glyph %d: %w", g, err)
		}
	}
	return nil
}

func (f *sfnt) place(g int) (from, to int) {
	loca := f.tables["loca"]
	if f.long {
		return int(be32(loca[4*g:])), int(be32(loca[4*g+4:]))
	}
	return 2 * int(be16(loca[2*g:])), 2 * int(be16(loca[2*g+2:]))
}

// outline returns the glyf entry of a glyph, empty for a blank one.
func (f *sfnt) outline(g int) []byte {
	if g < 0 || g >= f.glyphs {
		return nil
	}
	from, to := f.place(g)
	return f.tables["glyf"][from:to]
}

// advance is in font units.
func (f *sfnt) advance(g int) int {
	if g < 0 {
		return 0
	}
	return int(be16(f.tables["hmtx"][4*min(g, f.metrics-1):]))
}

func (f *sfnt) bearing(g int) uint16 {
	if g < 0 {
		return 0
	}
	if g < f.metrics {
		return be16(f.tables["hmtx"][4*g+2:])
	}
	return be16(f.tables["hmtx"][4*f.metrics+2*(g-f.metrics):])
}

// perMille turns font units into thousandths of an em, the unit of PDF.
func (f *sfnt) perMille(units int) int {
	v := units * 1000
	if v < 0 {
		return -((-v + f.upem/2) / f.upem)
	}
	return (v + f.upem/2) / f.upem
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// signed reads a signed 16-bit number.
func signed(b []byte) int { return int(int16(be16(b))) }
