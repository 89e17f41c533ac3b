// Package xroad asks registers over the X-Road message protocol for REST, as
// docs/wires/register.md describes it.
//
// Every register has its own pool of connections, limit of parallel calls,
// breaker and time-out. The package believes an answer only when id, hash, key,
// type and shape are right; it follows no redirect, never retries, and never
// logs. Its errors name a register, a status and what was wrong, never a field.
package xroad

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"okno/internal/clock"
	"okno/internal/outside/reach"
)

// Config says who we are and which registers we may ask; there is no way to
// ask another (INP-7).
type Config struct {
	Client    string              `yaml:"client"`    // who asks: INSTANCE/CLASS/MEMBER or INSTANCE/CLASS/MEMBER/SUBSYSTEM, percent-encoded
	Registers map[string]Register `yaml:"registers"` // by the name that the domains use: "pension"
}

// Register is one register. A zero duration or count means its default.
type Register struct {
	Address  string        `yaml:"address"`   // of our security server: https://host[:port], http only with network loopback
	Provider string        `yaml:"provider"`  // INSTANCE/CLASS/MEMBER/SUBSYSTEM, percent-encoded
	Network  reach.Network `yaml:"network"`   // where the address may stand; default public
	RootFile string        `yaml:"root_file"` // PEM of the server's own root, instead of the system's
	CertFile string        `yaml:"cert_file"` // PEM of our certificate, when the server asks for one
	KeyFile  string        `yaml:"key_file"`  // PEM of its key

	Timeout  time.Duration `yaml:"timeout"`  // of a question from the dial to the last byte, default 20s
	Parallel int           `yaml:"parallel"` // questions at a time, default 8
	Failures int           `yaml:"failures"` // failures in a row after which the register is left alone, default 5
	Rest     time.Duration `yaml:"rest"`     // for how long, default 30s
}

var (
	memberPart   = `(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+`
	asker        = regexp.MustCompile(`^` + memberPart + `(/` + memberPart + `){2,3}$`)
	provider     = regexp.MustCompile(`^` + memberPart + `(/` + memberPart + `){3}$`)
	keyPattern   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	fieldPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// Validate gives all problems of the configuration, in the order of the registers' names.
func (c Config) Validate() []error {
	var problems []error
	if !asker.MatchString(c.Client) {
		problems = append(problems, errors.New("register.xroad: client must be INSTANCE/CLASS/MEMBER[/SUBSYSTEM]"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Registers)) {
		for _, problem := range c.Registers[name].problems() {
			problems = append(problems, fmt.Errorf("register.xroad: registers.%s: %w", name, problem))
		}
	}
	return problems
}

func (r Register) problems() []error {
	var problems []error
	bad := func(wrong bool, text string) {
		if wrong {
			problems = append(problems, errors.New(text))
		}
	}
	address, err := url.Parse(r.Address)
	whole := err == nil && address.Host != "" && address.User == nil && strings.Trim(address.Path, "/") == "" && address.RawQuery == "" && address.Fragment == ""
	bad(!whole || address.Scheme != "https" && address.Scheme != "http", "address must be https://host[:port]")
	bad(whole && address.Scheme == "http" && r.Network != reach.Loopback, "http is allowed only with network loopback") // CRYPTO-6
	bad(!provider.MatchString(r.Provider), "provider must be INSTANCE/CLASS/MEMBER/SUBSYSTEM")
	bad(!r.Network.Known(), "network must be public, private or loopback")
	bad(r.Timeout < 0 || r.Rest < 0 || r.Parallel < 0 || r.Failures < 0, "durations and counts must not be negative")
	if _, err := r.tls(); err != nil {
		problems = append(problems, err)
	}
	return problems
}

func (r Register) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if r.RootFile != "" {
		text, err := os.ReadFile(r.RootFile)
		if err != nil {
			return nil, fmt.Errorf("root_file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("root_file holds no certificate")
		}
	}
	if r.CertFile != "" || r.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(r.CertFile, r.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("cert_file, key_file: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// partner is one register with what is its own.
type partner struct {
	name    string
	base    string // address and provider
	timeout time.Duration
	http    *http.Client
	limit   reach.Limit
	breaker *reach.Breaker
}

func newPartner(name string, r Register, c clock.Clock) (*partner, error) {
	config, err := r.tls()
	if err != nil {
		return nil, err
	}
	if r.Timeout == 0 {
		r.Timeout = 20 * time.Second
	}
	if r.Parallel == 0 {
		r.Parallel = 8
	}
	transport := &http.Transport{
		Proxy:       nil, // an environment variable must not lead questions elsewhere
		DialContext: reach.Dialer{Network: r.Network, Timeout: r.Timeout}.DialContext, TLSClientConfig: config,
		MaxConnsPerHost: r.Parallel, MaxIdleConnsPerHost: r.Parallel, IdleConnTimeout: 90 * time.Second,
		MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
	}
	return &partner{
		name: name, base: strings.TrimRight(r.Address, "/") + "/r1/" + r.Provider, timeout: r.Timeout,
		http:    &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		limit:   reach.NewLimit(r.Parallel),
		breaker: &reach.Breaker{Failures: r.Failures, Rest: r.Rest, Clock: c},
	}, nil
}
