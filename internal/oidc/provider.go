package oidc

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/profile"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/vault"
)

// Limits are how long things live (security.md 1 and 5.3).
type Limits struct {
	Code    time.Duration // 60 s
	Access  time.Duration // 300 s
	IDToken time.Duration // 120 s
	Offline time.Duration // refresh tokens that outlive the session: 30 days
	Pushed  time.Duration // a pushed request: 90 s
	Flow    time.Duration // a person on the way through our pages: 1 h
	Device  time.Duration // a device waits for its person: 10 min
	Skew    time.Duration // how wrong clients' clocks may be: 10 s
}

// DefaultLimits are those of security.md.
var DefaultLimits = Limits{Code: time.Minute, Access: 5 * time.Minute, IDToken: 2 * time.Minute, Offline: 30 * 24 * time.Hour,
	Pushed: 90 * time.Second, Flow: time.Hour, Device: 10 * time.Minute, Skew: 10 * time.Second}

// Sessions tells whether the session in which a site was entered still lives.
// The line of a session is the same for all its days, whatever its id (signin).
type Sessions interface {
	Live(tx *db.Tx, line string) (signin.Session, error) // the zero Session when it has ended
	AheadLive(tx *db.Tx, line string)                    // lets the answer of Live come with what is asked next
	Touch(tx *db.Tx, id string) error                    // it was used
	End(tx *db.Tx, s signin.Session, why string) error
}

// Provider is the OpenID provider.
type Provider struct {
	DB       *db.DB
	Vault    *vault.Vault
	Accounts *account.Accounts
	Profiles *profile.Profiles
	Sessions Sessions
	Clients  *client.Clients
	Law      *jurisdiction.Jurisdiction
	Issuer   string // https://okno.example/id
	Mutual   string // the origin for clients with certificates, "" when there is none
	Limits   Limits
	Partners Partners // nil: every site is open and nobody hears of refusals
	Log      *slog.Logger

	keys    keyring
	recent  recent
	quick   quick
	opened  db.Recall
	behind  db.Hints[behind]
	seen    db.Hints[bool]  // one-time values that somebody else made
	fresh   db.Hints[Grant] // whose code was just given: nothing of them changes until it is spent
	numbers []string

	dialects map[string]Words
	explain  func(*Refusal) string // nil: refusals go without words
}

// Open makes the first signing keys where there are none and reads the country's numbers.
func (p *Provider) Open(ctx context.Context) error {
	p.numbers, p.opened.For = nil, recentFor
	for _, number := range p.Law.Identifiers {
		p.numbers = append(p.numbers, number.Code)
	}
	return p.firstKeys(ctx)
}

// houseSubject is whose key in the vault seals what belongs to no person: signing
// keys, and requests on their way.
const houseSubject = "oidc"

// house opens the provider's own key, and makes it the first time.
func (p *Provider) house(tx *db.Tx) (secret.Key, error) {
	key, err := p.Vault.Open(tx, houseSubject)
	if fault.Is(err, fault.Expired) {
		return key, errNoHouse
	}
	return key, err
}

var errNoHouse = errors.New("oidc: the provider's key does not exist")

// mac binds a token of a kind to the parts that it names.
func (p *Provider) mac(kind, row, rest string) string {
	return p.Vault.Ring().CodeMAC("oidc."+kind, row, rest)
}
