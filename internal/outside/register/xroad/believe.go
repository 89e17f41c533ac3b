package xroad

import (
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"okno/internal/fault"
	"okno/internal/outside/register"
)

// statusAway gives the fault for a status that is no answer at all.
func (p *partner) statusAway(r *http.Response) error {
	switch {
	case r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 500:
		return p.away(fmt.Errorf("status %d %s", r.StatusCode, errorType(r))).After(retryAfter(r))
	case r.StatusCode == http.StatusOK || r.StatusCode >= 400:
		return nil
	default: // a redirect leads nowhere (INP-7)
		return p.notBelieved(fmt.Errorf("status %d", r.StatusCode))
	}
}

// believe checks that a response belongs to the question that was sent.
func believe(r *http.Response, id string, body []byte) error {
	hash := sha512.Sum512(body)
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("X-Road-Id") != id:
		return errors.New("another X-Road-Id")
	case r.Header.Get("X-Road-Request-Hash") != base64.StdEncoding.EncodeToString(hash[:]):
		return errors.New("another X-Road-Request-Hash")
	case err != nil || kind != "application/json":
		return errors.New("not JSON by its type")
	}
	return nil
}

// refusal translates an error that the register answered.
func (p *partner) refusal(r *http.Response, text []byte, q question) error {
	o, err := readObject(text)
	if err != nil {
		return p.notBelieved(err)
	}
	kind := errorType(r)
	if o["type"] != any(kind) {
		return p.notBelieved(errors.New("two types of error"))
	}
	cause := fmt.Errorf("register %s: status %d %s", p.name, r.StatusCode, kind)
	switch {
	case r.StatusCode == http.StatusNotFound && kind == "Client.UnknownKey" && q.request == nil:
		return fault.Wrap(fault.NotFound, register.KeyUnknownQuestion, cause)
	case r.StatusCode == http.StatusNotFound && kind == "Client.UnknownPerson" && q.service == "statements":
		return fault.Wrap(fault.NotFound, register.KeyUnknownPerson, cause)
	case r.StatusCode == http.StatusNotFound:
		return p.notBelieved(cause)
	default:
		return fault.Wrap(fault.Internal, register.KeyDefect, cause)
	}
}

// errorType gives the type of an error, when it is a word that a log may hold.
func errorType(r *http.Response) string {
	kind := r.Header.Get("X-Road-Error")
	if len(kind) > 64 || strings.Trim(kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.") != "" {
		return ""
	}
	return kind
}

// retryAfter reads Retry-After in seconds, an hour at most; 0 when it says nothing.
func retryAfter(r *http.Response) time.Duration {
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, 3600)) * time.Second
}
