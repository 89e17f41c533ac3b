package registrationpage

import (
	"strings"
	"testing"
)

func TestCodeInWhatWasPasted(t *testing.T) {
	for pasted, want := range map[string]string{
		"123456": "123456", "Okno:code123456forregistration@okno#123456": "123456", "12345": "12345", "": "",
		"1234567": "1234567", "call 88001007010 then 123456": "123456",
	} {
		t.Run("S06 the code is found in "+pasted, func(t *testing.T) {
			if got := codeIn(pasted, 6); got != want {
				t.Fatal(got)
			}
		})
	}
}

// FuzzCodeIn holds that what is found is what was pasted or six digits of it.
func FuzzCodeIn(f *testing.F) {
	f.Add("Your code is 123456.", 6)
	f.Add("۱۲۳۴۵۶", 6)
	f.Fuzz(func(t *testing.T, typed string, digits int) {
		if digits < 1 || digits > 12 {
			return
		}
		got := codeIn(typed, digits)
		if got != typed && (len(got) != digits || !strings.Contains(typed, got) || strings.Trim(got, "0123456789") != "") {
			t.Fatalf("%q from %q", got, typed)
		}
	})
}
