package oidc

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"math/big"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/secret"
)

// A dialect is another protocol on the same provider: it reads requests and proves
// clients in its own way and says answers in its own words; grants, their one-time
// values and what ends them are the provider's alone. What was granted in a dialect
// serves in that dialect only (OTP-9).

// Words say a refusal as a dialect does.
type Words func(*Refusal) url.Values

// Speak teaches the provider a dialect, before it serves anybody.
func (p *Provider) Speak(dialect string, words Words) {
	if p.dialects == nil {
		p.dialects = map[string]Words{}
	}
	p.dialects[dialect] = words
}

// said are the parameters of a refusal.
func (p *Provider) said(ask Ask, r *Refusal) url.Values {
	if words := p.dialects[ask.Dialect]; words != nil {
		return words(r)
	}
	return url.Values{"error": {r.Code}}
}

// Explain gives the words for developers, before anybody is served: what
// error_description says of a request that is wrong in itself. What hangs on who
// the person is goes without words, so that they tell no site about him.
func (p *Provider) Explain(words func(*Refusal) string) { p.explain = words }

// faulty is the answer to a request that was refused before anybody was looked at.
func (p *Provider) faulty(ask Ask, r *Refusal) Answer {
	answer := p.failed(ask, r)
	if p.explain != nil {
		answer.Params.Set("error_description", p.explain(r))
	}
	return answer
}

// Refused is the answer that carries a refusal to an address found good.
func (p *Provider) Refused(ask Ask, r *Refusal) Answer { return p.failed(ask, r) }

// Hear tells the partners of a refusal in a dialect, in the name of a site.
func (p *Provider) Hear(id client.ID, endpoint string, err error) { p.hear(id, endpoint, err) }

// declined is why somebody leaves without signing in: he said no or, in a dialect
// that tells the two apart, could not reach the level.
func (p *Provider) declined(tx *db.Tx, ask Ask, v Visitor) (*Refusal, error) {
	no := refuse(AccessDenied, "declined")
	if ask.Dialect == "" || v.Account.ID == "" {
		return no, nil
	}
	level, err := p.Accounts.LevelOf(tx, v.Account.ID)
	if err == nil && level < max(ask.Level, account.Simplified) {
		no = refuse(UnmetAuthentication, "declined")
	}
	return no, err
}

// pkce checks the verifier of a code (OIDC-4). A dialect may know requests without
// a challenge: then there must be no verifier either.
func (g Grant) pkce(call Call) error {
	verifier := call.Form.Get("code_verifier")
	switch {
	case call.dialect == "":
		if !challenged(g.Detail.Challenge, verifier) {
			return errGrant
		}
	case g.Detail.Challenge == "" && verifier != "":
		return refuse(InvalidGrant, "verifier_alone")
	case g.Detail.Challenge != "" && !challenged(g.Detail.Challenge, verifier):
		return refuse(InvalidGrant, "verifier")
	}
	return nil
}

// Signature is a signed request of a dialect, which serves once.
type Signature struct {
	Client  client.ID
	Message string // what was signed
}

// signatureKept is longer than any dialect takes a signature for.
const signatureKept = 15 * time.Minute

// shownFor is how long after a request came by a browser the very same words, which
// stand in its history since, may still prove the client itself: machines that go
// the whole way within a second sign the same words twice.
const shownFor = 2 * time.Second

var errSignature = refuse(InvalidClient, "replayed")

func (s Signature) id(door string) string {
	return "dialect." + door + "/" + secret.Hash(string(s.Client)+"|"+s.Message)
}

// Show spends a signature that came by a browser; a Refusal when it came before.
func (s Signature) Show(tx *db.Tx) error { return s.spend(tx, "shown") }

const selectOnce db.SQL = `SELECT until FROM oidc_once WHERE id = $1`

// Prove spends a signature that proves a client itself. One that a browser has
// shown proves nothing.
func (s Signature) Prove(tx *db.Tx) error {
	until, err := db.One(tx, db.Scalar[db.Time], selectOnce, s.id("shown"))
	if err == nil && tx.Now().After(until.Add(shownFor-signatureKept)) {
		return errSignature
	}
	if err != nil && !errors.Is(err, db.ErrNone) {
		return err
	}
	return s.spend(tx, "proved")
}

func (s Signature) spend(tx *db.Tx, door string) error {
	n, err := tx.Exec(spendOnce, s.id(door), db.At(tx.Now().Add(signatureKept)))
	if err == nil && n != 1 {
		err = errSignature
	}
	return err
}

// spoken is a call in a dialect.
func spoken(dialect string, pairs ...string) Call {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			form.Set(pairs[i], pairs[i+1])
		}
	}
	return Call{Form: form, dialect: dialect}
}

// Redeem spends a code for a client that has proved itself in a dialect's way;
// prove is spent in the same transaction.
func (p *Provider) Redeem(ctx context.Context, dialect string, c client.Client, prove func(*db.Tx) error, code, redirect, verifier string) (Grant, error) {
	return p.redeemed(ctx, proven{c, prove}, spoken(dialect, "code", code, "redirect_uri", redirect, "code_verifier", verifier), binding{})
}

// Renew spends a refresh token in the same way.
func (p *Provider) Renew(ctx context.Context, dialect string, c client.Client, prove func(*db.Tx) error, token string) (Grant, error) {
	return p.refreshed(ctx, proven{c, prove}, spoken(dialect, "refresh_token", token), binding{})
}

