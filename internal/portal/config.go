// Package portal assembles the house: the configuration, the wiring from top to
// bottom in one readable function, and the lists of routes, jobs and events. It
// holds no rule and no SQL.
package portal

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"okno/internal/db"
	"okno/internal/outside/email/smtp"
	"okno/internal/outside/register/xroad"
	"okno/internal/outside/site/backchannel"
	"okno/internal/outside/sms/smpp"
)

// Config is okno.yaml. Paths are relative to the folder of the file. Secrets are
// files, never values (SECR-1).
type Config struct {
	// Origin is how people reach the portal: https://okno.example. Plain http is
	// allowed for loopback only.
	Origin string `yaml:"origin"`
	// Identity is where the identity system lives when it has a host of its own.
	Identity IdentityConfig `yaml:"identity"`
	// Listen is the address of the web server, "127.0.0.1:8080" when empty.
	Listen string `yaml:"listen"`
	// TLS makes the house speak HTTPS by itself; without it a proxy does (docs/operate.md).
	TLS TLSConfig `yaml:"tls"`
	// Data is the folder of uploaded files and of the audit log's witness file.
	Data string `yaml:"data"`
	// Keys is the folder of the key ring (docs/operate.md).
	Keys string `yaml:"keys"`
	// Jurisdiction is a pack in the binary ("ru") or the path of a folder.
	Jurisdiction string `yaml:"jurisdiction"`
	// Proxies are the address ranges of our own proxies, whose X-Forwarded-For is believed.
	Proxies   []string     `yaml:"proxies"`
	Database  db.Config    `yaml:"database"`
	SMS       smpp.Config  `yaml:"sms"`
	Email     smtp.Config  `yaml:"email"`
	Registers xroad.Config `yaml:"registers"`
	// Scanner is the virus scanner; without one the inspection of files decides alone.
	Scanner ScannerConfig `yaml:"scanner"`
	// Sites is how sites that sign people in with us are reached.
	Sites backchannel.Config `yaml:"sites"`
	// ESIA is the dialect of ESIA (docs/integrate-esia.md).
	ESIA ESIAConfig `yaml:"esia"`
	// Workers is how many jobs run at once, 4 when zero.
	Workers int `yaml:"workers"`
	// Witness is a file that every checkpoint of the audit log is appended to;
	// keep it where the database's operator cannot write. Empty: audit-witness in Data.
	Witness string `yaml:"witness"`
}

// IdentityConfig is the host of the identity system; the zero value is the portal's own.
type IdentityConfig struct {
	// Origin is how people reach it: https://id.okno.example (D-02, GEN-21). The
	// issuer of tokens is this origin with /id.
	Origin string `yaml:"origin"`
}

// identity is the origin of the identity system.
func (c Config) identity() string {
	if c.Identity.Origin != "" {
		return c.Identity.Origin
	}
	return c.Origin
}

// origins are all at which people are answered.
func (c Config) origins() []string {
	if c.identity() == c.Origin {
		return []string{c.Origin}
	}
	return []string{c.Origin, c.identity()}
}

// ScannerConfig is where clamd listens; the zero value is no scanner.
type ScannerConfig struct {
	Network string `yaml:"network"` // "tcp" or "unix"
	Address string `yaml:"address"` // "127.0.0.1:3310" or "/run/clamav/clamd.ctl"
}

// ESIAConfig is the dialect of ESIA; the zero value is right unless systems expect a certain issuer.
type ESIAConfig struct {
	Issuer string `yaml:"issuer"` // iss of its tokens, the origin with a slash when empty
}

// ReadConfig reads a file strictly: an unknown or repeated key is an error with its line.
func ReadConfig(path string) (Config, error) {
	var c Config
	content, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if err := yaml.UnmarshalWithOptions(content, &c, yaml.Strict(), yaml.DisallowUnknownField()); err != nil {
		return c, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, true))
	}
	c.resolve(filepath.Dir(path))
	return c, nil
}

// resolve makes paths relative to the file's folder absolute.
func (c *Config) resolve(dir string) {
	for _, p := range []*string{&c.Data, &c.Keys, &c.Witness, &c.Database.SQLite, &c.Database.PasswordFile,
		&c.TLS.Certificate, &c.TLS.Key, &c.SMS.PasswordFile, &c.SMS.RootFile, &c.Email.PasswordFile, &c.Email.RootFile} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	if strings.ContainsRune(c.Jurisdiction, '/') && !filepath.IsAbs(c.Jurisdiction) {
		c.Jurisdiction = filepath.Join(dir, c.Jurisdiction)
	}
	if c.Witness == "" && c.Data != "" {
		c.Witness = filepath.Join(c.Data, "audit-witness")
	}
}

// Validate returns all problems at once; nil when there are none.
func (c Config) Validate() error {
	var problems []error
	say := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if err := checkOrigin("origin", c.Origin); err != nil {
		problems = append(problems, err)
	}
	problems = append(problems, c.checkTLS()...)
	if c.Identity.Origin != "" {
		if err := checkOrigin("identity.origin", c.Identity.Origin); err != nil {
			problems = append(problems, err)
		}
		if strings.HasPrefix(c.Identity.Origin, "https://") != c.secure() {
			say("identity.origin: must be https when origin is, and http when it is not")
		}
	}
	if c.Data == "" {
		say("data: name the folder for uploaded files")
	}
	if c.Keys == "" {
		say("keys: name the folder of the key ring; `okno admin keys` makes one")
	}
	if c.Jurisdiction == "" {
		say("jurisdiction: name a pack, for example ru")
	}
	if _, err := c.proxies(); err != nil {
		problems = append(problems, err)
	}
	for _, p := range c.Database.Validate() {
		problems = append(problems, errors.New(p))
	}
	problems = append(problems, c.SMS.Validate()...)
	problems = append(problems, c.Email.Validate()...)
	problems = append(problems, c.Registers.Validate()...)
	if n := c.Scanner.Network; n != "" && n != "tcp" && n != "unix" || (n == "") != (c.Scanner.Address == "") {
		say("scanner: give network (tcp or unix) and address")
	}
	if c.ESIA.Issuer != "" && c.ESIA.Issuer == c.identity()+"/id" {
		say("esia.issuer: must not be that of OpenID Connect")
	}
	if c.Workers < 0 || c.Workers > 256 {
		say("workers: must be from 1 to 256")
	}
	return errors.Join(problems...)
}

func checkOrigin(name, origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("%s: give it as https://okno.example, without a path", name)
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return nil
	}
	return fmt.Errorf("%s: must begin with https://; plain http is for loopback only", name)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c Config) secure() bool { return strings.HasPrefix(c.Origin, "https://") }

func (c Config) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range c.Proxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("proxies: %q is not a range such as 10.0.0.0/8", text)
		}
		all = append(all, p)
	}
	return all, nil
}
