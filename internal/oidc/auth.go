package oidc

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// Call is a request of a machine, as the edge read it.
type Call struct {
	Method   string // POST
	Address  string // of the endpoint as the machine knows it, without query: for DPoP
	Form     url.Values
	User     string // HTTP Basic, decoded
	Password string
	Basic    bool
	Cert     []byte // the client's certificate, DER; nil without mTLS
	Proof    string // the DPoP header

	dialect string // the dialect in which it was made; a grant serves in its own only
}

// assertionType is the only kind of client assertion.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// proven is a client that has proved itself. What must be spent for it is spent
// in the transaction of what it asks for.
type proven struct {
	client.Client
	spend func(tx *db.Tx) error // nil: nothing to spend
}

// settle spends the assertion with its audit line; a Refusal when it was spent before.
func (c proven) settle(tx *db.Tx) error {
	if c.spend == nil {
		return nil
	}
	if err := c.spend(tx); err != nil {
		return err
	}
	return recordSpent(tx, c.ID, "assertion")
}

// errClient is the one answer to all that does not prove a client.
var errClient = refuse(InvalidClient, "client_proof")

// prove finds out which client calls, by exactly the method that it registered (OIDC-6).
func (p *Provider) prove(ctx context.Context, call Call) (proven, error) {
	if !single(call.Form) {
		return proven{}, refuse(InvalidRequest, "repeated")
	}
	id, method := claimed(call)
	if id == "" {
		return proven{}, errClient
	}
	c, err := p.Clients.Find(ctx, client.ID(id))
	if fault.Is(err, fault.NotFound) {
		return proven{}, errClient
	}
	if err != nil {
		return proven{}, err
	}
	if named := call.Form.Get("client_id"); named != "" && named != id || !c.Live() || c.Method != method {
		return proven{}, errClient
	}
	switch method {
	case client.SecretBasic:
		if c.Stage == client.Production || !secret.Equal(secret.Hash(call.Password), c.Secret) {
			return proven{}, errClient
		}
	case client.SelfSignedTLS:
		if !slices.Contains(c.Thumbprints, Thumbprint(call.Cert)) {
			return proven{}, errClient
		}
		if !p.inTime(call.Cert) {
			return proven{}, refuse(InvalidClient, "certificate_over")
		}
	case client.PrivateKeyJWT:
		return p.asserted(c, call)
	}
	return proven{Client: c}, nil
}

// inTime says whether a certificate has begun and is not over: the handshake does
// not ask, and RFC 8705 2.2 leaves it to us.
func (p *Provider) inTime(der []byte) bool {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return false
	}
	now := p.DB.Clock().Now()
	return !now.Add(p.Limits.Skew).Before(cert.NotBefore) && !now.After(cert.NotAfter)
}

// Thumbprint is the SHA-256 of a certificate as tokens and registrations name it, "" for none.
func Thumbprint(der []byte) string {
	if len(der) == 0 {
		return ""
	}
	sum := sha256.Sum256(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// claimed is who the call says it is, and by which method. Two methods at once are none.
func claimed(call Call) (id string, method client.Method) {
	assertion := call.Form.Get("client_assertion")
	switch {
	case call.Basic && assertion == "" && !call.Form.Has("client_secret"):
		return call.User, client.SecretBasic
	case call.Basic || call.Form.Has("client_secret"):
		return "", ""
	case assertion != "" && call.Form.Get("client_assertion_type") == assertionType:
		return assertedID(assertion), client.PrivateKeyJWT
	case assertion != "":
		return "", ""
	case call.Cert != nil:
		return call.Form.Get("client_id"), client.SelfSignedTLS
	}
	return call.Form.Get("client_id"), client.NoMethod
}

// assertedID reads who an assertion is from without believing it.
func assertedID(assertion string) string {
	parsed, err := parse(assertion, clientAlgorithms)
	if err != nil {
		return ""
	}
	var claims assertionClaims
	if json.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &claims) != nil {
		return ""
	}
	return claims.Subject
}

type assertionClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	ID       string   `json:"jti"`
	Issued   int64    `json:"iat"`
	Before   int64    `json:"nbf"`
	Expires  int64    `json:"exp"`
}

// asked are claims of a signed request, which no assertion holds.
var asked = []string{"client_id", "response_type", "redirect_uri"}

