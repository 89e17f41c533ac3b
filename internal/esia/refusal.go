package esia

import (
	"net/url"

	"okno/internal/oidc"
)

// The refusals, by their numbers (behaviour.md 3.5). What they say is for the
// developers of systems and holds nothing of what was sent.
const (
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

// said is what each number means.
var said = map[string]string{
	foreignCertificate: "The system has no certificate in force, or the certificate is not of this system",
	badParameter:       "A parameter is wrong, or stands more than once",
	refused:            "The person or the service refused the request",
	notForClient:       "The system has no right to ask in this way",
	badScope:           "The scope is wrong or unknown",
	ourFault:           "The service could not carry out the request",
	overloaded:         "The service cannot carry out the request now; try again",
	badResponseType:    "The service does not give tokens in this way",
	badGrant:           "The code or the refresh token is not valid, is over or revoked, is of another redirect_uri or of another system",
	badGrantType:       "The grant_type is not supported",
	noScope:            "The request does not name a scope",
	noParameter:        "The request does not contain a mandatory parameter",
	badTime:            "The time of the request is wrong",
	noPermission:       "There is no permission for the access that is asked for",
	badRedirect:        "The redirect_uri is not registered for the system",
	unreadable:         "The parameters of the request cannot be read",
	noChallenge:        "The first request had no code_challenge",
	badVerifier:        "The code_verifier does not fit the code_challenge",
	badSecret:          "The client_secret is not right: it does not fit the request, the certificate or the system, or was used before",
	notVerified:        "The account is not verified as the system needs it",
	notEmployee:        "The person is not an employee of the organisation",
	unknownClient:      "The system could not be authenticated",
}

const whyPrefix = "esia."

// refuse makes a refusal of the dialect: the code of OAuth and the number of ESIA.
func refuse(code, number string) *oidc.Refusal {
	return &oidc.Refusal{Code: code, Why: whyPrefix + number}
}

// Number is the number of a refusal, whoever made it.
func Number(r *oidc.Refusal) string {
	if len(r.Why) > len(whyPrefix) && r.Why[:len(whyPrefix)] == whyPrefix {
		return r.Why[len(whyPrefix):]
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
	case oidc.InvalidToken, oidc.InsufficientScope:
		return noPermission
	}
	return badParameter
}

// Describe is the error_description of a refusal: "ESIA-007014: ...".
func Describe(r *oidc.Refusal) string {
	number := Number(r)
	return "ESIA-" + number + ": " + said[number]
}

// words are the parameters with which a refusal goes back to a system. OAuth has no
// code for a level that was not reached.
func words(r *oidc.Refusal) url.Values {
	return url.Values{"error": {Code(r)}, "error_description": {Describe(r)}}
}

// Code is the code of OAuth with which ESIA says a refusal.
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
