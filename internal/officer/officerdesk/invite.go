package officerdesk

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// rightsForm is whom an administrator proposes, or what for whom.
type rightsForm struct{ name, login, role, centre, authority, days string }

func (rightsForm) read(f web.Form) rightsForm {
	return rightsForm{f.Text("name"), f.Text("login"), f.Text("roles"), f.Text("centre"), f.Text("authority"), f.Text("days")}
}

// terms are the lengths of time to choose from, in days.
var terms = []int{30, 90, 180, 365}

// rights are those of the form: only the office that belongs to the role is taken.
func (f rightsForm) rights() officer.Rights {
	var r officer.Rights
	if f.role != "" {
		r.Roles = []officer.Role{officer.Role(f.role)}
	}
	switch officer.Role(f.role) {
	case officer.Operator:
		r.Centre = f.centre
	case officer.CaseWorker, officer.Supervisor:
		r.Authority = f.authority
	}
	days, _ := strconv.Atoi(f.days)
	if slices.Contains(terms, days) {
		r.For = time.Duration(days) * 24 * time.Hour
	}
	return r
}

// check gives all mistakes of the form at once, before anything is written.
func (f rightsForm) check(law *jurisdiction.Jurisdiction, name, login string) error {
	r := f.rights()
	err := officer.Check(officer.Officer{Name: name, Login: login, Roles: r.Roles, Centre: r.Centre, Authority: r.Authority}, law)
	if r.For > 0 {
		return err
	}
	wrong := []fault.Field{{Name: "days", Key: "officer.days_missing"}}
	if err != nil {
		wrong = append(fault.Of(err).Fields, wrong...)
	}
	return fault.Fields(wrong...)
}

// rightsView is what the page may show.
type rightsView struct {
	r    *visit.Request
	who  *officer.Officer // nil: a new one
	form rightsForm
	errs visit.Errors
	key  templ.Component
}

func (d desk) showNew(w http.ResponseWriter, r *visit.Request) error {
	return d.showForm(w, r, nil, rightsForm{}.read(r.Form), visit.Errors{})
}

func (d desk) showForm(w http.ResponseWriter, r *visit.Request, who *officer.Officer, form rightsForm, errs visit.Errors) error {
	v := rightsView{r, who, form, errs, r.Key(w)}
	return r.Show(w, visit.Page{Title: v.title(), Body: rightsBody(v), Form: true, Failed: errs.Any(), Back: back(r)})
}

func (v rightsView) title() string {
	if v.who == nil {
		return v.r.T("officers.new.title")
	}
	return v.r.T("officers.rights.title")
}

func (d desk) proposeNew(w http.ResponseWriter, r *visit.Request) error {
	form := rightsForm{}.read(r.Form)
	err := form.check(r.Law(), form.name, form.login)
	if err == nil {
		err = d.site.DB.Write(r.Context(), func(tx *db.Tx) error {
			_, err := d.site.Officers.ProposeNew(tx, officer.Officer{Name: form.name, Login: form.login}, form.rights(), r.By())
			return err
		})
	}
	if fault.HasKey(err, "officer.login_taken") {
		err = fault.OneField("login", "officer.login_taken", nil)
	}
	return d.answer(w, r, nil, form, err)
}

// answer leads to the list, where the proposal waits, or shows the form again.
func (d desk) answer(w http.ResponseWriter, r *visit.Request, who *officer.Officer, form rightsForm, err error) error {
	if errs, refused := r.Refused(err); refused {
		return d.showForm(w, r, who, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, path)
}

// showRights begins with what the officer may do now.
func (d desk) showRights(w http.ResponseWriter, r *visit.Request) error {
	who, err := d.read(r)
	if err != nil {
		return err
	}
	form := rightsForm{centre: who.Centre, authority: who.Authority}
	if len(who.Roles) > 0 {
		form.role = string(who.Roles[0])
	}
	if r.Restored() {
		form = rightsForm{}.read(r.Form)
	}
	return d.showForm(w, r, &who, form, visit.Errors{})
}

// read gives the officer of the address, and writes the look down.
func (d desk) read(r *visit.Request) (who officer.Officer, err error) {
	err = d.site.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if who, err = d.site.Officers.Get(tx, idOf(r)); err != nil {
			return err
		}
		return look(tx, r, who.ID)
	})
	if err == nil && !who.Ended.IsZero() {
		err = fault.New(fault.Forbidden, "officer.ended")
	}
	return who, err
}

func (d desk) proposeRights(w http.ResponseWriter, r *visit.Request) error {
	who, err := d.read(r)
	if err != nil {
		return err
	}
	form := rightsForm{}.read(r.Form)
	if err = form.check(r.Law(), who.Name, who.Login); err == nil {
		err = d.site.DB.Write(r.Context(), func(tx *db.Tx) error {
			_, err := d.site.Officers.Propose(tx, who.ID, form.rights(), r.By())
			return err
		})
	}
	return d.answer(w, r, &who, form, err)
}

// roles are those that the administrator was given to give.
func (v rightsView) roles() []ui.Choice {
	var choices []ui.Choice
	for _, role := range v.r.Officer.Gives {
		choices = append(choices, ui.Choice{Value: string(role), Label: v.r.T("signin.who.role." + string(role))})
	}
	return choices
}

func (v rightsView) terms() []ui.Choice {
	var choices []ui.Choice
	for _, days := range terms {
		choices = append(choices, ui.Choice{Value: strconv.Itoa(days), Label: v.r.T("officers.days", "n", days)})
	}
	return choices
}

// centres are those that confirm identities, by name.
func (v rightsView) centres() []ui.Choice {
	var choices []ui.Choice
	for _, c := range v.r.Law().Centres {
		if c.DoesOffer(jurisdiction.ConfirmIdentity) {
			choices = append(choices, ui.Choice{Value: c.Code, Label: c.Name.In(v.r.Lang()) + ", " + c.Address.In(v.r.Lang())})
		}
	}
	return v.sorted(choices)
}

func (v rightsView) authorities() []ui.Choice {
	var choices []ui.Choice
	for _, a := range v.r.Law().Authorities {
		choices = append(choices, ui.Choice{Value: a.Code, Label: a.Name.In(v.r.Lang())})
	}
	return v.sorted(choices)
}

func (v rightsView) sorted(choices []ui.Choice) []ui.Choice {
	slices.SortFunc(choices, func(a, b ui.Choice) int { return v.r.Compare(a.Label, b.Label) })
	return choices
}
