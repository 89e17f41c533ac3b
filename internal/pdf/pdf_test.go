package pdf_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"okno/internal/pdf"
)

var (
	update = flag.Bool("update", false, "rewrite the golden texts")
	render = flag.String("render", "", "folder for the samples as PDF and PNG")
)

// fonts are the ones that the product ships.
func fonts(t testing.TB) *pdf.Fonts {
	t.Helper()
	f, err := pdf.ReadFonts(os.DirFS("../../assets/dist/fonts"), "DejaVuSans", "Vazirmatn")
	if err != nil {
		t.Fatalf("the fonts are not built; run `make build` first: %v", err)
	}
	return f
}

func written(t testing.TB, d *pdf.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustBeValid(t testing.TB, file []byte) {
	t.Helper()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationStrict
	if err := api.Validate(bytes.NewReader(file), conf); err != nil {
		t.Fatalf("pdfcpu: %v", err)
	}
}

// textOf is what a person copies out of the document.
func textOf(t testing.TB, file []byte, flags ...string) string {
	t.Helper()
	cmd := exec.Command("pdftotext", append(flags, "-enc", "UTF-8", "-", "-")...)
	cmd.Stdin = bytes.NewReader(file)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, complaints.String())
	}
	return string(out)
}

func TestSamples(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name+" in "+s.lang, func(t *testing.T) {
			file := written(t, s.build(t))
			if *render != "" {
				keep(t, s, file)
			}
			mustBeValid(t, file)
			golden(t, filepath.Join("testdata", s.name+"."+s.lang+".txt"), lines(textOf(t, file)))
		})
	}
}

// lines drops empty lines and the marks that show where directions change.
func lines(text string) string {
	var kept []string
	for _, l := range strings.Split(withoutMarks(text), "\n") {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n") + "\n"
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("text of the document changed (-want +got):\n%s", diff)
	}
}

// keep writes a sample and its pages as pictures, to be looked at.
func keep(t *testing.T, s sample, file []byte) {
	t.Helper()
	name := filepath.Join(*render, s.name+"."+s.lang)
	if err := os.WriteFile(name+".pdf", file, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("pdftoppm", "-r", "70", "-png", name+".pdf", name).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v %s", err, out)
	}
}

// BenchmarkDecision is one page in Persian with a QR code, fonts already read.
func BenchmarkDecision(b *testing.B) {
	shared := fonts(b).Prefer("Vazirmatn")
	for b.Loop() {
		d := persian.decisionWith(shared)
		if _, err := d.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
