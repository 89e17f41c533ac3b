// Package esiaapi is the face of the ESIA dialect: the addresses that systems built
// for ESIA know. It reads requests and writes answers as ESIA does; it decides
// nothing, shows no page of its own and never echoes what was sent.
package esiaapi

import (
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"okno/internal/esia"
	"okno/internal/fault"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcvisit"
	"okno/internal/visit"
	"okno/internal/web"
)

// The addresses (behaviour.md 3.1).
const (
	pathLogout       = "/idp/ext/Logout"
	pathPerson       = "/rs/prns/{oid}"
	pathOrganisation = "/rs/orgs/{path...}"
	pathCertificates = "/aas/oauth2/certificates.pem"
	pathDescription  = "/aas/oauth2/openapi.json"
)

var (
	authorizePaths = []string{"/aas/oauth2/ac", "/aas/oauth2/v2/ac"}
	tokenPaths     = []string{"/aas/oauth2/te", "/aas/oauth2/v2/te", "/aas/oauth2/v3/te"}
)

// Refuse shows the page for a request that cannot be answered at the system.
type Refuse func(w http.ResponseWriter, r *visit.Request, refusal *oidc.Refusal) error

type api struct {
	e      *esia.ESIA
	refuse Refuse
	log    *slog.Logger
}

// Mount mounts the addresses.
func Mount(site *visit.Site, e *esia.ESIA, refuse Refuse) {
	a := api{e, refuse, site.Log}
	for _, path := range authorizePaths {
		site.Late("GET "+path, a.authorize)
		site.Harmless("POST "+path, a.authorizePosted)
		site.Otherwise(path, a.otherMethod("GET, POST"))
	}
	for _, path := range tokenPaths {
		a.mount(site, "POST", path, http.HandlerFunc(a.token))
	}
	for _, slash := range []string{"", "/{$}"} { // some libraries end an address so
		a.mount(site, "GET", pathPerson+slash, a.data(a.person))
		a.mount(site, "GET", pathPerson+"/{list}"+slash, a.data(a.list))
	}
	a.mount(site, "GET", pathPerson+"/{list}/{element}", a.data(a.element))
	a.mount(site, "GET", pathOrganisation, a.data(a.organisation))
	a.mount(site, "GET", pathCertificates, http.HandlerFunc(a.certificates))
	a.mount(site, "GET", pathDescription, http.HandlerFunc(describe))
	site.Public("GET "+pathLogout, a.logout)
	for _, path := range []string{"/aas/", "/rs/"} {
		site.Otherwise(path, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { a.tell(w, http.StatusNotFound, esia.NoSuchAddress) }))
	}
}

// mount mounts an endpoint for its method; for all others it says which one it takes.
func (a api) mount(site *visit.Site, method, path string, h http.Handler) {
	site.Machine(method+" "+path, h)
	site.Otherwise(path, a.otherMethod(method))
}

// otherMethod answers where an address takes only the methods of allow.
func (a api) otherMethod(allow string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", allow)
		a.tell(w, http.StatusMethodNotAllowed, esia.OtherMethod)
	})
}

// Open are the paths to which machines and other sites may post (web.Guard.Open).
func Open() (open []string) {
	for _, path := range append(authorizePaths[:len(authorizePaths):len(authorizePaths)], tokenPaths...) {
		open = append(open, "POST "+path)
	}
	return open
}

// authorize takes a request that a system sent the browser with. Every step leads
// by the dispatcher's own address.
func (a api) authorize(w http.ResponseWriter, r *visit.Request) error {
	next, err := oidcvisit.Deciding(w, r, func(v oidc.Visitor) (oidc.Next, error) { return a.e.Authorize(r.Context(), r.URL.Query(), v) })
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return a.refuse(w, r, &oidc.Refusal{Code: "ESIA-" + esia.Number(refusal), Why: refusal.Why})
	}
	if err != nil {
		return err
	}
	if next.Step != oidc.Done {
		return r.Redirect(w, oidc.PathContinue+"?flow="+next.Flow)
	}
	return visit.Leave(w, next.Answer.Address())
}

// authorizePosted turns a posted request into one in the address, because a post
// from another site brings no cookies. What is larger than a form, or than an
// address, is refused here.
func (a api) authorizePosted(w http.ResponseWriter, r *visit.Request) error {
	query, ok := r.Posted(w)
	if !ok {
		return a.refuse(w, r, &oidc.Refusal{Code: "ESIA-007038", Why: "esia.007038"})
	}
	return visit.Leave(w, r.URL.Path+"?"+query)
}

