package portal

import (
	"net/url"

	"okno/internal/application/applicationdesk"
	"okno/internal/application/applicationpage"
	"okno/internal/audit/auditdesk"
	"okno/internal/audit/auditpage"
	"okno/internal/catalogue/cataloguepage"
	"okno/internal/check/checkpage"
	"okno/internal/esia/esiaapi"
	"okno/internal/jobs/jobsdesk"
	"okno/internal/mailbox/mailboxpage"
	"okno/internal/officer"
	"okno/internal/officer/officerdesk"
	"okno/internal/oidc/oidcapi"
	"okno/internal/oidc/oidcpage"
	"okno/internal/overview/overviewpage"
	"okno/internal/partner/partnerdesk"
	"okno/internal/partner/partnerpage"
	"okno/internal/profile/profilepage"
	"okno/internal/proofing/proofingdesk"
	"okno/internal/proofing/proofingpage"
	"okno/internal/registration/registrationpage"
	"okno/internal/signin/signindesk"
	"okno/internal/signin/signinpage"
)

// mountRoutes is the list of everything that can be visited, in the order in
// which residents meet it. Who may enter stands in each face's Mount.
func (h *house) mountRoutes() error {
	h.Site.MountChoices()
	h.Site.MountHosts()
	cataloguepage.Mount(h.Site, h.Catalogue, overviewpage.Home(h.Overview, h.Catalogue))
	registrationpage.Mount(h.Site, h.Registration)
	auditpage.Mount(h.Site, h.AuditLog)
	signinpage.Mount(h.Site, h.SignIn, h.Notices, signinpage.Elsewhere{
		Sender: oidcpage.Sender(h.Provider), Leave: oidcpage.Leave(h.Provider), Entered: oidcpage.Entered(h.Provider)})
	profilepage.Mount(h.Site, h.Profiles, h.Checks)
	checkpage.Mount(h.Site, h.Checks, h.Profiles)
	proofingpage.Mount(h.Site, h.Proofing, h.Fonts)
	overviewpage.Mount(h.Site, h.Overview)
	applicationpage.Mount(h.Site, h.Applications)
	mailboxpage.Mount(h.Site, h.Mailbox, h.Fonts)
	oidcpage.Mount(h.Site, h.Provider, signinpage.Settings)
	partnerpage.Mount(h.Site, h.Partners, h.Provider)
	esiaapi.Mount(h.Site, h.ESIA, oidcpage.Refused)

	signindesk.Mount(h.Site, h.SignIn, workplaces)
	applicationdesk.Mount(h.Site, h.Applications)
	proofingdesk.Mount(h.Site, h.Proofing, h.Fonts)
	auditdesk.Mount(h.Site, h.AuditLog)
	partnerdesk.Mount(h.Site, h.Partners)
	officerdesk.Mount(h.Site, h.SignIn)
	jobsdesk.Mount(h.Site)
	h.Site.Machine("GET /assets/{name}", h.Look)
	h.Site.Machine("GET /ready", ready(h.DB))
	return oidcapi.Mount(h.Site, h.Provider)
}

// workplaces are the entries of the officers' first page.
var workplaces = []signindesk.Workplace{
	{Path: "/desk/proofing", Title: "visit.desk.proofing", Text: "visit.desk.proofing_text", Need: officer.ConfirmIdentity},
	{Path: "/desk/cases", Title: "visit.desk.cases", Text: "visit.desk.cases_text", Need: officer.DecideCases},
	{Path: "/desk/audit", Title: "audit.title", Text: "audit.desk", Need: officer.ReadAudit},
	{Path: "/desk/partners", Title: "partner.desk.title", Text: "partner.desk.text", Need: officer.ManageSites},
	{Path: "/desk/officers", Title: "officers.title", Text: "officers.desk", Need: officer.ManageOfficers},
	{Path: "/desk/jobs", Title: "jobs.title", Text: "jobs.desk", Need: officer.ManageJobs},
}

func host(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return origin
	}
	return u.Host
}
