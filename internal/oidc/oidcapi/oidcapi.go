// Package oidcapi is the OpenID provider's face for machines: discovery, keys,
// pushed requests, tokens, userinfo, introspection, revocation, devices. It reads
// requests and writes answers as the standards say; it decides nothing and never
// echoes what was sent.
package oidcapi

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/oidc"
	"okno/internal/text"
	"okno/internal/visit"
	"okno/internal/web"
)

// api answers machines.
type api struct {
	p     *oidc.Provider
	words *text.Printer // English, as the standards want it: by the refusal's key, never by what was sent
	log   *slog.Logger
}

// Mount mounts the endpoints. The two documents are made once.
func Mount(site *visit.Site, p *oidc.Provider) error {
	a := api{p, site.Texts.For("en"), site.Log}
	p.Explain(a.describe)
	discovery, err := json.Marshal(p.Discovery())
	if err != nil {
		return err
	}
	known := a.document(func(*http.Request) ([]byte, error) { return discovery, nil })
	for _, path := range []string{"/id/.well-known/openid-configuration", "/.well-known/openid-configuration/id", "/.well-known/oauth-authorization-server/id"} {
		a.mount(site, path, known, "GET")
	}
	a.mount(site, oidc.PathJWKS, a.document(func(r *http.Request) ([]byte, error) { return p.JWKS(r.Context()) }), "GET")
	a.mount(site, oidc.PathPush, a.form(a.push), "POST")
	a.mount(site, oidc.PathToken, a.form(a.token), "POST")
	a.mount(site, oidc.PathIntrospect, a.form(a.introspect), "POST")
	a.mount(site, oidc.PathRevoke, a.form(a.revoke), "POST")
	a.mount(site, oidc.PathDevice, a.form(a.device), "POST")
	a.mount(site, oidc.PathUserInfo, http.HandlerFunc(a.userInfo), "GET", "POST")
	return nil
}

// mount mounts an endpoint for its methods; for all others it says which they are.
func (a api) mount(site *visit.Site, path string, h http.Handler, methods ...string) {
	for _, method := range methods {
		site.Machine(method+" "+path, h)
	}
	allow := strings.Join(methods, ", ")
	site.Otherwise(path, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", allow)
		w.Header().Set("Cache-Control", "no-store")
		write(w, http.StatusMethodNotAllowed, map[string]string{"error": oidc.InvalidRequest, "error_description": a.words.T("oidc.why.method")})
	}))
}

// describe is the error_description of a refusal.
func (a api) describe(r *oidc.Refusal) string { return a.words.T(r.Why) }

// Open are the paths that machines of any origin may post to (web.Guard.Open).
var Open = []string{"POST " + oidc.PathPush, "POST " + oidc.PathToken, "POST " + oidc.PathIntrospect, "POST " + oidc.PathRevoke, "POST " + oidc.PathDevice, "POST " + oidc.PathUserInfo}

// Values of headers that all documents share.
var kept, anybody = []string{"public, max-age=300"}, []string{"*"}

// document answers with a public document that may be kept for a while. Pages of any
// origin may read it, so it does not carry the guard's header that says the contrary;
// that leaves eight headers, which is as many as a map of Go's holds before it grows.
func (a api) document(make func(*http.Request) ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := make(r)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		h := w.Header()
		h["Cache-Control"], h["Access-Control-Allow-Origin"] = kept, anybody
		delete(h, "Cross-Origin-Resource-Policy")
		web.WriteMachine(w, http.StatusOK, "application/json", body)
	})
}

// form reads a form-encoded request of a machine.
func (a api) form(answer func(w http.ResponseWriter, r *http.Request, call oidc.Call) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		call, err := a.read(w, r)
		if err == nil {
			err = answer(w, r, call)
		}
		if err != nil {
			a.p.HearCall(call, r.URL.Path, err)
			a.fail(w, r, err)
		}
	})
}

var errForm = &oidc.Refusal{Code: oidc.InvalidRequest, Why: "oidc.why.form"}

// read turns a request into a call. Parameters in the address do not count.
func (a api) read(w http.ResponseWriter, r *http.Request) (oidc.Call, error) {
	call := a.bare(r)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return call, errForm
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, web.MaxForm))
	if err != nil {
		return call, errForm
	}
	if call.Form, err = url.ParseQuery(string(body)); err != nil {
		return call, errForm
	}
	if user, password, ok := r.BasicAuth(); ok {
		call.Basic = true
		if call.User, err = url.QueryUnescape(user); err != nil { // RFC 6749 2.3.1
			return call, errForm
		}
		if call.Password, err = url.QueryUnescape(password); err != nil {
			return call, errForm
		}
	}
	return call, nil
}

