package applicationpage

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/text"
	"okno/internal/visit"
)

func showDiscard(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		c, _, err := s.Draft(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return sentAlready(w, r, err)
		}
		until := text.DayOf(r.Now.Add(r.Law().Rules.Drafts.Restore), r.Law().Zone)
		return r.Show(w, visit.Page{Title: r.T("application.discard.title"), Form: true, Back: backToList(r),
			Body: sureBody(r, r.T("application.discard.title"), r.T("application.discard.text", "service", c.Service.Name.In(r.Lang()), "until", until),
				r.T("application.discard.button"), r.Key(w))})
	}
}

func postDiscard(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.Discard(r.Context(), r.Account.ID, idOf(r)); err != nil {
			return sentAlready(w, r, err)
		}
		return r.Redirect(w, listPath)
	}
}

// postRestore brings a removed draft of the list back and goes on with it.
func postRestore(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		id := application.ID(r.Form.Text("restore"))
		if err := s.Restore(r.Context(), r.Account.ID, id); err != nil {
			return err
		}
		return r.Redirect(w, pathTo(id, ""))
	}
}
