package web_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/web"
	"okno/sim/ca"
)

// secured is a server that speaks TLS with a certificate of an authority of the test's own.
type secured struct {
	t     *testing.T
	now   *clock.Fake
	ca    *ca.Authority
	pair  ca.Pair
	cert  *web.Certificate
	log   *lines
	addr  string
	roots *x509.CertPool
}

// lines is a log that is read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(word string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), word)
}

func authority(t testing.TB, now *clock.Fake) *ca.Authority {
	t.Helper()
	a, err := ca.Open(ca.Config{Dir: t.TempDir(), Now: now.Now})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// secure starts a server that answers with the protocol and the name of the client's certificate.
func secure(t *testing.T, asking bool) *secured {
	t.Helper()
	s := &secured{t: t, now: clock.NewFake(clock.Noon), log: &lines{}, roots: x509.NewCertPool()}
	s.ca = authority(t, s.now)
	s.issue("127.0.0.1")
	content, err := os.ReadFile(s.ca.File())
	if err != nil || !s.roots.AppendCertsFromPEM(content) {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	if s.cert, err = web.OpenCertificate(s.pair.Certificate, s.pair.Key, s.now, log, "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := web.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "nobody"
		if c := web.ClientCertificate(r); c != nil {
			name = c.Subject.CommonName
		}
		io.WriteString(w, r.Proto+" "+name)
	}), log)
	server.TLSConfig = s.cert.Config(asking)
	ended := make(chan struct{})
	go func() { defer close(ended); server.ServeTLS(l, "", "") }()
	t.Cleanup(func() { server.Close(); <-ended })
	s.addr = l.Addr().String()
	return s
}

func (s *secured) issue(hosts ...string) {
	s.t.Helper()
	var err error
	if s.pair, err = s.ca.Server("server", hosts...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *secured) config() *tls.Config {
	return &tls.Config{RootCAs: s.roots, Time: s.now.Now, ServerName: "127.0.0.1"}
}

// shake makes a handshake of its own and gives what it led to.
func (s *secured) shake(change func(*tls.Config)) (tls.ConnectionState, error) {
	c := s.config()
	change(c)
	conn, err := (&tls.Dialer{Config: c}).DialContext(context.Background(), "tcp", s.addr)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState(), nil
}

// serial is the number of the certificate that is shown now.
func (s *secured) serial() string {
	s.t.Helper()
	state, err := s.shake(func(*tls.Config) {})
	if err != nil {
		s.t.Fatal(err)
	}
	return state.PeerCertificates[0].SerialNumber.String()
}

func (s *secured) get(t *testing.T, certificates ...tls.Certificate) string {
	t.Helper()
	c := s.config()
	c.Certificates = certificates
	transport := &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get("https://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestHandshake(t *testing.T) {
	s := secure(t, false)
	t.Run("CRYPTO-6 TLS 1.2 and 1.3 are spoken, and nothing older", func(t *testing.T) {
		for version, spoken := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
			state, err := s.shake(func(c *tls.Config) { c.MinVersion, c.MaxVersion = version, version })
			if (err == nil) != spoken || spoken && state.Version != version {
				t.Errorf("%s: %v", tls.VersionName(version), err)
			}
		}
	})
	t.Run("CRYPTO-5 who can do more gets TLS 1.3 with a hybrid key exchange", func(t *testing.T) {
		state, err := s.shake(func(*tls.Config) {})
		if err != nil || state.Version != tls.VersionTLS13 || state.CurveID != tls.X25519MLKEM768 {
			t.Error(tls.VersionName(state.Version), state.CurveID, err)
		}
	})
	t.Run("HTTP/2 is spoken", func(t *testing.T) {
		if got := s.get(t); got != "HTTP/2.0 nobody" {
			t.Error(got)
		}
	})
	t.Run("a suite without forward secrecy is not spoken", func(t *testing.T) {
		weak := func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}
		}
		if _, err := s.shake(weak); err == nil {
			t.Error("spoken")
		}
	})
	t.Run("browsers are never asked for a certificate at the origin of the pages", func(t *testing.T) {
		if s.asks(t) {
			t.Error("asked")
		}
	})
}

