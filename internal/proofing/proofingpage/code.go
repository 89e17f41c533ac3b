package proofingpage

import (
	"net/http"

	"okno/internal/account"
	"okno/internal/ui"
	"okno/internal/visit"

	"github.com/a-h/templ"
)

// showCode asks for the code of an envelope (IDC-17, OPR-19).
func (p pages) showCode(w http.ResponseWriter, r *visit.Request) error {
	if r.Level == account.Verified {
		return r.Redirect(w, "/id/proofing")
	}
	return p.showCodePage(w, r, visit.Errors{})
}

func (p pages) showCodePage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	until, err := p.HasEnvelope(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("proofing.code.title"), Body: codeBody(r, until, errs, templ.Join(r.Key(w), r.Work(w))), Failed: errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("proofing.back.methods"), Href: "/id/proofing"}})
}

func (p pages) enterCode(w http.ResponseWriter, r *visit.Request) error {
	result, err := p.EnterEnvelope(r.Context(), r.Account.ID, r.Form.Text("code"), r.Worked)
	if errs, refused := r.Refused(codeFault(result, err)); refused {
		return p.showCodePage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/id/proofing")
}
