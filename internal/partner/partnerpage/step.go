package partnerpage

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/partner/partnervisit"
	"okno/internal/ui"
	"okno/internal/visit"
)

// step is one question about a site.
type step struct {
	word   string   // in the address and in text keys
	fields []string // as client.Check names them
	next   string   // the question after it, for a site that is not registered yet
	read   func(r *visit.Request) func(*client.Client)
	show   func(v stepView) templ.Component
}

// steps are the questions in their order; how a site proves itself and its logo
// have pages of their own.
var steps = []step{
	{"name", []string{"name"}, "purpose", readName, nameFields},
	{"purpose", []string{"purpose", "contact"}, "addresses", readPurpose, purposeFields},
	{"addresses", []string{"redirects", "post_logout", "logout_uri"}, "proof", readAddresses, addressFields},
	{"attributes", []string{"reason"}, "rules", readAttributes, attributeFields},
	{"rules", []string{"grants", "resources"}, "", readRules, ruleFields},
}

// stepView is what a question's page shows.
type stepView struct {
	r    *visit.Request
	c    client.Client
	errs visit.Errors
}

func (c console) showStep(s step) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error { return c.showStepPage(w, r, s, visit.Errors{}) }
}

func (c console) showStepPage(w http.ResponseWriter, r *visit.Request, s step, errs visit.Errors) error {
	site, err := c.changing(r)
	if err != nil {
		return err
	}
	first := r.Law().Languages[0]
	v := stepView{r, site.Edited(), errs.At("name", "name_"+first).At("purpose", "purpose_"+first)}
	if errs.Any() || r.Restored() {
		s.read(r)(&v.c)
	}
	title, back := r.T("partner.step."+s.word), ""
	if isSpecial(s) {
		back = "/advanced"
	}
	return r.Show(w, visit.Page{Title: title, Body: stepBody(v, s, title, r.Key(w)), Failed: errs.Any(), Form: true, Back: backTo(r, pathOf(idOf(r), back))})
}

func (c console) postStep(s step) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		now, err := c.s.Edit(r.Context(), r.Account.ID, idOf(r), s.fields, s.read(r))
		if errs, refused := r.Refused(err); refused {
			return c.showStepPage(w, r, s, errs)
		}
		if err != nil {
			return err
		}
		if isSpecial(s) {
			return c.afterSpecial(w, r, s, now)
		}
		return c.onward(w, r, s.next, now)
	}
}

// onward goes to the next question of a draft, or back to the site.
func (c console) onward(w http.ResponseWriter, r *visit.Request, next string, now bool) error {
	site, err := c.s.Site(r.Context(), r.Account.ID, idOf(r))
	if err != nil {
		return err
	}
	switch {
	case !site.Registered() && next != "":
		return r.Redirect(w, pathOf(idOf(r), "/"+next))
	case site.Registered() && now:
		return r.Redirect(w, pathOf(idOf(r), "?done=saved"))
	}
	return r.Redirect(w, pathOf(idOf(r), ""))
}

func readName(r *visit.Request) func(*client.Client) {
	words := names(r)
	return func(c *client.Client) { c.Name = words }
}

func readPurpose(r *visit.Request) func(*client.Client) {
	words := jurisdiction.Words{}
	for _, lang := range r.Law().Languages {
		if text := r.Form.Text("purpose_" + lang); text != "" {
			words[lang] = text
		}
	}
	contact := r.Form.Text("contact")
	return func(c *client.Client) { c.Purpose, c.Contact = words, contact }
}

func readAddresses(r *visit.Request) func(*client.Client) {
	redirects, post, logout := lines(r, "redirects"), lines(r, "post_logout"), r.Form.Text("logout_uri")
	return func(c *client.Client) { c.Redirects, c.PostLogout, c.LogoutURI = redirects, post, logout }
}

