package applicationdesk

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// readRuling reads what an officer decides. The outcome and its reason come as one
// choice, "refuse/photo", so that no reason of another outcome can be sent.
func readRuling(f web.Form) application.Ruling {
	outcome, reason := split(f.Text("outcome"))
	return application.Ruling{Outcome: outcome, Reason: reason, Words: f.Lines("words")}
}

func split(value string) (outcome, reason string) {
	for i := range len(value) {
		if value[i] == '/' {
			return value[:i], value[i+1:]
		}
	}
	return value, ""
}

// decisionView is what the pages of a decision may show.
type decisionView struct {
	caseView
	ruling  application.Ruling
	errs    visit.Errors
	drafted application.Drafted
}

func showDecision(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return decisionPage(w, r, s, readRuling(r.Form), visit.Errors{})
	}
}

func decisionPage(w http.ResponseWriter, r *visit.Request, s *application.Applications, ruling application.Ruling, errs visit.Errors) error {
	v, err := s.Open(r.Context(), r.Officer, idOf(r), toDecide)
	if err != nil {
		return err
	}
	view := decisionView{caseView: caseView{r, v, r.Key(w)}, ruling: ruling, errs: errs}
	return r.Show(w, visit.Page{Title: r.T("cases.decision.title"), Body: decisionBody(view), Form: true, Failed: errs.Any(), Back: toCase(r)})
}

// postDecision shows what the applicant will read; nothing is decided yet.
func postDecision(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		ruling := readRuling(r.Form)
		drafted, err := s.Preview(r.Context(), r.Officer, idOf(r), ruling, r.Lang())
		if errs, refused := r.Refused(err); refused {
			return decisionPage(w, r, s, ruling, errs)
		}
		if err != nil {
			return err
		}
		view := decisionView{caseView: caseView{r: r, key: r.Key(w)}, ruling: ruling, drafted: drafted}
		view.ID = idOf(r)
		return r.Show(w, visit.Page{Title: r.T("cases.preview.title"), Body: previewBody(view), Back: toCase(r)})
	}
}

// changeDecision goes back from the preview with everything still there.
func changeDecision(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return decisionPage(w, r, s, readRuling(r.Form), visit.Errors{})
	}
}

func decide(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		ruling := readRuling(r.Form)
		err := s.Decide(r.Context(), r.Officer, idOf(r), ruling)
		if errs, refused := r.Refused(err); refused {
			return decisionPage(w, r, s, ruling, errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, casePath(idOf(r), "?for=decide"))
	}
}

// outcomes are the choices, an outcome with reasons once for each of them.
func (v decisionView) outcomes() []ui.Choice {
	lang := v.r.Lang()
	var choices []ui.Choice
	for _, o := range v.Service.Decision.Outcomes {
		if len(o.Reasons) == 0 {
			choices = append(choices, ui.Choice{Value: o.Code, Label: o.Name.In(lang)})
		}
		for _, reason := range o.Reasons {
			choices = append(choices, ui.Choice{Value: o.Code + "/" + reason.Code, Label: o.Name.In(lang), Hint: reason.Text.In(lang)})
		}
	}
	return choices
}

func (v decisionView) value() string {
	if v.ruling.Reason == "" {
		return v.ruling.Outcome
	}
	return v.ruling.Outcome + "/" + v.ruling.Reason
}

// wrong is the error of the one choice, whichever part of it is missing.
func (v decisionView) wrong() string {
	if e := v.errs.For("outcome"); e != "" {
		return e
	}
	return v.errs.For("reason")
}

// language names a letter's language in the reader's words.
func (v decisionView) language(l application.Letter) string { return text.NameOf(l.Lang) }
