package smtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	server "github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	"okno/internal/clock"
	"okno/internal/fault"
	"okno/internal/outside/email"
	"okno/internal/outside/email/emailtest"
	"okno/internal/outside/email/smtp"
	"okno/internal/outside/reach"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mailServer is a mail server that does as it is told.
type mailServer struct {
	address string
	root    string // file with its certificate
	tls     *tls.Config

	mu        sync.Mutex
	behaviour emailtest.Behaviour
	refuse    *server.SMTPError // what RCPT TO is answered
	refuseAll *server.SMTPError // what DATA is answered
	letters   []emailtest.Received
	users     []string
	calls     int
	release   chan struct{}
	listener  net.Listener
	running   *server.Server
}

func startMail(t *testing.T) *mailServer {
	s := &mailServer{release: make(chan struct{})}
	s.certificate(t)
	s.listen(t, "127.0.0.1:0")
	t.Cleanup(func() {
		close(s.release)
		s.stop()
	})
	return s
}

func (s *mailServer) certificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, DNSNames: []string{"localhost"},
		NotBefore: clock.System{}.Now().Add(-time.Hour), NotAfter: clock.System{}.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s.root = filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(s.root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (s *mailServer) stop() {
	s.listener.Close() // Serve may not have begun, and then the server does not know it
	s.running.Close()
}

func (s *mailServer) listen(t *testing.T, address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s.address, s.listener = listener.Addr().String(), listener
	s.running = server.NewServer(s)
	s.running.Domain, s.running.TLSConfig, s.running.EnableSMTPUTF8 = "localhost", s.tls, true
	s.running.ErrorLog = silent{}
	go s.running.Serve(hanging{listener, s})
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// hanging holds new connections without a word while the server is Silent.
type hanging struct {
	net.Listener
	s *mailServer
}

func (h hanging) Accept() (net.Conn, error) {
	for {
		conn, err := h.Listener.Accept()
		if err != nil {
			return nil, err
		}
		h.s.mu.Lock()
		h.s.calls++
		silent := h.s.behaviour == emailtest.Silent
		h.s.mu.Unlock()
		if !silent {
			return conn, nil
		}
		go func() {
			<-h.s.release
			conn.Close()
		}()
	}
}

func (s *mailServer) Behave(t *testing.T, b emailtest.Behaviour) {
	s.mu.Lock()
	before := s.behaviour
	s.behaviour = b
	s.mu.Unlock()
	if b == emailtest.Away {
		s.stop()
	} else if before == emailtest.Away {
		s.listen(t, s.address)
	}
}

func (s *mailServer) Received(*testing.T) []emailtest.Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]emailtest.Received(nil), s.letters...)
}

func (s *mailServer) NewSession(c *server.Conn) (server.Session, error) {
	return &mailSession{s: s, conn: c}, nil
}

type mailSession struct {
	s    *mailServer
	conn *server.Conn
	to   string
}

func (m *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }
func (m *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		m.s.mu.Lock()
		defer m.s.mu.Unlock()
		m.s.users = append(m.s.users, user+":"+password)
		if password != "right" {
			return &server.SMTPError{Code: 535, EnhancedCode: server.EnhancedCode{5, 7, 8}, Message: "no"}
		}
		return nil
	}), nil
}

