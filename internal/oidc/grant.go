package oidc

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
)

// Grant is what one sign-in at one site gave: the code, the tokens that follow
// from it, and what they open. It is the family that dies as a whole (OIDC-9).
type Grant struct {
	ID         string
	Client     client.ID
	Account    account.ID
	Session    string // line of the session, "" when the person was not there (client credentials have no grant)
	SID        string
	Level      account.Level
	Generation int // of the refresh token in force
	Created    time.Time
	Ends       time.Time
	Revoked    time.Time
	Detail     Detail

	seed      string
	scopes    uint64 // which of them a token has that was asked for with fewer, 0 for all (some)
	codeUntil time.Time
	codeSpent time.Time
}

// Detail is what the site asked and was given. It names no person.
type Detail struct {
	Redirect   string             `json:"redirect"`
	Nonce      string             `json:"nonce,omitempty"`
	Challenge  string             `json:"challenge,omitempty"`
	State      string             `json:"state,omitempty"` // kept for the ESIA dialect, which returns it with the token
	Scopes     []string           `json:"scopes"`
	Attributes []client.Attribute `json:"attributes,omitempty"` // agreed to, and asked for
	InToken    []string           `json:"in_token,omitempty"`
	Verified   VerifiedWishes     `json:"verified_claims,omitzero"`
	Resources  []string           `json:"resources,omitempty"`
	Subject    string             `json:"sub"`
	AMR        []string           `json:"amr"`
	SignedIn   int64              `json:"auth_time"` // Unix seconds
	Proof      *Proof             `json:"proof,omitempty"`
	Key        string             `json:"jkt,omitempty"` // thumbprint of the DPoP key
	Cert       string             `json:"x5t,omitempty"` // thumbprint of the certificate
	Offline    bool               `json:"off,omitempty"` // outlives the session
	Dialect    string             `json:"dialect,omitempty"`
	Extra      map[string]string  `json:"extra,omitempty"`
}

// Proof is how and when it was proved who the person is (OIDC-17). It holds nothing
// by which sites could join their people (T-41): no second, and no name of a centre
// or a bank.
type Proof struct {
	Way account.Way `json:"way"`
	At  int64       `json:"at"` // Unix seconds: the beginning of the day, in the country's time
}

// Has says whether a scope was granted.
func (g Grant) Has(scope string) bool { return slices.Contains(g.Detail.Scopes, scope) }

// Live says whether the grant holds at a moment.
func (g Grant) Live(now time.Time) bool {
	return g.ID != "" && g.Revoked.IsZero() && now.Before(g.Ends)
}

const insertGrant db.SQL = `INSERT INTO oidc_grant
	(id, client, account, session, sid, level, detail, code_until, seed, generation, created_at, ends_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)`

// insert keeps a new grant. Until codeUntil it has a code; never when that is zero.
func (g Grant) insert(tx *db.Tx) error {
	detail, err := json.Marshal(g.Detail)
	if err != nil {
		return err
	}
	return tx.Later(insertGrant, g.ID, string(g.Client), string(g.Account), g.Session, g.SID, int(g.Level), string(detail),
		db.At(g.codeUntil), g.seed, db.At(g.Created), db.At(g.Ends))
}

const (
	selectGrant db.SQL = `SELECT id, client, account, session, sid, level, detail, generation, created_at, ends_at, revoked_at, seed, code_until, code_spent_at
	FROM oidc_grant WHERE id = $1`
	selectEntered db.SQL = `SELECT id, client, account, session, sid, level, detail, generation, created_at, ends_at, revoked_at, seed, code_until, code_spent_at
	FROM oidc_grant WHERE session = $1 ORDER BY id`
)

func scanGrant(r db.Row) (g Grant, err error) {
	var detail string
	var level int
	var created, ends, revoked, until, spent db.Time
	err = r.Scan(&g.ID, &g.Client, &g.Account, &g.Session, &g.SID, &level, &detail, &g.Generation, &created, &ends, &revoked, &g.seed, &until, &spent)
	if err != nil {
		return g, err
	}
	g.Level = account.Level(level)
	g.Created, g.Ends, g.Revoked, g.codeUntil, g.codeSpent = created.Time, ends.Time, revoked.Time, until.Time, spent.Time
	return g, json.Unmarshal([]byte(detail), &g.Detail)
}

// grant reads one by its id; the zero Grant when there is none.
func grantOf(tx *db.Tx, id string) (Grant, error) { return oneGrant(tx, selectGrant, id) }

func oneGrant(tx *db.Tx, q db.SQL, arg string) (Grant, error) {
	g, err := db.One(tx, scanGrant, q, arg)
	if errors.Is(err, db.ErrNone) {
		return Grant{}, nil
	}
	return g, err
}

const (
	revokeGrant   db.SQL = `UPDATE oidc_grant SET revoked_at = $2, revoked_why = $3 WHERE id = $1 AND revoked_at IS NULL`
	revokeConsent db.SQL = `UPDATE oidc_grant SET revoked_at = $3, revoked_why = $4 WHERE account = $1 AND client = $2 AND created_at <= $5 AND revoked_at IS NULL`
	revokeHigher  db.SQL = `UPDATE oidc_grant SET revoked_at = $2, revoked_why = $3 WHERE account = $1 AND level > $4 AND revoked_at IS NULL`
)

// revoke ends a grant with everything that it gave, with its audit line.
func (g Grant) revoke(tx *db.Tx, why string) error {
	n, err := tx.Exec(revokeGrant, g.ID, db.At(tx.Now()), why)
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Client, ID: string(g.Client)}, Act: "oidc.revoke", Subject: string(g.Account),
		Object: "grant/" + g.ID, Facts: map[string]string{"why": why}})
}

// The prefixes of the values that we give out: a value of one kind is never looked
// up as another (OTP-9).
const (
	codePrefix    = "okc_"
	accessPrefix  = "oka_"
	refreshPrefix = "okr_"
	pushedPrefix  = "urn:ietf:params:oauth:request_uri:okp_"
	devicePrefix  = "okd_"
	jtiPrefix     = "okj_" // of signed access tokens, not a value by itself
)

// codeOf is the code of a grant: its id, and a MAC by a key outside the database
// over it and the seed, so that nothing that opens anything is stored.
func (p *Provider) codeOf(g Grant) string {
	return codePrefix + g.ID + "_" + p.mac("code", g.ID, g.seed)
}

// cut takes a value of a kind apart into n parts; the last one is the MAC.
func cut(value, prefix string, n int) ([]string, bool) {
	rest, ok := strings.CutPrefix(value, prefix)
	if !ok || len(value) > 300 || !base64url(rest) {
		return nil, false
	}
	parts := strings.Split(rest, "_")
	return parts, len(parts) == n
}

// encoded is the detail as its column holds it.
func (g Grant) encoded() (string, error) {
	text, err := json.Marshal(g.Detail)
	return string(text), err
}
