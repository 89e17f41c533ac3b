package esia

import (
	"net/url"
	"strings"

	"okno/internal/oidc"
)

// The refusals, by their numbers (behaviour.md 3.5). Their texts (esia.007002 and so
// on) are for the developers of systems and hold nothing of what was sent.
const (
	badToken           = "005011"
	foreignCertificate = "007002"
	badParameter       = "007003"
	refused            = "007004"
	notForClient       = "007005"
	badScope           = "007006"
	ourFault           = "007007"
	overloaded         = "007008"
	badResponseType    = "007009"
	badGrant           = "007011"
	badGrantType       = "007012"
	noScope            = "007013"
	noParameter        = "007014"
	badTime            = "007015"
	noPermission       = "007019"
	badRedirect        = "007023"
	unreadable         = "007038"
	noChallenge        = "007039"
	badVerifier        = "007040"
	badSecret          = "007053"
	notVerified        = "007055"
	notEmployee        = "007194"
	unknownClient      = "008010"
)

// What machines are told before anything of theirs is looked at: texts of their own
// under the number that is nearest.
var (
	NoToken       = refuse(oidc.InvalidToken, badToken+".missing")
	NoSuchAddress = refuse(oidc.InvalidRequest, badParameter+".address")
	OtherMethod   = refuse(oidc.InvalidRequest, badParameter+".method")
)

// refuse makes a refusal of the dialect: the code of OAuth and the number of ESIA.
func refuse(code, number string) *oidc.Refusal {
	return &oidc.Refusal{Code: code, Why: "esia." + number}
}

// Number is the number of a refusal, whoever made it.
func Number(r *oidc.Refusal) string {
	if number, own := strings.CutPrefix(r.Why, "esia."); own {
		number, _, _ = strings.Cut(number, ".")
		return number
	}
	switch r.Why {
	case "oidc.why.scope_not_registered":
		return noPermission
	case "oidc.why.verifier_alone":
		return noChallenge
	case "oidc.why.verifier":
		return badVerifier
	case "oidc.why.redirect":
		return badRedirect
	}
	switch r.Code {
	case oidc.InvalidClient:
		return badSecret
	case oidc.InvalidGrant:
		return badGrant
	case oidc.InvalidScope:
		return badScope
	case oidc.UnauthorizedClient:
		return notForClient
	case oidc.UnmetAuthentication:
		return notVerified
	case oidc.AccessDenied:
		return refused
	case oidc.InvalidToken:
		return badToken
	case oidc.InsufficientScope:
		return noPermission
	}
	return badParameter
}

// Describe is the error_description of a refusal: "ESIA-007014: ...".
func (e *ESIA) Describe(r *oidc.Refusal) string {
	number := Number(r)
	key := "esia." + number
	if strings.HasPrefix(r.Why, key) {
		key = r.Why
	}
	return "ESIA-" + number + ": " + e.texts.T(key)
}

// words are the parameters with which a refusal goes back to a system.
func (e *ESIA) words(r *oidc.Refusal) url.Values {
	return url.Values{"error": {Code(r)}, "error_description": {e.Describe(r)}}
}

// Code is the code of OAuth with which ESIA says a refusal. OAuth has none for a
// level that was not reached.
func Code(r *oidc.Refusal) string {
	if r.Code == oidc.UnmetAuthentication {
		return oidc.AccessDenied
	}
	return r.Code
}

// Fault is the refusal for what is no refusal: our own trouble.
func Fault(passing bool) *oidc.Refusal {
	if passing {
		return refuse("temporarily_unavailable", overloaded)
	}
	return refuse("server_error", ourFault)
}
