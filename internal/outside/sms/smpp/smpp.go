// Package smpp sends short messages through a gateway that speaks SMPP 3.4.
//
// It holds one transceiver session for the whole process, binds again with
// backoff when the session is lost, keeps at most Window messages unanswered,
// and hands delivery receipts to a callback. It never retries a message, never
// logs a number or a text, and never decides what an unknown outcome means:
// it says sms.ErrUnknown.
//
// The wire's units are coded and read by gosmpp's pdu package. Its session is
// not used: it splits by bytes of UTF-8, cannot tell a message that was
// written from one that was not, and sleeps while it closes.
package smpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"okno/internal/outside/reach"
)

// Config is how the gateway is reached. A zero duration or count means its default.
type Config struct {
	Address      string        `yaml:"address"`       // host:port
	SystemID     string        `yaml:"system_id"`     // at most 15 octets
	PasswordFile string        `yaml:"password_file"` // at most 8 octets inside; read at every bind, so that it can be changed
	SystemType   string        `yaml:"system_type"`   // at most 12 octets, mostly empty
	Source       string        `yaml:"source"`        // the one sender name: up to 11 Latin letters and digits, or a number
	Network      reach.Network `yaml:"network"`       // where the gateway may stand; default public
	Insecure     bool          `yaml:"insecure"`      // no TLS: only with network loopback (a tunnel's end, a simulator)
	RootFile     string        `yaml:"root_file"`     // PEM of the gateway's own root, instead of the system's

	Window         int           `yaml:"window"`          // messages unanswered at a time, default 16
	DialTimeout    time.Duration `yaml:"dial_timeout"`    // connection, TLS and bind, default 10s
	SubmitTimeout  time.Duration `yaml:"submit_timeout"`  // from the writing to the answer, default 10s
	WaitForSession time.Duration `yaml:"wait"`            // how long Send waits for a session or a free place, default 5s
	EnquireEvery   time.Duration `yaml:"enquire_every"`   // how often a quiet session is asked whether it lives, default 30s
	ReconnectFirst time.Duration `yaml:"reconnect_first"` // first pause before binding again, doubled each time, default 500ms
	ReconnectMost  time.Duration `yaml:"reconnect_most"`  // longest pause, default 30s
	CodeLife       time.Duration `yaml:"code_life"`       // how long the gateway may keep a Sensitive message, default 15m, whole minutes below a day
}

// Validate gives all problems of the configuration.
func (c Config) Validate() []error {
	var problems []error
	bad := func(wrong bool, text string) {
		if wrong {
			problems = append(problems, errors.New("sms.smpp: "+text))
		}
	}
	_, _, err := net.SplitHostPort(c.Address)
	bad(err != nil, "address must be host:port")
	bad(c.SystemID == "" || len(c.SystemID) > 15, "system_id must have 1 to 15 characters")
	bad(len(c.SystemType) > 12, "system_type must have at most 12 characters")
	bad(!sourcePattern.MatchString(c.Source), "source must be a number or up to 11 Latin letters and digits")
	bad(!c.Network.Known(), "network must be public, private or loopback")
	bad(c.Insecure && c.Network != reach.Loopback, "insecure is allowed only with network loopback") // CRYPTO-6
	bad(c.CodeLife < 0 || c.CodeLife >= 24*time.Hour, "code_life must be below a day")
	bad(c.Window < 0 || c.Window > 1024, "window must be from 1 to 1024")
	for _, d := range []time.Duration{c.DialTimeout, c.SubmitTimeout, c.WaitForSession, c.EnquireEvery, c.ReconnectFirst, c.ReconnectMost} {
		bad(d < 0, "a duration must not be negative")
	}
	if _, err := c.password(); err != nil {
		problems = append(problems, err)
	}
	if _, err := c.roots(); err != nil {
		problems = append(problems, err)
	}
	return problems
}

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&c.DialTimeout, 10*time.Second)
	set(&c.SubmitTimeout, 10*time.Second)
	set(&c.WaitForSession, 5*time.Second)
	set(&c.EnquireEvery, 30*time.Second)
	set(&c.ReconnectFirst, 500*time.Millisecond)
	set(&c.ReconnectMost, 30*time.Second)
	set(&c.CodeLife, 15*time.Minute)
	if c.Window == 0 {
		c.Window = 16
	}
	return c
}

func (c Config) password() (string, error) {
	if c.PasswordFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("sms.smpp: password_file: %w", err)
	}
	password := strings.TrimRight(string(text), "\r\n")
	if len(password) > 8 {
		return "", errors.New("sms.smpp: the password in password_file must have at most 8 characters")
	}
	return password, nil
}

func (c Config) roots() (*x509.CertPool, error) {
	if c.RootFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.RootFile)
	if err != nil {
		return nil, fmt.Errorf("sms.smpp: root_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("sms.smpp: root_file holds no certificate")
	}
	return pool, nil
}

// dial opens the connection, under TLS unless it stays on this machine.
func (c Config) dial(ctx context.Context) (net.Conn, error) {
	conn, err := reach.Dialer{Network: c.Network, Timeout: c.DialTimeout}.DialContext(ctx, "tcp", c.Address)
	if err != nil || c.Insecure {
		return conn, err
	}
	roots, err := c.roots()
	if err != nil {
		conn.Close()
		return nil, err
	}
	host, _, _ := net.SplitHostPort(c.Address)
	secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}

// Option changes a client at its making.
type Option func(*Client)

// OnReceipt asks the gateway for delivery receipts and hands each to f, one at
// a time. A receipt is answered only after f has returned; when f fails the
// gateway is told to bring it again.
func OnReceipt(f Receive) Option { return func(c *Client) { c.receive = f } }

// Logger receives what happens to the session, never what is sent. Default: nothing is logged.
func Logger(l *slog.Logger) Option { return func(c *Client) { c.log = l } }
