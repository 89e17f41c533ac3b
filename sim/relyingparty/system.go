package relyingparty

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// system is what a site built for ESIA proves itself with: an RSA key and the certificate that names it.
type system struct {
	key         *rsa.PrivateKey
	certificate []byte // DER
}

// certified is how long the certificate of such a site lasts: longer than anybody moves a demo's clock.
const certified = 20

// prepareSystem makes the key and the certificate.
func (s *Site) prepareSystem() (err error) {
	if s.system.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	now := s.config.Now()
	t := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: s.config.ClientID}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(certified, 0, 0)}
	if s.system.certificate, err = x509.CreateCertificate(rand.Reader, t, t, s.system.key.Public(), s.system.key); err != nil {
		return fmt.Errorf("certify the key: %w", err)
	}
	return nil
}

// pem is the certificate as it is pasted into a registration; "" without one.
func (y system) pem() string {
	if y.certificate == nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: y.certificate}))
}

// signed adds the time and the bare signature to a request. last is what it redeems.
func (s *Site) signed(v url.Values, last string) url.Values {
	v.Set("timestamp", s.config.Now().Format("2006.01.02 15:04:05 -0700"))
	sum := sha256.Sum256([]byte(v.Get("client_id") + v.Get("scope") + v.Get("timestamp") + v.Get("state") + v.Get("redirect_uri") + last))
	signature, _ := rsa.SignPKCS1v15(nil, s.system.key, crypto.SHA256, sum[:]) // fails for keys that are too short only
	print := sha256.Sum256(s.system.certificate)
	v.Set("client_secret", encode(signature))
	v.Set("client_certificate_hash", hex.EncodeToString(print[:]))
	return v
}

// uuid is a new state in the form that ESIA wants.
func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails: the runtime stops the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// subject is what an ID token of ESIA says of a person (behaviour 3.3).
type subject struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Subject  string `json:"sub"`
	Expires  int64  `json:"exp"`
	From     int64  `json:"nbf"`
	SignedIn int64  `json:"auth_time"`
	Way      string `json:"amr"`
	Session  string `json:"urn:esia:sid"`
	Person   struct {
		OID     int64 `json:"urn:esia:sbj:oid"`
		Trusted bool  `json:"urn:esia:sbj:is_tru"`
	} `json:"urn:esia:sbj"`
}

// readSubject checks an ID token with the provider's certificates and reads it.
func (s *Site) readSubject(ctx context.Context, raw string) (got received, err error) {
	payload, err := s.verified(ctx, raw)
	if err != nil {
		return got, err
	}
	var c subject
	if err := json.Unmarshal(payload, &c); err != nil {
		return got, fmt.Errorf("read the claims: %w", err)
	}
	now := s.config.Now()
	switch {
	case c.Issuer != cmp.Or(s.config.ESIAIssuer, s.host()+"/"):
		return got, errors.New("the token is another provider's")
	case c.Audience != s.config.ClientID:
		return got, errors.New("the token was made for another system")
	case c.Expires <= now.Unix() || time.Unix(c.From, 0).After(now.Add(skew)):
		return got, errors.New("the token is over, or of the future")
	case c.Person.OID == 0 || c.Subject != fmt.Sprint(c.Person.OID):
		return got, errors.New("the token is about nobody, or about two")
	}
	got = received{Subject: c.Subject, Session: c.Session, SignedInAt: time.Unix(c.SignedIn, 0), rawID: raw}
	if c.Way != "" {
		got.Factors = []string{c.Way}
	}
	if c.Person.Trusted { // ESIA tells no other level
		got.Level = Verified
	}
	got.IDToken, err = plainly(func(v any) error { return json.Unmarshal(payload, v) })
	return got, err
}

var errUnsigned = errors.New("the token is signed by none of the provider's certificates")

// verified checks the signature with the certificates that were pinned, and fetches them anew when none fits: they change with notice,
// but nobody has to be awake for it.
func (s *Site) verified(ctx context.Context, raw string) ([]byte, error) {
	if len(raw) > tokenLimit {
		return nil, fmt.Errorf("the token has %d bytes", len(raw))
	}
	parsed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	pinned := s.pinned
	s.mu.Unlock()
	if payload, ok := byOneOf(parsed, pinned, s.config.Now()); ok {
		return payload, nil
	}
	if pinned, err = s.pin(ctx); err != nil {
		return nil, refusal{Code: "unavailable", Detail: "certificates: " + err.Error()}
	}
	payload, ok := byOneOf(parsed, pinned, s.config.Now())
	if !ok {
		return nil, errUnsigned
	}
	return payload, nil
}

func byOneOf(token *jose.JSONWebSignature, certificates []*x509.Certificate, now time.Time) ([]byte, bool) {
	for _, c := range certificates {
		if now.After(c.NotAfter) {
			continue
		}
		if payload, err := token.Verify(c.PublicKey); err == nil {
			return payload, true
		}
	}
	return nil, false
}

// pin fetches the provider's certificates. An answer that holds none leaves those that were pinned.
func (s *Site) pin(ctx context.Context) (list []*x509.Certificate, err error) {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, s.host()+esiaCertificates, nil)
	if err != nil {
		return nil, err
	}
	answer, err := s.plain.Do(ask)
	if err != nil {
		return nil, fmt.Errorf("fetch the certificates: %w", err)
	}
	defer answer.Body.Close()
	rest, err := io.ReadAll(io.LimitReader(answer.Body, 1<<18))
	if err != nil {
		return nil, fmt.Errorf("fetch the certificates: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch the certificates: the answer is %d", answer.StatusCode)
	}
	for {
		var part *pem.Block
		if part, rest = pem.Decode(rest); part == nil {
			break
		}
		c, err := x509.ParseCertificate(part.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read the certificates: %w", err)
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, errors.New("fetch the certificates: the answer holds none")
	}
	s.mu.Lock()
	s.pinned = list
	s.mu.Unlock()
	return list, nil
}
