// Package ca is a throw-away certification authority for trying TLS: it keeps one
// key in a folder and issues certificates for servers of this machine and for
// clients that show who they are by a certificate (mTLS, RFC 8705).
//
// It imports nothing of the product and revokes nothing, and it never runs beside
// real residents: whoever reads its folder can pretend to be any server that
// trusts it.
package ca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// How long what is issued is good for. Browsers take no server certificate that
// lasts longer than 398 days, so it is issued again at every start.
const (
	authorityLasts = 10 * 365 * 24 * time.Hour
	issuedLasts    = 397 * 24 * time.Hour
	early          = time.Hour // certificates are good from a little before, for clocks that are behind
)

// Config says where the authority lives.
type Config struct {
	Dir  string           // folder of its key and certificate; made when it is not there
	Name string           // what the certificates call it; "Okno demo" when empty
	Now  func() time.Time // the clock of validity; time.Now when nil
}

// Authority issues certificates.
type Authority struct {
	dir  string
	now  func() time.Time
	cert *x509.Certificate
	key  crypto.Signer
}

// Pair are the files of a certificate (PEM, with mode 0644) and its key (PKCS #8, PEM, mode 0600).
type Pair struct {
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

// The authority's own files.
const (
	certFile = "ca.crt"
	keyFile  = "ca.key"
)

// Open opens the authority of a folder, which is made (ECDSA P-256) when the folder holds none.
func Open(c Config) (*Authority, error) {
	a := &Authority{dir: c.Dir, now: c.Now}
	if a.now == nil {
		a.now = time.Now
	}
	if c.Name == "" {
		c.Name = "Okno demo"
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	err := a.read()
	if errors.Is(err, fs.ErrNotExist) {
		err = a.begin(c.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("ca: %s: %w", c.Dir, err)
	}
	return a, nil
}

// File is the authority's certificate, for those who are to trust it.
func (a *Authority) File() string { return filepath.Join(a.dir, certFile) }

// read takes the authority from its files; ErrNotExist when one is missing or it
// is about to end.
func (a *Authority) read() error {
	certificate, err := readPEM(a.File(), "CERTIFICATE")
	if err != nil {
		return err
	}
	key, err := readPEM(filepath.Join(a.dir, keyFile), "PRIVATE KEY")
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(certificate); err != nil {
		return err
	}
	private, err := x509.ParsePKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	signer, ok := private.(*ecdsa.PrivateKey)
	if !ok || !signer.PublicKey.Equal(a.cert.PublicKey) {
		return errors.New("the key does not belong to the certificate")
	}
	if a.now().Add(issuedLasts).After(a.cert.NotAfter) {
		return fs.ErrNotExist
	}
	a.key = signer
	return nil
}

// begin makes a new authority and keeps it.
func (a *Authority) begin(name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := a.now()
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: fmt.Sprintf("%s %x", name, serial().Bytes()[:4]), Organization: []string{name}},
		NotBefore:    now.Add(-early), NotAfter: now.Add(authorityLasts),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	a.key = key
	return writePair(Pair{a.File(), filepath.Join(a.dir, keyFile)}, der, key)
}

// Server issues a certificate for names and addresses of a server ("localhost",
// "127.0.0.1") and writes it to NAME.crt and NAME.key in the authority's folder.
func (a *Authority) Server(name string, hosts ...string) (Pair, error) {
	template := &x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return a.issue(name, template)
}

// Client issues a certificate with which a client shows who it is; its common
// name is the name. It is written to NAME.crt and NAME.key.
func (a *Authority) Client(name string) (Pair, error) {
	return a.issue(name, &x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

func (a *Authority) issue(name string, template *x509.Certificate) (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	now := a.now()
	template.SerialNumber, template.KeyUsage = serial(), x509.KeyUsageDigitalSignature
	template.NotBefore, template.NotAfter = now.Add(-early), now.Add(issuedLasts)
	template.BasicConstraintsValid = true
	if template.SubjectKeyId, err = keyID(key); err != nil {
		return Pair{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return Pair{}, fmt.Errorf("ca: %s: %w", name, err)
	}
	pair := Pair{filepath.Join(a.dir, name+".crt"), filepath.Join(a.dir, name+".key")}
	return pair, writePair(pair, der, key)
}

// keyID names a key by its hash (RFC 7093, method 1), which strict verifiers ask for.
func keyID(key *ecdsa.PrivateKey) ([]byte, error) {
	public, err := key.PublicKey.ECDH()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(public.Bytes())
	return sum[:20], nil
}

// serial is a random number of 128 bits, never short.
func serial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b)
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

func readPEM(path, kind string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s holds no %s", path, kind)
	}
	return block.Bytes, nil
}

// writePair writes both files anew, each whole or not at all.
func writePair(p Pair, der []byte, key *ecdsa.PrivateKey) error {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writeFile(p.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		return err
	}
	return writeFile(p.Certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

func writeFile(path string, content []byte, mode fs.FileMode) error {
	fresh := path + ".new"
	if err := os.WriteFile(fresh, content, mode); err != nil {
		return err
	}
	if err := os.Chmod(fresh, mode); err != nil { // also when the file was there with another one
		return err
	}
	return os.Rename(fresh, path)
}
