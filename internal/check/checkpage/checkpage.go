// Package checkpage shows residents how far the checks of their data are (S10).
// The page lives without scripts: it reloads itself every fifteen seconds for
// five minutes. Closing it changes nothing (CHK-14). It never shows which field a
// register did not find (T-15).
package checkpage

import (
	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/profile"
	"okno/internal/visit"
)

// Mount mounts the pages.
func Mount(site *visit.Site, s *check.Checks, p *profile.Profiles) {
	c := pages{s, p}
	site.Resident("GET /id/check", account.Simplified, c.showCheck)
	site.Resident("POST /id/check", account.Simplified, c.postCheck)
	site.Resident("GET /id/check/list", account.Simplified, c.showList)
	site.Public("GET /id/check/dispute", c.showDispute)
	site.Public("POST /id/check/dispute", c.postDispute)
}

// pages are the pages with the domains that they ask.
type pages struct {
	checks   *check.Checks
	profiles *profile.Profiles
}
