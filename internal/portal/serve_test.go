package portal_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/oidc"
	"okno/internal/portal"
	"okno/internal/secret"
	"okno/internal/web"
	"okno/sim/ca"
)

// open opens a house that nobody outside answers, with what a test changes.
func open(t *testing.T, change func(*portal.Config)) *portal.Portal {
	t.Helper()
	text := strings.NewReplacer("source: Okno}", "source: Okno, network: loopback, insecure: true}", "mail.example", "127.0.0.1, network: loopback, insecure: true").Replace(whole)
	c, err := read(t, strings.Replace(text, "no-reply@127.0.0.1, network: loopback, insecure: true", "no-reply@mail.example", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secret.CompleteRing(c.Keys); err != nil {
		t.Fatal(err)
	}
	change(&c)
	p, err := portal.Open(context.Background(), c, portal.Options{Log: slog.New(slog.DiscardHandler), Clock: clock.NewFake(clock.Noon)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// encrypted is a house that speaks HTTPS by itself, at the addresses of its sockets.
type encrypted struct {
	t       *testing.T
	portal  *portal.Portal
	ca      *ca.Authority
	pair    ca.Pair
	sockets portal.Sockets
	roots   *x509.CertPool
}

func encrypt(t *testing.T) *encrypted {
	t.Helper()
	e := &encrypted{t: t, sockets: portal.Sockets{Pages: listen(t), Machines: listen(t), Plain: listen(t)}, roots: x509.NewCertPool()}
	var err error
	if e.ca, err = ca.Open(ca.Config{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	if e.pair, err = e.ca.Server("server", "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(e.ca.File())
	if err != nil || !e.roots.AppendCertsFromPEM(content) {
		t.Fatal(err)
	}
	e.portal = open(t, func(c *portal.Config) {
		c.Origin = "https://" + e.sockets.Pages.Addr().String()
		c.TLS = portal.TLSConfig{Certificate: e.pair.Certificate, Key: e.pair.Key, Redirect: e.sockets.Plain.Addr().String(),
			Mutual: portal.MutualConfig{Origin: "https://" + e.sockets.Machines.Addr().String(), Listen: e.sockets.Machines.Addr().String()}}
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.portal.ServeAt(ctx, e.sockets, false) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return e
}

// client trusts the authority and nobody else, and follows nothing.
func (e *encrypted) client(certificates ...tls.Certificate) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: e.roots, Certificates: certificates}, ForceAttemptHTTP2: true, DisableKeepAlives: true}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (e *encrypted) ask(t *testing.T, c *http.Client, method, address string, change func(*http.Request)) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	change(r)
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func same(*http.Request) {}

var style = regexp.MustCompile(`/assets/[^"]+\.css`)

func TestServe(t *testing.T) {
	e := encrypt(t)
	pages, machines := e.portal.Config.Origin, e.portal.Config.TLS.Mutual.Origin
	_, home := e.ask(t, e.client(), "GET", pages+"/", same)
	t.Run("WEB-3 pages come over HTTP/2 and say that https is the only way", func(t *testing.T) {
		answer, _ := e.ask(t, e.client(), "GET", pages+"/", same)
		if answer.StatusCode != 200 || answer.ProtoMajor != 2 || !strings.HasPrefix(answer.Header.Get("Strict-Transport-Security"), "max-age=31536000") {
			t.Error(answer.Status, answer.Proto, answer.Header)
		}
	})
	t.Run("cookies are for this host and for https only", func(t *testing.T) {
		answer, _ := e.ask(t, e.client(), "GET", pages+"/id/signin", same)
		if len(answer.Cookies()) == 0 {
			t.Fatal("no cookie")
		}
		for _, c := range answer.Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
				t.Error(c)
			}
		}
	})
	t.Run("plain http is led to https, and only there", func(t *testing.T) {
		plain := "http://" + e.sockets.Plain.Addr().String()
		answer, _ := e.ask(t, e.client(), "GET", plain+"/services?q=a%20b", same)
		if answer.StatusCode != http.StatusPermanentRedirect || answer.Header.Get("Location") != pages+"/services?q=a%20b" || answer.Header.Get("Strict-Transport-Security") != "" {
			t.Error(answer.Status, answer.Header)
		}
		if answer, _ := e.ask(t, e.client(), "GET", plain+"/", func(r *http.Request) { r.Host = "evil.example" }); answer.StatusCode != http.StatusMisdirectedRequest {
			t.Error(answer.Status)
		}
	})
	t.Run("the origin for machines shows nothing that people visit", func(t *testing.T) {
		for _, path := range []string{"/", "/id/signin", "/id/registration", "/services", "/desk/signin", "/terms", "/nonsense"} {
			for _, method := range []string{"GET", "POST"} {
				answer, _ := e.ask(t, e.client(), method, machines+path, same)
				if answer.StatusCode != 404 || answer.Header.Get("Content-Type") != "application/problem+json" || len(answer.Cookies()) > 0 {
					t.Errorf("%s %s: %d %v", method, path, answer.StatusCode, answer.Header)
				}
			}
		}
		for _, path := range []string{"/aas/oauth2/ac", "/aas/oauth2/v2/ac?client_id=x", "/aas/nonsense"} { // people's, beside what is for machines
			for _, method := range []string{"GET", "POST", "DELETE"} {
				answer, body := e.ask(t, e.client(), method, machines+path, same)
				if answer.StatusCode != 404 || strings.Contains(body, "<html") || len(answer.Cookies()) > 0 {
					t.Errorf("%s %s: %d %v", method, path, answer.StatusCode, answer.Header)
				}
			}
		}
		if answer, _ := e.ask(t, e.client(), "GET", machines+style.FindString(home), same); answer.StatusCode != 200 {
			t.Error("what is mounted for machines is not there:", answer.Status)
		}
	})
	t.Run("a machine that comes with a wrong method is told at either origin which ones there are", func(t *testing.T) {
		for _, origin := range []string{pages, machines} {
			for path, allow := range map[string]string{oidc.PathToken: "POST", oidc.PathJWKS: "GET", oidc.PathUserInfo: "GET, POST"} {
				answer, body := e.ask(t, e.client(), "DELETE", origin+path, same)
				if answer.StatusCode != 405 || answer.Header.Get("Allow") != allow || !strings.Contains(body, "invalid_request") {
					t.Errorf("%s: %d %v %s", origin+path, answer.StatusCode, answer.Header, body)
				}
			}
		}
	})
	t.Run("WEB-8 each origin is answered on its own socket only", func(t *testing.T) {
		for address, name := range map[string]string{pages: strings.TrimPrefix(machines, "https://"), machines: strings.TrimPrefix(pages, "https://")} {
			for _, host := range []string{name, "evil.example", "localhost"} {
				answer, _ := e.ask(t, e.client(), "GET", address+style.FindString(home), func(r *http.Request) { r.Host = host })
				if answer.StatusCode != http.StatusMisdirectedRequest {
					t.Errorf("%s at %s: %d", host, address, answer.StatusCode)
				}
			}
		}
	})
	t.Run("only the origin for machines asks for a certificate", func(t *testing.T) {
		for address, want := range map[string]bool{pages: false, machines: true} {
			asked := false
			c := &tls.Config{RootCAs: e.roots, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				asked = true
				return &tls.Certificate{}, nil
			}}
			conn, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), c)
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
			if asked != want {
				t.Errorf("%s: asked %v", address, asked)
			}
		}
	})
	t.Run("a certificate that is replaced is shown after a reload", func(t *testing.T) {
		fresh, err := e.ca.Server("server", "127.0.0.1") // the same files
		if err != nil || fresh != e.pair {
			t.Fatal(err)
		}
		content, err := os.ReadFile(fresh.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(content)
		shown := func() []byte {
			answer, _ := e.ask(t, e.client(), "GET", pages+"/terms", same)
			return answer.TLS.PeerCertificates[0].Raw
		}
		if bytes.Equal(shown(), block.Bytes) {
			t.Fatal("shown before anybody looked")
		}
		if err := e.portal.ReloadCertificate(); err != nil || !bytes.Equal(shown(), block.Bytes) {
			t.Error("not shown", err)
		}
	})
}

func TestServeRefuses(t *testing.T) {
	a, err := ca.Open(ca.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	one, err := a.Server("one", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	two, err := a.Server("two", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("a key of another certificate ends the start", func(t *testing.T) {
		p := open(t, func(c *portal.Config) { c.TLS = portal.TLSConfig{Certificate: one.Certificate, Key: two.Key} })
		l := listen(t)
		if err := p.Serve(t.Context(), l, false); err == nil || !strings.Contains(err.Error(), "two.key") {
			t.Fatal(err)
		}
		if _, err := l.Accept(); err == nil {
			t.Error("the socket is still open")
		}
	})
}

// TestProxied has TLS end at a proxy, which tells the certificates.
func TestProxied(t *testing.T) {
	p := open(t, func(c *portal.Config) {
		c.Proxies = []string{"10.0.0.0/8"}
		c.TLS.Mutual.Origin = "https://mtls.okno.example"
	})
	seen := ""
	p.Site.Machine("GET /assets/who/{name}", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = "nobody"
		if c := web.ClientCertificate(r); c != nil {
			seen = c.Subject.CommonName
		}
	}))
	a, err := ca.Open(ca.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	files, err := a.Client("diary")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := web.ReadPair(files.Certificate, files.Key)
	if err != nil {
		t.Fatal(err)
	}
	h := p.Handler()
	ask := func(from, host, path string) int {
		seen = ""
		r := httptest.NewRequest("GET", path, nil)
		r.Host, r.RemoteAddr = host, from
		r.Header.Set("Client-Cert", ":"+base64.StdEncoding.EncodeToString(pair.Leaf.Raw)+":")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	t.Run("WEB-9 a certificate is believed from a listed proxy at the origin for machines, and nowhere else", func(t *testing.T) {
		for _, c := range []struct{ from, host, want string }{
			{"10.1.1.1:1", "mtls.okno.example", "diary"},
			{"203.0.113.5:1", "mtls.okno.example", "nobody"},
			{"10.1.1.1:1", "okno.example", "nobody"},
		} {
			if status := ask(c.from, c.host, "/assets/who/x"); status != 200 || seen != c.want {
				t.Errorf("%+v: %d %q", c, status, seen)
			}
		}
	})
	t.Run("WEB-8 both origins are known, other hosts are misdirected", func(t *testing.T) {
		for host, want := range map[string]int{"okno.example": 200, "MTLS.okno.example": 404, "mtls.okno.example": 404, "mtls.okno.example.evil.example": 421, "evil.example": 421} {
			if got := ask("10.1.1.1:1", host, "/terms"); got != want {
				t.Errorf("%s: %d", host, got)
			}
		}
	})
}

func TestTLSConfig(t *testing.T) {
	a, err := ca.Open(ca.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	good, err := a.Server("good", "okno.example", "mtls.okno.example")
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.Server("other", "okno.example")
	if err != nil {
		t.Fatal(err)
	}
	tlsOf := func(p ca.Pair, more string) string {
		return "tls: {certificate: " + p.Certificate + ", key: " + p.Key + more + "}\n"
	}
	t.Run("DEP-4 what does not fit together is named", func(t *testing.T) {
		for text, says := range map[string]string{
			"tls: {certificate: a.crt}\n":                                                        "tls: give certificate and key",
			"tls: {key: a.key}\n":                                                                "tls: give certificate and key",
			"tls: {redirect: \":80\"}\n":                                                         "tls.redirect: leads to https",
			tlsOf(good, ", redirect: \"80\""):                                                    "tls.redirect: give an address with a port",
			"tls: {mutual: {origin: https://mtls.okno.example}}\n":                               "list the proxies",
			"tls: {mutual: {origin: https://mtls.okno.example, listen: \":8443\"}}\n":            "tls.mutual.listen: needs certificate and key",
			tlsOf(good, ", mutual: {listen: \":8443\"}"):                                         "tls.mutual.origin: give it as https",
			tlsOf(good, ", mutual: {origin: https://okno.example, listen: \":8443\"}"):           "another host or port",
			tlsOf(good, ", mutual: {origin: \"http://127.0.0.1\", listen: \":8443\"}"):           "must begin with https",
			tlsOf(good, ", mutual: {origin: https://mtls.okno.example, listen: \"nonsense\"}"):   "tls.mutual.listen: give an address",
			tlsOf(good, ", mutual: {origin: https://mtls.okno.example/path, listen: \":8443\"}"): "without a path",
		} {
			c, err := read(t, whole+text)
			if err != nil {
				t.Fatal(text, err)
			}
			if err := c.Validate(); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", text, err)
			}
		}
		c, err := read(t, strings.Replace(whole, "https://okno.example", "http://127.0.0.1:1", 1)+tlsOf(good, ""))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "tls: the origin must begin with https") {
			t.Error(err)
		}
	})
	full := tlsOf(good, ", redirect: \":80\", mutual: {origin: https://mtls.okno.example, listen: \":8443\"}")
	t.Run("a whole one is accepted, relative files belong to its folder", func(t *testing.T) {
		c, err := read(t, whole+full)
		if err != nil || c.Validate() != nil {
			t.Fatal(err, c.Validate())
		}
		c, err = read(t, whole+"tls: {certificate: a.crt, key: a.key}\n")
		if err != nil || c.Validate() != nil || !filepath.IsAbs(c.TLS.Certificate) || !filepath.IsAbs(c.TLS.Key) {
			t.Error(c.TLS, err)
		}
	})
	now := clock.System{}.Now()
	t.Run("DEP-4 files that cannot be used and that clients would refuse are named", func(t *testing.T) {
		open, err := a.Server("open", "okno.example")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(open.Key, 0o640); err != nil {
			t.Fatal(err)
		}
		day := 24 * time.Hour
		for _, c := range []struct {
			text      string
			at        time.Time
			says, cry string
		}{
			{full, now, "", ""},
			{"", now, "", ""},
			{full, now.Add(386 * day), "", "ends soon"},
			{full, now.Add(400 * day), "ended", ""},
			{tlsOf(ca.Pair{Certificate: good.Certificate, Key: other.Key}, ""), now, "does not match", ""},
			{tlsOf(open, ""), now, "0600", ""},
			{"tls: {certificate: a.crt, key: a.key}\n", now, "a.key", ""},
			{tlsOf(other, ", mutual: {origin: https://mtls.okno.example, listen: \":8443\"}"), now, "not for mtls.okno.example", ""},
			{tlsOf(other, ""), now, "", ""},
		} {
			config, err := read(t, whole+c.text)
			if err != nil {
				t.Fatal(err)
			}
			warnings, err := config.CheckFiles(c.at)
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", c.text, err)
			}
			if (len(warnings) == 0) != (c.cry == "") || len(warnings) > 0 && !strings.Contains(warnings[0].Error(), c.cry) {
				t.Errorf("%s: %v", c.text, warnings)
			}
		}
	})
}
