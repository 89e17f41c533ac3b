package visit

import (
	"net/http"
	"net/url"
	"strings"
)

// Named gives the browser a name of its own if it has none yet, and says it as
// Browser does: for what belongs to the browser that began it.
func (r *Request) Named(w http.ResponseWriter) string {
	r.withBrowser(w)
	return r.Browser()
}

// ComeBackTo lets the choices of the top line lead to another address than the one
// at which the page stands: to one that holds nothing of what a site sent (OIDC-3).
func (r *Request) ComeBackTo(path, query string) {
	stands := *r.Request
	stands.Method, stands.URL = http.MethodGet, &url.URL{Path: path, RawQuery: query}
	r.Request = &stands
}

// LetFormGo lets the one form of an answer lead to another site's address, which
// the caller has found good; all other pages keep form-action 'self' (WEB-2).
func LetFormGo(w http.ResponseWriter, address string) {
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	policy := w.Header().Get("Content-Security-Policy")
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self' "+u.Scheme+"://"+u.Host, 1))
}
