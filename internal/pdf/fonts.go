package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/go-text/typesetting/font"
)

// Family is one typeface in two weights, as TrueType files with glyf outlines.
type Family struct {
	Name    string // ASCII letters and digits, for the PDF: "NotoSans"
	Regular []byte
	Bold    []byte
}

// Fonts are the typefaces of documents, in order of preference: a character
// takes the first family that has it. Fonts are read once at start and are
// then safe for concurrent use.
type Fonts struct {
	families []family
}

type family struct {
	name          string
	regular, bold *typeface
}

type typeface struct {
	name string
	sfnt *sfnt
	font *font.Font
}

// ReadFonts reads NAME-Regular.ttf (or NAME.ttf) and NAME-Bold.ttf of each name
// from fsys, in order of preference. Every later family fills what the earlier
// ones lack.
func ReadFonts(fsys fs.FS, names ...string) (*Fonts, error) {
	var families []Family
	for _, name := range names {
		regular, err := fs.ReadFile(fsys, name+"-Regular.ttf")
		if errors.Is(err, fs.ErrNotExist) {
			regular, err = fs.ReadFile(fsys, name+".ttf")
		}
		if err != nil {
			return nil, fmt.Errorf("fonts of documents: %w", err)
		}
		bold, err := fs.ReadFile(fsys, name+"-Bold.ttf")
		if err != nil {
			return nil, fmt.Errorf("fonts of documents: %w", err)
		}
		families = append(families, Family{name, regular, bold})
	}
	return LoadFonts(families...)
}

// Prefer returns the same fonts with one family before all others: the one that
// is made for the script of a document, so that the Latin words and the
// punctuation inside it match. An unknown name changes nothing.
func (f *Fonts) Prefer(name string) *Fonts {
	var first, rest []family
	for _, fam := range f.families {
		if fam.name == name {
			first = append(first, fam)
		} else {
			rest = append(rest, fam)
		}
	}
	return &Fonts{families: append(first, rest...)}
}

// LoadFonts checks the files and prepares them. The slices must not change afterwards.
func LoadFonts(families ...Family) (*Fonts, error) {
	if len(families) == 0 {
		return nil, errors.New("fonts of documents: no family given")
	}
	fonts := &Fonts{}
	for _, f := range families {
		regular, err := openTypeface(f.Name+"-Regular", f.Regular)
		if err != nil {
			return nil, err
		}
		bold, err := openTypeface(f.Name+"-Bold", f.Bold)
		if err != nil {
			return nil, err
		}
		fonts.families = append(fonts.families, family{f.Name, regular, bold})
	}
	return fonts, nil
}

func openTypeface(name string, file []byte) (*typeface, error) {
	outlines, err := openSFNT(file)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	face, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	return &typeface{name: name, sfnt: outlines, font: face.Font}, nil
}

// of returns the typefaces of one weight, in order of preference.
func (f *Fonts) of(bold bool) []*typeface {
	var all []*typeface
	for _, fam := range f.families {
		if bold {
			all = append(all, fam.bold)
		} else {
			all = append(all, fam.regular)
		}
	}
	return all
}