// logout leads to the one page on which people sign out. Nothing is looked at here:
// the provider alone says which address is the system's.
func (a api) logout(w http.ResponseWriter, r *visit.Request) error {
	query := url.Values{"dialect": {esia.Dialect}}
	for _, name := range []string{"client_id", "redirect_url"} {
		if value := r.URL.Query().Get(name); value != "" {
			query.Set(name, value)
		}
	}
	return visit.Leave(w, oidc.PathLogout+"?"+query.Encode())
}

// token answers at the token endpoint.
func (a api) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, web.MaxForm)
	if err := r.ParseForm(); err != nil || r.PostForm == nil {
		a.fail(w, r, &oidc.Refusal{Code: oidc.InvalidRequest, Why: "esia.007038"})
		return
	}
	tokens, err := a.e.Token(r.Context(), r.PostForm)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	write(w, http.StatusOK, tokens)
}

// data answers with a person's data, for the token in the header alone.
func (a api) data(read func(r *http.Request, token string, embed esia.Embed) (esia.Thing, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			a.tell(w, http.StatusUnauthorized, esia.NoToken)
			return
		}
		embed, ok := esia.ReadEmbed(r.URL.Query().Get("embed"))
		if !ok {
			a.failData(w, r, &oidc.Refusal{Code: oidc.InvalidRequest, Why: "esia.007003"})
			return
		}
		thing, err := read(r, token, embed)
		switch {
		case err != nil:
			a.failData(w, r, err)
		case thing == nil:
			a.tell(w, http.StatusNotFound, esia.NoSuchAddress)
		default:
			write(w, http.StatusOK, thing)
		}
	})
}

func (a api) person(r *http.Request, token string, embed esia.Embed) (esia.Thing, error) {
	return a.e.Person(r.Context(), token, r.PathValue("oid"), embed)
}

func (a api) list(r *http.Request, token string, embed esia.Embed) (esia.Thing, error) {
	return a.e.List(r.Context(), token, r.PathValue("oid"), r.PathValue("list"), embed)
}

func (a api) element(r *http.Request, token string, _ esia.Embed) (esia.Thing, error) {
	return a.e.Element(r.Context(), token, r.PathValue("oid"), r.PathValue("list"), r.PathValue("element"))
}

func (a api) organisation(r *http.Request, token string, _ esia.Embed) (esia.Thing, error) {
	return a.e.Organisation(r.Context(), token)
}

// certificates are those that systems pin to check our tokens: the one in force
// first, its successor a day before it signs.
func (a api) certificates(w http.ResponseWriter, r *http.Request) {
	list, err := a.e.Certify(r.Context())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	var body []byte
	for _, der := range list {
		body = append(body, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	web.WriteMachine(w, http.StatusOK, "application/x-pem-file", body)
}

// description says what is answered at every address here (OpenAPI 3.1).
//
//go:embed openapi.json
var description []byte

// describe answers with the description, which scripts of any origin may read.
func describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	web.WriteMachine(w, http.StatusOK, "application/json", description)
}

// fail answers with an error of ESIA as the token endpoint says it.
func (a api) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, refusal := a.judge(w, r, err)
	write(w, status, map[string]string{"error": esia.Code(refusal), "error_description": a.e.Describe(refusal)})
}

// failData answers with an error as the data say it: a code and a message, and the
// words of OAuth beside them.
func (a api) failData(w http.ResponseWriter, r *http.Request, err error) {
	status, refusal := a.judge(w, r, err)
	a.tell(w, status, refusal)
}

// tell says a refusal as the data say it.
func (a api) tell(w http.ResponseWriter, status int, refusal *oidc.Refusal) {
	text := a.e.Describe(refusal)
	code, message, _ := strings.Cut(text, ": ")
	write(w, status, map[string]string{"code": code, "message": message, "error": esia.Code(refusal), "error_description": text})
}

// judge is the status of an error and the refusal to say it with.
func (a api) judge(w http.ResponseWriter, r *http.Request, err error) (status int, refusal *oidc.Refusal) {
	refusal = oidc.RefusalOf(err)
	switch {
	case refusal != nil:
		if status = refusal.Status(); refusal.Code == oidc.InvalidToken {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		}
		a.log.Info("system refused", "route", r.Pattern, "code", refusal.Code, "number", esia.Number(refusal))
	default:
		status = fault.Of(err).Kind.Status()
		if status == http.StatusInternalServerError {
			a.log.Error("system failed", "route", r.Pattern, "error", err)
		}
		refusal = esia.Fault(status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests)
	}
	return status, refusal
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Cache-Control", "no-store")
	body, err := json.Marshal(answer)
	if err != nil {
		status, answer = http.StatusInternalServerError, nil
	}
	if answer == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
