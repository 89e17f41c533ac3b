package applicationpage

import (
	"errors"
	"net/http"

	"okno/internal/application"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// fillView is what a page of the form may show.
type fillView struct {
	filling
	c    application.Case
	page application.Page
	n    int // from 1
	of   int
}

func showFill(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		c, f, err := s.Draft(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return sentAlready(w, r, err)
		}
		return showFillPage(w, r, s, c, f, r.Restored(), visit.Errors{})
	}
}

func showFillPage(w http.ResponseWriter, r *visit.Request, s *application.Applications, c application.Case, f application.Form, typed bool, errs visit.Errors) error {
	page, ok := f.Page(r.PathValue("page"))
	if !ok {
		return fault.New(fault.NotFound, "application.not_found")
	}
	files, err := s.DraftFiles(r.Context(), r.Account.ID, f)
	if err != nil {
		return err
	}
	v := fillView{filling: filling{r: r, form: f, typed: r.Form, isTyped: typed, files: files, id: c.ID}, c: c, page: page}
	v.errs = errs.Naming(v.label)
	back := pathTo(c.ID, "/discard")
	pages := f.Pages()
	v.of = len(pages) + 1
	for i, p := range pages {
		if p.Code == page.Code {
			v.n = i + 1
			if i > 0 {
				back = pathTo(c.ID, "/form/"+pages[i-1].Code)
			} else {
				back = "/services/" + c.Service.ID + "/apply"
			}
		}
	}
	return r.Show(w, visit.Page{Title: page.Title.In(r.Lang()), Body: fillBody(v, r.Key(w)), Failed: errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("application.fill.back"), Href: back}})
}

func postFill(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		c, f, err := s.Draft(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return sentAlready(w, r, err)
		}
		page, ok := f.Page(r.PathValue("page"))
		if !ok {
			return fault.New(fault.NotFound, "application.not_found")
		}
		sent, uploads := attach(s, r, page)
		next, err := s.Save(r.Context(), r.Account.ID, c.ID, page.Code, without(read(r, page), sent))
		if err = joined(uploads, err); err != nil {
			errs, refused := r.Refused(err)
			if !refused {
				return sentAlready(w, r, err)
			}
			if r.Form.Has("later") && onlyMissing(err) {
				return r.Redirect(w, listPath)
			}
			if _, f, err = s.Draft(r.Context(), r.Account.ID, c.ID); err != nil {
				return sentAlready(w, r, err)
			}
			return showFillPage(w, r, s, c, f, true, errs)
		}
		switch {
		case r.Form.Has("later"):
			return r.Redirect(w, listPath)
		case r.URL.Query().Get("from") == "check":
			return r.Redirect(w, pathTo(c.ID, "/check"))
		case next == "":
			return r.Redirect(w, pathTo(c.ID, "/check"))
		}
		return r.Redirect(w, pathTo(c.ID, "/form/"+next))
	}
}

// attach takes the files of a page and tells the fields that had one; what was
// refused is told beside the fields.
func attach(s *application.Applications, r *visit.Request, page application.Page) (sent []string, err error) {
	var wrong []fault.Field
	for _, q := range page.Questions {
		if q.Type != jurisdiction.FieldFile || q.Locked {
			continue
		}
		file, _, err := r.Form.Upload(q.Code)
		if err != nil || file == nil {
			if err != nil {
				return sent, err
			}
			continue
		}
		sent = append(sent, q.Code)
		err = s.Attach(r.Context(), r.Account.ID, idOf(r), q.Code, file)
		file.Close()
		if refused := fault.Of(err); err != nil && len(refused.Fields) > 0 {
			wrong = append(wrong, refused.Fields...)
		} else if err != nil {
			return sent, err
		}
	}
	return sent, fault.Fields(wrong...)
}

// without leaves out that a file will be brought where one was sent after all.
func without(typed application.Typed, sent []string) application.Typed {
	for _, code := range sent {
		delete(typed, application.BringName(code))
	}
	return typed
}

// joined puts the mistakes of files before those of the other fields, each field once.
func joined(files, fields error) error {
	for _, err := range []error{files, fields} {
		if err != nil && (!fault.Is(err, fault.Invalid) || len(fault.Of(err).Fields) == 0) {
			return err
		}
	}
	if files == nil || fields == nil {
		return errors.Join(files, fields)
	}
	all := fault.Of(files).Fields
	for _, f := range fault.Of(fields).Fields {
		if f.Name != all[0].Name {
			all = append(all, f)
		}
	}
	return fault.Fields(all...)
}

// autosave keeps what was typed so far, for the script that sends a page while it
// is being filled in. Questions without an answer are no mistake yet; a value that
// cannot be kept is told by the status, and the script says that it is not saved.
func autosave(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		_, f, err := s.Draft(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return err
		}
		page, ok := f.Page(r.PathValue("page"))
		if !ok {
			return fault.New(fault.NotFound, "application.not_found")
		}
		_, err = s.Save(r.Context(), r.Account.ID, idOf(r), page.Code, read(r, page))
		if err != nil && (!fault.Is(err, fault.Invalid) || !onlyMissing(err)) {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// onlyMissing says that nothing typed was refused: what is there is kept, and the
// rest can wait until the applicant comes back.
func onlyMissing(err error) bool {
	for _, f := range fault.Of(err).Fields {
		switch f.Key {
		case "jurisdiction.missing", "jurisdiction.choose", "jurisdiction.consent", "application.file.missing":
		default:
			return false
		}
	}
	return true
}

// saved is when the draft was last saved, "14:02".
func (v fillView) saved() string { return v.r.Time(v.c.Saved, v.r.Law().Zone) }

// isMultipart says whether the page has a field for a file.
func (v fillView) isMultipart() bool {
	for _, q := range v.page.Questions {
		if q.Type == jurisdiction.FieldFile {
			return true
		}
	}
	return false
}
