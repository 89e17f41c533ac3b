package oidc

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// access is an access token that holds now.
type accessToken struct {
	grant   Grant
	expires time.Time
	unique  string
}

var errAccess = refuse(InvalidToken, "access")

// accessOf finds out what an access token of our own kind stands for: the whole
// value must be ours, its time not over, its grant and session alive.
func (p *Provider) accessOf(ctx context.Context, token string) (accessToken, error) {
	parts, ok := cut(token, accessPrefix, 4)
	if !ok {
		return accessToken{}, errAccess
	}
	until, err := strconv.ParseInt(parts[1], 36, 64)
	now := p.DB.Clock().Now()
	if err != nil || !now.Before(time.Unix(until, 0)) {
		return accessToken{}, errAccess
	}
	g, err := p.living(ctx, parts[0], now)
	if err != nil {
		return accessToken{}, err
	}
	if !secret.Equal(parts[3], p.mac("access", g.ID, parts[1]+"|"+parts[2]+"|"+g.seed)) {
		return accessToken{}, errAccess
	}
	return accessToken{p.some(g, scopesIn(parts[2])), time.Unix(until, 0), parts[2]}, nil
}

// living reads a grant that is not revoked and whose session, if it needs one, lives.
func (p *Provider) living(ctx context.Context, id string, now time.Time) (Grant, error) {
	s, ok := p.recent.find(id, now)
	if !ok {
		err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if b := p.behind.Of(id); b.account != "" {
				p.aheadPresent(tx, b)
				tx.Whole()
			}
			if s.grant, err = grantOf(tx, id); err != nil || s.grant.ID == "" {
				return err
			}
			s.alive, err = p.stillThere(tx, s.grant)
			s.at = tx.Now()
			return err
		})
		if err != nil {
			return Grant{}, err
		}
		if s.grant.ID == "" {
			return Grant{}, errAccess
		}
		if s.grant.codeUntil.IsZero() || !s.grant.codeSpent.IsZero() { // only then it is known to whom its tokens are bound
			p.recent.keep(s)
		}
	}
	if !s.alive || !s.grant.Live(now) {
		return Grant{}, errAccess
	}
	return s.grant, nil
}

// held checks that whoever shows a bound token holds its key or certificate.
func (p *Provider) held(ctx context.Context, g Grant, call Call, token string, scheme string) error {
	if g.Detail.Cert != "" && !secret.Equal(g.Detail.Cert, Thumbprint(call.Cert)) {
		return errAccess
	}
	if (g.Detail.Key != "") != (scheme == "DPoP") {
		return errAccess
	}
	if g.Detail.Key == "" {
		return nil
	}
	key, spend, err := p.possession(ctx, call, token)
	if err != nil {
		return err
	}
	if spend == nil || !secret.Equal(key, g.Detail.Key) {
		return errProof
	}
	return p.DB.Write(ctx, binding{client: g.Client, spend: spend}.settle)
}

// UserInfo tells a site what its access token opens. What it opens was written into the audit log
// when the token was given, which lives five minutes.
func (p *Provider) UserInfo(ctx context.Context, call Call, scheme, token string) (claims map[string]any, site client.ID, err error) {
	t, c, err := p.shown(ctx, call, scheme, token)
	if err != nil {
		return nil, "", err
	}
	if !t.grant.Has(client.OpenID) {
		return nil, "", refuse(InsufficientScope, "openid_missing")
	}
	claims, err = p.data(ctx, c, t.grant, t.grant.Detail.Verified.UserInfo)
	return claims, c.ID, err
}

// shown checks an access token that a site shows us, with everything it is bound to.
func (p *Provider) shown(ctx context.Context, call Call, scheme, token string) (accessToken, client.Client, error) {
	t, err := p.accessOf(ctx, token)
	if err != nil {
		return t, client.Client{}, err
	}
	if err := p.held(ctx, t.grant, call, token, scheme); err != nil {
		return t, client.Client{}, err
	}
	c, err := p.Clients.Find(ctx, t.grant.Client)
	if err == nil && !c.Live() {
		err = errAccess
	}
	return t, c, err
}

// Shown is for a dialect that answers by itself: the grant behind a token that holds.
func (p *Provider) Shown(ctx context.Context, call Call, scheme, token string) (Grant, client.Client, error) {
	t, c, err := p.shown(ctx, call, scheme, token)
	return t.grant, c, err
}

// SignInfo signs what UserInfo told, for clients that want it so.
func (p *Provider) SignInfo(ctx context.Context, id client.ID, claims map[string]any) (string, error) {
	claims["iss"], claims["aud"] = p.Issuer, string(id)
	return p.sign(ctx, jose.ES256, typeInfo, claims)
}

// Introspect tells a client about a token (RFC 7662): of its own, or one that is
// meant for it as a resource server. Everything else is not active, whatever it is.
func (p *Provider) Introspect(ctx context.Context, call Call) (map[string]any, error) {
	c, err := p.Prove(ctx, call)
	if err != nil {
		return nil, err
	}
	if c.Method == client.NoMethod {
		return nil, errClient
	}
	dead := map[string]any{"active": false}
	token := call.Form.Get("token")
	switch {
	case token == "":
		return nil, refuse(InvalidRequest, "token")
	case strings.HasPrefix(token, accessPrefix):
		t, err := p.accessOf(ctx, token)
		if RefusalOf(err) != nil || err == nil && t.grant.Client != c.ID {
			return dead, nil
		}
		return p.told(t.grant, t.expires.Add(-p.Limits.Access), t.expires), err
	case strings.HasPrefix(token, refreshPrefix):
		return p.introspectRefresh(ctx, c, token)
	}
	return p.introspectSigned(ctx, c, token)
}

