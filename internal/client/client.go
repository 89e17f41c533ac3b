package client

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/jurisdiction"
)

// ID is what a client is called on the wire (client_id; the mnemonic of the ESIA
// dialect): 3 to 64 Latin letters, digits, dots, hyphens and underscores.
type ID string

// Stage is how far a client has come.
type Stage string

// The stages.
const (
	Sandbox    Stage = "sandbox"    // invented people only; may use a secret
	Asked      Stage = "asked"      // asks for production, waits for two officers
	Production Stage = "production" // real people
)

// Method is how a client proves itself (OIDC-6).
type Method string

// The methods, named as in OAuth.
const (
	PrivateKeyJWT Method = "private_key_jwt"
	SelfSignedTLS Method = "self_signed_tls_client_auth" // mTLS by the certificate's thumbprint, RFC 8705
	SecretBasic   Method = "client_secret_basic"         // sandbox only
	NoMethod      Method = "none"                        // native applications: PKCE alone
)

// Grant is a way to get tokens, named as in OAuth.
type Grant string

// The grants.
const (
	Code     Grant = "authorization_code"
	Refresh  Grant = "refresh_token"
	Machine  Grant = "client_credentials"
	Device   Grant = "urn:ietf:params:oauth:grant-type:device_code"
	Exchange Grant = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// Client is one site.
type Client struct {
	ID      ID
	Stage   Stage
	Paused  bool               // nobody can sign in there for now
	Stopped *Stop              `json:",omitempty"` // an officer closed it: its members cannot open it again (SESS-5)
	Owner   string             // the partner that added it; "" for the state's own
	Name    jurisdiction.Words // plain text
	Purpose jurisdiction.Words // what the data is for, as people read it (S23)
	Law     jurisdiction.Words // the law that lets it ask without consent; empty for all others
	Contact string             // e-mail of its people
	Reason  string             // why it needs each attribute: for officers, plain text
	Logo    string             // id of its picture with the partners, "" for none (T-43)

	Redirects  []string // exact addresses (OIDC-2)
	PostLogout []string // exact addresses after a sign-out
	LogoutURI  string   // where logout tokens are sent; "" when it cannot be told
	Native     bool     // runs on people's devices: loopback addresses are allowed

	Method      Method
	Keys        jose.JSONWebKeySet `json:",omitzero"` // public keys, pasted
	Thumbprints []string           // SHA-256 of certificates, base64url
	Secret      string             // SHA-256 of the sandbox secret, hex

	Certificates []string `json:",omitempty"` // of the ESIA dialect, PEM, pasted: who signs its requests

	Grants     []Grant
	Required   []Attribute // what it cannot work without
	Optional   []Attribute // what people may leave out
	Scopes     []string    // its own scopes for client credentials
	Resources  []string    // audiences that it may ask tokens for
	Introspect bool        // it is a resource server: it may ask about tokens of its own resources

	Level      account.Level // the least level of its people
	Refuses    []account.Way // proofs that its law does not take (SSO-09, LTR-27)
	Registered bool          // a registered state system: gets the oid (D-04)
	PAR        bool          // wishes that its requests be pushed only; MustPush says whether they have to be
	DPoP       bool          // its tokens must be bound to a key
	RS256      bool          // its ID and logout tokens are signed so, for libraries that know nothing else; ES256 for all others
	Lasts      time.Duration // how long a consent lasts; 0 means a year, which is also the most
	Sector     string        // clients of one owner and sector see the same sub; "" means its own id
}

// Algorithm is how its ID tokens and logout tokens are signed.
func (c Client) Algorithm() jose.SignatureAlgorithm {
	if c.RS256 {
		return jose.RS256
	}
	return jose.ES256
}

// Is says whether the client may use a grant.
func (c Client) Is(g Grant) bool { return slices.Contains(c.Grants, g) }

// Live says whether people can sign in there.
func (c Client) Live() bool { return c.ID != "" && !c.Paused && c.Stopped == nil }

// May says whether the client may ask for an attribute at all.
func (c Client) May(a Attribute) bool {
	return slices.Contains(c.Required, a) || slices.Contains(c.Optional, a)
}

// MustPush says whether its authorization requests have to be pushed (RFC 9126):
// because it wished so, or because it asks real people for what is of high risk
// (OIDC-7). It binds OpenID Connect only: the ESIA dialect knows no pushing, and
// every request there is signed by the system's certificate, time and all.
func (c Client) MustPush() bool {
	return c.PAR || c.Stage == Production && (slices.ContainsFunc(c.Required, Attribute.HighRisk) || slices.ContainsFunc(c.Optional, Attribute.HighRisk))
}

// Year is the longest life of a consent (S23).
const Year = 365 * 24 * time.Hour

// Life is how long a consent for this client lasts.
func (c Client) Life() time.Duration {
	if c.Lasts <= 0 || c.Lasts > Year {
		return Year
	}
	return c.Lasts
}

// ByLaw says whether the data is given without asking.
func (c Client) ByLaw() bool { return len(c.Law) > 0 }

// SectorID is what pairwise subjects are computed for. Nobody can join the sector
// of another owner (T-41).
func (c Client) SectorID() string {
	if c.Sector != "" {
		return "sector/" + c.Owner + "/" + c.Sector
	}
	return "client/" + string(c.ID)
}

// OfESIA says whether it is a state system that proves itself by the certificates
// of the ESIA dialect; it needs no other key then.
func (c Client) OfESIA() bool { return c.Registered && len(c.Certificates) > 0 }

// RedirectsTo says whether an address is one of the client's, byte for byte (OIDC-2).
func (c Client) RedirectsTo(uri string) bool { return slices.Contains(c.Redirects, uri) }

// encode and decode are the row's detail: nothing in it is personal but the
// contact of the client's people, which they gave to be shown.
func (c Client) encode() (string, error) {
	text, err := json.Marshal(c)
	return string(text), err
}

func decode(text string) (c Client, err error) {
	err = json.Unmarshal([]byte(text), &c)
	return c, err
}

// Stop is an officer's word that nobody may sign in at a site.
type Stop struct {
	Reason string // as its members read it
	Reopen string // the officer who proposed to open it again; "" for none
}
