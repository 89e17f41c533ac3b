package relyingparty

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// sessionLimit is how many sessions are kept; the one that ends first goes.
const sessionLimit = 10_000

// session is one person signed in here, in one browser.
type session struct {
	received
	renewing *sync.Mutex // a refresh token is sent once, or the provider takes it for theft
}

// cookie is the value of one of the site's cookies; empty when there is none.
func (s *Site) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// cookieName keeps sites apart that share a host, since cookies do not know ports.
func (s *Site) cookieName(name string) string {
	name = string(s.config.Site) + "-" + name
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

func (s *Site) secure() bool { return strings.HasPrefix(s.origin, "https://") }

// setCookie writes a cookie that ends with the browser; an empty value takes it back.
func (s *Site) setCookie(w http.ResponseWriter, name, value string) {
	c := &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// browser is what this browser is known by while it signs in.
func (s *Site) browser(w http.ResponseWriter, r *http.Request) string {
	if v := s.cookie(r, "browser"); len(v) == len(random()) {
		return v
	}
	v := random()
	s.setCookie(w, "browser", v)
	return v
}

// leaveAlone marks the browser as one that must not be signed in silently.
func (s *Site) leaveAlone(w http.ResponseWriter) {
	if s.manner.silent {
		s.setCookie(w, "asked", "1")
	}
}

// open begins a session, under an id that nobody has seen.
func (s *Site) open(w http.ResponseWriter, got received) {
	id := random()
	s.mu.Lock()
	s.clear()
	s.sessions[id] = session{received: got, renewing: &sync.Mutex{}}
	s.mu.Unlock()
	s.setCookie(w, "session", id)
}

// clear drops what has ended, and the first to end when there are still too many. The caller holds s.mu.
func (s *Site) clear() {
	now := s.config.Now()
	first, at := "", time.Time{}
	for id, one := range s.sessions {
		if !now.Before(one.Ends) {
			delete(s.sessions, id)
		} else if first == "" || one.Ends.Before(at) {
			first, at = id, one.Ends
		}
	}
	if len(s.sessions) >= sessionLimit {
		delete(s.sessions, first)
	}
}

// current is the session of the request's browser, if it has not ended.
func (s *Site) current(r *http.Request) (id string, one session, ok bool) {
	id = s.cookie(r, "session")
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok = s.sessions[id]
	return id, one, ok && s.config.Now().Before(one.Ends)
}

// drop ends one session.
func (s *Site) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, id)
}
