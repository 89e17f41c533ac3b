// Package profilepage shows residents their data and lets them change it (S09).
// It never decides what is right: package profile does.
package profilepage

import (
	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/profile"
	"okno/internal/visit"
)

// Mount mounts the pages in the order in which residents meet them.
func Mount(site *visit.Site, s *profile.Profiles, c *check.Checks) {
	p := pages{s, c}
	site.Resident("GET /id/profile/user", account.Simplified, p.showData)
	site.Resident("GET /id/profile/edit", account.Simplified, p.showEdit)
	site.Resident("POST /id/profile/edit", account.Simplified, p.postEdit)
	site.Resident("POST /id/profile/edit/draft", account.Simplified, p.postDraft)
	site.Resident("GET /id/profile/answers", account.Simplified, p.showAnswers)
	site.Resident("POST /id/profile/answers", account.Simplified, p.postAnswers)
	site.Resident("GET /id/profile/documents", account.Simplified, p.showDocuments)
	site.Resident("GET /id/profile/documents/{form}", account.Simplified, p.showDocument)
	site.Resident("POST /id/profile/documents/{form}", account.Simplified, p.postDocument)
	site.Resident("GET /id/profile/contacts/{kind}", account.Simplified, p.showContact)
	site.Resident("POST /id/profile/contacts/{kind}", account.Simplified, p.postContact)
	site.Resident("GET /id/profile/contacts/{kind}/{row}", account.Simplified, p.showCode)
	site.Resident("POST /id/profile/contacts/{kind}/{row}", account.Simplified, p.postCode)
}

// pages are the pages with the domains that they ask.
type pages struct {
	profiles *profile.Profiles
	checks   *check.Checks
}
