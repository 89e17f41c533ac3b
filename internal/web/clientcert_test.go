package web_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"okno/internal/clock"
	"okno/internal/web"
)

// clientPair is a certificate of a client by its name.
func clientPair(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	pair, err := authority(t, clock.NewFake(clock.Noon)).Client(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := web.ReadPair(pair.Certificate, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

func header(c *x509.Certificate) string {
	return ":" + base64.StdEncoding.EncodeToString(c.Raw) + ":"
}

// told is the name of the certificate that a handler behind a guard sees.
func told(change func(*http.Request), inHeader bool) (name string) {
	g := guard()
	g.CertificateHeader = inHeader
	ask(g, func(w http.ResponseWriter, r *http.Request) {
		if c := web.ClientCertificate(r); c != nil {
			name = c.Subject.CommonName
		}
	}, change)
	return name
}

func TestClientCertificate(t *testing.T) {
	own, shown := clientPair(t, "connection"), clientPair(t, "header")
	const proxy, stranger = "10.1.2.3:1", "203.0.113.5:1"
	t.Run("WEB-9 the header Client-Cert is believed only from a listed proxy, and only where TLS ends at the proxies", func(t *testing.T) {
		for _, c := range []struct {
			what     string
			from     string
			inHeader bool
			tls      bool
			want     string
		}{
			{"a proxy", proxy, true, false, "header"},
			{"a proxy with a certificate of its own", proxy, true, true, "header"},
			{"somebody past the proxy", stranger, true, false, ""},
			{"somebody past the proxy with a certificate", stranger, true, true, ""},
			{"a client of our own listener", stranger, false, true, "connection"},
			{"a client of our own listener without a certificate", stranger, false, false, ""},
			{"a proxy that passes the connection through", proxy, false, true, "connection"},
			{"a proxy where no header is believed", proxy, false, false, ""},
		} {
			got := told(func(r *http.Request) {
				r.RemoteAddr, r.TLS = c.from, nil
				r.Header.Set("Client-Cert", header(shown))
				if c.tls {
					r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{own}}
				}
			}, c.inHeader)
			if got != c.want {
				t.Errorf("%s: %q", c.what, got)
			}
		}
	})
	t.Run("without a guard no header is believed", func(t *testing.T) {
		r := httptest.NewRequest("GET", "http://okno.example/", nil)
		r.RemoteAddr = proxy
		r.Header.Set("Client-Cert", header(shown))
		if web.ClientCertificate(r) != nil {
			t.Error("believed")
		}
	})
	t.Run("two headers, lists, parameters and damage are no certificate", func(t *testing.T) {
		good := header(shown)
		for _, values := range [][]string{{good, good}, {good + ", " + good}, {good + ";a=1"}, {strings.Trim(good, ":")}, {good[1:]}, {good[:len(good)-1]}, {"::"}, {":"}, {""},
			{":" + good + ":"}, {good[:40] + "\r\n" + good[40:]}, {strings.Replace(good, "M", " M", 1)}, {":AAAA:"}, {good[:101] + ":"}, {`"` + good + `"`}} {
			got := told(func(r *http.Request) { r.RemoteAddr, r.Header["Client-Cert"] = proxy, values }, true)
			if got != "" {
				t.Errorf("%.60q: %s", values, got)
			}
		}
		if got := told(func(r *http.Request) { r.RemoteAddr = proxy; r.Header.Set("Client-Cert", "  "+good+" ") }, true); got != "header" {
			t.Error("blanks around it are allowed", got)
		}
	})
}

func TestToHTTPS(t *testing.T) {
	h, err := web.ToHTTPS("https://okno.example:8443")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, host, path string) *http.Response {
		r := httptest.NewRequest(method, "http://x"+path, strings.NewReader("a=b"))
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	t.Run("plain http is led to the same page of the origin, with the method kept", func(t *testing.T) {
		for path, to := range map[string]string{"/": "/", "/a%2Fb?c=%0d%0a&d=1": "/a%2Fb?c=%0d%0a&d=1", "//evil.example/": "//evil.example/", "/\\evil.example": "/%5Cevil.example"} {
			for _, host := range []string{"okno.example", "OKNO.example:80", "okno.example:8080"} {
				got := ask("POST", host, path)
				if got.StatusCode != http.StatusPermanentRedirect || got.Header.Get("Location") != "https://okno.example:8443"+to {
					t.Errorf("%s%s: %d %s", host, path, got.StatusCode, got.Header.Get("Location"))
				}
			}
		}
	})
	t.Run("WEB-8 a request for another host is led nowhere", func(t *testing.T) {
		for _, host := range []string{"evil.example", "okno.example.evil.example", "okno.example@evil.example", "", ":80", "mtls.okno.example"} {
			if got := ask("GET", host, "/"); got.StatusCode != http.StatusMisdirectedRequest || got.Header.Get("Location") != "" {
				t.Errorf("%s: %d %s", host, got.StatusCode, got.Header.Get("Location"))
			}
		}
	})
	t.Run("what names no page is led nowhere", func(t *testing.T) {
		for _, target := range []string{"*", "http:@evil.example/"} {
			r := httptest.NewRequest("OPTIONS", "/", nil)
			r.Host, r.RequestURI = "okno.example", target
			r.URL.Path, r.URL.Opaque = "", strings.TrimPrefix(target, "http:")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
				t.Errorf("%s: %d %s", target, w.Code, w.Header().Get("Location"))
			}
		}
	})
	t.Run("WEB-3 HSTS is said over https only", func(t *testing.T) {
		for _, host := range []string{"okno.example", "evil.example"} {
			if got := ask("GET", host, "/"); got.Header.Get("Strict-Transport-Security") != "" || got.Header.Get("X-Content-Type-Options") == "" {
				t.Error(host, got.Header)
			}
		}
	})
}

func TestFailProblem(t *testing.T) {
	g := guard()
	g.Fail = web.FailProblem
	got := ask(g, nil, func(r *http.Request) { r.Host = "evil.example" })
	var said struct {
		Type, Title, Instance string
		Status                int
	}
	if err := json.NewDecoder(got.Body).Decode(&said); err != nil || got.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatal(err, got.Header)
	}
	if said.Status != 421 || got.StatusCode != 421 || said.Title != "Misdirected Request" || !strings.HasPrefix(said.Instance, "urn:uuid:") {
		t.Errorf("%+v", said)
	}
}

// FuzzClientCert holds the reader of Client-Cert to one spelling of one certificate.
func FuzzClientCert(f *testing.F) {
	c := clientPair(f, "header")
	for _, seed := range []string{header(c), "::", ":AAAA:", header(c) + ";a", ":" + base64.RawStdEncoding.EncodeToString(c.Raw) + ":", " " + header(c)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		var seen *x509.Certificate
		g := guard()
		g.CertificateHeader = true
		ask(g, func(_ http.ResponseWriter, r *http.Request) { seen = web.ClientCertificate(r) }, func(r *http.Request) {
			r.RemoteAddr = "10.1.2.3:1"
			r.Header["Client-Cert"] = []string{value}
		})
		if seen != nil && header(seen) != strings.Trim(value, " ") {
			t.Errorf("%q was read as %s", value, seen.Subject)
		}
	})
}
