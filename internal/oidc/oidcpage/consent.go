package oidcpage

import (
	"net/http"
	"slices"
	"strings"

	"okno/internal/client"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcvisit"
	"okno/internal/profile"
	"okno/internal/ui"
	"okno/internal/visit"
)

// question is what the page asks.
type question struct {
	oidc.Next
	Values map[client.Attribute]string // what the site would get, as the person would read it
}

func (p pages) showConsent(w http.ResponseWriter, r *visit.Request) error {
	next, err := p.Continue(r.Context(), r.URL.Query().Get("flow"), oidcvisit.Visitor(w, r))
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return showRefusal(w, r, refusal)
	}
	if err != nil {
		return err
	}
	if next.Step != oidc.Consent {
		return p.lead(w, r, next)
	}
	q := question{Next: next}
	if q.Values, err = p.values(r, slices.Concat(next.Question.Required, next.Question.Optional)); err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("oidc.consent.title", "site", next.Client.Name.In(r.Lang())), Body: consentBody(r, q, r.Key(w)), Form: true})
}

// values are what the site would see, in the reader's way of writing.
func (p pages) values(r *visit.Request, attributes []client.Attribute) (map[client.Attribute]string, error) {
	known, err := p.Profiles.Look(r.Context(), r.Account.ID)
	if err != nil {
		return nil, err
	}
	values := map[client.Attribute]string{}
	for _, a := range attributes {
		values[a] = told(r, a, known)
	}
	return values, nil
}

func (p pages) postConsent(w http.ResponseWriter, r *visit.Request) error {
	flow := r.Form.Text("flow")
	if r.Form.Text("act") == "no" {
		return p.decline(w, r, flow)
	}
	var ticked []client.Attribute
	for _, a := range r.Form.Values()["optional"] {
		ticked = append(ticked, client.Attribute(a))
	}
	next, err := p.Agree(r.Context(), flow, oidcvisit.Visitor(w, r), r.Form.Text("asked"), ticked, r.Lang())
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return showRefusal(w, r, refusal)
	}
	if err != nil {
		return err
	}
	return p.lead(w, r, next)
}

func (p pages) postDecline(w http.ResponseWriter, r *visit.Request) error {
	return p.decline(w, r, r.Form.Text("flow"))
}

func (p pages) decline(w http.ResponseWriter, r *visit.Request, flow string) error {
	before, err := p.Waiting(r.Context(), flow, r.Browser())
	if err != nil {
		return err
	}
	answer, err := p.Decline(r.Context(), flow, oidcvisit.Visitor(w, r))
	if err != nil {
		return err
	}
	return showReturn(w, r, before.Client.Name, answer)
}

// inOrder puts what people are asked for as they would say it: who they are first.
func inOrder(list []client.Attribute) []client.Attribute {
	first := []client.Attribute{client.Name, client.BirthDate, client.BirthPlace, client.Sex, client.Citizenship}
	place := func(a client.Attribute) int {
		if at := slices.Index(first, a); at >= 0 {
			return at
		}
		return len(first)
	}
	return slices.SortedStableFunc(slices.Values(list), func(a, b client.Attribute) int { return place(a) - place(b) })
}

// name is what people call an attribute.
func name(r *visit.Request, a client.Attribute) string {
	key, words := oidc.AttributeName(r.Law(), a)
	if key == "" {
		return words.In(r.Lang())
	}
	return r.T(key)
}

// asked are the rows of what is asked for, with the value that would be shown.
func (q question) asked(r *visit.Request) (rows []ui.Row) {
	for _, a := range inOrder(q.Question.Required) {
		rows = append(rows, ui.Row{Name: name(r, a), Value: q.Values[a]})
	}
	return rows
}

// byLaw are the rows of what is given without asking, and by which law.
func (q question) byLaw(r *visit.Request) []ui.Row {
	return []ui.Row{
		{Name: r.T("oidc.sites.what"), Value: oneALine(names(r, slices.Concat(q.Client.Required, q.Client.Optional)))},
		{Name: r.T("sites.law"), Value: q.Client.Law.In(r.Lang())},
	}
}

func (q question) optional(r *visit.Request) (choices []ui.Choice) {
	for _, a := range inOrder(q.Question.Optional) {
		choices = append(choices, ui.Choice{Value: string(a), Label: name(r, a), Hint: r.Isolate(q.Values[a])})
	}
	return choices
}

func names(r *visit.Request, list []client.Attribute) (words []string) {
	for _, a := range inOrder(list) {
		words = append(words, name(r, a))
	}
	return words
}

// holds says how long an agreement with a site holds; most hold a year.
func holds(r *visit.Request, c client.Client) string {
	if days := int(c.Life().Hours() / 24); days != 365 {
		return r.T("oidc.consent.until", "n", days)
	}
	return r.T("oidc.consent.year")
}

// oneALine is how a list of attributes is read best.
func oneALine(words []string) string { return strings.Join(words, "\n") }

// told is the value of an attribute as its holder reads it; "" when it is not known.
func told(r *visit.Request, a client.Attribute, known profile.Profile) string {
	switch a {
	case client.Name:
		if full := known.FullName(); full != "" {
			return full
		}
		return r.Account.Name.Full
	case client.BirthDate:
		if known.Birth().IsZero() {
			return ""
		}
		return r.ShortDate(known.Birth())
	case client.BirthPlace:
		return known.Text(profile.BirthPlace)
	case client.Sex:
		if sex := known.Text(profile.Sex); sex != "" {
			return r.T("profile.sex." + sex)
		}
	case client.Citizenship:
		return r.Law().Citizenship.Name(known.Text(profile.Citizenship), r.Lang())
	case client.Phone, client.Email:
		for _, c := range known.Contacts {
			if string(c.Kind) == string(a) {
				return c.Value
			}
		}
	case client.Address:
		var lines []string
		parts := known.PostalAddress()
		for _, part := range r.Law().Address {
			if parts[part.Code] != "" {
				lines = append(lines, parts[part.Code])
			}
		}
		return strings.Join(lines, ", ")
	case client.Identity:
		for _, d := range r.Law().Documents {
			if d.Code == known.IdentityDocument().Kind {
				return d.Name.In(r.Lang())
			}
		}
	default:
		if code, ok := a.NumberCode(); ok {
			if id, found := r.Law().Identifier(code); found {
				return id.Show(known.Text(code))
			}
			return known.Text(code)
		}
	}
	return ""
}
