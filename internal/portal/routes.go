package portal

import (
	"net/url"

	"okno/internal/catalogue/cataloguepage"
	"okno/internal/check/checkpage"
	"okno/internal/mailbox/mailboxpage"
	"okno/internal/overview/overviewpage"
	"okno/internal/profile/profilepage"
	"okno/internal/proofing/proofingdesk"
	"okno/internal/proofing/proofingpage"
	"okno/internal/registration/registrationpage"
	"okno/internal/signin/signinpage"
)

// mountRoutes is the list of everything that can be visited, in the order in
// which residents meet it. Who may enter stands in each face's Mount.
func (h *house) mountRoutes() {
	h.Site.MountChoices()
	cataloguepage.Mount(h.Site, h.Catalogue, overviewpage.Home(h.Overview, h.Catalogue))
	registrationpage.Mount(h.Site, h.Registration)
	signinpage.Mount(h.Site, h.SignIn, h.Notices)
	profilepage.Mount(h.Site, h.Profiles, h.Checks)
	checkpage.Mount(h.Site, h.Checks, h.Profiles)
	proofingpage.Mount(h.Site, h.Proofing, h.Fonts)
	overviewpage.Mount(h.Site, h.Overview)
	mailboxpage.Mount(h.Site, h.Mailbox, h.Fonts)
	proofingdesk.Mount(h.Site, h.Proofing, h.Fonts)
	h.Site.Machine("GET /assets/{name}", h.Look)
}

func host(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return origin
	}
	return u.Host
}
