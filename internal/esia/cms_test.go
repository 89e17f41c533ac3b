package esia

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// pasted is the certificate with which OpenSSL made the signatures in testdata.
func pasted(t testing.TB, now time.Time) registered {
	t.Helper()
	list := certificates([]string{string(file(t, "system.pem"))}, Verifiers(), now)
	if len(list) != 1 {
		t.Fatalf("%d certificates", len(list))
	}
	return list[0]
}

var inForce = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

func TestSignatures(t *testing.T) {
	own, message := pasted(t, inForce), file(t, "message.txt")
	for name, what := range map[string]string{"smime.der": "detached, with signed attributes", "noattr.der": "detached, over the words themselves", "whole.der": "with the words inside, SHA-512"} {
		t.Run("A-02 a signature of OpenSSL is taken: "+what, func(t *testing.T) {
			s, err := readCMS(file(t, name))
			if err != nil || !own.signs(s, message) {
				t.Fatalf("%v", err)
			}
			if own.signs(s, append(bytes.Clone(message), '7')) || own.signs(s, nil) {
				t.Fatal("it holds for other words")
			}
			s.signature[10] ^= 1
			if own.signs(s, message) {
				t.Fatal("a changed one holds")
			}
		})
	}
	t.Run("A-02 a bare signature of OpenSSL is taken", func(t *testing.T) {
		raw := file(t, "raw.sig")
		if !own.by.Verify(own.Certificate, nil, message, raw) || own.by.Verify(own.Certificate, nil, message[1:], raw) {
			t.Fatal("wrong")
		}
	})
	t.Run("OIDC-6 SHA-1 is not taken", func(t *testing.T) {
		s, err := readCMS(file(t, "sha1.der"))
		if err != nil || own.signs(s, message) {
			t.Fatalf("taken, %v", err)
		}
	})
	t.Run("OIDC-8 attributes without the digest or the type sign nothing", func(t *testing.T) {
		s, err := readCMS(file(t, "smime.der"))
		if err != nil {
			t.Fatal(err)
		}
		plain := s
		plain.attributes = nil
		if own.signs(plain, message) {
			t.Fatal("taken without its attributes")
		}
		s.summed = append([]byte{}, s.summed...)
		s.summed[0] ^= 1
		if own.signs(s, message) {
			t.Fatal("taken with another digest")
		}
	})
	t.Run("OIDC-8 the signed attributes of one message cannot be passed off as a message", func(t *testing.T) {
		s, err := readCMS(file(t, "smime.der"))
		if err != nil {
			t.Fatal(err)
		}
		forged := signed{issuer: s.issuer, serial: s.serial, digest: s.digest, signature: s.signature}
		if !own.signs(forged, s.attributes) {
			t.Fatal("the example does not show what it should")
		}
		if goodState(string(s.attributes)) {
			t.Fatal("attributes could be the words of a request")
		}
	})
	t.Run("OIDC-6 a certificate that is over or not yet in force signs nothing", func(t *testing.T) {
		for _, now := range []time.Time{own.NotBefore.Add(-time.Second), own.NotAfter.Add(time.Second)} {
			if len(certificates([]string{string(file(t, "system.pem"))}, Verifiers(), now)) != 0 {
				t.Fatalf("in force at %v", now)
			}
		}
	})
	t.Run("A-02 a certificate is named by GOST R 34.11-2012 or SHA-256 over its DER, in either case", func(t *testing.T) {
		gost := hash256(own.Raw)
		if !own.named(hexOf(gost[:])) || !own.named("") || own.named("00") || own.named("xyz") || own.named(hexOf(file(t, "raw.sig"))) {
			t.Fatal("wrong")
		}
	})
	t.Run("A-02 a GOST signature in CMS is taken, with attributes and without", func(t *testing.T) {
		key := newGOST(t, curveIDs[1])
		c := &x509.Certificate{RawSubjectPublicKeyInfo: key.spki(t), SerialNumber: own.SerialNumber, RawIssuer: own.RawIssuer}
		r := registered{c, GOST{}}
		s := signed{issuer: r.RawIssuer, serial: r.SerialNumber, digest: gostDigest, signature: key.sign(t, message)}
		if !r.signs(s, message) || r.signs(s, message[1:]) {
			t.Fatal("without attributes")
		}
		sum := hash256(message)
		s.attributes, s.summed = []byte("attributes"), sum[:]
		s.signature = key.sign(t, s.attributes)
		if !r.signs(s, message) || r.signs(s, message[1:]) {
			t.Fatal("with attributes")
		}
		s.digest = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
		if r.signs(s, message) {
			t.Fatal("with a digest of another family")
		}
	})
}

func hexOf(b []byte) string {
	const digits = "0123456789ABCDEF"
	text := ""
	for _, c := range b {
		text += string(digits[c>>4]) + string(digits[c&15])
	}
	return text
}

