package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// ToHTTPS answers plain http with 308 to the same path at an https origin, which
// comes from the configuration and never from the request (WEB-8). A request for
// another host is misdirected. It says nothing of HSTS, which counts over https only.
func ToHTTPS(origin string) (http.Handler, error) {
	to, err := url.Parse(origin)
	if err != nil {
		return nil, err
	}
	always := headers(false, policy(""))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		always.set(w.Header())
		asked := url.URL{Host: r.Host}
		switch {
		case !strings.EqualFold(asked.Hostname(), to.Hostname()):
			FailProblem(w, r, http.StatusMisdirectedRequest, "")
		case !strings.HasPrefix(r.URL.Path, "/"): // OPTIONS *, CONNECT, GET http:x
			FailProblem(w, r, http.StatusBadRequest, "")
		default:
			same := url.URL{Scheme: to.Scheme, Host: to.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
			w.Header().Set("Location", same.String())
			w.WriteHeader(http.StatusPermanentRedirect)
		}
	}), nil
}

// FailProblem is a Guard's Fail for machines: a problem document (RFC 9457) whose
// instance is the request's id.
func FailProblem(w http.ResponseWriter, _ *http.Request, status int, id string) {
	problem := map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status}
	if id != "" {
		problem["instance"] = "urn:uuid:" + id
	}
	body, err := json.Marshal(problem)
	if err != nil { // strings and a number: it cannot fail
		panic(err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	w.Write(body)
}
