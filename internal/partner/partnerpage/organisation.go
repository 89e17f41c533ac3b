package partnerpage

import (
	"net/http"
	"strings"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/partner"
	"okno/internal/visit"
)

func (c console) showMine(w http.ResponseWriter, r *visit.Request) error {
	in, invited, err := c.s.Mine(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("partner.mine.title"), Body: mineBody(r, in, invited, r.Key(w)), Back: backTo(r, homePath)})
}

// postMine takes up an invitation or declines it.
func (c console) postMine(w http.ResponseWriter, r *visit.Request) error {
	id, accept := r.Form.Text("organisation"), r.Form.Text("act") == "join"
	if err := c.s.Answer(r.Context(), r.Account.ID, id, accept); err != nil {
		return err
	}
	if accept {
		return r.Redirect(w, orgOf(id))
	}
	return r.Redirect(w, minePath)
}

func (c console) showNew(w http.ResponseWriter, r *visit.Request) error {
	return c.showNewPage(w, r, visit.Errors{})
}

func (c console) showNewPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	errs = errs.At("name", "name_"+r.Law().Languages[0])
	return r.Show(w, visit.Page{Title: r.T("partner.new.title"), Body: newBody(r, errs, r.Key(w)), Failed: errs.Any(), Form: true, Back: backTo(r, minePath)})
}

func (c console) postNew(w http.ResponseWriter, r *visit.Request) error {
	id, err := c.s.RegisterOrganisation(r.Context(), r.Account.ID, partner.Organisation{Name: names(r), Number: r.Form.Text("number"),
		Contact: r.Form.Text("contact"), Purpose: r.Form.Text("purpose")})
	if errs, refused := r.Refused(err); refused {
		return c.showNewPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, orgOf(id))
}

// organisationView is an organisation as its members see it.
type organisationView struct {
	r       *visit.Request
	o       partner.Organisation
	members []partner.Member
	sites   []partner.Site
	errs    visit.Errors
	contact string
}

// in is how many people act for the organisation; the last one cannot be removed.
func (v organisationView) in() (n int) {
	for _, m := range v.members {
		if m.In {
			n++
		}
	}
	return n
}

func (c console) showOrganisation(w http.ResponseWriter, r *visit.Request) error {
	return c.showOrganisationPage(w, r, visit.Errors{})
}

func (c console) showOrganisationPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) (err error) {
	v := organisationView{r: r, errs: errs, contact: r.Form.Text("contact")}
	id := r.PathValue("organisation")
	if v.o, v.members, err = c.s.Organisation(r.Context(), r.Account.ID, id); err != nil {
		return err
	}
	if v.sites, err = c.s.Sites(r.Context(), r.Account.ID, id); err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: v.o.Name.In(r.Lang()), Body: organisationBody(v, r.Key(w)), Failed: errs.Any(), Form: v.o.Over() == nil, Back: backTo(r, minePath)})
}

// postOrganisation invites somebody, or ends a membership.
func (c console) postOrganisation(w http.ResponseWriter, r *visit.Request) error {
	id := r.PathValue("organisation")
	if member := r.Form.Text("member"); member != "" {
		if err := c.s.Remove(r.Context(), r.Account.ID, id, member); err != nil {
			return err
		}
		if _, _, err := c.s.Organisation(r.Context(), r.Account.ID, id); err != nil {
			return r.Redirect(w, minePath) // he removed himself
		}
		return r.Redirect(w, orgOf(id))
	}
	kind, contact, err := contactOf(r.Law(), r.Form.Text("contact"))
	if err == nil {
		err = c.s.Invite(r.Context(), r.Account.ID, id, kind, contact)
	}
	if errs, refused := r.Refused(err); refused {
		return c.showOrganisationPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, orgOf(id)+"?done=invited")
}

// contactOf reads a phone number or an e-mail address.
func contactOf(law *jurisdiction.Jurisdiction, typed string) (account.ContactKind, string, error) {
	if strings.Contains(typed, "@") && client.GoodContact(typed) {
		return account.Email, typed, nil
	}
	if phone, err := law.Phone.Normalise(typed); err == nil && !strings.Contains(typed, "@") {
		return account.Phone, phone, nil
	}
	return "", "", fault.OneField("contact", "partner.contact_form", nil)
}

func (c console) showBegin(w http.ResponseWriter, r *visit.Request) error {
	return c.showBeginPage(w, r, visit.Errors{})
}

func (c console) showBeginPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	id := r.PathValue("organisation")
	o, _, err := c.s.Organisation(r.Context(), r.Account.ID, id)
	if err != nil {
		return err
	}
	if err := o.Over(); err != nil {
		return err
	}
	errs = errs.At("name", "name_"+r.Law().Languages[0])
	return r.Show(w, visit.Page{Title: r.T("partner.begin.title"), Body: beginBody(r, errs, r.Key(w)), Failed: errs.Any(), Form: true, Back: backTo(r, orgOf(id))})
}

func (c console) postBegin(w http.ResponseWriter, r *visit.Request) error {
	id := client.ID(r.Form.Text("id"))
	err := c.s.Begin(r.Context(), r.Account.ID, r.PathValue("organisation"), id, names(r))
	if errs, refused := r.Refused(err); refused {
		return c.showBeginPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, pathOf(id, "/purpose"))
}
