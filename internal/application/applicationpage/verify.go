package applicationpage

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/fault"
	"okno/internal/ui"
	"okno/internal/visit"
)

func showVerify(*application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showVerifyPage(w, r, r.Form.Text("code"), visit.Errors{})
	}
}

func showVerifyPage(w http.ResponseWriter, r *visit.Request, code string, errs visit.Errors) error {
	return r.Show(w, visit.Page{Title: r.T("application.verify.title"), Description: r.T("application.verify.lead"), Body: verifyBody(r, code, errs, r.Key(w)),
		Failed: errs.Any(), Form: true})
}

func postVerify(*application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		typed := r.Form.Text("code")
		code := application.NormalCode(typed)
		if code == "" {
			return showVerifyPage(w, r, typed, r.Errors(fault.OneField("code", "application.verify.shape", nil)))
		}
		return r.Redirect(w, "/verify/"+code)
	}
}

func showVerified(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		v, err := s.Verify(r.Context(), r.PathValue("code"), r.URL.Query().Get("s"))
		if fault.Is(err, fault.NotFound) {
			return r.Show(w, visit.Page{Title: r.T("application.verify.none"), Body: unknownBody(r), Status: http.StatusNotFound, Back: toVerify(r)})
		}
		if err != nil {
			return err
		}
		return r.Show(w, visit.Page{Title: r.T("application.verify." + string(v.Standing)), Body: verifiedBody(r, v), Back: toVerify(r)})
	}
}

func toVerify(r *visit.Request) *ui.Link {
	return &ui.Link{Text: r.T("application.verify.title"), Href: "/verify"}
}

// verifiedRows are all that anybody may learn: no name, no data.
func verifiedRows(r *visit.Request, v application.Verified) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: r.T("application.verify.document")}
	if v.Service != nil && v.Service.Result != nil {
		list.Rows = append(list.Rows, ui.Row{Name: r.T("application.verify.kind"), Value: v.Service.Result.Title.In(r.Lang())})
	}
	list.Rows = append(list.Rows, ui.Row{Name: r.T("application.document.number"), Value: v.Number, Latin: true},
		ui.Row{Name: r.T("application.document.issued"), Value: r.Date(v.IssuedOn)},
		ui.Row{Name: r.T("application.terms.authority"), Value: words(v.Authority.Name, r.Lang())})
	if !v.ValidUntil.IsZero() {
		list.Rows = append(list.Rows, ui.Row{Name: r.T("application.verify.until"), Value: r.Date(v.ValidUntil)})
	}
	return list
}
