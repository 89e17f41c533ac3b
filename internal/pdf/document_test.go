package pdf_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/pdf"
)

// marksOfOrder are what pdftotext adds to show where directions change.
var marksOfOrder = strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "", "\u200e", "", "\u200f", "")

// spaceInside is a number or sign within Persian as pdftotext writes it: the
// space that follows it stands before it, inside the embedding.
var spaceInside = regexp.MustCompile("\u202a ([^\u202c]*)\u202c")

// withoutMarks is the text as a person would type it.
func withoutMarks(text string) string {
	return marksOfOrder.Replace(spaceInside.ReplaceAllString(text, "$1 "))
}

// copied is the text of a document as one line of words.
func copied(t testing.TB, file []byte) string {
	t.Helper()
	return strings.Join(strings.Fields(withoutMarks(textOf(t, file))), " ")
}

func paper(t testing.TB, lang string) *pdf.Document {
	o := pdf.Options{Title: "Title", Lang: lang, Fonts: fonts(t)}
	if lang == "fa" {
		o.RightToLeft, o.Fonts = true, o.Fonts.Prefer("Vazirmatn")
	}
	return pdf.New(o)
}

func TestCopiedTextIsTheTextThatWasSet(t *testing.T) {
	for _, c := range []struct{ name, lang, text string }{
		{"Russian with Ё", "ru", "Ёлка, подъём, съёмка: ЩЁГОЛЕВА Ййъыэ № 5"},
		{"English with quotes and ligatures", "en", "The office’s final “affidavit” is on file – fi ffi"},
		{"Persian with a joiner", "fa", "می‌خواهم خانه‌ها را ببینم"},
		{"Persian ligature of lam and alef", "fa", "سلام اطلاعات بلا لا"},
		{"Persian with marks", "fa", "مُحمّد نامهٔ اداره"},
		{"Persian brackets", "fa", "قانون (مادهٔ پانزده) است"},
		{"Allah", "fa", "الله"},
		{"a number and commas in Persian", "fa", "فرم، عکس و مادهٔ ۱۵ قانون، همه."},
		{"decomposed й and ё", "ru", "и\u0306 е\u0308"},
		{"Greek and Georgian beside Latin", "en", "Αθήνα and თბილისი"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := paper(t, c.lang)
			d.Text(c.text)
			file := written(t, d)
			mustBeValid(t, file)
			got := copied(t, file)
			if want := strings.Join(strings.Fields(c.text), " "); !strings.Contains(compose(got), compose(want)) {
				t.Errorf("copied text:\n got %+q\nwant %+q", got, want)
			}
		})
	}
}

// compose joins the two letters that Russian writes with marks, because fonts
// may draw them either way.
func compose(s string) string {
	return strings.NewReplacer("и\u0306", "й", "е\u0308", "ё").Replace(s)
}

func TestMixedDirectionsKeepNumbersWhole(t *testing.T) {
	d := paper(t, "fa")
	d.Text("شمارهٔ ۱۲۳ و تاریخ ۱۴۰۳/۰۲/۲۵ در Okno 2.0 است")
	d.Rows([]pdf.Row{{Label: "گذرنامه", Value: "45 08 123456"}, {Label: "تلفن", Value: "+7 912 345-67-89"}})
	got := copied(t, written(t, d))
	for _, want := range []string{"۱۲۳", "۱۴۰۳/۰۲/۲۵", "Okno 2.0", "45 08 123456", "+7 912 345-67-89"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func TestUnknownSignsAreShownAndKeptInTheText(t *testing.T) {
	d := paper(t, "en")
	d.Text("before 漢字 \U0001F9FF after")
	file := written(t, d)
	mustBeValid(t, file)
	if got := copied(t, file); !strings.Contains(got, "before 漢字 \U0001F9FF after") {
		t.Errorf("copied text: %q", got)
	}
	without := paper(t, "en")
	without.Text("before after")
	if plain, boxed := dark(t, without), dark(t, d); boxed < plain+30 {
		t.Errorf("with three unknown signs %d dark points, without them %d", boxed, plain)
	}
}

// dark counts the points of the first page that are not white.
func dark(t *testing.T, d *pdf.Document) int {
	t.Helper()
	n := 0
	for _, v := range picture(t, written(t, d)) {
		if v < 128 {
			n++
		}
	}
	return n
}

// picture renders the first page in grey, a byte a point.
func picture(t *testing.T, file []byte) []byte {
	t.Helper()
	cmd := exec.Command("pdftoppm", "-r", "72", "-gray", "-f", "1", "-l", "1", "-")
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftoppm: %v", err)
	}
	head := regexp.MustCompile(`^P5\s+\d+\s+\d+\s+255\s`).Find(out)
	if head == nil {
		t.Fatal("pdftoppm gave no grey picture")
	}
	return out[len(head):]
}

func TestEqualInputGivesEqualBytes(t *testing.T) {
	for _, s := range samples() {
		first, second := written(t, s.build(t)), written(t, s.build(t))
		if !bytes.Equal(first, second) {
			t.Errorf("%s in %s: two writings differ", s.name, s.lang)
		}
	}
	d := russian.decision(t)
	if !bytes.Equal(written(t, d), written(t, d)) {
		t.Error("writing one document twice gives two files")
	}
}

func TestFontsServeManyDocumentsAtOnce(t *testing.T) {
	want := written(t, persian.decision(t))
	shared := fonts(t).Prefer("Vazirmatn")
	var wait sync.WaitGroup
	for range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			d := pdf.New(pdf.Options{Lang: "fa", RightToLeft: true, Fonts: shared})
			d.Text("سلام " + strings.Repeat("اطلاعات ", 50))
			var b bytes.Buffer
			if _, err := d.WriteTo(&b); err != nil {
				t.Error(err)
			}
		}()
	}
	wait.Wait()
	if !bytes.Equal(want, written(t, persian.decision(t))) {
		t.Error("documents disturb one another")
	}
}

