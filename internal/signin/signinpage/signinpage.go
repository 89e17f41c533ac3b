// Package signinpage shows residents the way in and out, and the settings that
// keep an account safe: password, security events, sessions, notices, and who
// looked at their data (LOG, PWD-16, SEC-01, SEC-03, PRIV-3).
//
// It never says whether a login exists and never shows a password again.
package signinpage

import (
	"net/http"

	"okno/internal/account"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/signin"
	"okno/internal/visit"
)

// Paths of the pages.
const (
	signInPath   = "/id/signin"
	againPath    = "/id/signin/again"
	recoveryPath = "/id/recovery"
	notMePath    = "/id/signin/not-me/{token}"
	signOutPath  = "/id/signout"
	eventsPath   = "/id/settings/events"
	passwordPath = "/id/settings/password"
	sessionsPath = "/id/settings/sessions"
	noticesPath  = "/id/settings/notices"
	whoPath      = "/id/settings/who"
	sitesPath    = "/id/settings/sites" // of oidcpage
)

// Elsewhere is what our pages say and do about other sites that people enter with
// their sign-in here. Each part may be nil: there are no other sites.
type Elsewhere struct {
	// Sender says which site sent somebody who is to come back to a path of ours,
	// and the login that the site knows; nothing when nobody did (S19).
	Sender func(r *visit.Request, next string) (site jurisdiction.Words, login string)
	// Leave ends the session with everything that other sites were given in it, and
	// tells where it shows how far they have heard of it; "" when no site was
	// entered, and then nothing has ended.
	Leave func(w http.ResponseWriter, r *visit.Request) (path string, err error)
	// Entered names the sites that were entered in each of the sessions (S22), by Line.
	Entered func(r *visit.Request, live []signin.Listed) (map[string][]jurisdiction.Words, error)
}

// Mount mounts the pages in the order in which residents meet them.
func Mount(site *visit.Site, s *signin.Service, n *notify.Notices, elsewhere Elsewhere) {
	site.Public("GET "+signInPath, showSignIn(elsewhere))
	site.Public("POST "+signInPath, postSignIn(s, elsewhere))
	site.Public("GET "+recoveryPath, showRecovery())
	site.Public("GET "+notMePath, showNotMe(s))
	site.Public("POST "+notMePath, postNotMeLink(s))
	site.Harmless("POST "+againPath, signInAgain(s))
	site.Harmless("POST "+signOutPath, signOut(s, elsewhere))
	site.Public("GET "+signOutPath, showSignedOut())
	site.Harmless("POST /id/session", stay(s))

	site.Resident("GET /id/settings", account.Simplified, leadTo(eventsPath))
	site.Resident("GET "+eventsPath, account.Simplified, showEvents(s))
	site.Resident("POST "+eventsPath, account.Simplified, postNotMe(s))
	site.Resident("GET "+passwordPath, account.Simplified, showPassword())
	site.Resident("POST "+passwordPath, account.Simplified, postPassword(s))
	site.Resident("POST "+passwordPath+"/generate", account.Simplified, generate())
	site.Resident("GET "+passwordPath+"/generate", account.Simplified, leadTo(passwordPath)) // after a language switch
	site.Resident("GET "+sessionsPath, account.Simplified, showSessions(s, elsewhere))
	site.Resident("POST "+sessionsPath, account.Simplified, postSessions(s))
	site.Resident("GET "+noticesPath, account.Simplified, showNotices(s, n))
	site.Resident("POST "+noticesPath, account.Simplified, postNotices(s, n))
	site.Resident("GET "+whoPath, account.Simplified, showWho(s))
}
