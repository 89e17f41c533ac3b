package relyingparty

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// account lists exactly what the site received.
func (s *Site) account(w http.ResponseWriter, r *http.Request) {
	id, one, ok := s.current(r)
	if !ok {
		s.setAside(w, r)
		return
	}
	one, err := s.keepAlive(r.Context(), id, one)
	if err != nil {
		if no := refusalOf(err); raising[no.Code] {
			s.showRefusal(w, r, no)
			return
		}
		s.setAside(w, r)
		return
	}
	lang := s.language(r)
	v := view{
		Got: one.received, Rows: rows(lang, one.received), Has: say(lang, "level."+one.Level.word()), Way: wayOf(lang, one.Proof.Way),
		ProvedOn: dayOf(one.Proof.At), Left: int(one.Ends.Sub(s.config.Now()).Seconds()), Renews: s.manner.renews && one.refresh != "",
		IDToken: pretty(one.IDToken), UserInfo: pretty(one.UserInfo), Title: say(lang, "account"),
	}
	if name := nameOf(one.received); name != "" {
		v.Title = say(lang, "account.hello", "name", "\u2068"+name+"\u2069") // isolated: its script may run the other way
	}
	s.show(w, r, http.StatusOK, "account", v)
}

// setAside sends a browser without a session to the first page, which says that it has ended if there was one.
func (s *Site) setAside(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// row is one claim, as it came.
type row struct {
	Label, Claim, Value string // no label: the site has no words for the claim
	Block               bool
}

// machinery are the claims that tell of the token and not of the person; the page shows them under "everything".
var machinery = map[string]bool{"iss": true, "aud": true, "exp": true, "iat": true, "nbf": true, "nonce": true, "at_hash": true, "c_hash": true, "jti": true,
	"azp": true, "sid": true, "acr": true, "amr": true, "auth_time": true, "okno_proof": true, "okno_level": true,
	"urn:esia:sbj": true, "urn:esia:sid": true, "urn:esia:amd": true, "stateFacts": true, "eTag": true, "updatedOn": true, "status": true, "verifying": true, "trusted": true}

// order is how the claims that have words are shown; the rest follow by name.
var order = []string{"name", "family_name", "given_name", "middle_name", "lastName", "firstName", "middleName", "addresses", "contacts", "birthdate", "gender", "snils", "email", "email_verified", "phone_number", "phone_number_verified", "sub", "oid", "verified_claims"}

// rows are what was told of the person. What the ID token says stands before what userinfo says.
func rows(lang string, got received) []row {
	all := map[string]any{}
	for _, from := range []map[string]any{got.UserInfo, got.IDToken} {
		for claim, value := range from {
			if !machinery[claim] {
				all[claim] = value
			}
		}
	}
	var out []row
	if _, esia := got.IDToken["urn:esia:sbj"]; esia { // its subject is no name of the person at this site
		all["oid"] = all["sub"]
		delete(all, "sub")
	}
	for _, claim := range inOrder(all) {
		label := ""
		if _, ok := texts["claim."+claim]; ok {
			label = say(lang, "claim."+claim)
		}
		value, block := shownValue(lang, all[claim])
		out = append(out, row{Label: label, Claim: claim, Value: value, Block: block})
	}
	return out
}

// inOrder are the names of the claims as they are shown.
func inOrder(all map[string]any) []string {
	place := func(claim string) int {
		if i := slices.Index(order, claim); i >= 0 {
			return i
		}
		return len(order)
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

func shownValue(lang string, value any) (text string, block bool) {
	if line := elementsOf(value); line != "" {
		return line, false
	}
	switch v := value.(type) {
	case string:
		return v, false
	case json.Number:
		return v.String(), false
	case bool:
		return say(lang, map[bool]string{true: "yes", false: "no"}[v]), false
	}
	return pretty(value), true
}

func pretty(v any) string {
	if m, ok := v.(map[string]any); ok && len(m) == 0 {
		return ""
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // it was decoded from JSON
	return strings.TrimSpace(b.String())
}

func nameOf(got received) string {
	for _, from := range []map[string]any{got.UserInfo, got.IDToken} {
		if name, ok := from["name"].(string); ok {
			return name
		}
	}
	return nameByESIA(got.UserInfo)
}

func wayOf(lang, way string) string {
	if _, ok := texts["way."+way]; !ok {
		return say(lang, "level.unknown")
	}
	return say(lang, "way."+way)
}

// dayOf is the day that begins at a moment somewhere between twelve hours before and
// after Greenwich: a provider tells the day of a proof alone.
func dayOf(begins int64) string {
	return time.Unix(begins, 0).Add(12 * time.Hour).UTC().Format(time.DateOnly)
}
