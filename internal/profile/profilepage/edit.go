package profilepage

import (
	"maps"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"okno/internal/profile"
	"okno/internal/ui"
	"okno/internal/visit"
)

// editPage is the form "Filling in and checking personal data", or the part of
// it that a register asks to be corrected.
type editPage struct {
	typed  map[string]string
	fields []string // those that are shown
	fix    string   // the register whose fields these are, "" for the whole form
	errs   visit.Errors
}

// path is where the form is posted to.
func (e editPage) path() string {
	if e.fix != "" {
		return "/id/profile/edit?fix=" + e.fix
	}
	return "/id/profile/edit"
}

// groups are the parts of the form under headings, in the order of reading.
var groups = []string{"person", "number", "document"}

func (p pages) group(r *visit.Request, field string) string {
	if _, ok := r.Law().Identifier(field); ok {
		return "number"
	}
	if _, ok := p.profiles.DocumentField(field); ok || field == profile.Identity || field == profile.Citizenship {
		return "document"
	}
	return "person"
}

func (p pages) inGroup(r *visit.Request, fields []string, group string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return p.group(r, f) != group })
}

// opened is the form as it opens: with everything known (PRF-03), the whole of it
// or what the register of ?fix= asks to be corrected.
func (p pages) opened(r *visit.Request) (editPage, error) {
	e := editPage{}
	var err error
	if e.typed, err = p.profiles.Opened(r.Context(), r.Account.ID, profile.General); err != nil {
		return e, err
	}
	kind := e.typed[profile.Identity]
	e.fields = p.profiles.Fields(profile.General, kind)
	code := r.URL.Query().Get("fix")
	if code == "" {
		return e, nil
	}
	status, err := p.checks.Look(r.Context(), r.Account.ID)
	if err != nil {
		return e, err
	}
	known, err := p.profiles.Look(r.Context(), r.Account.ID)
	if err != nil {
		return e, err
	}
	if fields := p.checks.MayFix(status, code, known); fields != nil {
		e.fields, e.fix = fields, code
	}
	return e, nil
}

// typedOver puts what was typed over what the form opened with and shows the
// fields of the document that is chosen now (PRF-11).
func (p pages) typedOver(r *visit.Request, e editPage) editPage {
	e.typed = maps.Clone(e.typed)
	fields := e.fields
	if slices.Contains(e.fields, profile.Identity) {
		for _, d := range p.profiles.IdentityKinds("") { // what was typed for another kind is kept as well
			for _, f := range p.profiles.Fields(profile.General, d.Code) {
				if r.Form.Has(f) || r.Form.Has(f+"-day") {
					fields = append(slices.Clone(fields), f)
				}
			}
		}
		slices.Sort(fields)
		fields = slices.Compact(fields)
	}
	before := e.typed[profile.Identity]
	e.typed = p.overlay(r, e.typed, p.posted(r, fields))
	if kind := e.typed[profile.Identity]; kind != before && e.fix == "" {
		e.fields = p.profiles.Fields(profile.General, kind)
	} else if kind != before {
		e.fields = p.withKind(e.fields, before, kind)
	}
	return e
}

// posted leaves out the dates that the form did not hold.
func (p pages) posted(r *visit.Request, fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return p.isDate(f) && !r.Form.Has(f+"-day") })
}

// withKind changes a document's fields among those that are open for those of another kind.
func (p pages) withKind(fields []string, before, kind string) []string {
	old := p.profiles.Fields(profile.Form(before), "")
	kept := slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return slices.Contains(old, f) })
	return append(kept, p.profiles.Fields(profile.Form(kind), "")...)
}

func (p pages) showEdit(w http.ResponseWriter, r *visit.Request) error {
	e, err := p.opened(r)
	if err != nil {
		return err
	}
	if r.Restored() {
		e = p.typedOver(r, e)
	}
	return p.showEditPage(w, r, e)
}

func (p pages) showEditPage(w http.ResponseWriter, r *visit.Request, e editPage) error {
	title := r.T("profile.edit.title")
	if e.fix != "" {
		title = r.T("profile.fix.title")
	}
	return r.Show(w, visit.Page{Title: title, Body: editBody(p, r, e, title, r.Key(w)), Failed: e.errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("profile.back"), Href: "/id/profile/user"}})
}

// postEdit: Continue checks the form, Fill in later keeps it as it is (PRF-17,
// PRF-18), and without scripts a change of the kind of document or of the
// calendar shows the form again with everything typed.
func (p pages) postEdit(w http.ResponseWriter, r *visit.Request) error {
	e, err := p.opened(r)
	if err != nil {
		return err
	}
	before := e.typed[profile.Identity]
	e = p.typedOver(r, e)
	id := r.Account.ID
	if p.switched(r, e.typed, e.fields) || r.Form.Text("do") == "kind" {
		return p.showEditPage(w, r, e)
	}
	if r.Form.Text("do") == "later" {
		if err := p.profiles.SaveDraft(r.Context(), id, profile.General, e.typed); err != nil {
			return err
		}
		return r.Redirect(w, "/id/profile/user")
	}
	if e.typed[profile.Identity] != before && !p.hasDocument(r, e.typed[profile.Identity]) {
		return p.showEditPage(w, r, e) // Continue right after choosing a document: its fields were not on the page yet
	}
	err = p.profiles.Complete(r.Context(), id, profile.General, e.typed)
	if errs, refused := r.Refused(err); refused {
		e.errs = errs.Naming(func(field string) string { return p.label(r, field) })
		e.fields = p.withWrong(e, err)
		return p.showEditPage(w, r, e)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/id/profile/answers")
}

// hasDocument says whether the posted form held the fields of a kind of document.
func (p pages) hasDocument(r *visit.Request, kind string) bool {
	return slices.ContainsFunc(p.profiles.Fields(profile.Form(kind), ""), func(f string) bool { return r.Form.Has(f) })
}

// postDraft keeps what was typed while it is typed (PRF-19); the script calls it.
func (p pages) postDraft(w http.ResponseWriter, r *visit.Request) error {
	e, err := p.opened(r)
	if err != nil {
		return err
	}
	e = p.typedOver(r, e)
	if err := p.profiles.SaveDraft(r.Context(), r.Account.ID, profile.General, e.typed); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// withWrong shows a wrong field even if it was not among those to be corrected.
func (p pages) withWrong(e editPage, err error) []string {
	fields := slices.Clone(e.fields)
	for _, f := range p.profiles.Fields(profile.General, e.typed[profile.Identity]) {
		if e.errs.For(f) != "" && !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (p pages) inputs(r *visit.Request, e editPage, group string) []templ.Component {
	var inputs []templ.Component
	for _, field := range p.inGroup(r, e.fields, group) {
		inputs = append(inputs, p.input(r, e.typed, field, e.errs, e.path()))
		if field == profile.Identity {
			inputs = append(inputs, ui.Button{Text: r.T("profile.change_kind"), Look: ui.Secondary, Name: "do", Value: "kind", NoValidate: true})
		}
	}
	return inputs
}

func draftPath(e editPage) string {
	if e.fix != "" {
		return "/id/profile/edit/draft?fix=" + e.fix
	}
	return "/id/profile/edit/draft"
}
