package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// clientAlgorithms are those with which clients may sign (OIDC-6).
var clientAlgorithms = []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.PS256}

// request is an authorization request as it came.
type request struct {
	client client.Client
	values url.Values         // the parameters that count
	pushed bool               // it was pushed
	spend  func(*db.Tx) error // what it is spent by, where it begins; nil: it may come again
}

// unpack finds the client of an authorization request and the parameters that
// count: those that were pushed, those of a signed request, or the plain ones. It
// spends nothing yet.
func (p *Provider) unpack(ctx context.Context, values url.Values) (r request, err error) {
	id := values.Get("client_id")
	if len(values["client_id"]) != 1 || id == "" {
		return r, refuse(InvalidRequest, "client_id")
	}
	if !single(values) {
		return r, refuse(InvalidRequest, "repeated")
	}
	if r.client, err = p.Clients.Find(ctx, client.ID(id)); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = refuse(InvalidClient, "client_unknown")
		}
		return r, err
	}
	r.values = values
	uri := values.Get("request_uri")
	switch {
	case values.Has("request") && values.Has("request_uri"):
		return r, refuse(InvalidRequest, "repeated")
	case strings.HasPrefix(uri, pushedPrefix):
		r.pushed = true
		r.values, r.spend, err = p.findPushed(ctx, r.client, uri)
	case values.Has("request_uri"): // nothing is ever fetched (T-42)
		return r, refuse(RequestURIRefused, "request_uri")
	case values.Has("request"):
		r.values, r.spend, err = p.signedRequest(r.client, values)
	}
	return r, err
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
// not older than it says. Only what is inside counts. One with a name of its own
// (jti) serves once: spend is how.
func (p *Provider) signedRequest(c client.Client, values url.Values) (counted url.Values, spend func(*db.Tx) error, err error) {
	bad := refuse(InvalidRequestObject, "request_object")
	payload, typ, err := verifyBy(c, values.Get("request"))
	if err != nil || typ != "" && typ != "oauth-authz-req+jwt" && typ != "JWT" {
		return nil, nil, bad
	}
	var claims requestClaims
	var all map[string]any
	if json.Unmarshal(payload, &claims) != nil || json.Unmarshal(payload, &all) != nil {
		return nil, nil, bad
	}
	now := p.DB.Clock().Now()
	if claims.Issuer != string(c.ID) || claims.Subject == string(c.ID) || len(claims.Audience) != 1 || claims.Audience[0] != p.Issuer || !p.timely(now, claims.Issued, claims.Before, claims.Expires) {
		return nil, nil, bad
	}
	counted = url.Values{}
	for name, value := range all {
		switch name {
		case "iss", "aud", "exp", "nbf", "iat", "jti":
			continue
		case "request", "request_uri":
			return nil, nil, bad
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
			return nil, nil, bad
		}
	}
	if counted.Get("client_id") != string(c.ID) {
		return nil, nil, bad
	}
	if claims.ID == "" {
		return counted, nil, nil
	}
	until := time.Unix(claims.Expires, 0).Add(p.Limits.Skew)
	return counted, p.once("request", string(c.ID), claims.ID, until, refuse(InvalidRequestObject, "replayed")), nil
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
	if latest := now.Add(skew).Unix(); issued > latest || before > latest { // as numbers: a time.Time of the largest is in the past
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

const (
	insertPushed db.SQL = `INSERT INTO oidc_pushed (id, client, parameters, ends_at) VALUES ($1, $2, $3, $4)`
	selectPushed db.SQL = `SELECT parameters FROM oidc_pushed WHERE id = $1 AND client = $2 AND spent_at IS NULL AND ends_at > $3`
	spendPushed  db.SQL = `UPDATE oidc_pushed SET spent_at = $3 WHERE id = $1 AND client = $2 AND spent_at IS NULL AND ends_at > $3`
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
// used once within 90 seconds. What proved the client is spent also when the
// request is refused.
func (p *Provider) Push(ctx context.Context, call Call) (Pushed, error) {
	c, err := p.prove(ctx, call)
	if err != nil {
		return Pushed{}, err
	}
	bound, err := p.bind(ctx, c.Client, call)
	if err != nil {
		return Pushed{}, err
	}
	values, spend, wrong := p.pushed(c.Client, call.Form)
	uri := pushedPrefix + secret.Token()
	var refused error
	err = p.DB.Settle(ctx, func(tx *db.Tx) error {
		refused = wrong
		if _, err := p.house(tx); err != nil { // read before anything is put down
			return err
		}
		if err := spendFor(tx, c, bound); err != nil {
			return err
		}
		if refused == nil && spend != nil {
			refused = spend(tx)
		}
		if refused == nil {
			return p.keepPushed(tx, c.ID, secret.Hash(uri), values)
		}
		if RefusalOf(refused) == nil {
			return refused
		}
		return recordRefused(tx, c, bound, refused)
	})
	if err == nil {
		err = refused
	}
	return Pushed{uri, p.Limits.Pushed}, err
}

// pushed reads a request that is pushed: what of it counts, and what it is spent by.
func (p *Provider) pushed(c client.Client, values url.Values) (counted url.Values, spend func(*db.Tx) error, err error) {
	if values.Has("request_uri") {
		return nil, nil, refuse(InvalidRequest, "par_nested")
	}
	if named := values["client_id"]; len(named) > 1 || len(named) == 1 && named[0] != string(c.ID) {
		return nil, nil, refuse(InvalidRequest, "client_id")
	}
	values.Set("client_id", string(c.ID))
	if values.Has("request") {
		if values, spend, err = p.signedRequest(c, values); err != nil {
			return nil, nil, err
		}
	}
	if _, _, err := p.read(c, values); err != nil {
		return nil, nil, err
	}
	counted = maps.Clone(values)
	for _, name := range []string{"client_assertion", "client_assertion_type", "client_secret"} {
		delete(counted, name)
	}
	return counted, spend, nil
}

// keepPushed keeps a request under the hash of its name, with the audit line.
func (p *Provider) keepPushed(tx *db.Tx, site client.ID, id string, values url.Values) error {
	key, err := p.house(tx)
	if err != nil {
		return err
	}
	if err = tx.Later(insertPushed, id, string(site), key.Seal(pushedPlace(id), []byte(values.Encode())), db.At(tx.Now().Add(p.Limits.Pushed))); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Client, ID: string(site)}, Act: "oidc.push", Object: "client/" + string(site)})
}

var errPushed = refuse(InvalidRequestURI, "par_over")

// findPushed reads a pushed request. It is spent where it begins, by the first
// browser that brings its name: a failure on the way there loses nothing.
func (p *Provider) findPushed(ctx context.Context, c client.Client, uri string) (values url.Values, spend func(*db.Tx) error, err error) {
	id := secret.Hash(uri)
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		p.Vault.Ahead(tx, houseSubject)
		tx.Whole()
		sealed, err := db.One(tx, db.Scalar[[]byte], selectPushed, id, string(c.ID), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return errPushed
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
	return values, func(tx *db.Tx) error {
		err := tx.Spend(spendPushed, id, string(c.ID), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			err = errPushed
		}
		return err
	}, err
}
