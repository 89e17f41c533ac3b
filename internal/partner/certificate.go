package partner

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strings"
	"time"
	"unicode"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/fault"
)

// Certificate is one with which a state system signs its requests in the dialect of
// ESIA, as people read it.
type Certificate struct {
	Print       string // SHA-256 of the DER, hex: what it is called here
	Subject     string // plain text, at most 100 characters
	Serial      string // hex
	Bits        int    // of an RSA key; 0 for all others
	From, Until time.Time
}

// Standing is what a certificate is good for at a moment.
type Standing string

// The standings.
const (
	NotYet Standing = "not_yet"
	Good   Standing = "good"
	Soon   Standing = "soon" // ends within SoonOver
	Over   Standing = "over"
)

// SoonOver is how long before its end a certificate is warned about.
const SoonOver = 30 * 24 * time.Hour

// At is what the certificate is good for at a moment.
func (c Certificate) At(now time.Time) Standing {
	switch {
	case now.After(c.Until):
		return Over
	case now.Before(c.From):
		return NotYet
	case now.Add(SoonOver).After(c.Until):
		return Soon
	}
	return Good
}

// Certificates are those that a site has pasted, in the order in which they came.
func Certificates(c client.Client) (list []Certificate) {
	for _, text := range c.Certificates {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			continue
		}
		if read, err := x509.ParseCertificate(block.Bytes); err == nil {
			list = append(list, certificateOf(read))
		}
	}
	return list
}

func certificateOf(read *x509.Certificate) Certificate {
	c := Certificate{Print: printOf(read), Subject: subject(read), From: read.NotBefore.UTC(), Until: read.NotAfter.UTC()}
	if read.SerialNumber != nil {
		c.Serial = read.SerialNumber.Text(16)
	}
	if key, ok := read.PublicKey.(*rsa.PublicKey); ok {
		c.Bits = key.N.BitLen()
	}
	return c
}

func printOf(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// subject is for whom a certificate was made, as it says itself: without characters
// that could make it look like something else.
func subject(c *x509.Certificate) string {
	name := c.Subject.CommonName
	if name == "" {
		name = c.Subject.String()
	}
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) || r == '<' || r == '>' {
			return -1
		}
		return r
	}, name)
	if long := []rune(name); len(long) > 100 {
		name = string(long[:100])
	}
	return name
}

// Ending is the certificate of a site's dialect of ESIA whose end is to be warned
// about, false for none: the site's last one that holds is over or ends soon.
func Ending(c client.Client, now time.Time) (last Certificate, warn bool) {
	if !c.OfESIA() {
		return last, false
	}
	for _, one := range Certificates(c) {
		if one.Until.After(last.Until) {
			last = one
		}
	}
	at := last.At(now)
	return last, at == Soon || at == Over
}

// longestPasted is more than ten certificates have, with the chains around them.
const longestPasted = 64 << 10

// ReadCertificates reads pasted or uploaded certificates: PEM, one after another,
// or one as DER or bare base64. It gives each as PEM, without what stood around
// it. Refused field: esia_certificates. A private key is refused and nowhere kept.
func (s *Service) ReadCertificates(given []byte) (list []string, err error) {
	refused := func(key string) error { return fault.OneField("esia_certificates", key, nil) }
	switch {
	case len(bytes.TrimSpace(given)) == 0:
		return nil, refused("partner.certificate.missing")
	case len(given) > longestPasted:
		return nil, refused("partner.certificate.unreadable")
	}
	all, key := ders(given)
	if key != "" {
		return nil, refused(key)
	}
	for _, der := range all {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, refused("partner.certificate.unreadable")
		}
		text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
		if s.DB.Clock().Now().After(c.NotAfter) {
			return nil, refused("partner.certificate.over")
		}
		if !client.GoodCertificate(text) || s.Verifies != nil && !s.Verifies(c) {
			return nil, refused("partner.certificate.kind")
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list, nil
}

// ders finds the certificates in what was given, or says by a text key what it is instead.
func ders(given []byte) (list [][]byte, key string) {
	for rest := given; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		switch {
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil, "partner.keys_private"
		case strings.HasSuffix(block.Type, "CERTIFICATE REQUEST"):
			return nil, "partner.certificate.request"
		case block.Type != "CERTIFICATE":
			return nil, "partner.certificate.unreadable"
		}
		list = append(list, block.Bytes)
	}
	if len(list) > 0 {
		return list, ""
	}
	if bytes.Contains(given, []byte("PRIVATE KEY-----")) {
		return nil, "partner.keys_private"
	}
	if bare, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(given)), "")); err == nil {
		given = bare
	}
	if _, err := x509.ParsePKCS8PrivateKey(given); err == nil {
		return nil, "partner.keys_private"
	}
	return [][]byte{given}, ""
}

// AddCertificates puts certificates beside those that a system signs with, at once,
// also in production: to change a key, both hold for a while. Refused field:
// esia_certificates.
func (s *Service) AddCertificates(ctx context.Context, who account.ID, id client.ID, given []byte) (now bool, err error) {
	list, err := s.ReadCertificates(given)
	if err != nil {
		return false, err
	}
	return s.Edit(ctx, who, id, []string{"esia_certificates"}, func(c *client.Client) {
		all := slices.Clone(c.Certificates)
		for _, text := range list {
			if !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
		c.Certificates = all
	})
}

// DropCertificate takes a certificate away by its print, at once: also the last
// one, because a lost key cannot wait.
func (s *Service) DropCertificate(ctx context.Context, who account.ID, id client.ID, print string) error {
	_, err := s.Edit(ctx, who, id, []string{"esia_certificates"}, func(c *client.Client) {
		c.Certificates = slices.DeleteFunc(slices.Clone(c.Certificates), func(text string) bool {
			block, _ := pem.Decode([]byte(text))
			if block == nil {
				return true
			}
			sum := sha256.Sum256(block.Bytes)
			return hex.EncodeToString(sum[:]) == print
		})
	})
	return err
}
