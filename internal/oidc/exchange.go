package oidc

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/db"
)

// Names of token exchange (RFC 8693).
const (
	accessKind = "urn:ietf:params:oauth:token-type:access_token"
	jwtKind    = "urn:ietf:params:oauth:token-type:jwt"
)

// exchange turns an access token that a client was given into a signed one for one
// resource behind it, never wider and never longer, in which the act claim says who
// acts for whom. Representation of one person by another builds on it.
func (p *Provider) exchange(ctx context.Context, c proven, call Call, bound binding) (Tokens, error) {
	form := call.Form
	if form.Get("subject_token_type") != accessKind || form.Has("actor_token") {
		return Tokens{}, refuse(InvalidRequest, "exchange")
	}
	kind := cmp.Or(form.Get("requested_token_type"), accessKind) // what we give is both: an access token, as a JWT
	if kind != accessKind && kind != jwtKind {
		return Tokens{}, refuse(InvalidRequest, "exchange")
	}
	if form.Has("audience") { // targets are named by resource alone
		return Tokens{}, refuse(InvalidTarget, "exchange")
	}
	t, err := p.accessOf(ctx, form.Get("subject_token"))
	if RefusalOf(err) != nil || err == nil && t.grant.Client != c.ID {
		return Tokens{}, refuse(InvalidGrant, "access")
	}
	if err != nil {
		return Tokens{}, err
	}
	if old := t.grant.Detail; old.Key != "" && old.Key != bound.key || old.Cert != "" && old.Cert != bound.cert {
		return Tokens{}, errProof // a bound token is not turned into one that anybody may use
	}
	resources := form["resource"]
	if len(resources) != 1 || !slices.Contains(c.Resources, resources[0]) {
		return Tokens{}, refuse(InvalidTarget, "resource")
	}
	g := t.grant
	g.Detail.Resources, g.Detail.Key, g.Detail.Cert = resources, bound.key, bound.cert
	if scopes := strings.Fields(form.Get("scope")); len(scopes) > 0 {
		if slices.ContainsFunc(scopes, func(s string) bool { return !t.grant.Has(s) }) {
			return Tokens{}, refuse(InvalidScope, "scope_wider")
		}
		g.Detail.Scopes = scopes
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := spendFor(tx, c, bound); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Client, ID: string(c.ID)}, Act: "oidc.exchange", Subject: string(g.Account), Object: "grant/" + g.ID})
	})
	if err != nil {
		return Tokens{}, err
	}
	now := p.DB.Clock().Now()
	claims := p.accessClaims(c.Client, g, now, t.expires)
	claims["act"] = map[string]string{"sub": string(c.ID), "client_id": string(c.ID)}
	token, err := p.sign(ctx, jose.ES256, typeAccess, claims)
	return Tokens{Access: token, Type: bound.kind(), Kind: kind, Expires: int64(t.expires.Sub(now) / time.Second), Scope: strings.Join(g.Detail.Scopes, " ")}, err
}