// RefreshToken is the refresh token of a grant that was redeemed or renewed.
func (p *Provider) RefreshToken(g Grant) string { return p.refreshOf(g) }

// OwnScopes are the scopes that a client gets for itself, after prove is spent.
func (p *Provider) OwnScopes(ctx context.Context, c client.Client, prove func(*db.Tx) error, asked []string) ([]string, error) {
	if !c.Is(client.Machine) {
		return nil, refuse(UnauthorizedClient, "grant")
	}
	scopes, err := ownScopes(c, asked)
	if err != nil {
		return nil, err
	}
	return scopes, p.DB.Settle(ctx, proven{c, prove}.settle)
}

// ownDialect are the claims of an access token of a dialect by which it is known again.
type ownDialect struct {
	ID      string `json:"jti"`
	Expires int64  `json:"exp"`
}

// SignAccess signs an access token of a dialect (RS256), which only we know again by
// its grant (jti); "" for a client's own, which we do not. It lives as long as every
// access token.
func (p *Provider) SignAccess(ctx context.Context, grant string, claims map[string]any) (token string, lasts time.Duration, err error) {
	now := p.DB.Clock().Now()
	claims["jti"], claims["iat"], claims["nbf"], claims["exp"] = p.jti(grant), now.Unix(), now.Unix(), now.Add(p.Limits.Access).Unix()
	token, err = p.sign(ctx, jose.RS256, typeDialect, claims)
	return token, p.Limits.Access, err
}

// SignIdentity signs an ID token of a dialect (RS256). Its issuer must be the
// dialect's own, so that it is never taken for one of OpenID Connect.
func (p *Provider) SignIdentity(ctx context.Context, claims map[string]any) (string, error) {
	if claims["iss"] == p.Issuer {
		return "", errToken
	}
	now := p.DB.Clock().Now()
	claims["iat"], claims["nbf"], claims["exp"] = now.Unix(), now.Unix(), now.Add(p.Limits.IDToken).Unix()
	return p.sign(ctx, jose.RS256, typeID, claims)
}

// Known finds the grant behind an access token of a dialect: signed by us, not
// over, of that dialect, its grant and session alive, its client too.
func (p *Provider) Known(ctx context.Context, dialect, token string) (Grant, client.Client, error) {
	payload, err := p.verifyOwn(ctx, token, typeDialect)
	if errors.Is(err, errToken) || errors.Is(err, jose.ErrCryptoFailure) {
		return Grant{}, client.Client{}, errAccess
	}
	if err != nil {
		return Grant{}, client.Client{}, err
	}
	var own ownDialect
	now := p.DB.Clock().Now()
	if json.Unmarshal(payload, &own) != nil || !now.Before(time.Unix(own.Expires, 0)) {
		return Grant{}, client.Client{}, errAccess
	}
	grant := p.grantOfJTI(own.ID)
	if grant == "" {
		return Grant{}, client.Client{}, errAccess
	}
	g, err := p.living(ctx, grant, now)
	if err != nil {
		return Grant{}, client.Client{}, err
	}
	c, err := p.Clients.Find(ctx, g.Client)
	if err == nil && (!c.Live() || g.Detail.Dialect != dialect) {
		err = errAccess
	}
	return g, c, err
}

// Attributes are those that a grant opens and its client may still have.
func (g Grant) Attributes(c client.Client) []client.Attribute { return allowed(c, g.Detail.Attributes) }

// leaveDialect reads the wish of a site that knows no id_token_hint: the person is
// always asked, and led to a registered address only.
func (p *Provider) leaveDialect(ctx context.Context, values url.Values) (l Leaving, err error) {
	if p.dialects[values.Get("dialect")] == nil {
		return l, nil
	}
	c, err := p.Clients.Find(ctx, client.ID(values.Get("client_id")))
	if err != nil || !c.Live() || !c.Registered {
		return l, refuse(InvalidClient, "client_unknown")
	}
	l.Client = c
	if uri := values.Get("redirect_url"); uri != "" {
		if !slices.Contains(c.PostLogout, uri) {
			wrong := refuse(InvalidRequest, "post_logout")
			p.hear(c.ID, PathLogout, wrong)
			return Leaving{}, wrong
		}
		l.Return = uri
	}
	return l, nil
}

// Certify gives a self-signed certificate, DER, for each key with which dialects'
// tokens are signed: the one that signs now first. Their clients pin certificates
// and not keys. The same key always gives the same certificate.
func (p *Provider) Certify(ctx context.Context) (list [][]byte, err error) {
	all, err := p.ring(ctx)
	if err != nil {
		return nil, err
	}
	now, signs := p.DB.Clock().Now(), false
	for _, k := range all {
		private, ok := k.private.(*rsa.PrivateKey)
		if !ok {
			continue
		}
		der, err := k.certificate(private)
		if err != nil {
			return nil, err
		}
		if !signs && !k.signs.After(now) { // the newest that may
			list, signs = slices.Insert(list, 0, der), true
			continue
		}
		list = append(list, der)
	}
	return list, nil
}

func (k signingKey) certificate(private *rsa.PrivateKey) ([]byte, error) {
	sum := sha256.Sum256([]byte(k.id))
	t := &x509.Certificate{SerialNumber: new(big.Int).SetBytes(sum[:16]), Subject: pkix.Name{CommonName: "Okno " + k.id[:8]}, NotBefore: k.published.UTC(),
		NotAfter: k.published.UTC().AddDate(2, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, SignatureAlgorithm: x509.SHA256WithRSA}
	return x509.CreateCertificate(nil, t, t, private.Public(), private)
}
