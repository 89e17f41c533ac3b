package relyingparty

import (
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

// refusal is why nobody was let in. Code is the word of the standard, or one of ours: state, issuer, token, level, letter, way,
// unavailable, other.
type refusal struct {
	Code     string
	Detail   string // for the ledger: names no person and holds no token
	Words    string // what the provider said to the person
	Protocol bool   // the code came from the provider
	Received received
}

// Error is the code and the detail.
func (r refusal) Error() string { return r.Code + ": " + r.Detail }

// refusals are the codes that the site has words for, with the status of the page.
var refusals = map[string]int{
	"state": http.StatusBadRequest, "issuer": http.StatusBadRequest, "token": http.StatusBadGateway,
	"level": http.StatusForbidden, "letter": http.StatusForbidden, "way": http.StatusForbidden,
	"unavailable": http.StatusServiceUnavailable, "other": http.StatusBadGateway,
	"access_denied": http.StatusForbidden, "consent_required": http.StatusForbidden, "login_required": http.StatusForbidden,
	"interaction_required": http.StatusForbidden, "account_selection_required": http.StatusForbidden,
	"unmet_authentication_requirements": http.StatusForbidden,
	"invalid_request":                   http.StatusBadGateway, "invalid_scope": http.StatusBadGateway, "invalid_client": http.StatusBadGateway,
	"invalid_grant": http.StatusBadGateway, "unauthorized_client": http.StatusBadGateway, "server_error": http.StatusBadGateway,
	"temporarily_unavailable": http.StatusServiceUnavailable,
}

// noPage are the answers to a silent sign-in that only mean that a page is needed.
var noPage = map[string]bool{"login_required": true, "interaction_required": true, "consent_required": true, "account_selection_required": true,
	"unmet_authentication_requirements": true, "access_denied": true}

// raising are the refusals that a higher level or another proof may lift, or so the site hopes.
var raising = map[string]bool{"level": true, "letter": true, "way": true, "access_denied": true, "unmet_authentication_requirements": true}

// known is a protocol's code when there are words for it. Our own codes cannot be forged by the provider.
func known(code string) string {
	if _, ok := refusals[code]; ok && (strings.Contains(code, "_")) {
		return code
	}
	return "other"
}

// refusalOf makes a refusal of whatever went wrong.
func refusalOf(err error) refusal {
	if no, ok := err.(refusal); ok {
		return no
	}
	if code, ok := isRefusedByProvider(err); ok {
		return refusal{Code: known(code), Detail: code, Protocol: true}
	}
	return refusal{Code: "unavailable", Detail: err.Error()}
}

var plainCode = regexp.MustCompile(`^([a-z_]{1,60}|ESIA-[0-9]{6})$`)

// shown is the code as the page may show it: a word, never what somebody slipped in.
func (r refusal) shown() string {
	if r.Protocol && plainCode.MatchString(r.Detail) {
		return r.Detail
	}
	return r.Code
}

// said is what the provider told the person, cut to a length that a page bears.
func (r refusal) said() string {
	const most = 300
	if !utf8.ValidString(r.Words) || utf8.RuneCountInString(r.Words) > most {
		return ""
	}
	return r.Words
}
