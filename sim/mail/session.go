package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"okno/sim/control"
)

// session is one client's dialogue. The SMTP server calls its methods one after the other.
type session struct {
	server   *Server
	conn     *smtp.Conn
	signedIn bool
	from     string
	to       []string
}

// plain is a session that offers AUTH.
type plain struct{ *session }

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	one := &session{server: s, conn: c}
	if s.config.Username == "" {
		return one, nil
	}
	return plain{one}, nil
}

// AuthMechanisms are the ways to sign in.
func (plain) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth begins a sign-in.
func (p plain) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		c := p.server.config
		right := subtle.ConstantTimeCompare([]byte(username+"\x00"+password), []byte(c.Username+"\x00"+c.Password))
		if right != 1 {
			return smtp.ErrAuthFailed
		}
		p.signedIn = true
		return nil
	}), nil
}

// Mail begins a mail.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.config.Username != "" && !s.signedIn {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

// Rcpt adds a recipient, or refuses it as the mode has it.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch mode, _ := s.server.mode.Now(); mode {
	case RefuseAll:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case TempFail:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes the mail, or behaves as the mode has it.
func (s *session) Data(r io.Reader) error {
	mode, delay := s.server.mode.Now()
	if mode == Drop {
		_, _ = io.CopyN(io.Discard, r, 100) // cut anyway
		_ = s.conn.Conn().Close()
		return io.ErrUnexpectedEOF
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // too large, or cut by the client
	}
	if mode == Hang {
		<-s.server.ctx.Done()
		return io.ErrUnexpectedEOF
	}
	m := parse(raw)
	m.From, m.To, m.ReceivedAt = s.from, append([]string{}, s.to...), s.server.config.Now()
	times := 1
	if mode == Duplicate {
		times = 2
	}
	s.server.keep(m, times)
	if mode != Slow {
		return nil
	}
	if delay == 0 {
		delay = s.server.config.Delay
	}
	if !control.Wait(s.server.ctx, delay) {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// Reset forgets the mail that was begun.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout ends the dialogue.
func (s *session) Logout() error { return nil }

// throwAwayCertificate makes a certificate for this machine that nobody else has and that is never stored.
func throwAwayCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a key: %w", err)
	}
	now := time.Now() // TLS clients compare with the real clock, not with the demo's
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "simulated mail server"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("read the new certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}
