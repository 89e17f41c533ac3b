package pdf_test

import (
	"bytes"
	"os"
	"testing"

	"okno/internal/pdf"
)

// FuzzText puts any text into every place of a document: it must come out as a
// valid file and never panic.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		"Щёголева", "می‌خواهم (۱۲) abc", "\x00\xff\u2067\u202e\ufeff", "\n\n\r\n\t ", "a\u0300\u0301\u0302", "\U0001F468\u200D\U0001F469",
		"﷽", "\u2066\u2067\u2068", "))((>><</", "ไทย한국", "\ufffe\ufdd0",
	} {
		f.Add(text, true)
		f.Add(text, false)
	}
	all := fonts(f)
	f.Fuzz(func(t *testing.T, text string, rightToLeft bool) {
		if len(text) > 2000 {
			text = text[:2000]
		}
		d := pdf.New(pdf.Options{
			Title: text, Lang: text, RightToLeft: rightToLeft, Fonts: all, Mark: text, Authority: text,
			Copies: []string{text, "2"}, Footer: func(int, int) string { return text },
		})
		d.Title(text)
		d.Heading(text)
		d.Text(text)
		d.Notice(text)
		d.Rows([]pdf.Row{{Label: text, Value: text}, {Label: text}})
		d.Table(pdf.Table{Columns: []pdf.Column{{Head: text}, {Head: "b", Number: true}, {}}, Rows: [][]string{{text, text}, {}}, Total: []string{"", text}})
		d.QR(pdf.QR{Payload: "x", Alt: text, Caption: text, Code: text})
		d.Signature(text, "b")
		d.Box(text, 40)
		mustBeValid(t, written(t, d))
	})
}

// FuzzFont damages a font: it is refused, or documents made with it do not panic.
func FuzzFont(f *testing.F) {
	file, err := os.ReadFile("../../assets/dist/fonts/Vazirmatn-Regular.ttf")
	if err != nil {
		f.Fatalf("the fonts are not built; run `make build` first: %v", err)
	}
	f.Add(uint32(4), []byte{0xff, 0xff}, uint32(len(file)))
	f.Add(uint32(300), []byte{0, 1, 2, 3}, uint32(len(file)))
	f.Add(uint32(0), []byte{}, uint32(1000))
	f.Add(uint32(20), []byte{0x7f, 0xff, 0xff, 0xff}, uint32(len(file)))
	f.Fuzz(func(t *testing.T, at uint32, change []byte, size uint32) {
		damaged := bytes.Clone(file[:min(int(size), len(file))])
		if int(at) < len(damaged) {
			copy(damaged[at:], change)
		}
		fonts, err := pdf.LoadFonts(pdf.Family{Name: "Damaged", Regular: damaged, Bold: damaged})
		if err != nil {
			return
		}
		d := pdf.New(pdf.Options{Fonts: fonts, RightToLeft: true})
		d.Text("سلام abc 12 لا")
		var b bytes.Buffer
		if _, err := d.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
	})
}
