package oidc

import (
	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/consent"
	"okno/internal/db"
)

// behind is who stands behind a grant: remembered by the grant's id, so that what
// will be read of him is asked together with the grant.
type behind struct {
	account account.ID
	session string // "" for a grant that needs none
}

func behindGrant(g Grant) behind {
	if g.Detail.Offline {
		return behind{g.Account, ""}
	}
	return behind{g.Account, g.Session}
}

// spent remembers who stands behind a grant whose code or refresh token was spent,
// and forgets what was read of it before.
func (p *Provider) spent(g Grant) {
	if g.ID == "" {
		return
	}
	p.recent.forget(g.ID)
	p.behind.Keep(g.ID, behindGrant(g))
}

// aheadPresent lets what present will read come with the answer to what is asked next.
func (p *Provider) aheadPresent(tx *db.Tx, b behind) {
	if b.account == "" {
		return
	}
	if b.session != "" {
		p.Sessions.AheadLive(tx, b.session)
	}
	p.Accounts.AheadOpen(tx, b.account)
}

func (p *Provider) aheadCode(tx *db.Tx, id string) {
	tx.Ahead(selectGrant, id)
	p.aheadPresent(tx, p.behind.Of(id))
}

func (p *Provider) aheadRefresh(tx *db.Tx, id string, c client.Client) {
	tx.Ahead(selectGrant, id)
	b := p.behind.Of(id)
	if b.account == "" {
		return
	}
	if b.session != "" {
		p.Sessions.AheadLive(tx, b.session)
	}
	p.Accounts.AheadStanding(tx, b.account)
	if !c.ByLaw() {
		consent.Ahead(tx, b.account, c.ID)
	}
}
