package esia

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/oidc"
)

// Tokens is the answer of the token endpoint.
type Tokens struct {
	Access  string `json:"access_token"`
	ID      string `json:"id_token,omitempty"`
	Refresh string `json:"refresh_token,omitempty"`
	State   string `json:"state"` // of this request; systems compare it
	Type    string `json:"token_type"`
	Expires int64  `json:"expires_in"` // seconds
}

// Token answers at the token endpoint: for a code, a refresh token, or the system itself.
func (e *ESIA) Token(ctx context.Context, values url.Values) (Tokens, error) {
	tokens, err := e.token(ctx, values)
	e.Hear(client.ID(values.Get("client_id")), tokenPath, err)
	return tokens, err
}

// tokenPath is where refusals of tokens are told to have happened.
const tokenPath = "/aas/oauth2/te"

func (e *ESIA) token(ctx context.Context, values url.Values) (Tokens, error) {
	c, err := e.find(ctx, values)
	if err != nil {
		return Tokens{}, err
	}
	if err := needed(values, "grant_type", "timestamp", "state", "client_secret", "scope"); err != nil {
		return Tokens{}, err
	}
	if !goodState(values.Get("state")) {
		return Tokens{}, refuse(oidc.InvalidRequest, badParameter)
	}
	grant := client.Grant(values.Get("grant_type"))
	what, known := map[client.Grant]string{client.Code: "code", client.Refresh: "refresh_token", client.Machine: ""}[grant]
	switch {
	case !known:
		return Tokens{}, refuse("unsupported_grant_type", badGrantType)
	case !speaks(c) || !c.Is(grant):
		return Tokens{}, refuse(oidc.UnauthorizedClient, notForClient)
	case what != "" && values.Get(what) == "":
		return Tokens{}, refuse(oidc.InvalidRequest, noParameter)
	}
	if err := timely(values.Get("timestamp"), e.DB.Clock().Now()); err != nil {
		return Tokens{}, err
	}
	second := url.Values{}
	for name, list := range values {
		second[name] = list
	}
	if grant == client.Refresh { // the second version signs no address here
		second.Del("redirect_uri")
	}
	signature, err := e.signature(c, second, values.Get(what))
	if err != nil {
		return Tokens{}, err
	}
	tokens, err := e.give(ctx, c, grant, values, signature)
	tokens.State, tokens.Type = values.Get("state"), "Bearer"
	return tokens, err
}

// give spends what was brought and makes the tokens.
func (e *ESIA) give(ctx context.Context, c client.Client, grant client.Grant, values url.Values, signature oidc.Signature) (Tokens, error) {
	var g oidc.Grant
	var err error
	switch grant {
	case client.Machine:
		return e.machine(ctx, c, values.Get("scope"), signature)
	case client.Refresh:
		g, err = e.Renew(ctx, Dialect, c, signature.Prove, values.Get("refresh_token"))
	default:
		g, err = e.Redeem(ctx, Dialect, c, signature.Prove, values.Get("code"), values.Get("redirect_uri"), values.Get("code_verifier"))
	}
	if err != nil {
		return Tokens{}, err
	}
	return e.issue(ctx, c, g)
}

// issue makes the tokens of a grant.
func (e *ESIA) issue(ctx context.Context, c client.Client, g oidc.Grant) (t Tokens, err error) {
	var holder account.Account
	err = e.DB.Read(ctx, func(tx *db.Tx) (err error) { holder, err = e.Accounts.Get(tx, g.Account); return err })
	if err != nil {
		return t, err
	}
	oid := string(holder.Person)
	claims := map[string]any{"iss": e.Name, "client_id": string(c.ID), "urn:esia:sid": g.SID, "urn:esia:sbj_id": numeric(oid), "scope": granted(g.Detail.Scopes, oid)}
	var lasts time.Duration
	if t.Access, lasts, err = e.SignAccess(ctx, g.ID, claims); err != nil {
		return t, err
	}
	t.Expires = int64(lasts / time.Second)
	if g.Has(client.OpenID) {
		if t.ID, err = e.SignIdentity(ctx, e.identity(c, g, oid)); err != nil {
			return t, err
		}
	}
	if g.Has(client.Offline) {
		t.Refresh = e.RefreshToken(g)
	}
	return t, nil
}

// identity are the claims of an ID token (behaviour.md 3.3).
func (e *ESIA) identity(c client.Client, g oidc.Grant, oid string) map[string]any {
	subject := map[string]any{"urn:esia:sbj:typ": "P", "urn:esia:sbj:oid": numeric(oid), "urn:esia:sbj:nam": "OID." + oid, "urn:esia:sbj:lvl": "P"}
	if trusted(g.Level) {
		subject["urn:esia:sbj:is_tru"], subject["urn:esia:sbj:lvl"] = true, "PR"
	}
	claims := map[string]any{"iss": e.Name, "aud": string(c.ID), "sub": oid, "auth_time": g.Detail.SignedIn, "amr": "PWD", "urn:esia:amd": "PWD",
		"urn:esia:sid": g.SID, "urn:esia:sbj": subject}
	return claims
}

// trusted says that a level is what ESIA calls verified.
func trusted(level account.Level) bool { return level >= account.Verified }

// numeric is an oid as a number, which is how ESIA writes it everywhere but in sub.
func numeric(oid string) any {
	n, err := strconv.ParseInt(oid, 10, 64)
	if err != nil {
		return oid
	}
	return n
}

// machine makes a token for a system itself. Scopes may name a person by oid; what
// such a token opens elsewhere is decided there, here it opens nobody's data.
func (e *ESIA) machine(ctx context.Context, c client.Client, text string, signature oidc.Signature) (t Tokens, err error) {
	scopes := strings.Fields(text)
	if len(scopes) == 0 {
		return t, refuse(oidc.InvalidRequest, noScope)
	}
	asked := make([]string, len(scopes))
	for i, scope := range scopes {
		asked[i] = base(scope)
	}
	if _, err = e.OwnScopes(ctx, c, signature.Prove, asked); err != nil {
		return t, err
	}
	var lasts time.Duration
	t.Access, lasts, err = e.SignAccess(ctx, "", map[string]any{"iss": e.Name, "client_id": string(c.ID), "scope": strings.Join(scopes, " ")})
	t.Expires = int64(lasts / time.Second)
	return t, err
}
