package oidc

import (
	"slices"
	"strings"

	"okno/internal/account"
	"okno/internal/client"
)

// The paths below the origin. The issuer is <origin>/id.
const (
	PathAuthorize  = "/id/oauth/authorize"
	PathContinue   = "/id/oauth/continue"
	PathToken      = "/id/oauth/token"
	PathPush       = "/id/oauth/par"
	PathUserInfo   = "/id/oauth/userinfo"
	PathJWKS       = "/id/oauth/jwks"
	PathIntrospect = "/id/oauth/introspect"
	PathRevoke     = "/id/oauth/revoke"
	PathLogout     = "/id/oauth/logout"
	PathDevice     = "/id/oauth/device"
	PathDevicePage = "/id/device"
)

// Origin is the issuer's origin.
func (p *Provider) Origin() string { return strings.TrimSuffix(p.Issuer, "/id") }

// Discovery is the provider's description of itself (OpenID Connect Discovery 1.0, RFC 8414).
func (p *Provider) Discovery() map[string]any {
	o := p.Origin()
	signing := []string{"ES256", "EdDSA", "PS256"}
	proofs := []string{string(client.PrivateKeyJWT), string(client.SecretBasic)} // a secret opens the sandbox only, which has the same addresses (OIDC-6)
	if p.Mutual != "" {
		proofs = append(proofs, string(client.SelfSignedTLS))
	}
	methods := append(slices.Clip(proofs), string(client.NoMethod))
	d := map[string]any{
		"issuer":                                                   p.Issuer,
		"authorization_endpoint":                                   o + PathAuthorize,
		"token_endpoint":                                           o + PathToken,
		"pushed_authorization_request_endpoint":                    o + PathPush,
		"userinfo_endpoint":                                        o + PathUserInfo,
		"jwks_uri":                                                 o + PathJWKS,
		"introspection_endpoint":                                   o + PathIntrospect,
		"revocation_endpoint":                                      o + PathRevoke,
		"end_session_endpoint":                                     o + PathLogout,
		"device_authorization_endpoint":                            o + PathDevice,
		"scopes_supported":                                         client.ScopeNames(p.numbers),
		"claims_supported":                                         p.ClaimNames(),
		"response_types_supported":                                 []string{"code"},
		"response_modes_supported":                                 []string{"query", "form_post"},
		"grant_types_supported":                                    []string{string(client.Code), string(client.Refresh), string(client.Machine), string(client.Device), string(client.Exchange)},
		"subject_types_supported":                                  []string{"pairwise"},
		"acr_values_supported":                                     []string{ACR(account.Simplified), ACR(account.Standard), ACR(account.Verified)},
		"id_token_signing_alg_values_supported":                    []string{"ES256", "RS256"},
		"userinfo_signing_alg_values_supported":                    []string{"ES256"},
		"request_object_signing_alg_values_supported":              signing,
		"token_endpoint_auth_methods_supported":                    methods,
		"token_endpoint_auth_signing_alg_values_supported":         signing,
		"introspection_endpoint_auth_methods_supported":            proofs,
		"revocation_endpoint_auth_methods_supported":               methods,
		"introspection_endpoint_auth_signing_alg_values_supported": signing,
		"revocation_endpoint_auth_signing_alg_values_supported":    signing,
		"dpop_signing_alg_values_supported":                        signing,
		"code_challenge_methods_supported":                         []string{"S256"},
		"prompt_values_supported":                                  []string{"none", "login", "consent", "select_account"},
		"ui_locales_supported":                                     p.Law.Languages,
		"claims_parameter_supported":                               true,
		"request_parameter_supported":                              true,
		"request_uri_parameter_supported":                          false,
		"require_pushed_authorization_requests":                    false, // of everybody; of some, as client.MustPush says
		"authorization_response_iss_parameter_supported":           true,
		"backchannel_logout_supported":                             true,
		"backchannel_logout_session_supported":                     true,
		"tls_client_certificate_bound_access_tokens":               p.Mutual != "",
		"verified_claims_supported":                                true,
		"trust_frameworks_supported":                               []string{p.framework()},
		"claims_in_verified_claims_supported":                      p.verifiedNames(),
	}
	if p.Mutual != "" {
		d["mtls_endpoint_aliases"] = map[string]string{
			"token_endpoint": p.Mutual + PathToken, "pushed_authorization_request_endpoint": p.Mutual + PathPush, "userinfo_endpoint": p.Mutual + PathUserInfo,
			"introspection_endpoint": p.Mutual + PathIntrospect, "revocation_endpoint": p.Mutual + PathRevoke, "device_authorization_endpoint": p.Mutual + PathDevice}
	}
	return d
}
