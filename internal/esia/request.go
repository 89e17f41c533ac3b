package esia

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/oidc"
)

// Limits of parameters: signatures hold certificates.
const (
	longestParameter = 2048
	longestBlob      = 32 << 10
)

var blobs = []string{"client_secret", "permissions"}

// readable says that every parameter stands once, is text, and is not too long.
func readable(values url.Values) bool {
	for name, list := range values {
		longest := longestParameter
		if slices.Contains(blobs, name) {
			longest = longestBlob
		}
		if len(list) != 1 || len(list[0]) > longest || !utf8.ValidString(list[0]) || strings.ContainsRune(list[0], 0) {
			return false
		}
	}
	return true
}

// find gives the client of a request.
func (e *ESIA) find(ctx context.Context, values url.Values) (client.Client, error) {
	if !readable(values) {
		return client.Client{}, refuse(oidc.InvalidRequest, badParameter)
	}
	id := values.Get("client_id")
	if id == "" {
		return client.Client{}, refuse(oidc.InvalidRequest, noParameter)
	}
	c, err := e.Clients.Find(ctx, client.ID(id))
	if fault.Is(err, fault.NotFound) {
		err = refuse(oidc.InvalidClient, unknownClient)
	}
	return c, err
}

var stateForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// goodState says whether a state is a UUID. Because its length is fixed, no two
// requests of one system have the same signed words.
func goodState(state string) bool { return stateForm.MatchString(state) }

// timely checks the timestamp of a request against now (behaviour.md 3.2).
func timely(timestamp string, now time.Time) error {
	at, ok := ReadTime(timestamp)
	if age := now.Sub(at); !ok || age > window || age < -window {
		return refuse(oidc.InvalidRequest, badTime)
	}
	return nil
}

var timeForm = regexp.MustCompile(`^[0-9]{4}\.[0-9]{2}\.[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-](0[0-9]|1[0-4])[0-5][0-9]$`)

// ReadTime reads a timestamp: 2026.11.22 19:30:00 +0300.
func ReadTime(text string) (time.Time, bool) {
	if !timeForm.MatchString(text) { // time.Parse alone would take fractions of seconds
		return time.Time{}, false
	}
	at, err := time.Parse("2006.01.02 15:04:05 -0700", text)
	return at, err == nil
}

// needed says which mandatory parameter is missing.
func needed(values url.Values, names ...string) error {
	for _, name := range names {
		if values.Get(name) == "" {
			return refuse(oidc.InvalidRequest, noParameter)
		}
	}
	return nil
}

// signature checks the client_secret of a request. A CMS signature is over scope,
// timestamp, client_id and state (the first version); a bare one over the words of
// the second version, which name the address and, at the token endpoint, what is
// redeemed. last is that: the code, the refresh token, or nothing. Systems that send
// scope_org, which opens nothing here, sign it behind scope, or do not sign it.
func (e *ESIA) signature(c client.Client, values url.Values, last string) (oidc.Signature, error) {
	own := certificates(c.Certificates, e.Verifiers, e.DB.Clock().Now())
	if len(own) == 0 {
		return oidc.Signature{}, refuse(oidc.InvalidClient, foreignCertificate)
	}
	raw, ok := decode(values.Get("client_secret"))
	if !ok {
		return oidc.Signature{}, refuse(oidc.InvalidClient, badSecret)
	}
	v := func(name string) string { return values.Get(name) }
	first := v("scope") + v("timestamp") + string(c.ID) + v("state")
	rest := v("timestamp") + v("state") + v("redirect_uri") + last
	second := []string{string(c.ID) + v("scope") + rest, string(c.ID) + v("scope") + v("scope_org") + rest}
	cms, err := readCMS(raw)
	for _, r := range own {
		if !r.named(v("client_certificate_hash")) {
			continue
		}
		if err == nil {
			if r.signs(cms, []byte(first)) {
				return oidc.Signature{Client: c.ID, Message: first}, nil
			}
			continue
		}
		for _, words := range slices.Compact(second) {
			if r.by.Verify(r.Certificate, nil, []byte(words), raw) {
				return oidc.Signature{Client: c.ID, Message: words}, nil
			}
		}
	}
	return oidc.Signature{}, refuse(oidc.InvalidClient, badSecret)
}

// decode reads base64 in either alphabet, with or without padding.
func decode(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(text), "=")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return raw, err == nil && len(raw) > 0 && len(raw) <= longestCMS
}

// permission is one entry of the permissions parameter (behaviour.md 3.2): what a
// system asks to be allowed to do, and what for.
type permission struct {
	Responsible string   `json:"responsibleObject"`
	Name        string   `json:"sysname"`
	Expire      int      `json:"expire"` // minutes
	Actions     []naming `json:"actions"`
	Purposes    []naming `json:"purposes"`
	Scopes      []naming `json:"scopes"`
}

type naming struct {
	Name string `json:"sysname"`
}

func (n naming) nameless() bool { return n.Name == "" }

// mostPermissions is how many a request may hold.
const mostPermissions = 20

// goodPermissions says whether the parameter can be read: base64 of a JSON list in
// which every permission, action, purpose and scope has its name. Nothing of it is
// kept: it opens nothing (decision 0013), no version of the signature covers it, and
// its words may name somebody.
func goodPermissions(text string) bool {
	if text == "" {
		return true
	}
	raw, ok := decode(text)
	var list []permission
	if !ok || json.Unmarshal(raw, &list) != nil || len(list) == 0 || len(list) > mostPermissions {
		return false
	}
	return !slices.ContainsFunc(list, func(p permission) bool {
		return p.Name == "" || p.Expire < 0 || slices.ContainsFunc(slices.Concat(p.Actions, p.Purposes, p.Scopes), naming.nameless)
	})
}
