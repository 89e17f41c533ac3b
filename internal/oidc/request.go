package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// clientAlgorithms are those with which clients may sign (OIDC-6).
var clientAlgorithms = []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.PS256}

// unpack finds the client of an authorization request and the parameters that
// count: those that were pushed, those of a signed request, or the plain ones.
func (p *Provider) unpack(ctx context.Context, values url.Values) (c client.Client, counted url.Values, pushed bool, err error) {
	id := values.Get("client_id")
	if len(values["client_id"]) != 1 || id == "" {
		return c, nil, false, refuse(InvalidRequest, "client_id")
	}
	if !single(values) {
		return c, nil, false, refuse(InvalidRequest, "repeated")
	}
	if c, err = p.Clients.Find(ctx, client.ID(id)); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = refuse(InvalidClient, "client_unknown")
		}
		return c, nil, false, err
	}
	uri := values.Get("request_uri")
	switch {
	case values.Has("request") && values.Has("request_uri"):
		return c, nil, false, refuse(InvalidRequest, "repeated")
	case strings.HasPrefix(uri, pushedPrefix):
		counted, err = p.takePushed(ctx, c, uri)
		return c, counted, true, err
	case values.Has("request_uri"): // nothing is ever fetched (T-42)
		return c, nil, false, refuse(RequestURIRefused, "request_uri")
	case values.Has("request"):
		counted, err = p.signedRequest(ctx, c, values)
		return c, counted, false, err
	}
	return c, values, false, nil
}

// requestClaims are those of a signed request that are not parameters.
type requestClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"` // the client itself in assertions only (RFC 9101 10.8)
	Audience audience `json:"aud"`
	Expires  int64    `json:"exp"`
	Before   int64    `json:"nbf"`
	Issued   int64    `json:"iat"`
	ID       string   `json:"jti"`
}

// audience is an audience: one text, or a list of them.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	var many []string
	err := json.Unmarshal(data, &many)
	*a = many
	return err
}

// signedRequest opens a request object (RFC 9101): signed by the client, for us,
// not older than it says. Only what is inside counts.
func (p *Provider) signedRequest(ctx context.Context, c client.Client, values url.Values) (url.Values, error) {
	bad := refuse(InvalidRequestObject, "request_object")
	payload, typ, err := verifyBy(c, values.Get("request"))
	if err != nil || typ != "" && typ != "oauth-authz-req+jwt" && typ != "JWT" {
		return nil, bad
	}
	var claims requestClaims
	var all map[string]any
	if json.Unmarshal(payload, &claims) != nil || json.Unmarshal(payload, &all) != nil {
		return nil, bad
	}
	now := p.DB.Clock().Now()
	if claims.Issuer != string(c.ID) || claims.Subject == string(c.ID) || len(claims.Audience) != 1 || claims.Audience[0] != p.Issuer || !p.timely(now, claims.Issued, claims.Before, claims.Expires) {
		return nil, bad
	}
	counted := url.Values{}
	for name, value := range all {
		switch name {
		case "iss", "aud", "exp", "nbf", "iat", "jti":
			continue
		case "request", "request_uri":
			return nil, bad
		}
		if list, many := value.([]any); many && name == "resource" {
			for _, one := range list {
				text, _ := one.(string)
				counted.Add(name, text)
			}
			continue
		}
		if text, ok := parameter(value); ok {
			counted.Set(name, text)
		}
	}
	for _, name := range []string{"client_id", "response_type"} {
		if inside := counted.Get(name); inside != "" && values.Has(name) && values.Get(name) != inside {
			return nil, bad
		}
	}
	if counted.Get("client_id") != string(c.ID) {
		return nil, bad
	}
	if claims.ID != "" {
		if err := p.spendID(ctx, "request", c, claims.ID, claims.Expires); err != nil {
			return nil, err
		}
	}
	return counted, nil
}

// parameter is a claim as a parameter would be written.
func parameter(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case map[string]any, []any:
		text, err := json.Marshal(v)
		return string(text), err == nil
	case float64:
		text, err := json.Marshal(v)
		return string(text), err == nil
	}
	return "", false
}