// lines are the addresses of a field, one a line.
func lines(r *visit.Request, field string) (list []string) {
	for line := range strings.Lines(r.Form.Lines(field)) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

// attributes are all that can be asked for in the country.
func attributes(law *jurisdiction.Jurisdiction) []client.Attribute {
	list := []client.Attribute{client.Name, client.BirthDate, client.BirthPlace, client.Sex, client.Citizenship, client.Phone, client.Email, client.Address, client.Identity}
	for _, number := range law.Identifiers {
		list = append(list, client.Number(number.Code))
	}
	return list
}

func readAttributes(r *visit.Request) func(*client.Client) {
	var required, optional []client.Attribute
	for _, a := range attributes(r.Law()) {
		switch r.Form.Text("a_" + string(a)) {
		case "required":
			required = append(required, a)
		case "optional":
			optional = append(optional, a)
		}
	}
	reason := r.Form.Text("reason")
	return func(c *client.Client) { c.Required, c.Optional, c.Reason = required, optional, reason }
}

// asked is how an attribute is asked for now.
func asked(c client.Client, a client.Attribute) string {
	switch {
	case slices.Contains(c.Required, a):
		return "required"
	case slices.Contains(c.Optional, a):
		return "optional"
	}
	return "no"
}

// offered are the grants that a partner may choose besides the code; token
// exchange is the state's own.
var offered = []client.Grant{client.Refresh, client.Machine, client.Device}

func readRules(r *visit.Request) func(*client.Client) {
	level, known := account.ParseLevel(r.Form.Text("level"))
	var refuses []account.Way
	for _, way := range r.Form.All("refuses") {
		refuses = append(refuses, account.Way(way))
	}
	list := []client.Grant{client.Code}
	for _, g := range offered {
		if slices.Contains(r.Form.All("grants"), partnervisit.GrantWord(g)) {
			list = append(list, g)
		}
	}
	resources := lines(r, "resources")
	return func(c *client.Client) {
		if known && level >= account.Simplified {
			c.Level = level
		}
		c.Refuses, c.Grants, c.Resources = refuses, list, resources
	}
}

func (v stepView) levels() (choices []ui.Choice) {
	for _, l := range []account.Level{account.Simplified, account.Standard, account.Verified} {
		choices = append(choices, ui.Choice{Value: l.String(), Label: v.r.T("partner.level." + l.String())})
	}
	return choices
}

// proofs are the ways of proof that a law may not take.
var proofs = []account.Way{account.ByDesk, account.ByEnvelope, account.ByLetter, account.BySignature, account.ByBank}

func (v stepView) ways() (choices []ui.Choice, chosen []string) {
	for _, way := range proofs {
		choices = append(choices, ui.Choice{Value: string(way), Label: v.r.T("partner.way." + string(way))})
		if slices.Contains(v.c.Refuses, way) {
			chosen = append(chosen, string(way))
		}
	}
	return choices, chosen
}

func (v stepView) grants() (choices []ui.Choice, chosen []string) {
	for _, g := range offered {
		choices = append(choices, ui.Choice{Value: partnervisit.GrantWord(g), Label: v.r.T("partner.grant." + partnervisit.GrantWord(g))})
		if v.c.Is(g) {
			chosen = append(chosen, partnervisit.GrantWord(g))
		}
	}
	return choices, chosen
}

func (v stepView) asks() (choices []ui.Choice) {
	for _, word := range []string{"no", "required", "optional"} {
		choices = append(choices, ui.Choice{Value: word, Label: v.r.T("partner.asks." + word)})
	}
	return choices
}

func (c console) showPicture(w http.ResponseWriter, r *visit.Request) error {
	return c.showPicturePage(w, r, visit.Errors{})
}

func (c console) showPicturePage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	site, err := c.changing(r)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("partner.step.logo"), Body: pictureBody(stepView{r, site.Edited(), errs}, r.Key(w)), Failed: errs.Any(), Form: true, Back: backTo(r, pathOf(idOf(r), ""))})
}

func (c console) postPicture(w http.ResponseWriter, r *visit.Request) error {
	file, _, err := r.Form.Upload("logo")
	if err != nil {
		return err
	}
	if file == nil {
		return c.showPicturePage(w, r, r.Errors(fault.OneField("logo", "partner.logo_missing", nil)))
	}
	defer file.Close()
	now, err := c.s.SetLogo(r.Context(), r.Account.ID, idOf(r), file)
	if errs, refused := r.Refused(err); refused {
		return c.showPicturePage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return c.onward(w, r, "", now)
}
