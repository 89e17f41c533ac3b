// Package partnervisit says what a site is registered with, in the reader's words, for
// the two faces of partners: the organisation's console and the registrars' desk. Values
// of several parts hold one a line (ui.Row). It decides nothing and reads nothing.
package partnervisit

import (
	"slices"
	"strings"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/visit"
)

// Lines puts one value a line.
func Lines(list []string) string { return strings.Join(list, "\n") }

// Words are a name or a purpose in each of the country's languages, in their order; what
// two languages say alike stands once.
func Words(r *visit.Request, w jurisdiction.Words) string {
	var list []string
	for _, lang := range r.Law().Languages {
		if words := w[lang]; words != "" && !slices.Contains(list, words) {
			list = append(list, words)
		}
	}
	return Lines(list)
}

// Attribute is what people call an attribute.
func Attribute(r *visit.Request, a client.Attribute) string {
	key, words := oidc.AttributeName(r.Law(), a)
	if key == "" {
		return words.In(r.Lang())
	}
	return r.T(key)
}

// Attributes are the names of attributes.
func Attributes(r *visit.Request, list []client.Attribute) string {
	return said(list, func(a client.Attribute) string { return Attribute(r, a) })
}

// Ways are ways of proof.
func Ways(r *visit.Request, list []account.Way) string {
	return said(list, func(way account.Way) string { return r.T("partner.way." + string(way)) })
}

// Grants are the ways to get tokens besides the code, which every site has.
func Grants(r *visit.Request, list []client.Grant) string {
	besides := slices.DeleteFunc(slices.Clone(list), func(g client.Grant) bool { return g == client.Code })
	return said(besides, func(g client.Grant) string { return r.T("partner.grant." + GrantWord(g)) })
}

// GrantWord is a grant's short word in text keys and forms.
func GrantWord(g client.Grant) string {
	switch g {
	case client.Refresh:
		return "refresh"
	case client.Device:
		return "device"
	case client.Exchange:
		return "exchange"
	}
	return "machine"
}

func said[T any](list []T, say func(T) string) string {
	var words []string
	for _, one := range list {
		words = append(words, say(one))
	}
	return Lines(words)
}
