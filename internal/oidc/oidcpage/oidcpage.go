// Package oidcpage shows residents what happens between another site and us: why
// they are asked to sign in, what the site asks for, why it cannot take them, where
// they are led, and afterwards which sites use what and how to stop each (S19, S23).
//
// Pages never lead to one another: each leads back to the dispatcher
// (/id/oauth/continue), which looks at what is true by now. What was sent by a site
// is never shown.
package oidcpage

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcvisit"
	"okno/internal/ui"
	"okno/internal/visit"
)

// Paths of the pages.
const (
	consentPath = "/id/oauth/consent"
	raisePath   = "/id/oauth/raise"
	barredPath  = "/id/oauth/barred"
	sandboxPath = "/id/oauth/sandbox"
	declinePath = "/id/oauth/decline"
	refusedPath = "/id/oauth/refused"
	goodbyePath = "/id/oauth/goodbye"
	againPath   = "/id/oauth/goodbye/again"
	sitesPath   = "/id/settings/sites"
	stopPath    = "/id/settings/sites/{id}/stop"
	signInPath  = "/id/signin"
)

// pages are the pages of a provider.
type pages struct {
	*oidc.Provider
	settings Settings
}

// Settings gives what stands above every page of the account settings, for the page at a path.
type Settings func(r *visit.Request, path string) templ.Component

// Mount mounts the pages in the order in which residents meet them.
func Mount(site *visit.Site, p *oidc.Provider, settings Settings) {
	s := pages{p, settings}
	site.Late("GET "+oidc.PathAuthorize, s.authorize)
	site.Harmless("POST "+oidc.PathAuthorize, s.authorizePosted)
	site.Public("GET "+oidc.PathContinue, s.resume)
	site.Resident("GET "+consentPath, account.Simplified, s.showConsent)
	site.Resident("POST "+consentPath, account.Simplified, s.postConsent)
	site.Resident("GET "+raisePath, account.None, s.showRaise)
	site.Resident("GET "+barredPath, account.Simplified, s.showBarred)
	site.Resident("GET "+sandboxPath, account.None, s.showSandbox)
	site.Public("POST "+declinePath, s.postDecline)
	site.Public("GET "+oidc.PathDevicePage, s.showDevice)
	site.Public("POST "+oidc.PathDevicePage, s.postDevice)

	site.Public("GET "+refusedPath, s.showRefused)

	site.Public("GET "+oidc.PathLogout, s.showLogout)
	site.Harmless("POST "+oidc.PathLogout, s.logoutPosted)
	site.Public("POST "+goodbyePath, s.postLogout)
	site.Public("GET "+goodbyePath, s.showGoodbye)
	site.Public("POST "+againPath, s.postAgain)

	site.Resident("GET "+sitesPath, account.Simplified, s.showSites)
	site.Resident("GET "+stopPath, account.Simplified, s.showStop)
	site.Resident("POST "+stopPath, account.Simplified, s.postStop)
}

// Open are the paths to which other sites may post (web.Guard.Open).
var Open = []string{"POST " + oidc.PathAuthorize, "POST " + oidc.PathLogout}

// authorize takes a request that a site sent the browser with.
func (p pages) authorize(w http.ResponseWriter, r *visit.Request) error {
	next, err := oidcvisit.Deciding(w, r, func(v oidc.Visitor) (oidc.Next, error) { return p.Authorize(r.Context(), r.URL.Query(), v) })
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return showRefusal(w, r, refusal)
	}
	if err != nil {
		return err
	}
	if next.Step == oidc.Done && !next.Answer.FormPost && !next.Strange {
		return visit.Leave(w, next.Answer.Address()) // nothing was asked: straight back
	}
	return p.lead(w, r, next)
}

// authorizePosted turns a posted request into one in the address: a post from
// another site brings no cookies (SameSite), the redirect does.
func (p pages) authorizePosted(w http.ResponseWriter, r *visit.Request) error {
	query, ok := r.Posted(w)
	if !ok {
		return showRefusal(w, r, &oidc.Refusal{Code: oidc.InvalidRequest, Why: "oidc.why.form"})
	}
	return visit.Leave(w, oidc.PathAuthorize+"?"+query)
}

// resume is where every page of the way leads back to.
func (p pages) resume(w http.ResponseWriter, r *visit.Request) error {
	next, err := p.Continue(r.Context(), r.URL.Query().Get("flow"), oidcvisit.Visitor(w, r))
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return showRefusal(w, r, refusal)
	}
	if err != nil {
		return err
	}
	return p.lead(w, r, next)
}

