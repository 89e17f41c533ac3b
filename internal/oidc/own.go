package oidc

import (
	"context"

	"okno/internal/account"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/signin"
)

// Stop takes a person's consent back; what the site was given dies in the same
// transaction.
func (p *Provider) Stop(ctx context.Context, who account.ID, id consent.ID) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		site, err := consent.Stop(tx, who, id, "holder")
		if err != nil {
			return err
		}
		return p.endConsent(tx, string(who), site)
	})
}

// End ends the session of whoever signs out, with everything that sites were given
// in it; they are told by jobs.
func (p *Provider) End(ctx context.Context, s signin.Session) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := p.Sessions.End(tx, s, "exit"); err != nil {
			return err
		}
		return p.EndSession(tx, s.Line)
	})
}
