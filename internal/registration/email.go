package registration

import (
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"okno/internal/fault"
	"okno/internal/text"
)

// emailShape says what an address looks like.
func emailShape() error {
	return fault.OneField("email", "registration.contact.email_shape", fault.Vars{"example": "name@example.com"})
}

// cleanEmail checks an address as people type it (REG-09, REG-14: any provider).
// Refused as fault.Invalid, field "email".
func cleanEmail(typed string) (string, error) {
	refuse := emailShape()
	value, err := text.Clean(typed)
	if err != nil || len(value) > 254 || strings.ContainsFunc(value, unicode.IsSpace) {
		return "", refuse
	}
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || parsed.Name != "" {
		return "", refuse
	}
	name, domain, _ := strings.Cut(value, "@")
	if name == "" || len(name) > 64 || strings.ContainsAny(value, `"<>()[]:;,\`) || !isDomain(domain) {
		return "", refuse
	}
	return value, nil
}

func isDomain(domain string) bool {
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || len(ascii) > 253 {
		return false
	}
	labels := strings.Split(ascii, ".")
	top := labels[len(labels)-1]
	return len(labels) > 1 && len(top) > 1 && strings.Trim(top, "0123456789") != ""
}
