package partner

import "okno/internal/client"

// Pushing is the text key that says how a client's requests come: as it likes,
// pushed because it wished so, or pushed because of the data it asks for (OIDC-7).
func Pushing(c client.Client) string {
	switch {
	case c.PAR:
		return "partner.answer.par.yes"
	case c.MustPush():
		return "partner.answer.par.must"
	}
	return "partner.answer.par.no"
}

// MustPush says whether the site, as edited, will have to push its requests in
// production though it did not wish so.
func (s Site) MustPush() bool { return Pushing(inProduction(s.Edited())) == "partner.answer.par.must" }

// Pushing is Pushing of the site as edited; a draft and a request are told as they
// would be in production, which is where they lead.
func (s Site) Pushing() string {
	if s.Draft != nil || s.Request != nil {
		return Pushing(inProduction(s.Edited()))
	}
	return Pushing(s.Edited())
}

func inProduction(c client.Client) client.Client {
	c.Stage = client.Production
	return c
}
