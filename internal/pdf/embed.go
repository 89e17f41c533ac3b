package pdf

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// fonts embeds the faces that were drawn with and returns the entries of the
// pages' font resources.
func (p *press) fonts(f *file) (string, error) {
	var b strings.Builder
	for _, face := range p.shaper.all {
		if !face.used {
			continue
		}
		id, err := face.embed(f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "/%s %d 0 R", face.name, id)
	}
	return b.String(), nil
}

// embed writes a composite font whose codes are the glyph numbers of the subset
// (ISO 32000-1, 9.7).
func (f *face) embed(out *file) (int, error) {
	data := f.subset.file()
	program, err := out.stream(data, fmt.Sprintf("/Length1 %d", len(data)))
	if err != nil {
		return 0, err
	}
	toUnicode, err := out.stream([]byte(f.subset.toUnicode()), "")
	if err != nil {
		return 0, err
	}
	name := subsetTag(data) + "+" + f.typeface.name
	descriptor := out.object("<</Type/FontDescriptor/FontName/%s/Flags 4%s/ItalicAngle 0/StemV 80/FontFile2 %d 0 R>>", name, f.sfnt.measures(), program)
	cid := out.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 1000/W[0[%s]]>>", name, descriptor, f.subset.widths())
	return out.object("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, cid, toUnicode), nil
}

// subsetTag is the six letters before the name of an embedded subset.
func subsetTag(data []byte) string {
	digest := sha256.Sum256(data)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + digest[i]%26
	}
	return string(tag)
}

// measures are the entries of the font's descriptor that come from its tables.
func (f *sfnt) measures() string {
	head, hhea, os2 := f.tables["head"], f.tables["hhea"], f.tables["OS/2"]
	ascent := f.perMille(signed(hhea[4:]))
	capHeight := ascent
	if len(os2) >= 90 {
		capHeight = f.perMille(signed(os2[88:]))
	}
	at := func(i int) int { return f.perMille(signed(head[i:])) }
	return fmt.Sprintf("/FontBBox[%d %d %d %d]/Ascent %d/Descent %d/CapHeight %d",
		at(36), at(38), at(40), at(42), ascent, f.perMille(signed(hhea[6:])), capHeight)
}

func (s *subset) widths() string {
	var b strings.Builder
	for _, u := range s.used {
		fmt.Fprintf(&b, "%d ", s.font.perMille(s.font.advance(u.glyph)))
	}
	return strings.TrimSuffix(b.String(), " ")
}

// mostMappings is how many lines a section of a CMap may have.
const mostMappings = 100

// toUnicode is the CMap from codes to text (ISO 32000-1, 9.10.3).
func (s *subset) toUnicode() string {
	var lines []string
	for n, u := range s.used {
		if u.text != "" {
			hex := strings.TrimPrefix(textString(u.text), "<FEFF")
			lines = append(lines, fmt.Sprintf("<%04X> <%s\n", n, hex))
		}
	}
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for len(lines) > 0 {
		n := min(len(lines), mostMappings)
		fmt.Fprintf(&b, "%d beginbfchar\n%sendbfchar\n", n, strings.Join(lines[:n], ""))
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.String()
}
