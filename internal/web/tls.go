package web

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/clock"
)

// lookAgain is how often a handshake looks whether the certificate's files have changed.
const lookAgain = 10 * time.Second

// Certificate is what a server shows in handshakes: a certificate and its key from
// two files, which are read again when they change. A pair that cannot be used, or
// that clients would refuse while they take the one before it, is logged and the one
// before it stays.
type Certificate struct {
	certificate, key string
	hosts            []string
	now              clock.Clock
	log              *slog.Logger
	current          atomic.Pointer[tls.Certificate]

	looking sync.Mutex
	looked  time.Time
	read    stamp  // of the files as they were read last
	trouble string // why they could not be used, as the log was told; "" when they are in use
}

// OpenCertificate reads a certificate with its chain, the server's own first, and
// its key (PEM). The hosts are the names for which clients need it.
func OpenCertificate(certificate, key string, now clock.Clock, log *slog.Logger, hosts ...string) (*Certificate, error) {
	c := &Certificate{certificate: certificate, key: key, hosts: hosts, now: now, log: log, looked: now.Now()}
	var err error
	if c.read, err = stampOf(certificate, key); err != nil {
		return nil, err
	}
	pair, err := ReadPair(certificate, key)
	if err != nil {
		return nil, err
	}
	c.current.Store(pair)
	return c, nil
}

// ReadPair reads a certificate and its key. It refuses a key that others can read
// (SECR-1) and one that belongs to another certificate.
func ReadPair(certificate, key string) (*tls.Certificate, error) {
	info, err := os.Stat(key)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others; set its mode to 0600", key)
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("%s with the key %s: %w", certificate, key, err)
	}
	return &pair, nil
}

// Reload reads the files now, changed or not. When they cannot be used the error
// says why, and the certificate before them stays.
func (c *Certificate) Reload() error {
	c.looking.Lock()
	defer c.looking.Unlock()
	return c.reload()
}

// reload reads the files and remembers whether they could be used.
func (c *Certificate) reload() error {
	err := c.take()
	c.trouble = ""
	if err != nil {
		c.trouble = err.Error()
	}
	return err
}

func (c *Certificate) take() error {
	c.looked = c.now.Now()
	var err error
	if c.read, err = stampOf(c.certificate, c.key); err != nil {
		return err
	}
	pair, err := ReadPair(c.certificate, c.key)
	if err != nil {
		return err
	}
	if err := c.refused(pair.Leaf); err != nil && c.refused(c.current.Load().Leaf) == nil {
		return fmt.Errorf("%s: %w", c.certificate, err)
	}
	c.current.Store(pair)
	c.log.Info("certificate read", "file", c.certificate, "until", pair.Leaf.NotAfter)
	return nil
}

// refused is why clients refuse a certificate now: its names, its dates.
func (c *Certificate) refused(leaf *x509.Certificate) error {
	problems := CheckLeaf(leaf, c.now.Now(), c.hosts...)
	return errors.Join(slices.DeleteFunc(problems, func(p error) bool { return errors.Is(p, ErrEndsSoon) })...)
}

// look reads the files again when they have changed since they were read last or
// could not be used then. Only one handshake looks; the others go on with what
// there is.
func (c *Certificate) look() {
	if !c.looking.TryLock() {
		return
	}
	defer c.looking.Unlock()
	if since := c.now.Now().Sub(c.looked); since >= 0 && since < lookAgain {
		return
	}
	c.looked = c.now.Now()
	seen, err := stampOf(c.certificate, c.key)
	if err == nil && seen.same(c.read) && c.trouble == "" {
		return
	}
	known := c.trouble
	if err := c.reload(); err != nil && err.Error() != known {
		c.log.Error("the new certificate cannot be used, the old one stays", "file", c.certificate, "error", err)
	}
}

// Config is how a server speaks TLS: version 1.2 at least, 1.3 and a key exchange
// that quantum computers do not break where the other side can, as Go chooses them
// (CRYPTO-5, CRYPTO-6). With asking it asks clients for a certificate and takes any
// or none: what a certificate may do is for the handlers to say.
func (c *Certificate) Config(asking bool) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		c.look()
		return c.current.Load(), nil
	}}
	if asking {
		config.ClientAuth = tls.RequestClientCert
	}
	return config
}

// stamp tells one state of two files from the next.
type stamp [2]fs.FileInfo

func stampOf(certificate, key string) (s stamp, err error) {
	for i, path := range []string{certificate, key} {
		if s[i], err = os.Stat(path); err != nil {
			return stamp{}, err
		}
	}
	return s, nil
}

func (s stamp) same(other stamp) bool {
	for i := range s {
		if s[i] == nil || other[i] == nil || !os.SameFile(s[i], other[i]) || !s[i].ModTime().Equal(other[i].ModTime()) ||
			s[i].Size() != other[i].Size() || s[i].Mode() != other[i].Mode() {
			return false
		}
	}
	return true
}

// warnBefore is how long before its end a certificate is warned of.
const warnBefore = 14 * 24 * time.Hour

// ErrEndsSoon is what CheckLeaf says of a certificate that still holds, for less than 14 days.
var ErrEndsSoon = errors.New("ends soon")

// CheckLeaf says what clients would refuse in a server's certificate: names that
// it is not for, and dates. A certificate that still holds but not for 14 days more
// is ErrEndsSoon.
func CheckLeaf(leaf *x509.Certificate, now time.Time, hosts ...string) (problems []error) {
	for _, host := range hosts {
		if leaf.VerifyHostname(host) != nil {
			problems = append(problems, fmt.Errorf("it is not for %s", host))
		}
	}
	switch {
	case now.Before(leaf.NotBefore):
		problems = append(problems, fmt.Errorf("it does not hold before %s", leaf.NotBefore.UTC().Format(time.RFC3339)))
	case now.After(leaf.NotAfter):
		problems = append(problems, fmt.Errorf("it ended at %s", leaf.NotAfter.UTC().Format(time.RFC3339)))
	case now.Add(warnBefore).After(leaf.NotAfter):
		problems = append(problems, fmt.Errorf("it %w, at %s", ErrEndsSoon, leaf.NotAfter.UTC().Format(time.RFC3339)))
	}
	return problems
}
