package esia

import (
	"slices"
	"strings"

	"okno/internal/client"
	"okno/internal/oidc"
)

// scopePrefix begins the long names of scopes.
const scopePrefix = "http://esia.gosuslugi.ru/"

// empty are the scopes whose data the house does not have: they are granted, and
// their lists are empty.
var empty = []string{"usr_org", "usr_trm", "medical_doc", "military_doc", "vehicles", "kids", "birth_cert_doc", "residence_doc", "temporary_residence_doc",
	"foreign_passport_doc", "drivers_licence_doc", "vehicle_reg_cert_doc"}

// everything are the scopes that open everything that the system is registered for.
var everything = []string{"usr_inf", "usr_brf"}

// base is a scope without its long name and its parameters.
func base(scope string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(scope, scopePrefix), "?")
	return name
}

// readScopes finds what a person is asked for. An unknown scope is refused, and so
// is one that the system is not registered for.
func (e *ESIA) readScopes(c client.Client, text string, ask *oidc.Ask) error {
	scopes := strings.Fields(text)
	if len(scopes) == 0 {
		return refuse(oidc.InvalidRequest, noScope)
	}
	for _, scope := range scopes {
		name := base(scope)
		if strings.HasPrefix(name, "org_") {
			return refuse(oidc.AccessDenied, notEmployee)
		}
		attributes := client.AttributesOf(name, e.numbers())
		switch {
		case slices.Contains(everything, name):
			attributes = slices.Concat(c.Required, c.Optional)
		case name != client.OpenID && len(attributes) == 0 && !slices.Contains(empty, name):
			return refuse(oidc.InvalidScope, badScope)
		}
		for _, a := range attributes {
			if !c.May(a) {
				return refuse(oidc.AccessDenied, noPermission)
			}
			add(ask, a)
		}
		if name == "id_doc" && c.May(client.Citizenship) {
			add(ask, client.Citizenship)
		}
		if !slices.Contains(ask.Scopes, name) {
			ask.Scopes = append(ask.Scopes, name)
		}
	}
	return nil
}

func add(ask *oidc.Ask, a client.Attribute) {
	if !slices.Contains(ask.Wanted, a) {
		ask.Wanted = append(ask.Wanted, a)
	}
}

// granted are the scopes of a grant as a token names them: with the person's oid.
func granted(scopes []string, oid string) string {
	var list []string
	for _, scope := range scopes {
		switch scope {
		case client.Offline:
		case client.OpenID:
			list = append(list, scope)
		default:
			list = append(list, scope+"?oid="+oid)
		}
	}
	return strings.Join(list, " ")
}
