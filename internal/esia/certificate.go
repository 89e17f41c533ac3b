package esia

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512" // SHA-384 and SHA-512 of signatures
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"
)

// Verifier checks signatures of one family of keys. What a country has certified
// for it, a module or a service of its own, stands behind this interface.
type Verifier interface {
	// Reads says whether the certificate's key is of the family.
	Reads(c *x509.Certificate) bool
	// Digest sums a message as a CMS signature names the way; nil for ways that are not taken.
	Digest(way asn1.ObjectIdentifier, message []byte) []byte
	// Verify checks a signature over a message. Without a way the family's own digest counts.
	Verify(c *x509.Certificate, way asn1.ObjectIdentifier, message, signature []byte) bool
}

// Verifiers are those that the house has by itself.
func Verifiers() []Verifier { return []Verifier{RSA{}, GOST{}} }

// RSA verifies PKCS #1 v1.5 with SHA-256, SHA-384 or SHA-512. SHA-1 is not taken.
type RSA struct{}

// Reads implements Verifier: RSA of 2048 to 4096 bits.
func (RSA) Reads(c *x509.Certificate) bool {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	return ok && key.N.BitLen() >= 2048 && key.N.BitLen() <= 4096
}

func rsaHash(way asn1.ObjectIdentifier) crypto.Hash {
	switch way.String() {
	case "", "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512
	}
	return 0
}

// Digest implements Verifier.
func (RSA) Digest(way asn1.ObjectIdentifier, message []byte) []byte {
	hash := rsaHash(way)
	if hash == 0 {
		return nil
	}
	h := hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// Verify implements Verifier.
func (v RSA) Verify(c *x509.Certificate, way asn1.ObjectIdentifier, message, signature []byte) bool {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	sum := v.Digest(way, message)
	return ok && sum != nil && rsa.VerifyPKCS1v15(key, rsaHash(way), sum, signature) == nil
}

// GOST verifies GOST R 34.10-2012 with 256 bits over GOST R 34.11-2012.
type GOST struct{}

var gostDigest = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 2}

// Reads implements Verifier.
func (GOST) Reads(c *x509.Certificate) bool {
	_, err := readGOST(c.RawSubjectPublicKeyInfo)
	return err == nil
}

// Digest implements Verifier.
func (GOST) Digest(way asn1.ObjectIdentifier, message []byte) []byte {
	if len(way) > 0 && !way.Equal(gostDigest) {
		return nil
	}
	sum := hash256(message)
	return sum[:]
}

// Verify implements Verifier.
func (v GOST) Verify(c *x509.Certificate, way asn1.ObjectIdentifier, message, signature []byte) bool {
	if len(way) > 0 && !way.Equal(gostDigest) {
		return false
	}
	key, err := readGOST(c.RawSubjectPublicKeyInfo)
	return err == nil && key.verify(message, signature)
}

// registered is one certificate that a client has pasted, with who verifies its signatures.
type registered struct {
	*x509.Certificate
	by Verifier
}

// certificates reads what a client has pasted and leaves out what is over, not yet
// in force, or of a kind that nobody verifies.
func certificates(pasted []string, verifiers []Verifier, now time.Time) (list []registered) {
	for _, text := range pasted {
		part, _ := pem.Decode([]byte(text))
		if part == nil {
			continue
		}
		c, err := x509.ParseCertificate(part.Bytes)
		if err != nil || now.Before(c.NotBefore) || now.After(c.NotAfter) {
			continue
		}
		for _, v := range verifiers {
			if v.Reads(c) {
				list = append(list, registered{c, v})
				break
			}
		}
	}
	return list
}

// named says whether a client_certificate_hash names the certificate: GOST R
// 34.11-2012 or SHA-256 over the DER, in hexadecimal; nothing names every one.
func (r registered) named(hash string) bool {
	if hash == "" {
		return true
	}
	given, err := hex.DecodeString(strings.ToLower(hash))
	if err != nil {
		return false
	}
	gost, sha := hash256(r.Raw), sha256.Sum256(r.Raw)
	return bytes.Equal(given, gost[:]) || bytes.Equal(given, sha[:])
}

// signs says whether a CMS signature over a message is the certificate's.
func (r registered) signs(s signed, message []byte) bool {
	if s.serial == nil || s.serial.Cmp(r.SerialNumber) != 0 || !bytes.Equal(s.issuer, r.RawIssuer) {
		return false
	}
	if s.content != nil && !bytes.Equal(s.content, message) {
		return false
	}
	if s.attributes == nil {
		return r.by.Verify(r.Certificate, s.digest, message, s.signature)
	}
	sum := r.by.Digest(s.digest, message)
	return sum != nil && subtle.ConstantTimeCompare(sum, s.summed) == 1 && r.by.Verify(r.Certificate, s.digest, s.attributes, s.signature)
}
