package demo_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/demo"
)

// encrypted is a demo with TLS, as its JSON file tells it.
type encrypted struct {
	Portal, Identity, Control, CA, Mutual string
	Client                                struct{ Certificate, Key string }
	stop                                  func()
}

func encrypt(t *testing.T, dir string) *encrypted {
	t.Helper()
	path := filepath.Join(dir, "demo.json")
	os.Remove(path)
	d, err := demo.Start(context.Background(), demo.Config{Data: dir, Listen: "127.0.0.1:0", Control: "127.0.0.1:0", TLS: true, JSON: path, Jurisdiction: "xs", Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(ctx) }()
	e := &encrypted{stop: func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}}
	if err := json.Unmarshal(await(t, path), e); err != nil {
		t.Fatal(err)
	}
	return e
}

// await is what a file holds once it is there.
func await(t *testing.T, path string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		content, err := os.ReadFile(path)
		if err == nil {
			return content
		}
		if clock.Pause(ctx, 20*time.Millisecond) != nil {
			t.Fatal(err)
		}
	}
}

// ask asks as a client that trusts the demo's authority and nobody else.
func (e *encrypted) ask(t *testing.T, method, address, body string, certificates ...tls.Certificate) (*http.Response, string) {
	t.Helper()
	content, err := os.ReadFile(e.CA)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(content)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certificates}, DisableKeepAlives: true}}
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(said)
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	e := encrypt(t, dir)
	t.Run("portal, control page and the origin for machines are reached over https", func(t *testing.T) {
		hosts := map[string]bool{}
		for _, address := range []string{e.Portal, e.Control, e.Mutual} {
			u, err := url.Parse(address)
			if err != nil || u.Scheme != "https" || hosts[u.Host] {
				t.Error(address, err)
			}
			hosts[u.Host] = true
		}
		if e.Identity != e.Portal+"/id" {
			t.Error(e.Identity)
		}
	})
	t.Run("a client that trusts only the demo's authority opens the home page", func(t *testing.T) {
		answer, body := e.ask(t, "GET", e.Portal+"/", "")
		if answer.StatusCode != 200 || !strings.Contains(body, "<h1") || answer.Header.Get("Strict-Transport-Security") == "" {
			t.Error(answer.Status, answer.Header)
		}
	})
	t.Run("a client that does not trust it gets nothing", func(t *testing.T) {
		for _, address := range []string{e.Portal, e.Control, e.Mutual} {
			if answer, err := http.Get(address); err == nil {
				answer.Body.Close()
				t.Error(address, answer.Status)
			}
		}
	})
	t.Run("cookies are for this host and for https only", func(t *testing.T) {
		answer, _ := e.ask(t, "GET", e.Portal+"/id/signin", "")
		if len(answer.Cookies()) == 0 {
			t.Fatal("no cookie")
		}
		for _, c := range answer.Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure {
				t.Error(c)
			}
		}
	})
	t.Run("the sample certificate is taken at the origin for machines, which has no pages", func(t *testing.T) {
		pair, err := tls.LoadX509KeyPair(e.Client.Certificate, e.Client.Key)
		if err != nil {
			t.Fatal(err)
		}
		if answer, _ := e.ask(t, "GET", e.Mutual+"/", "", pair); answer.StatusCode != 404 || answer.Header.Get("Content-Type") != "application/problem+json" {
			t.Error(answer.Status, answer.Header)
		}
	})
	t.Run("a demo that stands two years ahead is restarted with the same authority and a new certificate", func(t *testing.T) {
		for range 2 {
			if answer, body := e.ask(t, "POST", e.Control+"/clock", `{"advance":"8760h"}`); answer.StatusCode != 200 {
				t.Fatal(answer.Status, body)
			}
		}
		e.ask(t, "GET", e.Portal+"/", "")
		authority, server := await(t, e.CA), await(t, filepath.Join(dir, "ca", "server.crt"))
		e.stop()
		again := encrypt(t, dir)
		defer again.stop()
		if !bytes.Equal(authority, await(t, again.CA)) || bytes.Equal(server, await(t, filepath.Join(dir, "ca", "server.crt"))) {
			t.Error("another authority, or the same certificate")
		}
		if answer, _ := again.ask(t, "GET", again.Portal+"/", ""); answer.StatusCode != 200 {
			t.Error(answer.Status)
		}
	})
	t.Run("SECR-1 nobody else can read the keys", func(t *testing.T) {
		keys, err := filepath.Glob(filepath.Join(dir, "ca", "*.key"))
		if err != nil || len(keys) != 3 {
			t.Fatal(keys, err)
		}
		for _, key := range keys {
			if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v", key, info.Mode())
			}
		}
	})
}
