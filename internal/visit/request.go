package visit

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/text"
	"okno/internal/web"
)

// Request is a request by whoever it is.
type Request struct {
	*http.Request
	*text.Printer // the texts in the reader's language: r.T("key")

	Choices Choices
	Session signin.Session
	Account account.Account // the signed-in resident, zero if none
	Level   account.Level   // computed now, from evidence
	Officer officer.Officer // the signed-in officer, zero if none
	Now     time.Time
	// Form is what was typed: in a POST the form; in a GET what was kept when the
	// language was switched or the session had ended, else nothing.
	Form web.Form

	site    *Site
	browser string
	token   string // of the session, as the browser sent it
	known   bool   // it was found out who asks
	kept    bool
	ended   time.Time // when another device ended the session of this browser
}

// endedParameter carries to the sign-in page when another device has signed the
// visitor out, in Unix seconds.
const endedParameter = "ended"

// EndedElsewhere is when another device has signed the visitor out, in the last
// day; the zero time when none has (S22).
func (r *Request) EndedElsewhere() time.Time {
	if !r.ended.IsZero() {
		return r.ended
	}
	seconds, err := strconv.ParseInt(r.URL.Query().Get(endedParameter), 10, 64)
	at := time.Unix(seconds, 0)
	if err != nil || at.After(r.Now) || r.Now.Sub(at) > signin.EndedShown {
		return time.Time{}
	}
	return at
}

// Law is the jurisdiction.
func (r *Request) Law() *jurisdiction.Jurisdiction { return r.site.Law }

// By is the audit actor of whoever asks.
func (r *Request) By() audit.Actor {
	switch {
	case r.Officer.ID != "":
		return r.Officer.By()
	case r.Account.ID != "":
		return account.ByHolder(r.Account.ID)
	}
	return audit.Actor{Kind: audit.Visitor, ID: r.Browser()}
}

// Restored says that Form holds what was kept, so that a page shows it instead of its own values.
func (r *Request) Restored() bool { return r.kept }

// Client is the address of whoever asks, for limits only; never stored in clear.
func (r *Request) Client() string { return r.RemoteAddr }

// Browser names this browser: the hash of its own cookie, "" before it has one.
func (r *Request) Browser() string {
	if r.browser == "" {
		return ""
	}
	return secret.Hash(r.browser)
}

// bare makes a request without reading the database.
func (s *Site) bare(hr *http.Request) *Request {
	r := &Request{Request: hr, site: s, Now: s.DB.Clock().Now()}
	r.Choices = s.readChoices(hr)
	r.Printer = s.Texts.For(r.Choices.Language)
	r.browser = cookie(hr, s.cookieName(browserCookie))
	r.token = cookie(hr, s.cookieName(sessionCookieOf(hr)))
	return r
}

// request finds out who asks.
func (s *Site) request(w http.ResponseWriter, hr *http.Request) (*Request, error) {
	r := s.bare(hr)
	if err := r.arrived(w); err != nil {
		return r, err
	}
	return r, r.restore()
}

// SignIn gives the browser the cookie of a session that has just been made. The
// old session of this browser should have been ended by the use case (SESS-2).
func (r *Request) SignIn(w http.ResponseWriter, token string, staff bool) {
	name, same := sessionCookie, http.SameSiteLaxMode
	if staff {
		name, same = staffCookie, http.SameSiteStrictMode
	}
	r.site.setCookie(w, name, token, 0, same)
}

// SignOut takes the cookie back and clears what the browser keeps (SESS-4).
func (r *Request) SignOut(w http.ResponseWriter) {
	r.site.dropCookie(w, sessionCookieOf(r.Request))
	w.Header().Set("Clear-Site-Data", `"cache"`)
}

// Redirect leads on with 303, to a path of this site only.
func (r *Request) Redirect(w http.ResponseWriter, path string) error {
	w.Header().Set("Location", web.SafePath(path, "/"))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Next is where the visitor wanted to go before signing in or registering.
func (r *Request) Next(fallback string) string {
	next := r.URL.Query().Get("next")
	if next == "" {
		next = r.Form.Text("next")
	}
	return web.SafePath(next, fallback)
}

// Keep is a path on the way there: what the visitor wanted to go to is kept, as the
// site that sent him and waits.
func (r *Request) Keep(path string) string {
	next := r.Next("")
	if next == "" {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// longestAddress is what an address may hold of a posted request, in bytes: a browser
// sends it back to us in its headers, which have less room than a body (web.Guard).
const longestAddress = 24 << 10

// Posted is what another site posted, as the query of an address: a post from another
// site brings no cookies (SameSite), the redirect to that address does. Not ok: it
// cannot be read, or is larger than a form or an address.
func (r *Request) Posted(w http.ResponseWriter) (query string, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, web.MaxForm)
	err := r.ParseForm()
	query = r.PostForm.Encode()
	return query, err == nil && len(query) <= longestAddress
}

func (r *Request) readForm(w http.ResponseWriter) (err error) {
	r.Form, err = web.ReadForm(w, r.Request)
	return err
}

// The cookies. With https their names begin with __Host-.
const (
	sessionCookie = "okno"
	staffCookie   = "okno_desk"
	browserCookie = "okno_browser"
	choicesCookie = "okno_choices"
)

func (s *Site) cookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

func cookie(hr *http.Request, name string) string {
	c, err := hr.Cookie(name)
	if err != nil || len(c.Value) > 200 {
		return ""
	}
	return c.Value
}

func (s *Site) setCookie(w http.ResponseWriter, name, value string, age time.Duration, same http.SameSite) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		Secure: s.Secure, HttpOnly: true, SameSite: same})
}

func (s *Site) dropCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Path: "/", MaxAge: -1, Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// year is how long a browser keeps its choices and its own name.
const year = 365 * 24 * time.Hour

// withBrowser makes sure that the browser has a name of its own.
func (r *Request) withBrowser(w http.ResponseWriter) string {
	if r.browser == "" || strings.ContainsAny(r.browser, " ;,") {
		r.browser = secret.Token()
		r.site.setCookie(w, browserCookie, r.browser, year, http.SameSiteLaxMode)
	}
	return r.browser
}

// Refused tells whether err is a refusal that the form can show beside its
// fields, so that a handler may write
//
//	if errs, ok := r.Refused(err); ok { return showPage(w, r, form, errs) }
func (r *Request) Refused(err error) (Errors, bool) {
	if f := fault.Of(err); err != nil && f.Kind == fault.Invalid && len(f.Fields) > 0 {
		return r.Errors(f), true
	}
	return Errors{}, false
}
