// Package signindesk shows officers the way in and out of their workplaces, the
// page of an invitation, and the list of workplaces (D-11, AUTH-5).
//
// It never opens a workplace: each page there asks for its own permission.
package signindesk

import (
	"okno/internal/officer"
	"okno/internal/signin"
	"okno/internal/visit"
)

// Workplace is one entry of the officers' first page: other packages' pages,
// given by whoever mounts them.
type Workplace struct {
	Path  string             // "/desk/proofing"
	Title string             // text key
	Text  string             // text key of one sentence, "" for none
	Need  officer.Permission // who sees it
}

const (
	signInPath     = "/desk/signin"
	signOutPath    = "/desk/signout"
	invitationPath = "/desk/invitation"
)

// Mount mounts the pages in the order in which officers meet them.
func Mount(site *visit.Site, s *signin.Service, workplaces []Workplace) {
	site.Public("GET "+invitationPath, showInvitation(s))
	site.Public("POST "+invitationPath, postInvitation(s))
	site.Public("GET "+signInPath, showSignIn())
	site.Public("POST "+signInPath, postSignIn(s))
	site.Officer("GET /desk", "", showHome(workplaces))
	site.Harmless("POST /desk/session", stay(s))
	site.Harmless("POST "+signOutPath, signOut(s))
	site.Public("GET "+signOutPath, showSignedOut())
}
