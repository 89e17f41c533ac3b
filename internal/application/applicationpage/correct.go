package applicationpage

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/blob"
	"okno/internal/fault"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// correctView is what the page of a correction may show.
type correctView struct {
	filling
	c    application.Case
	open application.Correction
}

func showCorrect(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showCorrectPage(w, r, s, r.Restored(), visit.Errors{})
	}
}

func showCorrectPage(w http.ResponseWriter, r *visit.Request, s *application.Applications, typed bool, errs visit.Errors) error {
	c, open, f, err := s.Correcting(r.Context(), r.Account.ID, idOf(r))
	if fault.HasKey(err, "application.correction.none") {
		return r.Redirect(w, pathTo(idOf(r), ""))
	}
	if err != nil {
		return err
	}
	if typed {
		f, _ = corrected(r, f)
	}
	var files map[string]blob.File
	if files, err = s.DraftFiles(r.Context(), r.Account.ID, f); err != nil {
		return err
	}
	v := correctView{filling: filling{r: r, form: f, typed: r.Form, isTyped: typed, files: files, id: c.ID}, c: c, open: open}
	v.errs = errs.Naming(v.label)
	return r.Show(w, visit.Page{Title: r.T("application.correct.title"), Body: correctBody(v, r.Key(w)), Failed: errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("application.correct.back"), Href: pathTo(c.ID, "")}})
}

func postCorrect(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		_, _, f, err := s.Correcting(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return err
		}
		f, typed := corrected(r, f)
		var uploads error
		for _, page := range f.Pages() {
			if uploads == nil {
				var sent []string
				sent, uploads = attach(s, r, page)
				typed = without(typed, sent)
			}
		}
		if uploads == nil {
			err = s.Correct(r.Context(), r.Account.ID, idOf(r), typed)
		}
		if err = joined(uploads, err); err != nil {
			if errs, refused := r.Refused(err); refused {
				return showCorrectPage(w, r, s, true, errs)
			}
			return err
		}
		return r.Redirect(w, pathTo(idOf(r), ""))
	}
}

// corrected reads what was typed, also for questions that the typed answers open.
func corrected(r *visit.Request, f application.Form) (application.Form, application.Typed) {
	for asked := 0; ; {
		var whole application.Page // read as one: a page reads the dates of its own questions only
		for _, page := range f.Pages() {
			whole.Questions = append(whole.Questions, page.Questions...)
		}
		typed := read(r, whole)
		if len(whole.Questions) == asked {
			return f, typed
		}
		asked = len(whole.Questions)
		f, _ = f.Corrected(typed) // mistakes are told when it is sent
	}
}

func (v correctView) until() string {
	zone := v.r.Law().Zone
	return v.r.Deadline(text.LastMinute(v.open.Until, zone), zone)
}
