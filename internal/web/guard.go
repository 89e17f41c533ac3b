// Package web is what every page needs of HTTP and nothing of the product: the
// guards around the handlers (host, origin, headers, limits, panics), the reading
// of forms, compression and files with hashed names.
//
// It never decides who may see a page (package visit) and never renders one.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"okno/internal/secret"
)

// Limits of requests (security.md 1 and LOAD-1).
const (
	MaxForm   = 64 << 10         // a form without files
	MaxUpload = 11 << 20         // a form with a file of at most 10 MiB
	MaxJSON   = 256 << 10        // a JSON body
	maxHeader = 32 << 10         // all headers together
	headTime  = 5 * time.Second  // for the headers to arrive
	idleTime  = 60 * time.Second // between requests of a connection
	bodyTime  = 2 * time.Minute  // for the largest body at the slowest allowed pace
)

// Guard is what stands before all handlers.
type Guard struct {
	Origins []string       // "https://okno.example": the public origins, from the configuration only (WEB-8)
	Proxies []netip.Prefix // whose X-Forwarded-For is believed (WEB-9)
	// CertificateHeader says that TLS ends at the proxies, which tell the client's
	// certificate in the header Client-Cert (see ClientCertificate).
	CertificateHeader bool
	Log               *slog.Logger
	// Fail answers with a page when a guard refuses or a handler panics.
	Fail func(w http.ResponseWriter, r *http.Request, status int, id string)
	// Open are path prefixes that machines of other origins may post to (webhooks, token endpoints).
	Open []string
}

// Wrap puts the guards around a handler.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	for _, origin := range g.Origins {
		if err := cross.AddTrustedOrigin(origin); err != nil {
			g.Log.Error("origin cannot be trusted", "origin", origin, "error", err)
		}
	}
	for _, prefix := range g.Open {
		cross.AddInsecureBypassPattern(prefix)
	}
	hosts := g.hosts()
	secure := g.secure()
	pages := policy(g.forms())
	always := headers(secure, pages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, proxied := g.client(r)
		came := &arrival{Context: r.Context(), proxied: proxied, header: g.CertificateHeader}
		r = r.WithContext(came)
		always.set(w.Header())
		defer g.recover(w, r, came)
		switch {
		case !hosts[strings.ToLower(r.Host)]:
			g.Fail(w, r, http.StatusMisdirectedRequest, came.id())
		case strings.ContainsRune(r.URL.Path, ';'):
			g.Fail(w, r, http.StatusNotFound, came.id()) // WEB-5
		case cross.Check(r) != nil:
			g.Fail(w, r, http.StatusForbidden, came.id())
		default:
			r.RemoteAddr = from
			next.ServeHTTP(w, r)
		}
	})
}

func (g *Guard) hosts() map[string]bool {
	hosts := map[string]bool{}
	for _, origin := range g.Origins {
		if u, err := url.Parse(origin); err == nil {
			hosts[strings.ToLower(u.Host)] = true
		}
	}
	return hosts
}

func (g *Guard) secure() bool {
	for _, origin := range g.Origins {
		if !strings.HasPrefix(origin, "https://") {
			return false
		}
	}
	return true
}

// recover is the last resort: the reader gets a page with an id, the log the stack (LOG-2).
func (g *Guard) recover(w http.ResponseWriter, r *http.Request, came *arrival) {
	bad := recover()
	if bad == nil {
		return
	}
	if err, ok := bad.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(bad)
	}
	g.Log.Error("request panicked", "request", came.id(), "route", r.Pattern, "stack", string(debug.Stack()))
	g.Fail(w, r, http.StatusInternalServerError, came.id())
}

// client is the address of whoever asks: the connection's, unless a listed proxy
// tells another; then the last address that is not a listed proxy. Proxied says
// that the connection is a listed proxy's.
func (g *Guard) client(r *http.Request) (address string, proxied bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr, false
	}
	if len(g.Proxies) == 0 {
		return host, false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || !g.trusts(addr) {
		return host, false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if !g.trusts(hop) {
			return hop.String(), true
		}
	}
	return host, true
}

func (g *Guard) trusts(addr netip.Addr) bool {
	for _, p := range g.Proxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// forms are the origins besides its own at which a page's form may end: when the
// house has two, the redirect after a form leads from one to the other.
func (g *Guard) forms() (list string) {
	if len(g.Origins) < 2 {
		return ""
	}
	for _, origin := range g.Origins {
		list += " " + origin
	}
	return list
}

// policy is the content policy of pages; forms are more origins at which forms may end.
func policy(forms string) string {
	return "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'" + forms +
		"; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'"
}

// header is one header with its value, as http.Header keeps it: made once and
// shared by all answers, because setting ten of them one by one took a tenth of
// the time in which a small document is given. Nobody may write into the values;
// Set and Add of http.Header do not.
type header struct {
	name  string // in its canonical form
	value []string
}

func newHeader(name, value string) header {
	return header{http.CanonicalHeaderKey(name), []string{value}}
}

type headerSet []header

func (all headerSet) set(h http.Header) {
	for _, one := range all {
		h[one.name] = one.value
	}
}

// headers of every answer, errors and redirects too (WEB-2, WEB-3).
func headers(secure bool, policy string) headerSet {
	all := headerSet{
		newHeader("Content-Security-Policy", policy),
		newHeader("X-Content-Type-Options", "nosniff"),
		newHeader("Referrer-Policy", "no-referrer"),
		newHeader("Cross-Origin-Opener-Policy", "same-origin"),
		newHeader("Cross-Origin-Resource-Policy", "same-origin"),
		newHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
		newHeader("Cache-Control", "no-store"),
	}
	if secure {
		all = append(all, newHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
	}
	return all
}

// arrival is what a guard found out about a request, and the request's context.
type arrival struct {
	context.Context
	proxied bool // the connection is a listed proxy's
	header  bool // certificates of clients are told in a header

	named sync.Once
	name  string
}

// id names the request when somebody first asks: most are never spoken of.
func (a *arrival) id() string {
	a.named.Do(func() { a.name = secret.NewID() })
	return a.name
}

type arrivalKey struct{}

// Value implements context.Context.
func (a *arrival) Value(key any) any {
	if key == (arrivalKey{}) {
		return a
	}
	return a.Context.Value(key)
}

// arrivalOf is nil outside a guard.
func arrivalOf(ctx context.Context) *arrival {
	a, _ := ctx.Value(arrivalKey{}).(*arrival)
	return a
}

// RequestID is the id of the request that ctx belongs to, for the log and for
// the page that says that something went wrong.
func RequestID(ctx context.Context) string {
	if a := arrivalOf(ctx); a != nil {
		return a.id()
	}
	return ""
}

// NewServer makes an HTTP server with the limits of LOAD-1.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, WriteTimeout: bodyTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}
