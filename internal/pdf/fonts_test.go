package pdf_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"okno/internal/pdf"
)

func TestFontsThatAreMissingOrBrokenAreNamed(t *testing.T) {
	good, err := os.ReadFile("../../assets/dist/fonts/Vazirmatn-Bold.ttf")
	if err != nil {
		t.Fatalf("the fonts are not built; run `make build` first: %v", err)
	}
	for _, c := range []struct {
		name, want string
		files      fstest.MapFS
	}{
		{"no file", "A.ttf", fstest.MapFS{}},
		{"no bold", "A-Bold.ttf", fstest.MapFS{"A.ttf": {Data: good}}},
		{"not a font", "A-Regular", fstest.MapFS{"A.ttf": {Data: []byte("<html>")}, "A-Bold.ttf": {Data: good}}},
		{"cut off", "A-Bold", fstest.MapFS{"A-Regular.ttf": {Data: good}, "A-Bold.ttf": {Data: good[:5000]}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := pdf.ReadFonts(c.files, "A")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one about %s", err, c.want)
			}
		})
	}
	if _, err := pdf.LoadFonts(); err == nil {
		t.Error("no family at all is accepted")
	}
	if _, err := pdf.New(pdf.Options{}).WriteTo(&bytes.Buffer{}); err == nil {
		t.Error("a document without fonts is written")
	}
}

func TestPreferredFamilyComesFirst(t *testing.T) {
	for _, c := range []struct{ prefer, used string }{
		{"Vazirmatn", "+Vazirmatn-Regular"},
		{"DejaVuSans", "+DejaVuSans-Regular"},
		{"Unknown", "+DejaVuSans-Regular"},
	} {
		d := pdf.New(pdf.Options{Lang: "fa", RightToLeft: true, Fonts: fonts(t).Prefer(c.prefer)})
		d.Text("سلام")
		file := written(t, d)
		if n := bytes.Count(file, []byte("/FontFile2")); n != 1 {
			t.Errorf("%d fonts in the file, want the one that is used", n)
		}
		if !bytes.Contains(file, []byte(c.used)) {
			t.Errorf("preferring %s does not use %s", c.prefer, c.used)
		}
	}
}

func TestOnlyUsedGlyphsAreEmbedded(t *testing.T) {
	d := pdf.New(pdf.Options{Fonts: fonts(t)})
	d.Text("Ёё")
	if n := len(written(t, d)); n > 10<<10 {
		t.Errorf("two letters weigh %d bytes", n)
	}
}

func TestFontsAreReadWhenTheyAreNeeded(t *testing.T) {
	opened := 0
	disk := countingFS{os.DirFS("../../assets/dist/fonts"), &opened}
	lazy := pdf.FontsWhenNeeded(disk, "DejaVuSans", "Vazirmatn")
	persian := lazy.Prefer("Vazirmatn")
	if opened != 0 {
		t.Errorf("%d files were opened before a document was written", opened)
	}
	first := written(t, document(persian))
	if opened != 4 {
		t.Errorf("%d files were opened, want two families in two weights", opened)
	}
	if !bytes.Equal(first, written(t, document(fonts(t).Prefer("Vazirmatn")))) {
		t.Error("the document is another one than with fonts that were read before")
	}
	written(t, document(lazy))
	if opened != 4 {
		t.Errorf("the fonts were read again: %d files", opened)
	}
	if _, err := document(pdf.FontsWhenNeeded(fstest.MapFS{}, "A")).WriteTo(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "A.ttf") {
		t.Errorf("error %v, want one about A.ttf", err)
	}
}

func document(fonts *pdf.Fonts) *pdf.Document {
	d := pdf.New(pdf.Options{Lang: "fa", RightToLeft: true, Fonts: fonts})
	d.Text("سلام")
	return d
}

// countingFS counts the files that were opened.
type countingFS struct {
	fs.FS
	opened *int
}

func (c countingFS) Open(name string) (fs.File, error) {
	file, err := c.FS.Open(name)
	if err == nil {
		*c.opened++
	}
	return file, err
}
