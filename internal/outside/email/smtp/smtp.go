// Package smtp sends e-mail through a mail server that speaks SMTP (RFC 5321)
// with STARTTLS or TLS from the first byte.
//
// Each letter has a connection of its own, so nothing of one letter can reach
// another; at most Parallel are open at a time. It never retries, never logs,
// and its errors name no address and quote no word of the server, because
// servers repeat addresses in their answers.
package smtp

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"strings"
	"time"

	"okno/internal/clock"
	"okno/internal/outside/email"
	"okno/internal/outside/reach"
)

// Config is how the mail server is reached. A zero duration or count means its default.
type Config struct {
	Host         string            `yaml:"host"`
	Port         int               `yaml:"port"`          // default 587, with implicit TLS 465
	ImplicitTLS  bool              `yaml:"implicit_tls"`  // TLS from the first byte instead of STARTTLS
	Insecure     bool              `yaml:"insecure"`      // no TLS: only with network loopback
	RootFile     string            `yaml:"root_file"`     // PEM of the server's own root, instead of the system's
	Username     string            `yaml:"username"`      // empty: the server knows us without
	PasswordFile string            `yaml:"password_file"` // read for every letter, so that it can be changed
	Network      reach.Network     `yaml:"network"`       // where the server may stand; default public
	From         string            `yaml:"from"`          // address of the sender: no-reply@okno.example
	FromName     map[string]string `yaml:"from_name"`     // name of the sender by language; "" is the fallback
	Hello        string            `yaml:"hello"`         // our name in EHLO; default the domain of From

	Timeout  time.Duration `yaml:"timeout"`  // for a letter from first to last byte, default 30s
	Parallel int           `yaml:"parallel"` // connections at a time, default 4
	Failures int           `yaml:"failures"` // failures in a row after which the server is left alone, default 5
	Rest     time.Duration `yaml:"rest"`     // for how long, default 30s
}

// Validate gives all problems of the configuration.
func (c Config) Validate() []error {
	var problems []error
	bad := func(wrong bool, text string) {
		if wrong {
			problems = append(problems, errors.New("email.smtp: "+text))
		}
	}
	from, err := mail.ParseAddress(c.From)
	bad(err != nil || from.Name != "" || from.Address != c.From, "from must be an address and nothing else")
	bad(c.Host == "" || strings.ContainsAny(c.Host, ":/ "), "host must be a name or an address without a port")
	bad(c.Port < 0 || c.Port > 65535, "port must be from 1 to 65535")
	bad(!c.Network.Known(), "network must be public, private or loopback")
	bad(c.Insecure && c.Network != reach.Loopback, "insecure is allowed only with network loopback") // CRYPTO-6
	bad(c.Insecure && c.ImplicitTLS, "insecure and implicit_tls exclude each other")
	bad(c.Timeout < 0 || c.Rest < 0 || c.Parallel < 0 || c.Failures < 0, "durations and counts must not be negative")
	for lang, name := range c.FromName {
		bad(strings.ContainsAny(name, "\r\n\x00"), "from_name."+lang+" must be one line")
	}
	if _, err := c.password(); err != nil {
		problems = append(problems, err)
	}
	if _, err := c.roots(); err != nil {
		problems = append(problems, err)
	}
	return problems
}

func (c Config) password() (string, error) {
	if c.PasswordFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("email.smtp: password_file: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

func (c Config) roots() (*x509.CertPool, error) {
	if c.RootFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.RootFile)
	if err != nil {
		return nil, fmt.Errorf("email.smtp: root_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("email.smtp: root_file holds no certificate")
	}
	return pool, nil
}

func (c Config) domain() string {
	_, domain, _ := strings.Cut(c.From, "@")
	return domain
}

func (c Config) withDefaults() Config {
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Parallel == 0 {
		c.Parallel = 4
	}
	if c.Port == 0 && c.ImplicitTLS {
		c.Port = 465
	} else if c.Port == 0 {
		c.Port = 587
	}
	if c.Hello == "" {
		c.Hello = c.domain()
	}
	return c
}

// Client is an email.Sender. It is safe for concurrent use and holds nothing open.
type Client struct {
	cfg     Config
	roots   *x509.CertPool
	clock   clock.Clock
	limit   reach.Limit
	breaker *reach.Breaker
}

var _ email.Sender = (*Client)(nil)

// New checks the configuration; it does not connect. The clock dates the
// letters and times the breaker.
func New(cfg Config, c clock.Clock) (*Client, error) {
	if problems := cfg.Validate(); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	roots, err := cfg.roots()
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	return &Client{
		cfg: cfg, roots: roots, clock: c, limit: reach.NewLimit(cfg.Parallel),
		breaker: &reach.Breaker{Failures: cfg.Failures, Rest: cfg.Rest, Clock: c},
	}, nil
}
