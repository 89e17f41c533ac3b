package client

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/fault"
	"okno/internal/jurisdiction"
)

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$`)

// Limits of what a client may register.
const (
	mostAddresses = 20
	mostKeys      = 10
	mostScopes    = 20
	longestName   = 60
	longestText   = 400
)

// Check refuses, field by field, what may not be registered: id, name, purpose,
// law, reason, contact, redirects, post_logout, logout_uri, method, keys,
// certificates, esia_certificates, grants, scopes, resources, lasts, sector.
func (c Client) Check() error {
	var bad []fault.Field
	refuse := func(wrong bool, field, key string) {
		if wrong {
			bad = append(bad, fault.Field{Name: field, Key: key})
		}
	}
	sandbox := c.Stage != Production
	refuse(!idForm.MatchString(string(c.ID)), "id", "client.id.form")
	named := Named(c.Name)
	refuse(named != "", "name", named)
	refuse(!words(c.Purpose, longestText), "purpose", "client.purpose.form")
	refuse(len(c.Law) > 0 && !words(c.Law, longestText), "law", "client.law.form")
	refuse(len([]rune(c.Reason)) > longestText || !printable(c.Reason), "reason", "client.purpose.form")
	refuse(c.Contact != "" && !GoodContact(c.Contact), "contact", "client.contact.form")
	refuse(c.Is(Code) && len(c.Redirects) == 0, "redirects", "client.redirects.none")
	wrong := wrongAddress(c.Redirects, c.Native || sandbox)
	refuse(wrong != "", "redirects", wrong)
	wrong = wrongAddress(c.PostLogout, c.Native || sandbox)
	refuse(wrong != "", "post_logout", wrong)
	wrong = wrongAddress([]string{c.LogoutURI}, sandbox)
	refuse(c.LogoutURI != "" && wrong != "", "logout_uri", wrong)
	refuse(!slices.Contains([]Method{PrivateKeyJWT, SelfSignedTLS, SecretBasic, NoMethod}, c.Method), "method", "client.method.form")
	refuse(c.Method == SecretBasic && (c.Stage == Production || c.Secret == ""), "method", "client.method.secret")
	refuse(c.Method == NoMethod && (!c.Native || c.Is(Machine) || c.Is(Exchange)), "method", "client.method.none")
	refuse(c.Method == PrivateKeyJWT && len(c.Keys.Keys) == 0 && !c.OfESIA() || !goodKeys(c.Keys), "keys", "client.keys.form")
	refuse(c.Method == SelfSignedTLS && len(c.Thumbprints) == 0 || slices.ContainsFunc(c.Thumbprints, noThumbprint), "certificates", "client.certificates.none")
	refuse(!goodCertificates(c.Certificates), "esia_certificates", "client.esia_certificates.form")
	refuse(len(c.Grants) == 0 || slices.ContainsFunc(c.Grants, unknownGrant), "grants", "client.grants.form")
	refuse(len(c.Scopes) > mostScopes || slices.ContainsFunc(c.Scopes, noScope), "scopes", "client.scopes.form")
	refuse(c.Lasts < 0 || c.Lasts > Year, "lasts", "client.lasts.form")
	wrong = wrongAddress(c.Resources, sandbox)
	refuse(wrong != "", "resources", wrong)
	refuse(c.Sector != "" && !idForm.MatchString(c.Sector), "sector", "client.sector.form")
	return fault.Fields(bad...)
}

// Named is the text key of what is wrong with the name of a site or an
// organisation, "" when nothing is (T-43).
func Named(name jurisdiction.Words) string {
	switch {
	case !words(name, longestName):
		return "client.name.form"
	case confusing(name):
		return "client.name.confusing"
	}
	return ""
}

// GoodContact says whether an e-mail address may be shown as somebody's contact.
func GoodContact(contact string) bool {
	at := strings.IndexByte(contact, '@')
	return at > 0 && at < len(contact)-1 && len(contact) <= 200 && printable(contact) && !strings.ContainsAny(contact, " \n")
}

func unknownGrant(g Grant) bool {
	return !slices.Contains([]Grant{Code, Refresh, Machine, Device, Exchange}, g)
}

// scopeForm is a scope as RFC 6749 3.3 writes it.
var scopeForm = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]{1,128}$`)

