package esia_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"okno/internal/client"
	"okno/internal/esia"
	"okno/internal/fault"
)

func asPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestCertificatesThatMayBePasted(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	good := certify(t, keys()[0], "TEST01", now)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: now}
	elliptical, err := x509.CreateCertificate(rand.Reader, template, template, curve.Public(), curve)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(keys()[0])
	if err != nil {
		t.Fatal(err)
	}
	gost := gostCertificate(t, good, esia.NewGOSTKey(t).SPKI(t))
	for name, c := range map[string]struct {
		text string
		good bool
	}{
		"RSA":                      {asPEM("CERTIFICATE", good.Raw), true},
		"GOST":                     {asPEM("CERTIFICATE", gost.Raw), true},
		"RSA of 1024 bits":         {asPEM("CERTIFICATE", certify(t, short, "TEST01", now).Raw), false},
		"P-256":                    {asPEM("CERTIFICATE", elliptical), false},
		"a private key":            {asPEM("PRIVATE KEY", private), false},
		"a key behind":             {asPEM("CERTIFICATE", good.Raw) + asPEM("PRIVATE KEY", private), false},
		"two at once":              {asPEM("CERTIFICATE", good.Raw) + asPEM("CERTIFICATE", good.Raw), false},
		"DER":                      {string(good.Raw), false},
		"nothing":                  {"", false},
		"a certificate that is no": {asPEM("CERTIFICATE", good.Raw[1:]), false},
		"far too much":             {asPEM("CERTIFICATE", good.Raw) + strings.Repeat("\n", 20<<10), false},
	} {
		t.Run("OIDC-6 what may be pasted as a certificate: "+name, func(t *testing.T) {
			f := fault.Of((client.Client{ID: "TEST01", Certificates: []string{c.text}}).Check())
			refused := false
			for _, field := range f.Fields {
				refused = refused || field.Name == "esia_certificates"
			}
			if refused == c.good {
				t.Fatalf("refused: %v", refused)
			}
		})
	}
}