func TestOnePageWeighsAtMost60KB(t *testing.T) {
	for _, s := range samples() {
		if s.name == "pension-statement" {
			continue // two pages
		}
		if n := len(written(t, s.build(t))); n > 60<<10 {
			t.Errorf("%s in %s: %d bytes", s.name, s.lang, n)
		}
	}
}

func TestCopiesAreWholeAndCountTheirOwnPages(t *testing.T) {
	text := textOf(t, written(t, english.applicationForm(t)))
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	if len(pages) != 2 {
		t.Fatalf("%d pages, want 2", len(pages))
	}
	for i, name := range english.copies {
		for _, want := range []string{name, "page 1 of 1", "45 08 123456", "770-021, 14 May 2008", "Signature"} {
			if !strings.Contains(pages[i], want) {
				t.Errorf("page %d lacks %q", i+1, want)
			}
		}
		if strings.Contains(pages[i], english.copies[1-i]) {
			t.Errorf("page %d names the other copy", i+1)
		}
	}
}

func TestTableHeadIsRepeatedOnEveryPage(t *testing.T) {
	text := textOf(t, written(t, english.pensionStatement(t)))
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	if len(pages) < 2 {
		t.Fatalf("%d pages, want several", len(pages))
	}
	for i, page := range pages {
		if !strings.Contains(page, "Employer") || !strings.Contains(page, fmt.Sprintf("page %d of %d", i+1, len(pages))) {
			t.Errorf("page %d lacks the head or its number", i+1)
		}
	}
	for year := 1980; year < 2026; year++ {
		if n := strings.Count(text, fmt.Sprint(120000+year)); n != 1 {
			t.Errorf("the row of %d is there %d times", year, n)
		}
	}
}

func TestARowHigherThanAPageIsCutAndLosesNothing(t *testing.T) {
	d := paper(t, "en")
	var words []string
	for i := range 3000 {
		words = append(words, fmt.Sprintf("w%d", i))
	}
	d.Table(pdf.Table{Columns: []pdf.Column{{Head: "A"}, {Head: "B"}}, Rows: [][]string{{"first"}, {"long", strings.Join(words, " ")}, {"last", "cell", "one too many"}}})
	file := written(t, d)
	mustBeValid(t, file)
	got := " " + copied(t, file) + " "
	for _, w := range append(words, "first", "last", "cell") {
		if !strings.Contains(got, " "+w+" ") {
			t.Fatalf("%q is lost", w)
		}
	}
	if strings.Contains(got, "too many") {
		t.Error("a cell without a column is shown")
	}
}

func TestAWordWiderThanThePageIsBroken(t *testing.T) {
	d := paper(t, "en")
	long := strings.Repeat("abcdefghij", 40)
	d.Text(long)
	got := copied(t, written(t, d))
	if strings.ReplaceAll(got, " ", "") != long+"Title" {
		t.Errorf("copied text: %q", got)
	}
}

func TestMetadataHoldsTitleLanguageAndDateOnly(t *testing.T) {
	o := pdf.Options{Title: "Decision <1> & (2)\n", Lang: "fa) /X (", Fonts: fonts(t), Now: time.Date(2026, 3, 2, 15, 30, 0, 0, time.FixedZone("", 3*3600))}
	d := pdf.New(o)
	d.Text("Щёголева")
	file := written(t, d)
	mustBeValid(t, file)
	out := pdfinfo(t, file)
	for _, want := range []string{"Title: Decision <1> & (2)", "Producer: Okno", "Tagged: yes", "PDF version: 1.7", "JavaScript: no", "Page size: 595.28 x 841.89 pts (A4)"} {
		if !strings.Contains(out, want) {
			t.Errorf("pdfinfo lacks %q:\n%s", want, out)
		}
	}
	for _, field := range []string{"Author", "Subject", "Keywords", "Creator:"} {
		if strings.Contains(out, field) {
			t.Errorf("the file tells its %s", field)
		}
	}
	for _, want := range []string{"/Lang(faX)", "/DisplayDocTitle true", "/MarkInfo<</Marked true>>", "/CreationDate(D:20260302123000+00'00')"} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("the file lacks %s", want)
		}
	}
}

