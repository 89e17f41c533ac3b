// Package visit is a request by a known person: who asks, in which language, at
// which level, with which permission. Pages are mounted here and nowhere else, so
// that the list of routes is also the list of who may enter (AUTHZ-1).
//
// It never holds a rule of the product: it asks the domains and shows the shell
// around their pages.
//
// Tables: visit_once (what a pressed form led to, for a moment with its cookies; which challenges are spent), visit_kept (what was typed
// when the language was switched or the session had ended).
package visit

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/signin"
	"okno/internal/text"
	"okno/internal/vault"
)

// Handler shows a page or carries out one act. What it returns as an error is
// shown as a page in the reader's language.
type Handler func(w http.ResponseWriter, r *Request) error

// Assets are the built files with hashed names.
type Assets interface {
	Style(theme string) string // address of a theme's style sheet
	Script() string
	Icon() string
	Logo(theme string) string // address of a country's mark, "" for the house's own
}

// Site is the whole of what people can visit.
type Site struct {
	DB       *db.DB
	Vault    *vault.Vault
	Accounts *account.Accounts
	Officers *officer.Officers
	Sessions *signin.Sessions
	Texts    *text.Catalogue
	Law      *jurisdiction.Jurisdiction
	Assets   Assets
	Log      *slog.Logger
	Host     string // the portal's own name, as pages tell it; never what a request says (WEB-8)
	Hosts    Hosts  // when the two faces have a host each
	Secure   bool   // cookies for https only: always, but for the demo on loopback
	WorkBits int    // zero bits that a solved challenge begins with (SEC-09), 0 is 16

	mux       *http.ServeMux
	routes    []Route
	otherwise map[string]http.Handler
	plain     map[asked]page // the routes without wildcards
	mu        sync.Mutex
	flying    map[string]chan struct{}

	holders db.Hints[account.ID] // whose sessions are, by the hash of their token
	keeping keeping
	shelf   shelf

	parts sync.Map // of the shell, as drawn
}

// Who may enter a route.
type Who string

// The kinds of entrance.
const (
	Everybody Who = "everybody"
	Residents Who = "residents"
	Staff     Who = "officers"
	Machines  Who = "machines"
)

// Route is one line of the map of who may enter what.
type Route struct {
	Pattern    string
	Who        Who
	Level      account.Level      // of residents
	Permission officer.Permission // of officers
}

func (s *Site) add(route Route, h http.Handler) {
	if s.mux == nil {
		s.mux, s.flying = http.NewServeMux(), map[string]chan struct{}{}
	}
	s.mux.Handle(route.Pattern, h)
	s.remember(route.Pattern, h)
	s.routes = append(s.routes, route)
}

// asked is what a route without wildcards is found by.
type asked struct{ method, path string }

// page is a route as it is found.
type page struct {
	pattern string
	http.Handler
}

// remember makes a route be found without a search, when it is one method and one
// path: no other can be meant by a request for exactly these.
func (s *Site) remember(pattern string, h http.Handler) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.ContainsAny(path, "{}% ") {
		return
	}
	if s.plain == nil {
		s.plain = map[asked]page{}
	}
	s.plain[asked{method, path}] = page{pattern, h}
}

// Routes lists every mounted page, in the order of mounting.
func (s *Site) Routes() []Route { return s.routes }

// Public mounts a page for everybody.
func (s *Site) Public(pattern string, h Handler) {
	s.add(Route{Pattern: pattern, Who: Everybody}, s.serve(func(w http.ResponseWriter, r *Request) error {
		return s.act(w, r, h)
	}))
}

// Harmless mounts a POST for everybody that only keeps a choice or ends a
// session, so that it needs no form key and cached pages may hold its form. The
// origin is checked all the same.
func (s *Site) Harmless(pattern string, h Handler) {
	s.add(Route{Pattern: pattern, Who: Everybody}, s.serve(h))
}

// Resident mounts a page for signed-in residents of at least a level. Who is not
// signed in is asked to and comes back with what was typed; who has a lower level
// is told what is missing (P-26).
func (s *Site) Resident(pattern string, level account.Level, h Handler) {
	s.add(Route{Pattern: pattern, Who: Residents, Level: level}, s.serve(func(w http.ResponseWriter, r *Request) error {
		if r.Account.ID == "" {
			return r.askToSignIn(w, "/id/signin")
		}
		if r.Level < level {
			return r.showLevelNeeded(w, level)
		}
		return s.act(w, r, h)
	}))
}

// Officer mounts a page of a workplace.
func (s *Site) Officer(pattern string, need officer.Permission, h Handler) {
	s.add(Route{Pattern: pattern, Who: Staff, Permission: need}, s.serve(func(w http.ResponseWriter, r *Request) error {
		if r.Officer.ID == "" {
			return r.askToSignIn(w, "/desk/signin")
		}
		if need != "" && !r.Officer.May(need) {
			return r.showNoPermission(w)
		}
		return s.act(w, r, h)
	}))
}

// Machine mounts an endpoint for machines, which answers by itself.
func (s *Site) Machine(pattern string, h http.Handler) {
	s.add(Route{Pattern: pattern, Who: Machines}, h)
}

// Otherwise is what a machine is answered at a mounted path when it comes with a
// method that no route there takes. Nobody enters by it, so it is no route.
func (s *Site) Otherwise(path string, h http.Handler) {
	s.mux.Handle(path, h)
	if s.otherwise == nil {
		s.otherwise = map[string]http.Handler{}
	}
	s.otherwise[path] = h
}

// Otherwises are the paths of Otherwise with what is answered there.
func (s *Site) Otherwises() map[string]http.Handler { return s.otherwise }

// ServeHTTP finds the page; what does not exist gets a page that helps.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if origin := s.Hosts.elsewhere(r); origin != "" {
		if !s.lead(w, r, origin) {
			s.serve(func(w http.ResponseWriter, r *Request) error { return r.showNotFound(w) }).ServeHTTP(w, r)
		}
		return
	}
	if p, ok := s.plain[asked{r.Method, r.URL.Path}]; ok && r.URL.RawPath == "" {
		r.Pattern = p.pattern
		p.ServeHTTP(w, r)
		return
	}
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.serve(func(w http.ResponseWriter, r *Request) error { return r.showNotFound(w) }).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// serve finds out who asks and shows errors as pages.
func (s *Site) serve(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		r, err := s.request(w, hr)
		if err == nil && r.showShelved(w) {
			return
		}
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			r.showFault(w, err)
		}
	})
}

// act reads the form of a POST, checks its key and runs the handler once.
func (s *Site) act(w http.ResponseWriter, r *Request, h Handler) error {
	if r.Method != http.MethodPost {
		return h(w, r)
	}
	if err := r.readForm(w); err != nil {
		return err
	}
	return s.once(w, r, h)
}

// inDesk says whether a path belongs to a workplace.
func inDesk(path string) bool { return path == "/desk" || strings.HasPrefix(path, "/desk/") }

// Fail shows the page of a guard's refusal (web.Guard.Fail).
func (s *Site) Fail(w http.ResponseWriter, hr *http.Request, status int, id string) {
	r := s.bare(hr)
	r.showStatus(w, status, id)
}

var _ http.Handler = (*Site)(nil)
