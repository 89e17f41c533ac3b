package oidcpage

import (
	"net/http"
	"net/url"

	"okno/internal/account"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcvisit"
	"okno/internal/visit"
)

// showRaise says which level the site needs and leads to the ways of getting it;
// afterwards the same page leads on.
func (p pages) showRaise(w http.ResponseWriter, r *visit.Request) error {
	return p.step(w, r, oidc.Raise, func(next oidc.Next) visit.Page {
		return visit.Page{Title: r.T("oidc.raise.title", "site", next.Client.Name.In(r.Lang())), Body: raiseBody(r, next, r.KeyTo(w, declinePath)), Form: true}
	})
}

// showBarred says that the site does not take the way in which the person was
// proved, and how that is lifted (TAX-05, LTR-27).
func (p pages) showBarred(w http.ResponseWriter, r *visit.Request) error {
	return p.step(w, r, oidc.Barred, func(next oidc.Next) visit.Page {
		return visit.Page{Title: r.T("oidc.barred.title", "site", next.Client.Name.In(r.Lang())), Body: barredBody(r, next, r.KeyTo(w, declinePath)), Form: true}
	})
}

// showSandbox says that the site is still being tried and that the person is not
// one of those who build it.
func (p pages) showSandbox(w http.ResponseWriter, r *visit.Request) error {
	return p.step(w, r, oidc.Sandbox, func(next oidc.Next) visit.Page {
		return visit.Page{Title: r.T("oidc.sandbox.title", "site", next.Client.Name.In(r.Lang())), Body: sandboxBody(r, next, r.KeyTo(w, declinePath)), Form: true}
	})
}

// step shows a page while its step is the one that is due.
func (p pages) step(w http.ResponseWriter, r *visit.Request, want oidc.Step, page func(oidc.Next) visit.Page) error {
	next, err := p.Continue(r.Context(), r.URL.Query().Get("flow"), oidcvisit.Visitor(w, r))
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return showRefusal(w, r, refusal)
	}
	if err != nil {
		return err
	}
	if next.Step != want {
		return p.lead(w, r, next)
	}
	return r.Show(w, page(next))
}

// wayUp is where a level is got, with the way back to the site that waits.
func wayUp(level account.Level, flow string) string {
	if level < account.Standard {
		return "/id/profile/edit"
	}
	return "/id/proofing?" + url.Values{"next": {raisePath + "?flow=" + flow}}.Encode()
}
