package oidc

import (
	"context"
	"slices"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/profile"
)

// claimsOf are the names on the wire of each attribute; numbers are called by
// their code. Names of the standard where it has one.
var claimsOf = map[client.Attribute][]string{
	client.Name:        {"name", "family_name", "given_name", "middle_name"},
	client.BirthDate:   {"birthdate"},
	client.BirthPlace:  {"place_of_birth"},
	client.Sex:         {"gender"},
	client.Citizenship: {"nationalities"},
	client.Phone:       {"phone_number", "phone_number_verified"},
	client.Email:       {"email", "email_verified"},
	client.Address:     {"address"},
	client.Identity:    {"identity_document"},
}

func (p *Provider) attributeOfClaim(name string) (client.Attribute, bool) {
	for a, names := range claimsOf {
		if slices.Contains(names, name) {
			return a, true
		}
	}
	if slices.Contains(p.numbers, name) {
		return client.Number(name), true
	}
	return "", false
}

// ClaimNames lists every claim that people's data can go by, for discovery.
func (p *Provider) ClaimNames() []string {
	names := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "okno_level", "okno_proof", verifiedClaims}
	for _, more := range claimsOf {
		names = append(names, more...)
	}
	names = append(names, p.numbers...)
	slices.Sort(names)
	return names
}

// idClaims are those of an ID token: who, how well, how and when; data only when
// the site asked for it in the token itself and the person agreed.
func (p *Provider) idClaims(ctx context.Context, c client.Client, g Grant, now time.Time) (map[string]any, error) {
	claims := map[string]any{"iss": p.Issuer, "sub": g.Detail.Subject, "aud": string(c.ID), "exp": now.Add(p.Limits.IDToken).Unix(), "iat": now.Unix(),
		"auth_time": g.Detail.SignedIn, "acr": ACR(g.Level), "amr": g.Detail.AMR, "sid": g.SID, "okno_proof": g.Detail.Proof}
	verified := g.Detail.Verified.IDToken
	inToken := slices.ContainsFunc(g.Detail.InToken, func(name string) bool { _, ok := p.attributeOfClaim(name); return ok })
	if !inToken && len(verified) == 0 {
		return claims, nil
	}
	data, err := p.data(ctx, c, g, verified)
	if err != nil {
		return nil, err
	}
	for _, name := range g.Detail.InToken {
		if value, ok := data[name]; ok {
			claims[name] = value
		}
	}
	return claims, nil
}

// data is what userinfo says: the attributes that were asked for and agreed to,
// with the answer to wishes for verified claims.
func (p *Provider) data(ctx context.Context, c client.Client, g Grant, wishes []VerifiedWish) (claims map[string]any, err error) {
	err = p.Reading(ctx, g, func(tx *db.Tx) error {
		read := p.Profiles.ReadData
		if slices.Contains(g.Detail.Attributes, client.Phone) || slices.Contains(g.Detail.Attributes, client.Email) {
			read = p.Profiles.Read
		}
		if !c.Registered {
			tx.Whole()
		}
		known, err := read(tx, g.Account)
		if err != nil {
			return err
		}
		var holder account.Account
		if c.Registered || known.FullName() == "" { // nothing else of the account is told
			if holder, err = p.Accounts.Get(tx, g.Account); err != nil {
				return err
			}
		}
		claims = p.claims(c, g, known, holder)
		if verified := p.verified(g.allowed(c), known, wishes, tx.Now()); verified != nil {
			claims[verifiedClaims] = verified
		}
		return nil
	})
	return claims, err
}

func (p *Provider) claims(c client.Client, g Grant, known profile.Profile, holder account.Account) map[string]any {
	claims := map[string]any{"sub": g.Detail.Subject, "okno_level": g.Level.String()}
	for _, a := range g.allowed(c).Detail.Attributes {
		p.add(claims, a, known, holder)
	}
	if c.Registered {
		claims["oid"] = string(holder.Person)
	}
	return claims
}

// allowed are the attributes that the client may still ask for.
func allowed(c client.Client, granted []client.Attribute) (list []client.Attribute) {
	for _, a := range granted {
		if c.May(a) {
			list = append(list, a)
		}
	}
	return list
}