func pdfinfo(t *testing.T, file []byte, flags ...string) string {
	t.Helper()
	cmd := exec.Command("pdfinfo", append(flags, "-")...)
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdfinfo: %v", err)
	}
	return regexp.MustCompile(`: +`).ReplaceAllString(string(out), ": ")
}

func TestStructureForScreenReaders(t *testing.T) {
	file := written(t, english.decision(t))
	tree := pdfinfo(t, file, "-struct-text")
	at := 0
	for _, want := range []string{"Document", "H1", `"Decision on a foreign passport"`, "P (block)", "Table", "TR", "/Scope /Row", `"Case number"`, "TD", `"2026-000417"`, "Figure", `"7KQ4-M2XP-9T"`, `"Signature"`} {
		n := strings.Index(tree[at:], want)
		if n < 0 {
			t.Fatalf("%q is missing or out of order in:\n%s", want, tree)
		}
		at += n
	}
	if strings.Contains(tree, "page 1 of 1") {
		t.Error("the foot of the page is read out")
	}
	if !bytes.Contains(file, []byte("/Alt <FEFF"+hexOf("Code to check this document")+">")) {
		t.Error("the QR code has no words of its own")
	}
	fa := written(t, persian.decision(t))
	if !regexp.MustCompile(`/S/H1/P \d+ 0 R/ActualText <FEFF` + hexOf("تصمیم دربارهٔ صدور گذرنامه") + ">").Match(fa) {
		t.Error("a Persian title is not given in reading order")
	}
}

func hexOf(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "%04X", r)
	}
	return b.String()
}

func TestRightToLeftPageIsTheMirrorOfTheOther(t *testing.T) {
	page := func(rightToLeft bool) []byte {
		d := pdf.New(pdf.Options{Lang: "en", RightToLeft: rightToLeft, Fonts: fonts(t), Mark: " "})
		d.Rows([]pdf.Row{{}, {}})
		d.Box("", 100)
		d.Signature("", "", "")
		return picture(t, written(t, d))
	}
	left, right := page(false), page(true)
	const width = 596
	differ := 0
	for i := range left {
		if mirrored := right[i/width*width+width-1-i%width]; (left[i] < 128) != (mirrored < 128) {
			differ++
		}
	}
	if differ > len(left)/2000 {
		t.Errorf("%d of %d points differ", differ, len(left))
	}
	if bytes.Equal(left, right) {
		t.Error("the page is not mirrored at all")
	}
}

func TestAQRCodeThatCannotHoldItsPayloadIsAnError(t *testing.T) {
	d := paper(t, "en")
	d.QR(pdf.QR{Payload: strings.Repeat("x", 5000)})
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err == nil || b.Len() > 0 {
		t.Errorf("error %v after %d bytes", err, b.Len())
	}
}

func TestShortColumnsKeepTheirHeadOnOneLine(t *testing.T) {
	d := paper(t, "en")
	d.Table(pdf.Table{
		Columns: []pdf.Column{{Head: "Year of work"}, {Head: "Employer"}, {Head: "Sum, EUR", Number: true}},
		Rows:    [][]string{{"2020", strings.Repeat("a very long name of an employer ", 10), "1"}},
	})
	text := lines(textOf(t, written(t, d)))
	for _, head := range []string{"Year of work", "Sum, EUR"} {
		if !strings.Contains(text, head) {
			t.Errorf("the head %q is broken:\n%s", head, text)
		}
	}
}

func TestASumNeverStandsAloneOnAPage(t *testing.T) {
	for rows := 1; rows < 70; rows++ {
		d := paper(t, "en")
		table := pdf.Table{Columns: []pdf.Column{{Head: "Head"}}, Total: []string{"Total"}}
		for range rows {
			table.Rows = append(table.Rows, []string{"row"})
		}
		d.Table(table)
		pages := strings.Split(strings.TrimSuffix(textOf(t, written(t, d)), "\f"), "\f")
		last := pages[len(pages)-1]
		if !strings.Contains(last, "row\n") || !strings.Contains(last, "Total") {
			t.Fatalf("%d rows: the last page is %q", rows, last)
		}
	}
}

func TestEmptyDocumentIsValid(t *testing.T) {
	d := pdf.New(pdf.Options{Fonts: fonts(t)})
	d.Title("")
	d.Table(pdf.Table{})
	d.Rows(nil)
	d.Signature()
	d.Box("", -5)
	mustBeValid(t, written(t, d))
}