func (a api) bare(r *http.Request) oidc.Call {
	call := oidc.Call{Method: r.Method, Address: a.address(r), Form: url.Values{}}
	if proofs := r.Header.Values("DPoP"); len(proofs) == 1 {
		call.Proof = proofs[0]
	} else if len(proofs) > 1 {
		call.Proof = "many"
	}
	if cert := web.ClientCertificate(r); cert != nil {
		call.Cert = cert.Raw
	}
	return call
}

// address is the endpoint by the origin at which it was reached: ours, or that for
// certificates. The guard has let no other host through.
func (a api) address(r *http.Request) string {
	origin := a.p.Origin()
	if u, err := url.Parse(a.p.Mutual); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		origin = a.p.Mutual
	}
	return origin + r.URL.Path
}

func (a api) push(w http.ResponseWriter, r *http.Request, call oidc.Call) error {
	pushed, err := a.p.Push(r.Context(), call)
	if err != nil {
		return err
	}
	return write(w, http.StatusCreated, map[string]any{"request_uri": pushed.URI, "expires_in": int(pushed.Expires.Seconds())})
}

func (a api) token(w http.ResponseWriter, r *http.Request, call oidc.Call) error {
	tokens, err := a.p.Token(r.Context(), call)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, tokens)
}

func (a api) introspect(w http.ResponseWriter, r *http.Request, call oidc.Call) error {
	answer, err := a.p.Introspect(r.Context(), call)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, answer)
}

func (a api) revoke(w http.ResponseWriter, r *http.Request, call oidc.Call) error {
	if err := a.p.Revoke(r.Context(), call); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (a api) device(w http.ResponseWriter, r *http.Request, call oidc.Call) error {
	start, err := a.p.StartDevice(r.Context(), call)
	if err != nil {
		return err
	}
	page := a.p.Origin() + oidc.PathDevicePage
	return write(w, http.StatusOK, map[string]any{"device_code": start.Code, "user_code": start.Word, "verification_uri": page,
		"verification_uri_complete": page + "?word=" + start.Word, "expires_in": int(start.Expires.Seconds()), "interval": int(start.Interval.Seconds())})
}

// userInfo takes the access token from the header alone: never from the address,
// where it would be written into logs.
func (a api) userInfo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	call := a.bare(r)
	for _, known := range []string{"Bearer", "DPoP"} { // schemes are compared without case (RFC 9110 11.1)
		if strings.EqualFold(scheme, known) {
			scheme = known
		}
	}
	if token == "" || scheme != "Bearer" && scheme != "DPoP" {
		w.Header().Set("WWW-Authenticate", `Bearer, DPoP algs="ES256 EdDSA PS256"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	claims, site, err := a.p.UserInfo(r.Context(), call, scheme, token)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if strings.Contains(r.Header.Get("Accept"), "application/jwt") {
		a.signed(w, r, site, claims)
		return
	}
	write(w, http.StatusOK, claims)
}

func (a api) signed(w http.ResponseWriter, r *http.Request, site client.ID, claims map[string]any) {
	signed, err := a.p.SignInfo(r.Context(), site, claims)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	web.WriteMachine(w, http.StatusOK, "application/jwt", []byte(signed))
}

// fail answers with the error of the standards: a code, and words that hold
// nothing of what was sent.
func (a api) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refusal *oidc.Refusal
	if errors.As(err, &refusal) {
		a.log.Info("machine refused", "route", r.Pattern, "code", refusal.Code, "why", refusal.Why)
		status := refusal.Status()
		switch {
		case status == http.StatusUnauthorized && refusal.Code == oidc.InvalidClient:
			w.Header().Set("WWW-Authenticate", `Basic realm="okno"`)
		case refusal.Code == oidc.InvalidProof, shownToken(refusal) && strings.EqualFold(scheme(r), "DPoP"):
			w.Header().Set("WWW-Authenticate", `DPoP error="`+refusal.Code+`", algs="ES256 EdDSA PS256"`)
		case shownToken(refusal):
			w.Header().Set("WWW-Authenticate", `Bearer error="`+refusal.Code+`"`)
		}
		write(w, status, map[string]string{"error": refusal.Code, "error_description": a.describe(refusal)})
		return
	}
	f := fault.Of(err)
	status := f.Kind.Status()
	if status == http.StatusInternalServerError {
		a.log.Error("machine failed", "route", r.Pattern, "error", err)
	}
	code := "server_error"
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		code = "temporarily_unavailable"
		w.Header().Set("Retry-After", "5")
	}
	write(w, status, map[string]string{"error": code})
}

// shownToken says that a refusal is about the access token that was shown.
func shownToken(r *oidc.Refusal) bool {
	return r.Code == oidc.InvalidToken || r.Code == oidc.InsufficientScope
}

// scheme is how whoever asks says who he is.
func scheme(r *http.Request) string {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return scheme
}

func write(w http.ResponseWriter, status int, answer any) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	web.WriteMachine(w, status, "application/json", body)
	return nil
}
