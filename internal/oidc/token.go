package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/secret"
	"okno/internal/signin"
)

// Tokens is the answer of the token endpoint.
type Tokens struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"` // Bearer or DPoP
	Expires int64  `json:"expires_in"`
	ID      string `json:"id_token,omitempty"`
	Refresh string `json:"refresh_token,omitempty"`
	Scope   string `json:"scope,omitempty"`
	Kind    string `json:"issued_token_type,omitempty"` // token exchange
	State   string `json:"state,omitempty"`             // the ESIA dialect
}

// Token answers at the token endpoint. A refusal that changes something (a code
// that is used again ends what it gave) is kept before it is told.
func (p *Provider) Token(ctx context.Context, call Call) (Tokens, error) {
	if len(call.Form["grant_type"]) != 1 {
		return Tokens{}, refuse(InvalidRequest, "grant_type")
	}
	c, err := p.prove(ctx, call)
	if err != nil {
		return Tokens{}, err
	}
	grant := client.Grant(call.Form.Get("grant_type"))
	if !slices.Contains([]client.Grant{client.Code, client.Refresh, client.Machine, client.Device, client.Exchange}, grant) {
		return Tokens{}, refuse(UnsupportedGrant, "grant_type")
	}
	if !c.Is(grant) {
		return Tokens{}, refuse(UnauthorizedClient, "grant")
	}
	bound, err := p.binding(ctx, c.Client, call)
	if err != nil {
		return Tokens{}, err
	}
	switch grant {
	case client.Machine:
		return p.machine(ctx, c, call, bound)
	case client.Refresh:
		return p.refresh(ctx, c, call, bound)
	case client.Device:
		return p.device(ctx, c, call, bound)
	case client.Exchange:
		return p.exchange(ctx, c, call, bound)
	}
	return p.redeem(ctx, c, call, bound)
}

// binding is the key or the certificate that new tokens are bound to.
type binding struct {
	client client.ID
	key    string
	cert   string
	spend  func(*db.Tx) error
}

func (p *Provider) binding(ctx context.Context, c client.Client, call Call) (b binding, err error) {
	b.client = c.ID
	if b.key, b.spend, err = p.possession(ctx, call, ""); err != nil {
		return b, err
	}
	if c.DPoP && b.key == "" {
		return b, errProof
	}
	if c.Method == client.SelfSignedTLS {
		b.cert = Thumbprint(call.Cert)
	}
	return b, nil
}

// settle spends the proof of the key with its audit line.
func (b binding) settle(tx *db.Tx) error {
	if b.spend == nil {
		return nil
	}
	if err := b.spend(tx); err != nil {
		return err
	}
	return recordSpent(tx, b.client, "dpop")
}

// kind is the type of a bound token.
func (b binding) kind() string {
	if b.key != "" {
		return "DPoP"
	}
	return "Bearer"
}

const spendCode db.SQL = `UPDATE oidc_grant SET code_spent_at = $2, detail = $3, generation = $4 WHERE id = $1 AND code_spent_at IS NULL AND code_until > $2 AND revoked_at IS NULL`

var errGrant = refuse(InvalidGrant, "code")

// redeem gives tokens for a code, once (OIDC-5).
func (p *Provider) redeem(ctx context.Context, c proven, call Call, bound binding) (Tokens, error) {
	g, err := p.redeemed(ctx, c, call, bound)
	if err != nil {
		return Tokens{}, err
	}
	return p.issue(ctx, c.Client, g.narrowed(c.Client, call), true)
}

// redeemed spends a code and gives what was granted with it.
func (p *Provider) redeemed(ctx context.Context, c proven, call Call, bound binding) (g Grant, err error) {
	parts, ok := cut(call.Form.Get("code"), codePrefix, 2)
	if !ok {
		return g, errGrant
	}
	if g = p.fresh.Take(parts[0]); g.ID != "" {
		if done, err := p.redeemFresh(ctx, c, &g, call, bound); done || err != nil {
			p.spent(g)
			return g, err
		}
	}
	var refused error
	err = p.deciding(parts[0])(ctx, func(tx *db.Tx) (err error) {
		refused = nil
		p.aheadCode(tx, parts[0])
		if g, err = grantOf(tx, parts[0]); err != nil {
			return err
		}
		if err = spendFor(tx, c, bound); err != nil {
			return err
		}
		if refused, err = p.spendCode(tx, c.Client, &g, call, bound); err != nil {
			return err
		}
		return recordRefused(tx, c, bound, refused)
	})
	p.spent(g)
	if err == nil {
		err = refused
	}
	return g, err
}

