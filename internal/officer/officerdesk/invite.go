package officerdesk

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// newForm is whom an administrator invites.
type newForm struct{ name, login, role, centre, authority string }

func (newForm) read(f web.Form) newForm {
	return newForm{f.Text("name"), f.Text("login"), f.Text("roles"), f.Text("centre"), f.Text("authority")}
}

// officer is the officer of the form: only the office that belongs to the role is taken.
func (f newForm) officer() officer.Officer {
	o := officer.Officer{Name: f.name, Login: f.login}
	if f.role != "" {
		o.Roles = []officer.Role{officer.Role(f.role)}
	}
	switch officer.Role(f.role) {
	case officer.Operator:
		o.Centre = f.centre
	case officer.CaseWorker, officer.Supervisor:
		o.Authority = f.authority
	}
	return o
}

// newView is what the page may show.
type newView struct {
	r    *visit.Request
	form newForm
	errs visit.Errors
	key  templ.Component
}

func (d desk) showNew(w http.ResponseWriter, r *visit.Request) error {
	return showNewPage(w, r, newForm{}.read(r.Form), visit.Errors{})
}

func showNewPage(w http.ResponseWriter, r *visit.Request, form newForm, errs visit.Errors) error {
	v := newView{r, form, errs, r.Key(w)}
	return r.Show(w, visit.Page{Title: r.T("officers.new.title"), Body: newBody(v), Form: true, Failed: errs.Any(), Back: back(r)})
}

func (d desk) invite(w http.ResponseWriter, r *visit.Request) error {
	form := newForm{}.read(r.Form)
	token, err := d.add(r, form.officer())
	if fault.HasKey(err, "officer.login_taken") {
		err = fault.OneField("login", "officer.login_taken", nil)
	}
	if errs, refused := r.Refused(err); refused {
		return showNewPage(w, r, form, errs)
	}
	if err != nil {
		return err
	}
	return d.showLink(w, r, form.name, token)
}

// add keeps the officer and makes the invitation in one transaction.
func (d desk) add(r *visit.Request, o officer.Officer) (token string, err error) {
	if err := officer.Check(o, r.Law()); err != nil {
		return "", err
	}
	err = d.site.DB.Write(r.Context(), func(tx *db.Tx) error {
		id, err := d.site.Officers.Add(tx, o, r.By())
		if err != nil {
			return err
		}
		token, err = d.signin.Invite(tx, id, r.By())
		return err
	})
	return token, err
}

func (v newView) roles() []ui.Choice {
	var choices []ui.Choice
	for _, role := range officer.Roles() {
		choices = append(choices, ui.Choice{Value: string(role), Label: v.r.T("signin.who.role." + string(role))})
	}
	return choices
}

// centres are those that confirm identities, by name.
func (v newView) centres() []ui.Choice {
	var choices []ui.Choice
	for _, c := range v.r.Law().Centres {
		if c.DoesOffer(jurisdiction.ConfirmIdentity) {
			choices = append(choices, ui.Choice{Value: c.Code, Label: c.Name.In(v.r.Lang()) + ", " + c.Address.In(v.r.Lang())})
		}
	}
	return v.sorted(choices)
}

func (v newView) authorities() []ui.Choice {
	var choices []ui.Choice
	for _, a := range v.r.Law().Authorities {
		choices = append(choices, ui.Choice{Value: a.Code, Label: a.Name.In(v.r.Lang())})
	}
	return v.sorted(choices)
}

func (v newView) sorted(choices []ui.Choice) []ui.Choice {
	slices.SortFunc(choices, func(a, b ui.Choice) int { return v.r.Compare(a.Label, b.Label) })
	return choices
}