// allowed is the grant with the attributes that its client may still ask for.
func (g Grant) allowed(c client.Client) Grant {
	g.Detail.Attributes = allowed(c, g.Detail.Attributes)
	return g
}

// add puts one attribute among the claims; what is not known is left out.
func (p *Provider) add(claims map[string]any, a client.Attribute, known profile.Profile, holder account.Account) {
	set := func(name, value string) {
		if value != "" {
			claims[name] = value
		}
	}
	switch a {
	case client.Name:
		set("name", first(known.FullName(), holder.Name.Full))
		p.nameParts(known, set)
	case client.BirthDate:
		set("birthdate", known.Text(profile.BirthDate))
	case client.BirthPlace:
		set("place_of_birth", known.Text(profile.BirthPlace))
	case client.Sex:
		set("gender", known.Text(profile.Sex))
	case client.Citizenship:
		if code := known.Text(profile.Citizenship); code != "" {
			claims["nationalities"] = []string{code}
		}
	case client.Phone:
		contact(claims, known, account.Phone, "phone_number")
	case client.Email:
		contact(claims, known, account.Email, "email")
	case client.Address:
		if address := addressClaim(known.PostalAddress()); address != nil {
			claims["address"] = address
		}
	case client.Identity:
		if d := known.IdentityDocument(); d.Exists() {
			claims["identity_document"] = map[string]any{"kind": d.Kind, "fields": d.Fields}
		}
	default:
		if code, ok := a.NumberCode(); ok {
			set(code, known.Text(code))
		}
	}
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// standardPart is how the standard calls the parts of a name that browsers call so.
var standardPart = map[string]string{"family-name": "family_name", "given-name": "given_name", "additional-name": "middle_name"}

func (p *Provider) nameParts(known profile.Profile, set func(name, value string)) {
	parts := known.Name()
	for _, part := range p.Law.Names.Parts {
		if name := standardPart[part.Autocomplete]; name != "" {
			set(name, parts[part.Code])
		}
	}
}

// contact tells the first contact of a kind; all that are kept are confirmed.
func contact(claims map[string]any, known profile.Profile, kind account.ContactKind, name string) {
	for _, c := range known.Contacts {
		if c.Kind == kind {
			claims[name], claims[name+"_verified"] = c.Value, true
			return
		}
	}
}

// addressClaim is an address in the parts of OpenID Connect Core 5.1.1.
func addressClaim(parts map[string]string) map[string]string {
	var lines []string
	for _, name := range []string{"street", "house", "flat"} {
		if parts[name] != "" {
			lines = append(lines, parts[name])
		}
	}
	claim := map[string]string{}
	for name, value := range map[string]string{"street_address": strings.Join(lines, ", "), "locality": parts["city"], "region": parts["region"], "postal_code": parts["postcode"]} {
		if value != "" {
			claim[name] = value
		}
	}
	if len(claim) == 0 {
		return nil
	}
	return claim
}

// fieldsOf are the fields of the profile behind an attribute, with their names on the wire.
func (p *Provider) fieldsOf(a client.Attribute) map[string]string {
	switch a {
	case client.Name:
		fields := map[string]string{}
		for _, part := range p.Law.Names.Parts {
			if name := standardPart[part.Autocomplete]; name != "" {
				fields[part.Code] = name
			}
		}
		return fields
	case client.BirthDate:
		return map[string]string{profile.BirthDate: "birthdate"}
	case client.BirthPlace:
		return map[string]string{profile.BirthPlace: "place_of_birth"}
	case client.Sex:
		return map[string]string{profile.Sex: "gender"}
	}
	if code, ok := a.NumberCode(); ok {
		return map[string]string{code: code}
	}
	return nil
}

// AttributeName is what people call an attribute: a text key, or the country's own
// words for a number.
func AttributeName(law *jurisdiction.Jurisdiction, a client.Attribute) (key string, words jurisdiction.Words) {
	if code, ok := a.NumberCode(); ok {
		for _, number := range law.Identifiers {
			if number.Code == code {
				return "", number.Name
			}
		}
	}
	return "oidc.attribute." + string(a), nil
}