func noScope(scope string) bool { return !scopeForm.MatchString(scope) }

// wrongAddress is the text key of how to mend the first address that may not be
// registered, "" when all may.
func wrongAddress(list []string, loopback bool) string {
	if len(list) > mostAddresses {
		return "client.address.many"
	}
	for _, address := range list {
		if GoodAddress(address, loopback) {
			continue
		}
		u, err := url.Parse(address)
		switch {
		case !strings.HasPrefix(address, "https://"):
			return "client.address.scheme"
		case err == nil && u.Path == "":
			return "client.address.path"
		case err == nil && inner(u.Hostname()):
			return "client.address.inner"
		}
		return "client.address.form"
	}
	return ""
}

// words says that a text is there, not too long and plain in every language.
func words(w jurisdiction.Words, longest int) bool {
	for _, text := range w {
		if strings.TrimSpace(text) == "" || len([]rune(text)) > longest || !printable(text) {
			return false
		}
	}
	return len(w) > 0
}

// printable refuses control and direction characters, with which a text could
// pretend to be another (T-43).
func printable(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool {
		return unicode.Is(unicode.C, c) && c != '\u200c' || c == '<' || c == '>' // ZWNJ belongs to Persian
	})
}

// confusing says that a word of a name mixes alphabets, as "Оkno" does (T-43).
func confusing(w jurisdiction.Words) bool {
	for _, text := range w {
		for _, word := range strings.Fields(text) {
			latin := strings.ContainsFunc(word, func(c rune) bool { return unicode.Is(unicode.Latin, c) })
			other := strings.ContainsFunc(word, func(c rune) bool { return unicode.In(c, unicode.Cyrillic, unicode.Greek, unicode.Armenian) })
			if latin && other {
				return true
			}
		}
	}
	return false
}

// goodKeys says that the keys are public, of the kinds that we verify (OIDC-6),
// named, and named once.
func goodKeys(set jose.JSONWebKeySet) bool {
	if len(set.Keys) > mostKeys {
		return false
	}
	seen := map[string]bool{}
	for _, key := range set.Keys {
		if key.KeyID == "" || seen[key.KeyID] || !key.Valid() || !key.IsPublic() || !GoodKey(key.Key) {
			return false
		}
		seen[key.KeyID] = true
	}
	return true
}

// GoodKey says whether a public key is of a kind with which we verify (OIDC-6):
// P-256, Ed25519, or RSA of 2048 to 4096 bits, so that no key costs us more than
// its work.
func GoodKey(key any) bool {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return true
	case *rsa.PublicKey:
		return k.N.BitLen() >= 2048 && k.N.BitLen() <= 4096
	}
	return false
}

// longestCertificate is more than any certificate has, as PEM.
const longestCertificate = 16 << 10

// goodCertificates says that they are not too many and each is good.
func goodCertificates(list []string) bool {
	return len(list) <= mostKeys && !slices.ContainsFunc(list, func(text string) bool { return !GoodCertificate(text) })
}

// GoodCertificate says that a text is one certificate in PEM and nothing else, with
// a key of RSA that we take, or of a kind that only a dialect verifies (GOST).
func GoodCertificate(text string) bool {
	part, rest := pem.Decode([]byte(text))
	if len(text) > longestCertificate || part == nil || part.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
		return false
	}
	c, err := x509.ParseCertificate(part.Bytes)
	return err == nil && (c.PublicKey == nil || isRSA(c.PublicKey))
}

func isRSA(key any) bool {
	_, ok := key.(*rsa.PublicKey)
	return ok && GoodKey(key)
}

var thumbprintForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

func noThumbprint(t string) bool { return !thumbprintForm.MatchString(t) }
