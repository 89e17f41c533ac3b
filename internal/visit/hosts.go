package visit

import (
	"net/http"
	"net/url"
	"strings"

	"okno/internal/db"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/web"
)

// Hosts are the origins of the two faces when each has a host of its own, as
// www.gosuslugi.ru and esia.gosuslugi.ru (GEN-21, D-02). The zero value is one
// host for both.
type Hosts struct{ Portal, Identity string }

// Apart says whether there are two.
func (h Hosts) Apart() bool { return h.Identity != "" && h.Identity != h.Portal }

// both are the beginnings of paths that either host answers by itself: files, the
// logos of sites, choices of the top line, the session's own small answers, and the
// goodbye after Exit, which belongs to the browser's name at the host of the button.
var both = []string{"/assets/", "/partners/logo/", "/language/", "/location/", "/category/", "/size/", "/ready", "/id/session", "/id/signout", "/id/oauth/goodbye"}

// identity are the beginnings of paths of the identity system.
var identity = []string{"/id/", "/.well-known/", "/aas/", "/rs/", "/idp/"}

// elsewhere is the origin that answers a request, "" when it is this one.
func (h Hosts) elsewhere(r *http.Request) string {
	if !h.Apart() || begins(r.URL.Path, both) {
		return ""
	}
	home := h.Portal
	if begins(r.URL.Path, identity) {
		home = h.Identity
	}
	if u, err := url.Parse(home); err != nil || strings.EqualFold(u.Host, r.Host) {
		return ""
	}
	return home
}

func begins(path string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// hostOf is the name of the host that answers, as pages tell it: one of the
// configured ones, never another that a request may say (WEB-8).
func (s *Site) hostOf(r *http.Request) string {
	if u, err := url.Parse(s.Hosts.Identity); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return u.Host
	}
	return s.Host
}

// The two doors between the hosts.
const (
	enterPath = "/enter"    // at the portal: somebody comes who may be signed in at the identity system
	crossPath = "/id/enter" // at the identity system: the portal asks who it is
)

// MountHosts mounts the doors between the hosts; nothing when there is one host.
func (s *Site) MountHosts() {
	if !s.Hosts.Apart() {
		return
	}
	s.Public("GET "+enterPath, s.enter)
	s.Public("GET "+crossPath, s.cross)
}

// lead sends a visit to the host whose it is. Whoever leaves the identity system
// goes through the portal's door, to be known there too. A post to the wrong host
// is no page of ours.
func (s *Site) lead(w http.ResponseWriter, r *http.Request, origin string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	to := origin + r.URL.RequestURI()
	if origin == s.Hosts.Portal && cookie(r, s.cookieName(sessionCookie)) != "" && r.URL.Path != enterPath {
		to = origin + enterPath + "?" + url.Values{"to": {r.URL.RequestURI()}}.Encode()
	}
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusSeeOther)
	return true
}

// wishCookie holds the state of a visit to the identity system, so that a ticket
// counts only in the browser that asked for it.
const wishCookie = "okno_wish"

// enter joins the session at the identity system. Without a ticket it asks for one;
// who is known here already is led on.
func (s *Site) enter(w http.ResponseWriter, r *Request) error {
	query := r.URL.Query()
	to := web.SafePath(query.Get("to"), "/")
	if r.Account.ID != "" {
		return r.Redirect(w, to)
	}
	ticket, wish := query.Get("ticket"), cookie(r.Request, s.cookieName(wishCookie))
	if ticket == "" {
		wish = secret.Token()
		s.setCookie(w, wishCookie, wish, 0, http.SameSiteLaxMode)
		return Leave(w, s.Hosts.Identity+crossPath+"?"+url.Values{"to": {to}, "state": {secret.Hash(wish)}}.Encode())
	}
	s.dropCookie(w, wishCookie)
	if wish == "" {
		return r.Redirect(w, to)
	}
	var token string
	err := s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		token, err = s.Sessions.Join(tx, ticket, secret.Hash(wish), signin.Opening{Browser: r.Named(w), Device: signin.Device(r.UserAgent())})
		return err
	})
	if err != nil {
		return err
	}
	if token != "" {
		r.SignIn(w, token, false)
	}
	return r.Redirect(w, to)
}

// cross gives the portal a ticket for whoever is signed in here; nobody else gets
// one, and comes back as he went.
func (s *Site) cross(w http.ResponseWriter, r *Request) error {
	query := r.URL.Query()
	to := web.SafePath(query.Get("to"), "/")
	state := query.Get("state")
	if r.Account.ID == "" || len(state) != 64 {
		return Leave(w, s.Hosts.Portal+to)
	}
	var ticket string
	err := s.DB.Write(r.Context(), func(tx *db.Tx) (err error) { ticket, err = s.Sessions.Ticket(tx, r.Session, state); return err })
	if err != nil {
		return err
	}
	return Leave(w, s.Hosts.Portal+enterPath+"?"+url.Values{"to": {to}, "ticket": {ticket}}.Encode())
}

// Root is the line of the session in which other sites were entered: at the
// portal's host that of the session it joined (GEN-21).
func (r *Request) Root() (line string, err error) {
	err = r.site.DB.Read(r.Context(), func(tx *db.Tx) (err error) { line, err = r.site.Sessions.Root(tx, r.Session); return err })
	return line, err
}

// Leave sends the browser to an address that the caller has found good: the other
// host, or a site that gets its answer. Nothing of where it was goes with it.
func Leave(w http.ResponseWriter, address string) error {
	w.Header().Set("Location", address)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
