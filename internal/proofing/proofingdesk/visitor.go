package proofingdesk

import (
	"net/http"

	"okno/internal/proofing"
	"okno/internal/ui"
	"okno/internal/visit"
)

// showVisitor is the screen that is turned to the visitor: it shows nothing of
// anybody and takes the code, which the visitor types (D-10).
func (d desk) showVisitor(w http.ResponseWriter, r *visit.Request) error {
	return d.showVisitorPage(w, r, visit.Errors{})
}

func (d desk) showVisitorPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	c, err := d.Screen(r.Context(), r.Officer, r.PathValue("id"))
	if err != nil {
		return err
	}
	title := r.T("proofing.visitor.title")
	if c.State != proofing.CodeSent {
		title = r.T("proofing.visitor.turn_back")
	}
	return r.Show(w, visit.Page{Title: title, Body: visitorBody(r, c, errs, r.Key(w)), Failed: errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("proofing.visitor.back"), Href: visitPath(c.ID)}})
}

func (d desk) enterVisitor(w http.ResponseWriter, r *visit.Request) error {
	id := r.PathValue("id")
	result, err := d.EnterAtDesk(r.Context(), r.Officer, id, r.Form.Text("code"))
	if errs, refused := r.Refused(codeFault(result, err)); refused {
		return d.showVisitorPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, visitPath(id)+"/visitor")
}
