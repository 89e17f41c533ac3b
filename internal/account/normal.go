package account

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// normal is the form in which a contact is compared: an e-mail in lower case and
// NFC, a phone as its digits with a plus. Letters before the @ are folded too,
// because no provider in use tells them apart and people do not remember them.
func normal(kind ContactKind, value string) string {
	value = strings.TrimSpace(norm.NFC.String(value))
	if kind == Email {
		return strings.ToLower(value)
	}
	var b strings.Builder
	b.WriteByte('+')
	for _, r := range value {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
