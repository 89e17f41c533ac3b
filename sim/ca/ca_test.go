package ca_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"os"
	"testing"
	"time"

	"okno/sim/ca"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string, now time.Time) *ca.Authority {
	t.Helper()
	a, err := ca.Open(ca.Config{Dir: dir, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func leaf(t *testing.T, p ca.Pair) *x509.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(p.Certificate, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf
}

func TestAuthority(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, noon)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content(t, a.File())) {
		t.Fatal("no certificate in", a.File())
	}
	server, err := a.Server("server", "localhost", "127.0.0.1", "::1")
	if err != nil {
		t.Fatal(err)
	}
	client, err := a.Client("client")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("a server's certificate holds for its names and addresses and for no other", func(t *testing.T) {
		for host, good := range map[string]bool{"localhost": true, "127.0.0.1": true, "[::1]": true, "okno.example": false, "127.0.0.2": false} {
			_, err := leaf(t, server).Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: noon})
			if (err == nil) != good {
				t.Errorf("%s: %v", host, err)
			}
		}
	})
	t.Run("a client's certificate is for clients only, a server's for servers only", func(t *testing.T) {
		for _, c := range []struct {
			pair ca.Pair
			use  x509.ExtKeyUsage
			good bool
		}{{client, x509.ExtKeyUsageClientAuth, true}, {client, x509.ExtKeyUsageServerAuth, false}, {server, x509.ExtKeyUsageClientAuth, false}} {
			_, err := leaf(t, c.pair).Verify(x509.VerifyOptions{Roots: roots, CurrentTime: noon, KeyUsages: []x509.ExtKeyUsage{c.use}})
			if (err == nil) != c.good {
				t.Errorf("%v: %v", c, err)
			}
		}
	})
	t.Run("the keys are of the curve P-256 and nobody else can read them", func(t *testing.T) {
		for _, p := range []ca.Pair{server, client, {Certificate: a.File(), Key: dir + "/ca.key"}} {
			if key, ok := leaf(t, p).PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
				t.Errorf("%s: %T", p.Certificate, leaf(t, p).PublicKey)
			}
			if info, err := os.Stat(p.Key); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", p.Key, info.Mode(), err)
			}
		}
	})
	t.Run("a server's certificate lasts less than the 398 days that browsers take", func(t *testing.T) {
		c := leaf(t, server)
		if c.NotAfter.Sub(c.NotBefore) > 398*24*time.Hour || !c.NotBefore.Before(noon) {
			t.Error(c.NotBefore, c.NotAfter)
		}
	})
	t.Run("the authority of a folder stays the same and issues new certificates", func(t *testing.T) {
		before, old := content(t, a.File()), content(t, server.Certificate)
		again, err := open(t, dir, noon.AddDate(1, 0, 0)).Server("server", "localhost")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, content(t, a.File())) || bytes.Equal(old, content(t, again.Certificate)) {
			t.Error("another authority, or the same certificate")
		}
		if _, err := leaf(t, again).Verify(x509.VerifyOptions{Roots: roots, DNSName: "localhost", CurrentTime: noon.AddDate(2, 0, 0)}); err != nil {
			t.Error(err)
		}
	})
	t.Run("an authority that is about to end is made anew", func(t *testing.T) {
		before := content(t, a.File())
		open(t, dir, noon.AddDate(9, 6, 0))
		if bytes.Equal(before, content(t, a.File())) {
			t.Error("what it would issue could end after it")
		}
	})
	t.Run("a broken folder is said to be broken and not written over", func(t *testing.T) {
		for _, file := range []string{"ca.crt", "ca.key"} {
			dir := t.TempDir()
			open(t, dir, noon)
			if err := os.WriteFile(dir+"/"+file, []byte("nonsense"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := ca.Open(ca.Config{Dir: dir}); err == nil {
				t.Errorf("%s was taken", file)
			}
		}
	})
}