// lead goes where the dispatcher says.
func (p pages) lead(w http.ResponseWriter, r *visit.Request, next oidc.Next) error {
	if next.Step != oidc.Done {
		r.Speak(w, next.Speaks)
	}
	switch next.Step {
	case oidc.SignIn:
		query := url.Values{"next": {oidc.PathContinue + "?flow=" + next.Flow}}
		if next.Other {
			query.Set("fresh", "other")
		} else if next.Fresh {
			query.Set("fresh", "yes")
		}
		return r.Redirect(w, signInPath+"?"+query.Encode())
	case oidc.Raise:
		return r.Redirect(w, raisePath+"?flow="+next.Flow)
	case oidc.Barred:
		return r.Redirect(w, barredPath+"?flow="+next.Flow)
	case oidc.Sandbox:
		return r.Redirect(w, sandboxPath+"?flow="+next.Flow)
	case oidc.Consent:
		return r.Redirect(w, consentPath+"?flow="+next.Flow)
	}
	if next.Strange {
		return showStrange(w, r, next)
	}
	return showReturn(w, r, next.Client.Name, next.Answer)
}

// showStrange says to somebody whom a site of the sandbox sent here that it is being
// tried; he goes there by himself or not at all.
func showStrange(w http.ResponseWriter, r *visit.Request, next oidc.Next) error {
	w.Header().Set("Cache-Control", "no-store")
	r.ComeBackTo("/", "")
	if next.Answer.FormPost {
		visit.LetFormGo(w, next.Answer.Redirect)
	}
	return r.Show(w, visit.Page{Title: r.T("oidc.sandbox.title", "site", next.Client.Name.In(r.Lang())), Body: strangeBody(r, next)})
}

// Sender says to the sign-in page which site sent somebody, by the address to
// which he is to come back.
func Sender(p *oidc.Provider) func(r *visit.Request, next string) (jurisdiction.Words, string) {
	return func(r *visit.Request, next string) (jurisdiction.Words, string) {
		flow, ok := strings.CutPrefix(next, oidc.PathContinue+"?flow=")
		if !ok {
			return nil, ""
		}
		waiting, err := p.Waiting(r.Context(), flow, r.Browser())
		if err != nil {
			return nil, "" // the flow is over: signing in itself still works
		}
		return waiting.Client.Name, waiting.Hint
	}
}

// showReturn leads back to the site at the end of the way by a page of its own,
// because browsers do not let a form of ours end at another site (form-action).
// It moves on by itself, also without scripts; a button is there for those that wait.
func showReturn(w http.ResponseWriter, r *visit.Request, name jurisdiction.Words, answer oidc.Answer) error {
	w.Header().Set("Cache-Control", "no-store")
	r.ComeBackTo("/", "") // the way is over: its address must not be gone again
	page := visit.Page{Title: r.T("oidc.return.title", "site", name.In(r.Lang()))}
	switch {
	case answer.Redirect == "":
		page.Title = r.T("oidc.device.done")
		page.Body = deviceDoneBody(r, len(answer.Params) == 0)
	case answer.FormPost:
		visit.LetFormGo(w, answer.Redirect)
		page.Body = returnForm(r, name, answer)
	default:
		page.Refresh = &ui.Refresh{Seconds: 0, To: answer.Address()}
		page.Body = returnBody(r, name, answer.Address())
	}
	return r.Show(w, page)
}

// showRefusal says what to do when a site sent something that cannot be answered
// there: no redirect, nothing of what was sent, also not in what the choices of the
// top line come back to.
func showRefusal(w http.ResponseWriter, r *visit.Request, refusal *oidc.Refusal) error {
	w.Header().Set("Cache-Control", "no-store")
	r.ComeBackTo(refusedPath, url.Values{"code": {refusal.Code}}.Encode())
	return r.Show(w, visit.Page{Title: r.T("oidc.refused.title"), Body: refusedBody(r, refusal), Status: http.StatusBadRequest})
}

// Codes that the page of a refusal says; it repeats no other words of an address.
var (
	codes = []string{oidc.InvalidRequest, oidc.InvalidRequestObject, oidc.InvalidRequestURI, oidc.RequestURIRefused, oidc.InvalidClient,
		oidc.UnauthorizedClient, oidc.UnsupportedResponse, oidc.AccessDenied, oidc.InvalidScope, oidc.InvalidTarget, oidc.RegistrationRefused}
	dialectCode = regexp.MustCompile(`^ESIA-[0-9]{6}$`)
)

// showRefused is the page of a refusal once more, in the language that was chosen.
func (p pages) showRefused(w http.ResponseWriter, r *visit.Request) error {
	code := r.URL.Query().Get("code")
	if !slices.Contains(codes, code) && !dialectCode.MatchString(code) {
		code = oidc.InvalidRequest
	}
	return showRefusal(w, r, &oidc.Refusal{Code: code})
}