// deciding is how it is decided about a grant: together with others where all that
// has to be read is known beforehand.
func (p *Provider) deciding(id string) func(context.Context, func(*db.Tx) error) error {
	if p.behind.Of(id).account == "" {
		return p.DB.Write
	}
	return p.DB.Settle
}

// narrowed is the grant for the resources that a call names (RFC 8707), or for all
// that were granted and that its client may still have.
func (g Grant) narrowed(c client.Client, call Call) Grant {
	named := call.Form["resource"]
	if len(named) == 0 {
		named = g.resources(c)
	}
	g.Detail.Resources = named
	return g
}

// resources are those that were granted and that the client may still have.
func (g Grant) resources(c client.Client) (list []string) {
	for _, r := range g.Detail.Resources {
		if slices.Contains(c.Resources, r) {
			list = append(list, r)
		}
	}
	return list
}

// beyond says that a call names a resource that was not granted or is the client's no
// more, or that of those that were granted none is left (SESS-5).
func (g Grant) beyond(c client.Client, call Call) bool {
	if len(g.Detail.Resources) == 0 {
		return len(call.Form["resource"]) > 0
	}
	left := g.resources(c)
	return len(left) == 0 || slices.ContainsFunc(call.Form["resource"], func(r string) bool { return !slices.Contains(left, r) })
}

// truly says whether a call's code is that of a grant, and was given to its client
// in its dialect.
func (p *Provider) truly(c client.Client, g Grant, call Call) bool {
	return g.ID != "" && !g.codeUntil.IsZero() && secret.Equal(p.codeOf(g), call.Form.Get("code")) && g.Client == c.ID && g.Detail.Dialect == call.dialect
}

// serves checks everything that a code is bound to. Whether it was spent, and whether
// the person is still there, it does not ask.
func (g Grant) serves(c client.Client, call Call, bound binding, now time.Time) error {
	if !g.codeUntil.After(now) || !g.Live(now) {
		return errGrant
	}
	if uri := call.Form.Get("redirect_uri"); uri != g.Detail.Redirect {
		return errGrant
	}
	if refused := g.pkce(call); refused != nil {
		return refused
	}
	if g.Detail.Key != "" && g.Detail.Key != bound.key {
		return errProof
	}
	if g.beyond(c, call) {
		return refuse(InvalidTarget, "resource")
	}
	return nil
}

// spendCode spends a code that serves. The first result is a refusal to be remembered.
func (p *Provider) spendCode(tx *db.Tx, c client.Client, g *Grant, call Call, bound binding) (refused, err error) {
	if !p.truly(c, *g, call) {
		return errGrant, nil
	}
	if !g.codeSpent.IsZero() { // OIDC-5: what the first one gave dies
		return errGrant, g.revoke(tx, "code_reused")
	}
	if refused = g.serves(c, call, bound, tx.Now()); refused != nil {
		return refused, nil
	}
	live, err := p.stillThere(tx, *g)
	if err != nil || !live {
		return errGrant, err
	}
	detail, err := g.bindTo(bound)
	if err != nil {
		return nil, err
	}
	if err = tx.LaterOne(spendCode, g.ID, db.At(tx.Now()), detail, g.Generation); err != nil {
		return nil, err
	}
	return nil, p.recordTokens(tx, *g, "oidc.token")
}

// bindTo binds what a code gives to the key or certificate of who redeems it, and
// gives the detail as its column holds it.
func (g *Grant) bindTo(bound binding) (detail string, err error) {
	g.Detail.Key, g.Detail.Cert, g.Generation = bound.key, bound.cert, 1
	return g.encoded()
}

// spendFresh is spendCode where who is behind the grant ($1) in which line ($2) has not
// been read: it sees to it by itself that they are still there.
const spendFresh db.SQL = `UPDATE oidc_grant SET code_spent_at = $3, detail = $5, generation = $6
	WHERE id = $4 AND code_spent_at IS NULL AND code_until > $3 AND revoked_at IS NULL AND ` + account.Opened + ` AND ` + signin.Lives

