package esia

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/oidc"
	"okno/internal/profile"
)

// view is a person as one access token shows him. What it opens was written into
// the audit log when the token was given, which lives five minutes.
type view struct {
	*ESIA
	grant  oidc.Grant
	client client.Client
	opened []client.Attribute
	known  profile.Profile
	holder account.Account
}

// Thing is an answer, as JSON.
type Thing map[string]any

// dataPath is where refusals of data are told to have happened.
const dataPath = "/rs"

// enter finds the grant behind a token, whose client must still speak the dialect.
func (e *ESIA) enter(ctx context.Context, token string) (v view, err error) {
	v.ESIA = e
	if v.grant, v.client, err = e.Known(ctx, Dialect, token); err == nil && !speaks(v.client) {
		err = refuse(oidc.InsufficientScope, notForClient)
	}
	return v, err
}

// look finds whom a token shows. The oid of anybody else is refused.
func (e *ESIA) look(ctx context.Context, token, oid string) (v view, err error) {
	if v, err = e.enter(ctx, token); err != nil {
		return v, v.heard(err)
	}
	v.opened = v.grant.Attributes(v.client)
	err = e.Reading(ctx, v.grant, func(tx *db.Tx) (err error) {
		if v.holder, err = e.Accounts.Get(tx, v.grant.Account); err != nil {
			return err
		}
		if string(v.holder.Person) != oid {
			return refuse(oidc.InsufficientScope, noPermission)
		}
		v.known, err = e.Profiles.Read(tx, v.grant.Account)
		return err
	})
	return v, v.heard(err)
}

// heard tells the partners of a refusal of data, when the token says whose it is.
func (v view) heard(err error) error {
	v.Hear(v.client.ID, dataPath, err)
	return err
}

// Organisation is /rs/orgs/{oid} and everything below. The house knows no
// organisations of people yet, so that nobody is an employee of any: a Refusal for
// every good token.
func (e *ESIA) Organisation(ctx context.Context, token string) (Thing, error) {
	v, err := e.enter(ctx, token)
	if err == nil {
		err = refuse(oidc.InsufficientScope, notEmployee)
	}
	return nil, v.heard(err)
}

func (v view) opens(a client.Attribute) bool { return slices.Contains(v.opened, a) }

// Person is /rs/prns/{oid}: what the scopes open, and what every token says.
func (e *ESIA) Person(ctx context.Context, token, oid string, embed Embed) (Thing, error) {
	v, err := e.look(ctx, token, oid)
	if err != nil {
		return nil, err
	}
	checked, err := e.beingChecked(ctx, v.grant.Account)
	if err != nil {
		return nil, err
	}
	p := v.person(checked)
	for list, whole := range embed.Lists {
		if elements, err := v.list(list); err == nil {
			p[embeddedAs(list)] = v.collection(list, elements, whole)
		}
	}
	return tagged(p), nil
}

func embeddedAs(list string) string {
	for name, known := range embedNames {
		if known == list {
			return name
		}
	}
	return list
}

// beingChecked says whether registers are still being asked about somebody's data.
func (e *ESIA) beingChecked(ctx context.Context, id account.ID) (running bool, err error) {
	if e.Checks == nil {
		return false, nil
	}
	err = e.DB.Read(ctx, func(tx *db.Tx) error {
		status, err := e.Checks.Status(tx, id)
		running = status.Running()
		return err
	})
	return running, err
}

// person are the person's own fields (behaviour.md 3.3).
func (v view) person(checked bool) Thing {
	p := Thing{"stateFacts": []string{"EntityRoot"}, "trusted": trusted(v.grant.Level), "status": "REGISTERED", "verifying": checked}
	set := func(a client.Attribute, name, value string) {
		if v.opens(a) && value != "" {
			p[name] = value
		}
	}
	parts := v.known.Name()
	for _, part := range v.Law.Names.Parts {
		set(client.Name, nameParts[part.Autocomplete], parts[part.Code])
	}
	set(client.BirthDate, "birthDate", day(v.known.Text(profile.BirthDate)))
	set(client.BirthPlace, "birthPlace", v.known.Text(profile.BirthPlace))
	set(client.Sex, "gender", map[string]string{"male": "M", "female": "F"}[v.known.Text(profile.Sex)])
	set(client.Citizenship, "citizenship", country(v.known.Text(profile.Citizenship)))
	for _, number := range v.Law.Identifiers {
		set(client.Number(number.Code), number.Code, number.Show(v.known.Text(number.Code)))
	}
	if v.opens(client.Identity) && v.known.IdentityDocument().Exists() {
		p["rIdDoc"] = v.id(documents, v.known.IdentityDocument().Kind)
	}
	if at := v.changed(); at > 0 {
		p["updatedOn"] = at
	}
	return p
}

// nameParts is how ESIA calls the parts of a name that browsers call so.
var nameParts = map[string]string{"family-name": "lastName", "given-name": "firstName", "additional-name": "middleName"}

// changed is when what the token opens of the person's own fields was last written,
// in Unix seconds; 0 when it opens none.
func (v view) changed() (last int64) {
	for _, a := range v.opened {
		for _, field := range v.fields(a) {
			if at := v.known.Value(field).At; !at.IsZero() {
				last = max(last, at.Unix())
			}
		}
	}
	return last
}

// fields are those of the profile that an attribute opens in the person's own answer.
func (v view) fields(a client.Attribute) (list []string) {
	if code, number := a.NumberCode(); number {
		return []string{code}
	}
	switch a {
	case client.Name:
		for _, part := range v.Law.Names.Parts {
			list = append(list, part.Code)
		}
		return list
	case client.Identity:
		return []string{profile.Identity, v.known.IdentityDocument().Kind + ".number"}
	}
	return map[client.Attribute][]string{client.BirthDate: {profile.BirthDate}, client.BirthPlace: {profile.BirthPlace}, client.Sex: {profile.Sex},
		client.Citizenship: {profile.Citizenship}}[a]
}

// day is a date as ESIA writes it: 31.12.1990.
func day(iso string) string {
	parts := strings.Split(iso, "-")
	if len(parts) != 3 {
		return ""
	}
	return parts[2] + "." + parts[1] + "." + parts[0]
}

// country is a country by three letters.
func country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return ""
	}
	return region.ISO3()
}
