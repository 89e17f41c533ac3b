package esia

import (
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/oidc"
	"okno/internal/text"
)

// Dialect is the name of the dialect among the provider's.
const Dialect = "esia"

// window is how far a request's timestamp may be from now, either way.
const window = 5 * time.Minute

// ESIA is the dialect.
type ESIA struct {
	*oidc.Provider
	Name      string     // the iss of its tokens
	Verifiers []Verifier // who checks signatures, asked in this order
	Checks    Checks     // nil: nobody is being checked

	texts *text.Printer // English, as the protocol wants it
}

// Checks tells how far the registers are with somebody's data.
type Checks interface {
	Status(tx *db.Tx, id account.ID) (check.Status, error)
}

// New makes the dialect and teaches it to the provider. name is the iss of its
// tokens, "" for the origin with a slash; it cannot be the provider's own. texts are
// English.
func New(p *oidc.Provider, name string, texts *text.Printer) (*ESIA, error) {
	if name == "" {
		name = p.Origin() + "/"
	}
	if name == p.Issuer {
		return nil, errors.New("esia: the issuer of the dialect cannot be that of OpenID Connect")
	}
	e := &ESIA{Provider: p, Name: name, Verifiers: Verifiers(), texts: texts}
	p.Speak(Dialect, e.words)
	return e, nil
}

// speaks says whether a client may use the dialect: a registered state system that
// has pasted certificates, and is not held to more than the dialect can give.
func speaks(c client.Client) bool {
	return c.Live() && c.Registered && len(c.Certificates) > 0 && !c.PAR && !c.DPoP
}

// numbers are the codes of the country's numbers.
func (e *ESIA) numbers() (codes []string) {
	for _, number := range e.Law.Identifiers {
		codes = append(codes, number.Code)
	}
	return codes
}