// redeemFresh spends a code that this node gave a moment ago without reading anything:
// what a grant says does not change before its code is spent, and everything else is in
// the condition of the one update. False: it must be read to know what is wrong.
func (p *Provider) redeemFresh(ctx context.Context, c proven, g *Grant, call Call, bound binding) (bool, error) {
	if !p.truly(c.Client, *g, call) || g.serves(c.Client, call, bound, p.DB.Clock().Now()) != nil {
		return false, nil
	}
	detail, err := g.bindTo(bound)
	if err != nil {
		return false, err
	}
	err = p.DB.Settle(ctx, func(tx *db.Tx) error {
		if err := spendFor(tx, c, bound); err != nil {
			return err
		}
		if err := tx.LaterOne(spendFresh, string(g.Account), g.Session, db.At(tx.Now()), g.ID, detail, g.Generation); err != nil {
			return err
		}
		return p.recordTokens(tx, *g, "oidc.token")
	})
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	return err == nil, err
}

// recordTokens is the audit line of new tokens: what the site may read with them
// for the next five minutes (D-18).
func (p *Provider) recordTokens(tx *db.Tx, g Grant, act string) error {
	return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Client, ID: string(g.Client)}, Act: act, Read: true, Subject: string(g.Account),
		Object: "grant/" + g.ID, Purpose: "oidc", Facts: map[string]string{"attributes": words(g.Detail.Attributes)}})
}

// challenged checks PKCE (OIDC-4): a verifier of 43 to 128 characters whose
// SHA-256 is the challenge.
func challenged(challenge, verifier string) bool {
	if challenge == "" || len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return secret.Equal(base64.RawURLEncoding.EncodeToString(sum[:]), challenge)
}

// stillThere says whether the account behind a grant is open, and its session lives
// unless the grant needs none.
func (p *Provider) stillThere(tx *db.Tx, g Grant) (bool, error) {
	p.aheadPresent(tx, behindGrant(g))
	open, err := p.Accounts.IsOpen(tx, g.Account)
	if err != nil || !open {
		return false, err
	}
	_, live, err := p.inSession(tx, g)
	return live, err
}

// inSession says whether the session of a grant lives, and gives it; the zero one when
// none is needed.
func (p *Provider) inSession(tx *db.Tx, g Grant) (s signin.Session, live bool, err error) {
	if g.Detail.Offline {
		return s, true, nil
	}
	s, err = p.Sessions.Live(tx, g.Session)
	return s, s.Anyone() && s.Account == g.Account, err
}

// The account ($1) is looked at by the update itself. Most refreshes change nothing but
// the count.
const (
	turnRefresh db.SQL = `UPDATE oidc_grant SET generation = generation + 1, level = $5, detail = $6
	WHERE id = $2 AND generation = $3 AND revoked_at IS NULL AND ends_at > $4 AND ` + account.Opened
	turnSame db.SQL = `UPDATE oidc_grant SET generation = generation + 1
	WHERE id = $2 AND generation = $3 AND revoked_at IS NULL AND ends_at > $4 AND ` + account.Opened
)

// refresh turns a refresh token into new tokens and a new refresh token. An older
// one of the same grant ends the whole family, also after a restart (OIDC-9).
func (p *Provider) refresh(ctx context.Context, c proven, call Call, bound binding) (Tokens, error) {
	g, err := p.refreshed(ctx, c, call, bound)
	if err != nil {
		return Tokens{}, err
	}
	scopes, _ := g.scopesNamed(call) // turn has refused what was not granted
	return p.issue(ctx, c.Client, p.some(g, scopes).narrowed(c.Client, call), false)
}

// refreshed spends a refresh token and gives what stands behind it.
func (p *Provider) refreshed(ctx context.Context, c proven, call Call, bound binding) (g Grant, err error) {
	id, generation, ok := p.readRefresh(call.Form.Get("refresh_token"))
	if !ok {
		return g, refuse(InvalidGrant, "refresh")
	}
	var refused error
	err = p.deciding(id)(ctx, func(tx *db.Tx) (err error) {
		refused = nil
		p.aheadRefresh(tx, id, c.Client)
		if g, err = grantOf(tx, id); err != nil {
			return err
		}
		if err = spendFor(tx, c, bound); err != nil {
			return err
		}
		if refused, err = p.turn(tx, c.Client, &g, call, bound, generation); err != nil {
			return err
		}
		return recordRefused(tx, c, bound, refused)
	})
	p.spent(g)
	if errors.Is(err, db.ErrNone) { // the account is closed
		err = refuse(InvalidGrant, "refresh")
	}
	if err == nil {
		err = refused
	}
	return g, err
}

