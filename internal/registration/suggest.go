package registration

import "strings"

// bigProviders are the mailbox domains that the whole world mistypes; a pack's
// own ones need no mention, because any domain is accepted (REG-14).
var bigProviders = []string{"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "proton.me", "protonmail.com"}

// SuggestEmail is the address that was probably meant when the domain is one
// slip of the finger away from a big provider's (P-22, REG-16); "" when there is
// nothing to suggest.
func SuggestEmail(address string) string {
	name, domain, ok := strings.Cut(strings.ToLower(address), "@")
	if !ok {
		return ""
	}
	for _, provider := range bigProviders {
		if domain == provider {
			return ""
		}
	}
	for _, provider := range bigProviders {
		if oneSlip(domain, provider) {
			return name + "@" + provider
		}
	}
	return ""
}

// oneSlip says whether b comes from a by one letter more, less or other, or by
// two neighbours that changed places.
func oneSlip(a, b string) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) <= 1 && len(b) <= 1 {
		return a != b
	}
	return len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
