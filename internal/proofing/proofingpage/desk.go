package proofingpage

import (
	"net/http"

	"okno/internal/account"
	"okno/internal/fault"
	"okno/internal/proofing"
	"okno/internal/ui"
	"okno/internal/visit"
)

// showDesk asks for the code that a desk has sent to the visitor's phone.
func (p pages) showDesk(w http.ResponseWriter, r *visit.Request) error {
	return p.showDeskPage(w, r, visit.Errors{})
}

func (p pages) showDeskPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	c, err := p.Waits(r.Context(), r.Account.ID)
	if over(err) {
		if r.Level == account.Verified {
			return r.Redirect(w, "/id/proofing")
		}
		return r.Show(w, visit.Page{Title: r.T("proofing.desk_code.none_title"), Body: noDeskBody(r)})
	}
	if err != nil {
		return err
	}
	page := visit.Page{Title: r.T("proofing.desk_code.title"), Body: deskBody(r, c, errs, r.Key(w)), Failed: errs.Any(), Form: true}
	if c.State == proofing.Proved {
		page.Title, page.Refresh = r.T("proofing.desk_code.proved_title"), &ui.Refresh{Seconds: 5}
	} else if c.State != proofing.CodeSent {
		page.Title, page.Refresh = r.T("proofing.desk_code.soon_title"), &ui.Refresh{Seconds: 5}
	}
	return r.Show(w, page)
}

// enterDesk takes the code. A wrong one is told with the tries that are left.
func (p pages) enterDesk(w http.ResponseWriter, r *visit.Request) error {
	result, err := p.EnterOwn(r.Context(), r.Account.ID, r.Form.Text("code"))
	if errs, refused := r.Refused(codeFault(result, err)); refused {
		return p.showDeskPage(w, r, errs)
	}
	if err != nil && !over(err) {
		return err
	}
	return r.Redirect(w, "/id/proofing/desk")
}

// codeFault is what the page says about a code that is not right.
func codeFault(result proofing.CodeResult, err error) error {
	switch {
	case err != nil || result.Right:
		return err
	case result.Left == 0:
		return fault.OneField("code", "proofing.code_dead", nil)
	}
	return fault.OneField("code", "proofing.code_wrong", fault.Vars{"n": result.Left})
}

// over says that no desk waits for this visitor any more.
func over(err error) bool { return fault.Is(err, fault.NotFound) || fault.Is(err, fault.Expired) }
