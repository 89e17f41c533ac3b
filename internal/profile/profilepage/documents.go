package profilepage

import (
	"net/http"
	"slices"

	"okno/internal/fault"
	"okno/internal/profile"
	"okno/internal/ui"
	"okno/internal/visit"
)

// showDocuments lists what is known of every document, to be read when the paper is lost (PRF-22, PRF-23).
func (p pages) showDocuments(w http.ResponseWriter, r *visit.Request) error {
	known, err := p.profiles.Look(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	var lists []ui.SummaryList
	for _, form := range p.profiles.Others() {
		list := ui.SummaryList{W: r, Title: p.formName(r, form), Action: &ui.Button{Text: r.T("profile.change"), Look: ui.Secondary,
			Label: r.T("profile.change_what", "what", p.formName(r, form)), Href: "/id/profile/documents/" + string(form)}}
		for _, field := range p.profiles.Fields(form, "") {
			list.Rows = append(list.Rows, p.row(r, known, field))
		}
		lists = append(lists, list)
	}
	return r.Show(w, visit.Page{Title: r.T("profile.documents.title"), Body: documentsBody(r, lists),
		Back: &ui.Link{Text: r.T("profile.back"), Href: "/id/profile/user"}})
}

// documentPage is the form of one document, number or address.
type documentPage struct {
	form  profile.Form
	typed map[string]string
	errs  visit.Errors
}

func (d documentPage) path() string { return "/id/profile/documents/" + string(d.form) }

func (p pages) document(r *visit.Request) (documentPage, error) {
	d := documentPage{form: profile.Form(r.PathValue("form"))}
	if !slices.Contains(p.profiles.Others(), d.form) {
		return d, fault.New(fault.NotFound, "profile.no_form")
	}
	var err error
	d.typed, err = p.profiles.Opened(r.Context(), r.Account.ID, d.form)
	return d, err
}

func (p pages) showDocument(w http.ResponseWriter, r *visit.Request) error {
	d, err := p.document(r)
	if err != nil {
		return err
	}
	if r.Restored() {
		d.typed = p.overlay(r, d.typed, p.profiles.Fields(d.form, ""))
	}
	return p.showDocumentPage(w, r, d)
}

func (p pages) showDocumentPage(w http.ResponseWriter, r *visit.Request, d documentPage) error {
	title := p.formName(r, d.form)
	return r.Show(w, visit.Page{Title: title, Body: documentBody(p, r, d, title, r.Key(w)), Failed: d.errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("profile.back"), Href: "/id/profile/documents"}})
}

func (p pages) postDocument(w http.ResponseWriter, r *visit.Request) error {
	d, err := p.document(r)
	if err != nil {
		return err
	}
	fields := p.profiles.Fields(d.form, "")
	d.typed = p.overlay(r, d.typed, fields)
	if p.switched(r, d.typed, fields) {
		return p.showDocumentPage(w, r, d)
	}
	if r.Form.Text("do") == "later" {
		if err := p.profiles.SaveDraft(r.Context(), r.Account.ID, d.form, d.typed); err != nil {
			return err
		}
		return r.Redirect(w, "/id/profile/documents")
	}
	err = p.profiles.Complete(r.Context(), r.Account.ID, d.form, d.typed)
	if errs, refused := r.Refused(err); refused {
		d.errs = errs.Naming(func(field string) string { return p.label(r, field) })
		return p.showDocumentPage(w, r, d)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/id/profile/documents")
}

// why says what a form opens: in the country's own words if it has them (PRF-25).
func why(r *visit.Request, form profile.Form) string {
	switch form {
	case profile.Registration, profile.Residence:
		return r.T("profile.why.address")
	}
	if d, ok := r.Law().Document(string(form)); ok && len(d.Hint) > 0 {
		return d.Hint.In(r.Lang())
	}
	return r.T("profile.why.document")
}