// asks says whether a handshake asks the client for a certificate.
func (s *secured) asks(t *testing.T) (asked bool) {
	t.Helper()
	_, err := s.shake(func(c *tls.Config) {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

func TestMutual(t *testing.T) {
	s := secure(t, true)
	t.Run("a client may show any certificate, and none", func(t *testing.T) {
		if !s.asks(t) {
			t.Error("not asked")
		}
		for name, from := range map[string]*ca.Authority{"ours": s.ca, "strange": authority(t, s.now)} {
			files, err := from.Client(name)
			if err != nil {
				t.Fatal(err)
			}
			pair, err := tls.LoadX509KeyPair(files.Certificate, files.Key)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.get(t, pair); got != "HTTP/2.0 "+name {
				t.Error(got)
			}
		}
		if got := s.get(t); got != "HTTP/2.0 nobody" {
			t.Error(got)
		}
	})
	t.Run("a resumed session still tells whose it is", func(t *testing.T) {
		files, err := s.ca.Client("again")
		if err != nil {
			t.Fatal(err)
		}
		pair, err := tls.LoadX509KeyPair(files.Certificate, files.Key)
		if err != nil {
			t.Fatal(err)
		}
		c := s.config()
		c.Certificates, c.ClientSessionCache = []tls.Certificate{pair}, tls.NewLRUClientSessionCache(1)
		client := http.Client{Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true}}
		for i, resumed := range []bool{false, true} {
			answer, err := client.Get("https://" + s.addr)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || string(body) != "HTTP/1.1 again" || answer.TLS.DidResume != resumed {
				t.Errorf("%d: %s, resumed %v, %v", i, body, answer.TLS.DidResume, err)
			}
		}
	})
	t.Run("a client that does not hold the key of its certificate gets no connection", func(t *testing.T) {
		one, err := s.ca.Client("one")
		if err != nil {
			t.Fatal(err)
		}
		two, err := s.ca.Client("two")
		if err != nil {
			t.Fatal(err)
		}
		stolen, err := tls.LoadX509KeyPair(one.Certificate, one.Key)
		if err != nil {
			t.Fatal(err)
		}
		other, err := tls.LoadX509KeyPair(two.Certificate, two.Key)
		if err != nil {
			t.Fatal(err)
		}
		stolen.PrivateKey = other.PrivateKey
		_, err = s.shake(func(c *tls.Config) { c.MaxVersion, c.Certificates = tls.VersionTLS12, []tls.Certificate{stolen} })
		if err == nil {
			t.Error("taken")
		}
	})
}

func TestReload(t *testing.T) {
	s := secure(t, false)
	first := s.serial()
	replace := func(p ca.Pair) {
		t.Helper()
		for from, to := range map[string]string{p.Key: s.pair.Key, p.Certificate: s.pair.Certificate} {
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
	}
	made := func(name string) ca.Pair {
		t.Helper()
		p, err := s.ca.Server(name, "127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	fresh, other := func() ca.Pair { return made("fresh") }, func() ca.Pair { return made("other") }
	ended := func() ca.Pair {
		then := clock.NewFake(s.now.Now().AddDate(-20, 0, 0))
		p, err := authority(t, then).Server("ended", "127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	elsewhere := func() ca.Pair {
		p, err := s.ca.Server("elsewhere", "elsewhere.example")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Run("files that change are read ten seconds later, without a restart", func(t *testing.T) {
		replace(fresh())
		s.now.Advance(9 * time.Second)
		if s.serial() != first {
			t.Error("read at every handshake")
		}
		s.now.Advance(time.Second)
		if s.serial() == first {
			t.Error("not read")
		}
	})
	t.Run("a reload that is asked for reads them at once", func(t *testing.T) {
		before := s.serial()
		replace(fresh())
		if err := s.cert.Reload(); err != nil || s.serial() == before {
			t.Error("not read", err)
		}
	})
	t.Run("files that cannot be used leave the old certificate and are named in the log, once", func(t *testing.T) {
		for name, spoil := range map[string]func(){
			"nonsense":       func() { write(t, s.pair.Certificate, "nonsense") },
			"a strange key":  func() { replace(ca.Pair{Certificate: other().Certificate, Key: fresh().Key}) },
			"an open key":    func() { os.Chmod(s.pair.Key, 0o644) },
			"no certificate": func() { os.Remove(s.pair.Certificate) },
			"one that ended": func() { replace(ended()) },
			"another name":   func() { replace(elsewhere()) },
		} {
			t.Run(name, func(t *testing.T) {
				replace(fresh())
				if err := s.cert.Reload(); err != nil {
					t.Fatal(err)
				}
				before, said := s.serial(), s.log.count("level=ERROR")
				spoil()
				for range 3 {
					s.now.Advance(10 * time.Second)
					if s.serial() != before {
						t.Fatal("another certificate is shown")
					}
				}
				if got := s.log.count("level=ERROR") - said; got != 1 {
					t.Errorf("%d lines in the log", got)
				}
				if err := s.cert.Reload(); err == nil || s.serial() != before {
					t.Error("taken", err)
				}
				replace(fresh())
				s.now.Advance(10 * time.Second)
				if s.serial() == before {
					t.Error("good files were not read after bad ones")
				}
			})
		}
	})
	t.Run("handshakes go on while the files are replaced", func(t *testing.T) {
		var shaking sync.WaitGroup
		for range 8 {
			shaking.Go(func() {
				for range 10 {
					if _, err := s.shake(func(*tls.Config) {}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for range 20 {
			replace(fresh())
			s.now.Advance(10 * time.Second)
		}
		shaking.Wait()
	})
	t.Run("where the old one is over too, the new one is shown whatever it is", func(t *testing.T) {
		before := s.serial()
		s.now.Advance(20 * 365 * 24 * time.Hour)
		replace(elsewhere())
		state, err := s.shake(func(c *tls.Config) { c.InsecureSkipVerify = true })
		if err != nil || state.PeerCertificates[0].SerialNumber.String() == before {
			t.Error("the one that is over is kept", err)
		}
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadPair(t *testing.T) {
	now := clock.NewFake(clock.Noon)
	a := authority(t, now)
	one, err := a.Server("one", "okno.example")
	if err != nil {
		t.Fatal(err)
	}
	two, err := a.Server("two", "okno.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := web.ReadPair(one.Certificate, one.Key); err != nil {
		t.Fatal(err)
	}
	t.Run("a key of another certificate is refused", func(t *testing.T) {
		if _, err := web.ReadPair(one.Certificate, two.Key); err == nil {
			t.Error("taken")
		}
	})
	t.Run("SECR-1 a key that others can read is refused", func(t *testing.T) {
		for _, mode := range []os.FileMode{0o644, 0o640, 0o604} {
			if err := os.Chmod(two.Key, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := web.ReadPair(two.Certificate, two.Key); err == nil || !strings.Contains(err.Error(), "0600") {
				t.Errorf("%o: %v", mode, err)
			}
		}
	})
	t.Run("files that are not there or hold something else are refused", func(t *testing.T) {
		nothing := filepath.Join(t.TempDir(), "nothing")
		for _, p := range []ca.Pair{{Certificate: nothing, Key: one.Key}, {Certificate: one.Certificate, Key: nothing}, {Certificate: one.Key, Key: one.Key}, {Certificate: one.Certificate, Key: one.Certificate}} {
			if _, err := web.ReadPair(p.Certificate, p.Key); err == nil {
				t.Errorf("%v was taken", p)
			}
		}
	})
	pair, err := web.ReadPair(one.Certificate, one.Key)
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	left := func(d time.Duration) time.Time { return pair.Leaf.NotAfter.Add(-d) }
	t.Run("names and dates that clients would refuse are named", func(t *testing.T) {
		for _, c := range []struct {
			at    time.Time
			hosts []string
			says  []string
		}{
			{now.Now(), []string{"okno.example"}, nil},
			{now.Now(), []string{"okno.example", "mtls.okno.example"}, []string{"not for mtls.okno.example"}},
			{now.Now().Add(-2 * time.Hour), nil, []string{"does not hold before"}},
			{left(-time.Second), []string{"x.example"}, []string{"ended", "not for x.example"}},
			{left(14 * day), nil, nil},
			{left(14*day - time.Second), nil, []string{"ends soon"}},
		} {
			err := errors.Join(web.CheckLeaf(pair.Leaf, c.at, c.hosts...)...)
			if (err == nil) != (c.says == nil) {
				t.Errorf("%v: %v", c, err)
			}
			for _, word := range c.says {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("%v: %v", c, err)
				}
			}
		}
		if got := web.CheckLeaf(pair.Leaf, left(day)); len(got) != 1 || !errors.Is(got[0], web.ErrEndsSoon) {
			t.Error(got)
		}
	})
}

func TestHSTS(t *testing.T) {
	t.Run("WEB-3 HSTS is not said by an origin that is not https", func(t *testing.T) {
		g := guard()
		for origin, said := range map[string]bool{"https://okno.example": true, "http://okno.example": false} {
			g.Origins = []string{origin}
			got := ask(g, func(http.ResponseWriter, *http.Request) {}, func(*http.Request) {})
			if (got.Header.Get("Strict-Transport-Security") != "") != said || got.StatusCode != http.StatusOK {
				t.Error(origin, got.Status, got.Header)
			}
		}
	})
}