// timely says whether a foreign token is neither from the future nor over: iat and
// nbf may be ten seconds ahead, and it must name an end within an hour.
func (p *Provider) timely(now time.Time, issued, before, expires int64) bool {
	skew := p.Limits.Skew
	if issued > 0 && time.Unix(issued, 0).After(now.Add(skew)) || before > 0 && time.Unix(before, 0).After(now.Add(skew)) {
		return false
	}
	end := time.Unix(expires, 0)
	return expires > 0 && end.After(now.Add(-skew)) && end.Before(now.Add(time.Hour+skew))
}

// verifyBy checks a signature by one of the client's own keys and gives the
// payload and the kind.
func verifyBy(c client.Client, token string) (payload []byte, typ string, err error) {
	parsed, err := parse(token, clientAlgorithms)
	if err != nil {
		return nil, "", err
	}
	header := parsed.Signatures[0].Protected
	if header.JSONWebKey != nil {
		return nil, "", errToken
	}
	typ, _ = header.ExtraHeaders[jose.HeaderType].(string)
	for _, key := range c.Keys.Keys {
		if header.KeyID != "" && key.KeyID != header.KeyID || key.Algorithm != "" && key.Algorithm != header.Algorithm {
			continue
		}
		if payload, err = parsed.Verify(key); err == nil {
			return payload, typ, nil
		}
	}
	return nil, "", errToken
}

func (p *Provider) spendID(ctx context.Context, kind string, c client.Client, id string, expires int64) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		first, err := once(tx, kind, string(c.ID), id, time.Unix(expires, 0).Add(p.Limits.Skew))
		if err == nil && !first {
			err = refuse(InvalidRequestObject, "replayed")
		}
		return err
	})
}

const (
	insertPushed db.SQL = `INSERT INTO oidc_pushed (id, client, parameters, ends_at) VALUES ($1, $2, $3, $4)`
	spendPushed  db.SQL = `UPDATE oidc_pushed SET spent_at = $3 WHERE id = $1 AND client = $2 AND spent_at IS NULL AND ends_at > $3 RETURNING parameters`
)

func pushedPlace(id string) secret.Place {
	return secret.Place{Table: "oidc_pushed", Column: "parameters", Row: id}
}

// Pushed is the answer to a pushed request (RFC 9126).
type Pushed struct {
	URI     string
	Expires time.Duration
}

// Push takes a request from the client itself and gives a name for it that may be
// used once within 90 seconds.
func (p *Provider) Push(ctx context.Context, c client.Client, values url.Values) (Pushed, error) {
	if values.Has("request_uri") {
		return Pushed{}, refuse(InvalidRequest, "par_nested")
	}
	if named := values["client_id"]; len(named) > 1 || len(named) == 1 && named[0] != string(c.ID) {
		return Pushed{}, refuse(InvalidRequest, "client_id")
	}
	values.Set("client_id", string(c.ID))
	if values.Has("request") {
		counted, err := p.signedRequest(ctx, c, values)
		if err != nil {
			return Pushed{}, err
		}
		values = counted
	}
	if _, _, err := p.read(c, values); err != nil {
		return Pushed{}, err
	}
	kept := url.Values{}
	for name, list := range values {
		if name != "client_assertion" && name != "client_assertion_type" && name != "client_secret" {
			kept[name] = list
		}
	}
	uri := pushedPrefix + secret.Token()
	id := secret.Hash(uri)
	err := p.DB.Write(ctx, func(tx *db.Tx) error {
		key, err := p.house(tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertPushed, id, string(c.ID), key.Seal(pushedPlace(id), []byte(kept.Encode())), db.At(tx.Now().Add(p.Limits.Pushed)))
		return err
	})
	return Pushed{uri, p.Limits.Pushed}, err
}

// takePushed spends a pushed request: the first browser that brings its name.
func (p *Provider) takePushed(ctx context.Context, c client.Client, uri string) (values url.Values, err error) {
	id := secret.Hash(uri)
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		sealed, err := db.One(tx, db.Scalar[[]byte], spendPushed, id, string(c.ID), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return refuse(InvalidRequestURI, "par_over")
		}
		if err != nil {
			return err
		}
		key, err := p.house(tx)
		if err != nil {
			return err
		}
		plain, err := key.Open(pushedPlace(id), sealed)
		if err != nil {
			return err
		}
		values, err = url.ParseQuery(string(plain))
		return err
	})
	return values, err
}
