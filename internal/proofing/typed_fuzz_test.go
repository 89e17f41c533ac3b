package proofing

import (
	"testing"
	"unicode/utf8"
)

// FuzzTyped feeds what people and scanners type at a desk: codes hold digits
// only, a pass is eight letters and digits or nothing, a mask never shows more
// than two characters.
func FuzzTyped(f *testing.F) {
	for _, seed := range []string{"123456", "Окно: 123 456", "۱۲۳۴۵۶", "7kq4-m2xp", "", "\xff", "é\u0301", "@x #1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, r := range digitsOf(typed) {
			if r < '0' || r > '9' {
				t.Fatalf("%q is no digit", r)
			}
		}
		if code, ok := passShape(typed); ok && len(code) != passLetters {
			t.Fatal(code)
		}
		masked, shown := mask(typed), 0
		for _, r := range masked {
			if r != '•' {
				shown++
			}
		}
		if shown > 2 || utf8.ValidString(typed) && utf8.RuneCountInString(masked) != utf8.RuneCountInString(typed) {
			t.Fatalf("%q is masked as %q", typed, masked)
		}
	})
}
