package client

import (
	"slices"
	"strings"
)

// Attribute is one kind of data about a person, as people agree to it. A national
// number is "number.<code>", a document "document.<code>", by the jurisdiction's codes.
type Attribute string

// The attributes of every country.
const (
	Name        Attribute = "name"
	BirthDate   Attribute = "birth_date"
	BirthPlace  Attribute = "birth_place"
	Sex         Attribute = "sex"
	Citizenship Attribute = "citizenship"
	Phone       Attribute = "phone"
	Email       Attribute = "email"
	Address     Attribute = "address"
	Identity    Attribute = "identity_document"
)

// Number is the attribute of a national number.
func Number(code string) Attribute { return Attribute("number." + code) }

// NumberCode is the number's code; false for other attributes.
func (a Attribute) NumberCode() (string, bool) { return strings.CutPrefix(string(a), "number.") }

// HighRisk says whether an attribute names a person to every authority for life:
// each number that the jurisdiction lists, and the documents that prove who one is.
// So a country decides by its data, not by a list of ours.
func (a Attribute) HighRisk() bool {
	_, number := a.NumberCode()
	return number || a == Identity || strings.HasPrefix(string(a), "document.")
}

// attributesOf are the attributes behind the scopes of OpenID Connect and those
// of ESIA that mean the same (behaviour.md 3.4).
var attributesOf = map[string][]Attribute{
	"profile":    {Name, BirthDate, Sex},
	"fullname":   {Name},
	"birthdate":  {BirthDate},
	"birthplace": {BirthPlace},
	"gender":     {Sex},
	"email":      {Email},
	"phone":      {Phone},
	"mobile":     {Phone},
	"contacts":   {Phone, Email},
	"address":    {Address},
	"addresses":  {Address},
	"id_doc":     {Identity},
}

// Scopes that open no data of their own.
const (
	OpenID  = "openid"
	Offline = "offline_access"
)

// AttributesOf are the attributes that a scope opens. A scope that is the code of
// one of the country's numbers opens that number.
func AttributesOf(scope string, numbers []string) []Attribute {
	if slices.Contains(numbers, scope) {
		return []Attribute{Number(scope)}
	}
	return attributesOf[scope]
}

// ScopeNames lists the scopes that people can be asked for, for discovery.
func ScopeNames(numbers []string) []string {
	names := []string{OpenID, Offline}
	for name := range attributesOf {
		names = append(names, name)
	}
	names = append(names, numbers...)
	slices.Sort(names)
	return slices.Compact(names)
}
