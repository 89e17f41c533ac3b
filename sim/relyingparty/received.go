package relyingparty

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

// Limits of what is taken from the provider.
const (
	tokenLimit = 16 << 10        // bytes of a signed token
	skew       = time.Minute     // that the provider's clock may be ahead
	shortest   = 5 * time.Minute // the session when the provider does not say how long the access token lives
)

// A Proof is how and when a person proved who they are, as the provider signed it.
type Proof struct {
	Way string `json:"way"` // desk, letter, signature, bank, register, contact, envelope
	At  int64  `json:"at"`  // seconds since 1970
}

// received is all that the provider said of a person.
type received struct {
	Subject    string
	Session    string // sid, which logout tokens name
	Level      Level
	Factors    []string
	Proof      Proof
	SignedInAt time.Time
	Ends       time.Time      // of the access token, and with it of the session here
	IDToken    map[string]any // as it came, numbers as json.Number
	UserInfo   map[string]any

	nonce   string
	rawID   string
	refresh string
}

// claims are those that the site acts on.
type claims struct {
	Level    Level    `json:"acr"`
	Factors  []string `json:"amr"`
	AuthTime int64    `json:"auth_time"`
	Party    string   `json:"azp"`
	Session  string   `json:"sid"`
	Proof    Proof    `json:"okno_proof"`
}

// receive checks the ID token and asks for the rest. It does not judge the level or the way of proof, nor the nonce.
func (s *Site) receive(ctx context.Context, p *provider, token *oauth2.Token) (received, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return received{}, refusal{Code: "token", Detail: "there is no ID token"}
	}
	id, c, err := s.readIDToken(ctx, p, raw)
	if err != nil {
		return received{}, refusal{Code: "token", Detail: err.Error()}
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return received{}, refusal{Code: "token", Detail: err.Error()}
		}
	}
	got := received{
		Subject: id.Subject, Session: c.Session, Level: c.Level, Factors: c.Factors, Proof: c.Proof,
		nonce: id.Nonce, rawID: raw, refresh: token.RefreshToken, Ends: s.config.Now().Add(lifeOf(token)),
	}
	if c.AuthTime > 0 {
		got.SignedInAt = time.Unix(c.AuthTime, 0)
	}
	if got.IDToken, err = plainly(id.Claims); err != nil {
		return received{}, refusal{Code: "token", Detail: err.Error()}
	}
	return got, s.askMore(ctx, p, token, &got)
}

func lifeOf(token *oauth2.Token) time.Duration {
	if token.ExpiresIn <= 0 {
		return shortest
	}
	return time.Duration(token.ExpiresIn) * time.Second
}

// readIDToken verifies an ID token: signature, algorithm, issuer, audience, time (go-oidc), size, authorized party and age (here).
func (s *Site) readIDToken(ctx context.Context, p *provider, raw string) (*oidc.IDToken, claims, error) {
	if len(raw) > tokenLimit {
		return nil, claims{}, fmt.Errorf("the ID token has %d bytes", len(raw))
	}
	if t := typeOf(raw); t != "" && t != "JWT" {
		return nil, claims{}, fmt.Errorf("the type of the token is %.30q", t)
	}
	id, err := s.verifier(p).Verify(ctx, raw)
	if err != nil {
		return nil, claims{}, err
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return nil, claims{}, fmt.Errorf("read the claims: %w", err)
	}
	switch {
	case id.Subject == "":
		return nil, claims{}, fmt.Errorf("the token is about nobody")
	case len(id.Audience) > 1 && c.Party == "" || c.Party != "" && c.Party != s.config.ClientID:
		return nil, claims{}, fmt.Errorf("the token was made for another party")
	case id.IssuedAt.After(s.config.Now().Add(skew)):
		return nil, claims{}, fmt.Errorf("the token comes from the future")
	}
	return id, c, nil
}

// askMore adds what userinfo says, which must be about the same person.
func (s *Site) askMore(ctx context.Context, p *provider, token *oauth2.Token, got *received) error {
	if p.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := p.UserInfo(oidc.ClientContext(ctx, s.plain), oauth2.StaticTokenSource(token))
	if err != nil {
		return refusal{Code: "unavailable", Detail: "userinfo: " + err.Error()}
	}
	if info.Subject != got.Subject {
		return refusal{Code: "token", Detail: "userinfo is about somebody else"}
	}
	if got.UserInfo, err = plainly(info.Claims); err != nil {
		return refusal{Code: "token", Detail: err.Error()}
	}
	return nil
}

// admit judges a person by what the site's law asks, also when the provider should have done so (SSO-09).
func (s *Site) admit(got received) error {
	if got.Level.rank() < s.manner.level.rank() {
		return refusal{Code: "level", Detail: "the level is " + quoted(string(got.Level))}
	}
	if s.manner.refuses == "" {
		return nil
	}
	if got.Proof.Way == "" {
		return refusal{Code: "way", Detail: "the provider does not say how the person was proved"}
	}
	if got.Proof.Way == s.manner.refuses {
		return refusal{Code: "letter", Detail: "proved by " + got.Proof.Way}
	}
	return nil
}

// plainly decodes claims with every number as it was written.
func plainly(read func(any) error) (map[string]any, error) {
	var raw json.RawMessage
	if err := read(&raw); err != nil {
		return nil, fmt.Errorf("read the claims: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out map[string]any
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("read the claims: %w", err)
	}
	return out, nil
}

// typeOf is the "typ" of a signed token's header, unverified; empty when there is none or the token is none.
func typeOf(raw string) string {
	parsed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.PS256})
	if err != nil || len(parsed.Signatures) != 1 {
		return ""
	}
	t, _ := parsed.Signatures[0].Header.ExtraHeaders[jose.HeaderType].(string)
	return t
}

// same compares secrets without telling by time how far they agree.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func quoted(v string) string { return fmt.Sprintf("%.60q", v) }
