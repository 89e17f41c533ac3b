package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/go-text/typesetting/font"
)

// Family is one typeface in two weights, as TrueType files with glyf outlines.
type Family struct {
	Name    string // ASCII letters and digits, for the PDF: "NotoSans"
	Regular []byte
	Bold    []byte
}

// Fonts are the typefaces of documents, in order of preference: a character
// takes the first family that has it. Fonts are read once and are then safe for
// concurrent use.
type Fonts struct {
	read  func() ([]family, error)
	first string // the family before all others, "" for none
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

// FontsWhenNeeded are fonts that are read when the first document is written: they
// take eight megabytes, and a house may run for days without one. What is wrong
// with them is told by that document.
func FontsWhenNeeded(fsys fs.FS, names ...string) *Fonts {
	return &Fonts{read: sync.OnceValues(func() ([]family, error) { return readFamilies(fsys, names) })}
}

// ReadFonts reads NAME-Regular.ttf (or NAME.ttf) and NAME-Bold.ttf of each name
// from fsys, in order of preference. Every later family fills what the earlier
// ones lack.
func ReadFonts(fsys fs.FS, names ...string) (*Fonts, error) {
	families, err := readFamilies(fsys, names)
	if err != nil {
		return nil, err
	}
	return ready(families), nil
}

func ready(families []family) *Fonts {
	return &Fonts{read: func() ([]family, error) { return families, nil }}
}

func readFamilies(fsys fs.FS, names []string) ([]family, error) {
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
	return openFamilies(families)
}

// Prefer returns the same fonts with one family before all others: the one that
// is made for the script of a document, so that the Latin words and the
// punctuation inside it match. An unknown name changes nothing.
func (f *Fonts) Prefer(name string) *Fonts { return &Fonts{read: f.read, first: name} }

// LoadFonts checks the files and prepares them. The slices must not change afterwards.
func LoadFonts(families ...Family) (*Fonts, error) {
	opened, err := openFamilies(families)
	if err != nil {
		return nil, err
	}
	return ready(opened), nil
}

func openFamilies(families []Family) (opened []family, err error) {
	if len(families) == 0 {
		return nil, errors.New("fonts of documents: no family given")
	}
	for _, f := range families {
		regular, err := openTypeface(f.Name+"-Regular", f.Regular)
		if err != nil {
			return nil, err
		}
		bold, err := openTypeface(f.Name+"-Bold", f.Bold)
		if err != nil {
			return nil, err
		}
		opened = append(opened, family{f.Name, regular, bold})
	}
	return opened, nil
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

// inOrder are the families in order of preference.
func (f *Fonts) inOrder() ([]family, error) {
	families, err := f.read()
	if err != nil {
		return nil, err
	}
	isFirst := func(fam family) bool { return fam.name == f.first }
	var rest []family
	for _, fam := range families {
		if !isFirst(fam) {
			rest = append(rest, fam)
		}
	}
	if i := slices.IndexFunc(families, isFirst); i >= 0 {
		return append([]family{families[i]}, rest...), nil
	}
	return rest, nil
}

func (f family) of(bold bool) *typeface {
	if bold {
		return f.bold
	}
	return f.regular
}
