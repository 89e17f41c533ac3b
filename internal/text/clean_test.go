package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"okno/internal/fault"
	"okno/internal/text"
)

func TestClean(t *testing.T) {
	t.Run("INP-3 text is kept as NFC without what cannot be seen", func(t *testing.T) {
		for in, want := range map[string]string{
			"  Anna\t":                 "Anna",
			"Jose\u0301":               "José",
			"Иванов\u00a0Иван":         "Иванов Иван",
			"\ufeff\u2066+7 900\u2069": "+7 900",
			"e\u200b\u0301":            "é",
			"می\u200cخواهم":            "می\u200cخواهم",
			"\u200cعلی\u200c":          "علی",
			"a1\u200cb":                "a1b",
			"":                         "",
			"D’Arc-O'Neil 3.":          "D’Arc-O'Neil 3.",
			"Владимир 😀":               "Владимир 😀",
		} {
			if got, err := text.Clean(in); err != nil || got != want {
				t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
			}
		}
	})
	t.Run("INP-3 controls, bidi overrides and unassigned characters are refused", func(t *testing.T) {
		for _, in := range []string{
			"a\x00b", "a\nb", "a\rb", "a\x1b[2J", "a\u0085b", "a\u2028b", "\u202eexe.fdp", "a\u202ab", "a\u202cb", "\u202d1",
			"a\ue000", "a\U000f0000", "a\u0378", "a\uffff", "a\xff", "a\ufffd", "a\U000e0041b", "a\u206ab",
		} {
			got, err := text.Clean(in)
			if !fault.HasKey(err, "text.unclean") || got != "" {
				t.Errorf("%q: got %q, %v", in, got, err)
			}
			if err != nil && strings.Contains(err.Error(), "exe") {
				t.Errorf("the error repeats the input: %v", err)
			}
		}
	})
	t.Run("several lines keep their breaks", func(t *testing.T) {
		if got, err := text.CleanLines("\r\none\r\ntwo\n\n three \n"); err != nil || got != "one\ntwo\n\n three" {
			t.Errorf("got %q, %v", got, err)
		}
		if _, err := text.CleanLines("one\rtwo"); err == nil {
			t.Error("a lone carriage return was let through")
		}
	})
}

func TestFold(t *testing.T) {
	for _, tt := range []struct{ a, b string }{
		{"Ёлкин", "елкин"},
		{"ЁЛКИН", "Е\u0308лкин"},
		{"علي", "علی"},
		{"كتاب", "کتاب"},
		{"می\u200cخواهم", "میخواهم"},
		{"قُرآن", "قران"},
		{"Café  AU lait ", "cafe au lait"},
		{"Łódź", "lodz"},
		{"Åse Øst", "ase ost"},
		{"O’Neil", "O'Neil"},
		{"дом 12", "ДОМ ۱۲"},
		{"Анна–Мария", "анна-мария"},
		{"İstanbul", "istanbul"},
	} {
		if fa, fb := text.Fold(tt.a), text.Fold(tt.b); fa != fb {
			t.Errorf("%q folds to %q, %q to %q", tt.a, fa, tt.b, fb)
		}
	}
	if text.Fold("май") == text.Fold("маи") {
		t.Error("й is a letter, not an и with an accent")
	}
	if got := text.FoldDigits("۰۹ ٠٩ ０９ 09 ab"); got != "09 09 09 09 ab" {
		t.Errorf("digits: %q", got)
	}
}

func TestOneScript(t *testing.T) {
	t.Run("INP-3 a word has letters of one script", func(t *testing.T) {
		for s, want := range map[string]bool{
			"Иванов Ivan": true, "Иванoв": false, "раypal": false, "Анна-Maria": true, "O'Neil 3": true,
			"": true, "علی": true, "日本のカタカナ": true, "T-34": true, "йод": true, "José": true, "и\u0306од": true,
		} {
			if got := text.OneScript(s); got != want {
				t.Errorf("%q: got %v, want %v", s, got, want)
			}
		}
		if !text.OneScript("Иванoв Iван", "Иванoв", "Iван") {
			t.Error("a listed word is let through")
		}
	})
	if got := strings.Join(text.Scripts("Яna 5 علی Ω"), " "); got != "Cyrillic Latin Arabic Greek" {
		t.Errorf("scripts: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"Anna", "e\u200b\u0301", "\u202e", "می\u200cخواهم", "a\r\nb", "\xff", "\u1e9b\u0323"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, clean := range []func(string) (string, error){text.Clean, text.CleanLines} {
			got, err := clean(s)
			if err != nil {
				continue
			}
			if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) {
				t.Fatalf("%q became %q: not NFC", s, got)
			}
			for _, r := range got {
				if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
					t.Fatalf("%q became %q: it holds %U", s, got, r)
				}
			}
			if again, err := clean(got); err != nil || again != got {
				t.Fatalf("%q became %q, and that %q, %v", s, got, again, err)
			}
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Ёлка", "İ", "ﷲ", "ǅ", "й", "ᾈ", "K"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := text.Fold(s)
		if again := text.Fold(folded); utf8.ValidString(s) && again != folded {
			t.Fatalf("%q folds to %q, and that to %q", s, folded, again)
		}
		text.OneScript(s)
	})
}

func TestFoldingTwiceChangesNothingForAnyCharacter(t *testing.T) {
	for r := rune(1); r < 0x20000; r++ {
		s := "a" + string(r) + "b"
		if folded := text.Fold(s); text.Fold(folded) != folded {
			t.Errorf("%U folds to %q and that to %q", r, folded, text.Fold(folded))
		}
	}
}
