package applicationdesk

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/fault"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// correctionForm is what an officer asks to be mended.
type correctionForm struct{ application.Ask }

func (correctionForm) read(f web.Form) correctionForm {
	return correctionForm{application.Ask{Fields: f.All("fields"), Reason: f.Text("reason"), Words: f.Lines("words")}}
}

// correctionView is what the page may show.
type correctionView struct {
	caseView
	form correctionForm
	errs visit.Errors
}

func showCorrection(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return correctionPage(w, r, s, correctionForm{}.read(r.Form), visit.Errors{})
	}
}

func postCorrection(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		form := correctionForm{}.read(r.Form)
		err := s.AskCorrection(r.Context(), r.Officer, idOf(r), form.Ask)
		if errs, refused := r.Refused(err); refused {
			return correctionPage(w, r, s, form, errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, casePath(idOf(r), "?for=decide"))
	}
}

func correctionPage(w http.ResponseWriter, r *visit.Request, s *application.Applications, form correctionForm, errs visit.Errors) error {
	v, err := s.Open(r.Context(), r.Officer, idOf(r), toDecide)
	if err != nil {
		return err
	}
	view := correctionView{caseView{r, v, r.Key(w)}, form, errs}
	if v.Service.Decision.Correction == nil {
		return fault.New(fault.Conflict, "application.correction.never")
	}
	return r.Show(w, visit.Page{Title: r.T("cases.correction.title"), Body: correctionBody(view), Form: true, Failed: errs.Any(), Back: toCase(r)})
}

func toCase(r *visit.Request) *ui.Link {
	return &ui.Link{Text: r.T("cases.to_case"), Href: casePath(idOf(r), "?for=decide")}
}

func (v correctionView) fields() []ui.Choice {
	var choices []ui.Choice
	for _, code := range v.Correctable() {
		if f, ok := v.Service.Field(code); ok {
			choices = append(choices, ui.Choice{Value: code, Label: f.Label.In(v.r.Lang())})
		}
	}
	return choices
}

func (v correctionView) reasons() []ui.Choice {
	var choices []ui.Choice
	for _, reason := range application.Reasons() {
		choices = append(choices, ui.Choice{Value: reason, Label: v.r.T("application.correction." + reason)})
	}
	return choices
}