func (p *Provider) turn(tx *db.Tx, c client.Client, g *Grant, call Call, bound binding, generation int) (refused, err error) {
	bad := refuse(InvalidGrant, "refresh")
	if g.ID == "" || g.Client != c.ID || g.Detail.Dialect != call.dialect || !g.Live(tx.Now()) || !p.trueRefresh(*g, generation, call.Form.Get("refresh_token")) {
		return bad, nil
	}
	if generation < g.Generation {
		return bad, g.revoke(tx, "refresh_reused")
	}
	if generation != g.Generation || g.Detail.Key != bound.key && g.Detail.Key != "" || g.Detail.Cert != bound.cert && g.Detail.Cert != "" {
		return bad, nil
	}
	if _, granted := g.scopesNamed(call); !granted {
		return refuse(InvalidScope, "scope_wider"), nil
	}
	if g.beyond(c, call) {
		return refuse(InvalidTarget, "resource"), nil
	}
	before := *g
	if c.DPoP && g.Detail.Key == "" { // its tokens have had to be bound since it was let in
		g.Detail.Key = bound.key
	}
	live, err := p.renewed(tx, c, g)
	if err != nil || !live {
		return bad, err
	}
	if err = g.count(tx, before); err != nil {
		return nil, err
	}
	g.Generation++
	return nil, p.recordTokens(tx, *g, "oidc.refresh")
}

// count puts down that the refresh token in force was used, and what became of the
// grant since it was read.
func (g Grant) count(tx *db.Tx, before Grant) error {
	same := g.Level == before.Level && g.Detail.Key == before.Detail.Key && len(g.Detail.Attributes) == len(before.Detail.Attributes) && before.Detail.Proof != nil && *g.Detail.Proof == *before.Detail.Proof
	if same {
		return tx.LaterOne(turnSame, string(g.Account), g.ID, g.Generation, db.At(tx.Now()))
	}
	detail, err := g.encoded()
	if err != nil {
		return err
	}
	return tx.LaterOne(turnRefresh, string(g.Account), g.ID, g.Generation, db.At(tx.Now()), int(g.Level), detail)
}

// renewed brings what a grant says of its person up to date: a level that was
// raised shows in the next token, the session slides on, a consent that was
// stopped, a fallen level, a proof that the site does not take or a sandbox that is
// no more one's own ends it.
func (p *Provider) renewed(tx *db.Tx, c client.Client, g *Grant) (bool, error) {
	p.Accounts.AheadStanding(tx, g.Account)
	if !c.ByLaw() {
		consent.Ahead(tx, g.Account, c.ID)
	}
	session, live, err := p.inSession(tx, *g)
	if err != nil || !live {
		return false, err
	}
	if may, err := p.mayEnter(tx, c, g.Account); err != nil || !may {
		return false, err
	}
	standing, err := p.Accounts.Standing(tx, g.Account)
	if err != nil {
		return false, err
	}
	level := p.Accounts.LevelFrom(standing)
	if level < c.Level || level < g.Level {
		return false, nil
	}
	if g.Detail.Offline && level >= account.Verified { // OIDC-9: at the highest level nothing outlives the session
		return false, g.revoke(tx, "raised")
	}
	proof, barred := p.proofFor(c, level, standing)
	if barred {
		return false, nil
	}
	if !c.ByLaw() {
		holds, err := consent.Find(tx, g.Account, c.ID)
		if err != nil || holds.ID == "" {
			return false, err
		}
		g.Detail.Attributes = slices.DeleteFunc(g.Detail.Attributes, func(a client.Attribute) bool { return !holds.Has(a) })
	}
	g.Level, g.Detail.Proof = level, &proof
	if !session.Stale(tx.Now()) { // its last use is written once a minute, as for pages
		return true, nil
	}
	return true, p.Sessions.Touch(tx, session.ID)
}

func (p *Provider) refreshOf(g Grant) string {
	generation := strconv.FormatInt(int64(g.Generation), 36)
	return refreshPrefix + g.ID + "_" + generation + "_" + p.mac("refresh", g.ID, generation+"|"+g.seed)
}

func (p *Provider) readRefresh(token string) (id string, generation int, ok bool) {
	parts, ok := cut(token, refreshPrefix, 3)
	if !ok {
		return "", 0, false
	}
	n, err := strconv.ParseInt(parts[1], 36, 32)
	return parts[0], int(n), err == nil && n > 0
}

// trueRefresh says whether we made the token: only then may it end a family.
func (p *Provider) trueRefresh(g Grant, generation int, token string) bool {
	g.Generation = generation
	return secret.Equal(p.refreshOf(g), token)
}

