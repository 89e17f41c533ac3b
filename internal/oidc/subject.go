package oidc

import (
	"okno/internal/client"
	"okno/internal/person"
)

// Subject is the pairwise name of a person for a client (OIDC-12, T-41): the same
// for life, whatever happens to accounts (D-04), and useless to any other sector.
func (p *Provider) Subject(c client.Client, who person.ID) string {
	return p.Vault.Index("oidc.subject", c.SectorID()+"|"+string(who))
}

// sid names a session for a client, so that sites cannot join people by it.
func (p *Provider) sid(c client.Client, line string) string {
	return p.Vault.Index("oidc.sid", c.SectorID()+"|"+line)[:32]
}