func FuzzCMS(f *testing.F) {
	for _, name := range []string{"smime.der", "noattr.der", "whole.der", "sha1.der", "raw.sig"} {
		f.Add(file(f, name))
	}
	own, message := pasted(f, inForce), file(f, "message.txt")
	f.Fuzz(func(t *testing.T, der []byte) {
		s, err := readCMS(der)
		if err != nil {
			return
		}
		if own.signs(s, []byte("never signed")) {
			t.Fatal("something never signed holds")
		}
		own.signs(s, message)
	})
}

// FuzzSecret reads a client_secret as it comes: only the signatures that OpenSSL
// made over the words hold for them, in whatever dress, and none for other words.
func FuzzSecret(f *testing.F) {
	for _, name := range []string{"smime.der", "noattr.der", "whole.der", "sha1.der", "raw.sig"} {
		raw := file(f, name)
		f.Add(base64.StdEncoding.EncodeToString(raw))
		f.Add(base64.RawURLEncoding.EncodeToString(raw))
		f.Add(base64.URLEncoding.EncodeToString(raw[:len(raw)-1]))
		f.Add(base64.URLEncoding.EncodeToString(append(bytes.Clone(raw), 0)))
	}
	own, message := pasted(f, inForce), file(f, "message.txt")
	bare := file(f, "raw.sig")
	f.Fuzz(func(t *testing.T, text string) {
		raw, ok := decode(text)
		if !ok {
			return
		}
		if len(raw) == 0 || len(raw) > longestCMS {
			t.Fatalf("%d bytes", len(raw))
		}
		if s, err := readCMS(raw); err == nil {
			if own.signs(s, append([]byte("more "), message...)) {
				t.Fatal("words that were never signed hold")
			}
			return
		}
		if own.by.Verify(own.Certificate, nil, message, raw) && !bytes.Equal(raw, bare) {
			t.Fatal("another signature holds")
		}
	})
}

func FuzzGOSTKey(f *testing.F) {
	f.Add(newGOST(f, curveIDs[0]).spki(f))
	part, _ := pem.Decode(file(f, "system.pem"))
	c, err := x509.ParseCertificate(part.Bytes)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.RawSubjectPublicKeyInfo)
	f.Fuzz(func(t *testing.T, spki []byte) {
		k, err := readGOST(spki)
		if err == nil && !k.holds(k.at) {
			t.Fatal("a key beside its curve")
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, text := range []string{"2026.11.22 19:30:00 +0300", "2026.11.22 19:30:00 -0000", "2026.13.22 19:30:00 +0300", "2026.02.30 19:30:00 +0300", "2026.11.22 19:30:00.5 +0300", "", "+", "٢٠٢٦.11.22 19:30:00 +0300"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := ReadTime(text)
		if ok && len(text) != len("2026.11.22 19:30:00 +0300") {
			t.Fatalf("%q is no timestamp", text)
		}
		if ok && at.Format("2006.01.02 15:04:05 -0700") != text && text[20:] != "-0000" {
			t.Fatalf("%q became %v", text, at)
		}
	})
}

func FuzzEmbed(f *testing.F) {
	for _, text := range []string{"", "()", "(elements)", "(contacts.elements,addresses.elements)", "(documents.elements-1)", "((elements))", "(elements", "(,)", "(x.y.z)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, ok := ReadEmbed(text)
		if !ok && (e.Elements || len(e.Lists) > 0) {
			t.Fatalf("%q is refused and read", text)
		}
		for list := range e.Lists {
			if embeddedAs(list) == list && list != roles && list != children {
				t.Fatalf("%q named %q", text, list)
			}
		}
	})
}

func TestEmbed(t *testing.T) {
	t.Run("A-02 embed names lists, with elements or without", func(t *testing.T) {
		e, ok := ReadEmbed("(contacts.elements,documents,elements,strange.elements)")
		if !ok || !e.Elements || !e.Lists[contacts] || len(e.Lists) != 2 {
			t.Fatalf("%+v %v", e, ok)
		}
		if whole, named := e.Lists[documents]; whole || !named {
			t.Fatalf("%+v", e)
		}
		for _, bad := range []string{"elements", "(elements", "(el ements)", "(a;b)", "(a,,b)", "(<script>)"} {
			if _, ok := ReadEmbed(bad); ok {
				t.Errorf("%q is taken", bad)
			}
		}
	})
}

func TestTime(t *testing.T) {
	t.Run("A-02 a timestamp has a zone and whole seconds", func(t *testing.T) {
		at, ok := ReadTime("2026.11.22 19:30:00 +0300")
		if !ok || !at.Equal(time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC)) {
			t.Fatalf("%v", at)
		}
		for _, bad := range []string{"", "2026.11.22 19:30:00", "2026-11-22 19:30:00 +0300", "2026.11.22 19:30:00 MSK", "2026.11.22 25:30:00 +0300", "2026.11.22 19:30:00.001 +0300", " 2026.11.22 19:30:00 +0300", "2026.11.22 19:30:00 +9999x"} {
			if _, ok := ReadTime(bad); ok {
				t.Errorf("%q is taken", bad)
			}
		}
	})
}