func (p *Provider) told(g Grant, issued, expires time.Time) map[string]any {
	answer := map[string]any{"active": true, "iss": p.Issuer, "sub": g.Detail.Subject, "client_id": string(g.Client), "scope": strings.Join(g.Detail.Scopes, " "),
		"exp": expires.Unix(), "iat": issued.Unix(), "acr": ACR(g.Level), "auth_time": g.Detail.SignedIn, "token_type": binding{key: g.Detail.Key}.kind()}
	confirm(answer, g.Detail.Key, g.Detail.Cert)
	return answer
}

func (p *Provider) introspectRefresh(ctx context.Context, c client.Client, token string) (map[string]any, error) {
	dead := map[string]any{"active": false}
	id, generation, ok := p.readRefresh(token)
	if !ok {
		return dead, nil
	}
	p.recent.forget(id) // which of the family is in force changes with each use
	g, err := p.living(ctx, id, p.DB.Clock().Now())
	if RefusalOf(err) != nil || err == nil && (g.Client != c.ID || !p.trueRefresh(g, generation, token) || generation != g.Generation) {
		return dead, nil
	}
	if err != nil {
		return nil, err
	}
	answer := p.told(g, g.Created, g.Ends)
	answer["token_type"] = "refresh_token"
	return answer, nil
}

func (p *Provider) introspectSigned(ctx context.Context, c client.Client, token string) (map[string]any, error) {
	dead := map[string]any{"active": false}
	payload, err := p.verifyOwn(ctx, token, typeAccess)
	if err != nil {
		return dead, nil
	}
	var claims map[string]any
	var known struct {
		Audience audience `json:"aud"`
		Client   string   `json:"client_id"`
		Expires  int64    `json:"exp"`
		ID       string   `json:"jti"`
	}
	if json.Unmarshal(payload, &claims) != nil || json.Unmarshal(payload, &known) != nil || !p.DB.Clock().Now().Before(time.Unix(known.Expires, 0)) {
		return dead, nil
	}
	mine := known.Client == string(c.ID) || c.Introspect && slices.ContainsFunc(known.Audience, func(a string) bool { return slices.Contains(c.Audiences(c.Resources), a) })
	if !mine {
		return dead, nil
	}
	if whose, err := p.Clients.Find(ctx, client.ID(known.Client)); fault.Is(err, fault.NotFound) || err == nil && !whose.Live() {
		return dead, nil
	} else if err != nil {
		return nil, err
	}
	if grant := p.grantOfJTI(known.ID); grant != "" {
		if _, err := p.living(ctx, grant, p.DB.Clock().Now()); RefusalOf(err) != nil {
			return dead, nil
		} else if err != nil {
			return nil, err
		}
	}
	claims["active"] = true
	return claims, nil
}

// Revoke ends a token's whole grant (RFC 7009). A token that is not the client's,
// or no token at all, changes nothing and is answered in the same way.
func (p *Provider) Revoke(ctx context.Context, call Call) error {
	c, err := p.prove(ctx, call)
	if err != nil {
		return err
	}
	token := call.Form.Get("token")
	id, generation, isRefresh := p.readRefresh(token)
	if !isRefresh {
		id = p.grantNamed(ctx, token)
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := c.settle(tx); err != nil || id == "" {
			return err
		}
		g, err := grantOf(tx, id)
		if err != nil || g.Client != c.ID || isRefresh && !p.trueRefresh(g, generation, token) {
			return err
		}
		return g.revoke(tx, "client")
	})
	p.recent.forget(id)
	return err
}

// grantNamed is the grant behind an access token that is truly ours, "" for anything else.
func (p *Provider) grantNamed(ctx context.Context, token string) string {
	if strings.HasPrefix(token, accessPrefix) {
		t, err := p.accessOf(ctx, token)
		if err != nil {
			return ""
		}
		return t.grant.ID
	}
	payload, err := p.verifyOwn(ctx, token, typeAccess)
	if err != nil {
		return ""
	}
	var claims struct {
		ID string `json:"jti"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	return p.grantOfJTI(claims.ID)
}

// endConsent ends what a site was given when its consent is stopped.
func (p *Provider) endConsent(tx *db.Tx, who string, site client.ID) error {
	return p.endGiven(tx, who, site, tx.Now().Add(apart)) // nothing can have been agreed to since
}

const selectGiven db.SQL = `SELECT id, client, account, session, sid, level, detail, generation, created_at, ends_at, revoked_at, seed, code_until, code_spent_at
	FROM oidc_grant WHERE account = $1 AND client = $2 AND created_at <= $3 AND revoked_at IS NULL ORDER BY id`

// endGiven ends what a site was given until a moment, and signs the person out
// there: what was agreed to afterwards stays. It may run twice.
func (p *Provider) endGiven(tx *db.Tx, who string, site client.ID, until time.Time) error {
	given, err := db.All(tx, scanGrant, selectGiven, who, string(site), db.At(until))
	if err != nil {
		return err
	}
	if err := p.sayGoodbyes(tx, given); err != nil {
		return err
	}
	n, err := tx.Exec(revokeConsent, who, string(site), db.At(tx.Now()), "consent", db.At(until))
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem("consent.stopped"), Act: "oidc.revoke", Subject: who, Object: "client/" + string(site), Facts: map[string]string{"why": "consent"}})
}