// issue makes the tokens of a grant. first: the code was just spent.
func (p *Provider) issue(ctx context.Context, c client.Client, g Grant, first bool) (Tokens, error) {
	now := p.DB.Clock().Now()
	t := Tokens{Type: binding{key: g.Detail.Key}.kind(), Expires: int64(p.Limits.Access / time.Second), Scope: strings.Join(g.Detail.Scopes, " ")}
	var err error
	if t.Access, err = p.access(ctx, c, g, now); err != nil {
		return t, err
	}
	if c.Is(client.Refresh) {
		t.Refresh = p.refreshOf(g)
	}
	if g.scopes != 0 && !g.Has(client.OpenID) {
		return t, nil // a refresh that asked for less than who it is
	}
	claims, err := p.idClaims(ctx, c, g, now)
	if err != nil {
		return t, err
	}
	claims["at_hash"] = half(t.Access)
	if first && g.Detail.Nonce != "" {
		claims["nonce"] = g.Detail.Nonce
	}
	t.ID, err = p.sign(ctx, c.Algorithm(), typeID, claims)
	return t, err
}

// half is the left half of a token's SHA-256 (at_hash).
func half(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// access makes an access token: our own kind, which only we read; or a signed one
// (RFC 9068) for the resources that the site named.
func (p *Provider) access(ctx context.Context, c client.Client, g Grant, now time.Time) (string, error) {
	ends := now.Add(p.Limits.Access)
	if len(g.Detail.Resources) > 0 {
		return p.sign(ctx, jose.ES256, typeAccess, p.accessClaims(c, g, now, ends))
	}
	until, unique := strconv.FormatInt(ends.Unix(), 36), g.once(secret.Letters(lettersOnce))
	return accessPrefix + g.ID + "_" + until + "_" + unique + "_" + p.mac("access", g.ID, until+"|"+unique+"|"+g.seed), nil
}

func (p *Provider) accessClaims(c client.Client, g Grant, now, ends time.Time) map[string]any {
	claims := map[string]any{"iss": p.Issuer, "sub": g.Detail.Subject, "aud": c.Audiences(g.Detail.Resources), "client_id": string(g.Client), "exp": ends.Unix(), "iat": now.Unix(),
		"jti": p.jti(g.ID), "scope": strings.Join(g.Detail.Scopes, " "), "acr": ACR(g.Level), "auth_time": g.Detail.SignedIn}
	confirm(claims, g.Detail.Key, g.Detail.Cert)
	return claims
}

// confirm says which key a token is bound to.
func confirm(claims map[string]any, key, cert string) {
	cnf := map[string]string{}
	if key != "" {
		cnf["jkt"] = key
	}
	if cert != "" {
		cnf["x5t#S256"] = cert
	}
	if len(cnf) > 0 {
		claims["cnf"] = cnf
	}
}

// ownScopes are those of a client's own scopes that it asks for; all when it names none.
func ownScopes(c client.Client, asked []string) ([]string, error) {
	if len(asked) == 0 {
		return c.Scopes, nil
	}
	for _, scope := range asked {
		if !slices.Contains(c.Scopes, scope) {
			return nil, refuse(InvalidScope, "scope_not_registered")
		}
	}
	return asked, nil
}

// machine gives a token to a client for itself: signed, short-lived, with nothing
// written down unless an assertion has to be spent.
func (p *Provider) machine(ctx context.Context, c proven, call Call, bound binding) (Tokens, error) {
	scopes, err := ownScopes(c.Client, strings.Fields(call.Form.Get("scope")))
	if err != nil {
		return Tokens{}, err
	}
	resources := call.Form["resource"]
	for _, r := range resources {
		if !slices.Contains(c.Resources, r) {
			return Tokens{}, refuse(InvalidTarget, "resource")
		}
	}
	if len(resources) == 0 {
		resources = c.Resources
	}
	if spends(c, bound) {
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			if err := spendFor(tx, c, bound); err != nil {
				return err
			}
			return recordSpent(tx, c.ID, "machine")
		})
		if err != nil {
			return Tokens{}, err
		}
	}
	now := p.DB.Clock().Now()
	claims := map[string]any{"iss": p.Issuer, "sub": string(c.ID), "client_id": string(c.ID), "exp": now.Add(p.Limits.Access).Unix(), "iat": now.Unix(),
		"jti": secret.NewID(), "scope": strings.Join(scopes, " ")}
	if len(resources) > 0 {
		claims["aud"] = c.Audiences(resources)
	} else {
		claims["aud"] = p.Issuer
	}
	confirm(claims, bound.key, bound.cert)
	token, err := p.sign(ctx, jose.ES256, typeAccess, claims)
	return Tokens{Access: token, Type: bound.kind(), Expires: int64(p.Limits.Access / time.Second), Scope: strings.Join(scopes, " ")}, err
}