func (m *mailSession) Mail(string, *server.MailOptions) error { return nil }
func (m *mailSession) Rcpt(to string, _ *server.RcptOptions) error {
	m.s.mu.Lock()
	defer m.s.mu.Unlock()
	m.to = to
	if m.s.refuse != nil {
		return m.s.refuse
	}
	switch m.s.behaviour {
	case emailtest.PutOff:
		return &server.SMTPError{Code: 451, EnhancedCode: server.EnhancedCode{4, 7, 1}, Message: "greylisted " + to}
	case emailtest.RefuseAddress:
		return &server.SMTPError{Code: 550, EnhancedCode: server.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
	}
	return nil
}

func (m *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m.s.mu.Lock()
	defer m.s.mu.Unlock()
	if m.s.refuseAll != nil {
		return m.s.refuseAll
	}
	m.s.letters = append(m.s.letters, emailtest.Received{To: m.to, Raw: raw})
	return nil
}
func (m *mailSession) Reset()        {}
func (m *mailSession) Logout() error { return nil }

func (s *mailServer) config(t *testing.T) smtp.Config {
	_, port, _ := net.SplitHostPort(s.address)
	number, ok := new(big.Int).SetString(port, 10)
	if !ok {
		t.Fatal(port)
	}
	return smtp.Config{
		Host: "localhost", Port: int(number.Int64()), RootFile: s.root, Network: reach.Loopback,
		From: "no-reply@okno.example", FromName: map[string]string{"": "Okno", "ru": "Окно", "fa": "پنجره"}, Timeout: 2 * time.Second,
	}
}

func client(t *testing.T, cfg smtp.Config, c clock.Clock) *smtp.Client {
	sender, err := smtp.New(cfg, c)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func TestContract(t *testing.T) {
	emailtest.Run(t, func(t *testing.T) emailtest.Server {
		s := startMail(t)
		cfg := s.config(t)
		cfg.Parallel = 16
		return emailtest.Server{Sender: client(t, cfg, clock.NewFake(clock.Noon)), Behave: s.Behave, Received: s.Received}
	})
}

var hello = email.Message{Key: "k", To: "anna@example.org", Subject: "Привет", Text: "text", Lang: "ru"}

func TestHeaders(t *testing.T) {
	s := startMail(t)
	if err := client(t, s.config(t), clock.NewFake(clock.Noon)).Send(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	raw := string(s.Received(t)[0].Raw)
	for _, want := range []string{
		"Date: Mon, 02 Mar 2026 12:00:00 +0000", "Message-ID: <" + hello.MessageID("okno.example") + ">",
		"Content-Language: ru", "Auto-Submitted: auto-generated", "<no-reply@okno.example>",
	} {
		if !strings.Contains(raw, want+"\r\n") {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
	if strings.Contains(raw, "go-mail") || strings.Contains(raw, "Окно") {
		t.Errorf("tells of the library, or a name is not encoded:\n%s", raw)
	}
}

func TestTLS(t *testing.T) {
	t.Run("CRYPTO-6 a certificate that nobody vouches for is refused", func(t *testing.T) {
		s := startMail(t)
		cfg := s.config(t)
		cfg.RootFile = ""
		if err := client(t, cfg, clock.System{}).Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	})
	t.Run("CRYPTO-6 a server without STARTTLS gets neither password nor letter", func(t *testing.T) {
		s := startMail(t)
		s.stop()
		s.tls = nil
		s.listen(t, s.address)
		cfg := s.config(t)
		cfg.Username, cfg.PasswordFile = "okno", password(t, "right")
		if err := client(t, cfg, clock.System{}).Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
		if len(s.users) != 0 || len(s.letters) != 0 {
			t.Error("something went out in the clear")
		}
	})
	t.Run("CRYPTO-6 without TLS only on this machine", func(t *testing.T) {
		s := startMail(t)
		cfg := s.config(t)
		cfg.Insecure = true
		if err := client(t, cfg, clock.System{}).Send(t.Context(), hello); err != nil {
			t.Errorf("%v", err)
		}
		cfg.Network = reach.Private
		if _, err := smtp.New(cfg, clock.System{}); err == nil {
			t.Error("taken")
		}
	})
	t.Run("INP-7 a server on this machine is not dialled unless configured", func(t *testing.T) {
		s := startMail(t)
		cfg := s.config(t)
		cfg.Network = reach.Public
		err := client(t, cfg, clock.System{}).Send(t.Context(), hello)
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, reach.ErrForbiddenAddress) || s.calls != 0 {
			t.Errorf("%v, %d calls", err, s.calls)
		}
	})
	t.Run("TLS from the first byte", func(t *testing.T) {
		s := startMail(t)
		s.stop()
		listener, err := tls.Listen("tcp", "127.0.0.1:0", s.tls)
		if err != nil {
			t.Fatal(err)
		}
		s.address, s.listener, s.running = listener.Addr().String(), listener, server.NewServer(s)
		s.running.Domain, s.running.ErrorLog = "localhost", silent{}
		go s.running.Serve(listener)
		cfg := s.config(t)
		cfg.ImplicitTLS, cfg.Username, cfg.PasswordFile = true, "okno", password(t, "right")
		if err := client(t, cfg, clock.System{}).Send(t.Context(), hello); err != nil {
			t.Error(err)
		}
	})
}

func password(t *testing.T, text string) string {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSignIn(t *testing.T) {
	s := startMail(t)
	cfg := s.config(t)
	cfg.Username, cfg.PasswordFile = "okno", password(t, "right")
	if err := client(t, cfg, clock.System{}).Send(t.Context(), hello); err != nil || s.users[0] != "okno:right" {
		t.Errorf("%v %v", err, s.users)
	}
	cfg.PasswordFile = password(t, "wrong")
	err := client(t, cfg, clock.System{}).Send(t.Context(), hello)
	if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password is the operator's to mend: %v", err)
	}
}

func TestAnswers(t *testing.T) {
	answer := func(code, a, b, c int) *server.SMTPError {
		return &server.SMTPError{Code: code, EnhancedCode: server.EnhancedCode{a, b, c}, Message: "anna@example.org"}
	}
	tests := []struct {
		name       string
		rcpt, data *server.SMTPError
		kind       fault.Kind
		key        string
	}{
		{"no such mailbox", answer(550, 5, 1, 1), nil, fault.Invalid, email.KeyBadAddress},
		{"relaying denied says nothing of the address", answer(554, 5, 7, 1), nil, fault.Invalid, email.KeyRefused},
		{"a full mailbox is no wrong address", answer(552, 5, 2, 2), nil, fault.Invalid, email.KeyRefused},
		{"full for now", answer(452, 4, 2, 2), nil, fault.Unavailable, email.KeyAway},
		{"shutting down", answer(421, 4, 3, 2), nil, fault.Unavailable, email.KeyAway},
		{"the letter is taken for spam", nil, answer(554, 5, 7, 1), fault.Invalid, email.KeyRefused},
		{"try the letter later", nil, answer(451, 4, 3, 0), fault.Unavailable, email.KeyAway},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startMail(t)
			s.refuse, s.refuseAll = test.rcpt, test.data
			err := client(t, s.config(t), clock.System{}).Send(t.Context(), hello)
			if !fault.Is(err, test.kind) || !fault.HasKey(err, test.key) || strings.Contains(err.Error(), "anna") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestBreaker(t *testing.T) {
	s := startMail(t)
	c := clock.NewFake(clock.Noon)
	cfg := s.config(t)
	cfg.Failures, cfg.Rest, cfg.RootFile = 2, time.Minute, ""
	sender := client(t, cfg, c)
	t.Run("LOAD-4 a server that fails is left alone for a while", func(t *testing.T) {
		for range 5 {
			if err := sender.Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
		}
		if s.calls != 2 {
			t.Errorf("called %d times", s.calls)
		}
		c.Advance(time.Minute)
		sender.Send(t.Context(), hello)
		if s.calls != 3 {
			t.Errorf("called %d times after the rest", s.calls)
		}
	})
}

func TestGivenUp(t *testing.T) {
	s := startMail(t)
	s.Behave(t, emailtest.Silent)
	cfg := s.config(t)
	cfg.Timeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := client(t, cfg, clock.System{}).Send(ctx, hello); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestValidate(t *testing.T) {
	bad := smtp.Config{Host: "mail:25", Port: -1, From: "Окно <a@b.c>", Network: "home", RootFile: "/nonexistent", FromName: map[string]string{"ru": "a\r\nb"}}
	if problems := bad.Validate(); len(problems) != 6 {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
}