// asserted checks a client assertion (private_key_jwt). Its audience is the issuer
// alone, as one text: an assertion for one endpoint cannot serve at another, nor
// one for another provider here. A signed request, which browsers see, proves
// nobody (RFC 9101 10.8).
func (p *Provider) asserted(c client.Client, call Call) (proven, error) {
	payload, typ, err := verifyBy(c, call.Form.Get("client_assertion"))
	if err != nil || typ != "" && typ != "JWT" && typ != "client-authentication+jwt" {
		return proven{}, errClient
	}
	var a assertionClaims
	var raw map[string]any
	if json.Unmarshal(payload, &a) != nil || json.Unmarshal(payload, &raw) != nil || slices.ContainsFunc(asked, func(name string) bool { return raw[name] != nil }) {
		return proven{}, errClient
	}
	now := p.DB.Clock().Now()
	if aud, one := raw["aud"].(string); !one || aud != p.Issuer {
		return proven{}, errClient
	}
	if a.Issuer != string(c.ID) || a.Subject != string(c.ID) || a.ID == "" || len(a.ID) > 256 || !p.timely(now, a.Issued, a.Before, a.Expires) {
		return proven{}, errClient
	}
	until := time.Unix(a.Expires, 0).Add(p.Limits.Skew)
	return proven{Client: c, spend: p.once("assertion", string(c.ID), a.ID, until, errClient)}, nil
}

// Prove is for endpoints whose work needs no transaction of its own: it spends what
// must be spent, with its audit line.
func (p *Provider) Prove(ctx context.Context, call Call) (client.Client, error) {
	c, err := p.prove(ctx, call)
	if err != nil || c.spend == nil {
		return c.Client, err
	}
	return c.Client, p.DB.Settle(ctx, c.settle)
}

var errProof = refuse(InvalidProof, "dpop")

// bind binds a request that is pushed with a DPoP proof to its key, as dpop_jkt does
// (RFC 9449 10.1): the code will serve with that key only.
func (p *Provider) bind(ctx context.Context, c client.Client, call Call) (b binding, err error) {
	b.client = c.ID
	if b.key, b.spend, err = p.possession(ctx, call, ""); err != nil || b.spend == nil {
		return b, err
	}
	if named := call.Form.Get("dpop_jkt"); named != "" && named != b.key || call.Form.Has("request") {
		return b, errProof
	}
	call.Form.Set("dpop_jkt", b.key)
	return b, nil
}

// possession checks a DPoP proof (RFC 9449) and gives the thumbprint of its key,
// "" when there is none. token is the access token that it goes with, if any.
func (p *Provider) possession(ctx context.Context, call Call, token string) (key string, spend func(*db.Tx) error, err error) {
	if call.Proof == "" {
		return "", nil, nil
	}
	parsed, err := parse(call.Proof, clientAlgorithms)
	if err != nil {
		return "", nil, errProof
	}
	header := parsed.Signatures[0].Protected
	if typ, _ := header.ExtraHeaders["typ"].(string); typ != "dpop+jwt" || header.JSONWebKey == nil || !header.JSONWebKey.IsPublic() || !header.JSONWebKey.Valid() || !client.GoodKey(header.JSONWebKey.Key) {
		return "", nil, errProof
	}
	payload, err := parsed.Verify(header.JSONWebKey)
	if err != nil {
		return "", nil, errProof
	}
	var claims struct {
		Method  string `json:"htm"`
		Address string `json:"htu"`
		Issued  int64  `json:"iat"`
		ID      string `json:"jti"`
		Token   string `json:"ath"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return "", nil, errProof
	}
	now := p.DB.Clock().Now()
	age := now.Sub(time.Unix(claims.Issued, 0))
	sum := sha256.Sum256([]byte(token))
	right := claims.Method == call.Method && claims.Address == call.Address && claims.ID != "" && len(claims.ID) <= 256 &&
		age <= time.Minute && age >= -p.Limits.Skew && (token == "" || secret.Equal(claims.Token, base64.RawURLEncoding.EncodeToString(sum[:])))
	if !right {
		return "", nil, errProof
	}
	print, err := header.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", nil, errProof
	}
	key = base64.RawURLEncoding.EncodeToString(print)
	return key, p.once("dpop", key, claims.ID, now.Add(2*time.Minute), errProof), nil
}
