package oidc

import "errors"

// Refusal is an error of OAuth 2 or OpenID Connect, as it goes over the wire.
type Refusal struct {
	Code string // as the standards name it
	Why  string // text key for people: the page of a refusal, the partner's list of errors
}

// Error implements error; it never holds what was sent.
func (r *Refusal) Error() string { return "oidc: " + r.Code + " (" + r.Why + ")" }

// Status is the HTTP status at the token endpoint and its neighbours.
func (r *Refusal) Status() int {
	switch r.Code {
	case InvalidClient, InvalidToken, InvalidProof:
		return 401
	case InsufficientScope:
		return 403
	}
	return 400
}

// The codes.
const (
	InvalidRequest       = "invalid_request"
	InvalidClient        = "invalid_client"
	InvalidGrant         = "invalid_grant"
	UnauthorizedClient   = "unauthorized_client"
	UnsupportedGrant     = "unsupported_grant_type"
	UnsupportedResponse  = "unsupported_response_type"
	InvalidScope         = "invalid_scope"
	InvalidTarget        = "invalid_target"
	AccessDenied         = "access_denied"
	LoginRequired        = "login_required"
	InteractionRequired  = "interaction_required"
	ConsentRequired      = "consent_required"
	UnmetAuthentication  = "unmet_authentication_requirements"
	InvalidRequestObject = "invalid_request_object"
	InvalidRequestURI    = "invalid_request_uri"
	RequestURIRefused    = "request_uri_not_supported"
	RegistrationRefused  = "registration_not_supported"
	InvalidToken         = "invalid_token"
	InvalidProof         = "invalid_dpop_proof"
	InsufficientScope    = "insufficient_scope"
	AuthorizationPending = "authorization_pending"
	SlowDown             = "slow_down"
	ExpiredToken         = "expired_token"
)

func refuse(code, why string) *Refusal { return &Refusal{Code: code, Why: "oidc.why." + why} }

// RefusalOf finds the refusal inside an error, nil when there is none.
func RefusalOf(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
