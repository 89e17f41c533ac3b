package registration

import (
	"net/mail"
	"strings"
	"testing"
)

// FuzzEmail holds that whatever is taken can be written to, and splits no header.
func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"a@example.org", "ирина@почта.рф", "a@b", "a@@b.c", "\"a b\"@example.org", "a@example.org\r\nBcc: x@y.z", "a@[127.0.0.1]", strings.Repeat("a", 300) + "@example.org", "a\u200e@example.org"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		address, err := cleanEmail(typed)
		if err != nil {
			if address != "" {
				t.Fatal("an address beside a refusal")
			}
			return
		}
		if strings.ContainsAny(address, "\r\n \t<>,;\"") || strings.Count(address, "@") != 1 {
			t.Fatalf("%q was taken", address)
		}
		if _, err := mail.ParseAddress(address); err != nil {
			t.Fatalf("%q was taken: %v", address, err)
		}
		if again, err := cleanEmail(address); err != nil || again != address {
			t.Fatalf("%q becomes %q: %v", address, again, err)
		}
	})
}
