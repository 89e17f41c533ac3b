// Package applicationdesk is the workplace of an authority's officers: the inbox
// ordered by the legal due date, the case, the request for a correction, the
// decision whose text is shown before it is sent, and the way of a granted case.
//
// It holds no rule and no SQL: package application decides what an officer may do.
package applicationdesk

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/blob"
	"okno/internal/officer"
	"okno/internal/visit"
)

// Mount mounts the workplace, in the order of the work.
func Mount(site *visit.Site, s *application.Applications) {
	may := officer.DecideCases
	site.Officer("GET /desk/cases", may, showInbox(s))
	site.Officer("GET /desk/cases/{id}", may, showCase(s))
	site.Officer("GET /desk/cases/{id}/look", may, showPurpose())
	site.Officer("POST /desk/cases/{id}/take", may, take(s))
	site.Officer("POST /desk/cases/{id}/release", may, release(s))
	site.Officer("POST /desk/cases/{id}/checked", may, checked(s))
	site.Officer("POST /desk/cases/{id}/brought", may, brought(s))
	site.Officer("GET /desk/cases/{id}/correction", may, showCorrection(s))
	site.Officer("POST /desk/cases/{id}/correction", may, postCorrection(s))
	site.Officer("GET /desk/cases/{id}/decision", may, showDecision(s))
	site.Officer("POST /desk/cases/{id}/decision", may, postDecision(s))
	site.Officer("POST /desk/cases/{id}/decision/again", may, changeDecision(s))
	site.Officer("POST /desk/cases/{id}/decide", may, decide(s))
	site.Officer("POST /desk/cases/{id}/advance", may, advance(s))
	site.Officer("GET /desk/cases/{id}/files/{file}", may, sendFile(s))
	site.Officer("GET /desk/cases/{id}/document", may, sendDocument(s))
}

func idOf(r *visit.Request) application.ID { return application.ID(r.PathValue("id")) }

func casePath(id application.ID, rest string) string { return "/desk/cases/" + string(id) + rest }

// Purposes of a look at a case: text keys, because the applicant reads them.
const (
	toDecide   = "cases.purpose.decide"
	toAnswer   = "cases.purpose.question"
	toReassign = "cases.purpose.check"
)

// purposes are those that an officer chooses from, by the word in the address.
var purposes = map[string]string{"question": toAnswer, "check": toReassign, "decide": toDecide}

func take(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.Take(r.Context(), r.Officer, idOf(r)); err != nil {
			return err
		}
		return r.Redirect(w, casePath(idOf(r), "?for=decide"))
	}
}

func release(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.Release(r.Context(), r.Officer, idOf(r)); err != nil {
			return err
		}
		return r.Redirect(w, "/desk/cases")
	}
}

func checked(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.DocumentsChecked(r.Context(), r.Officer, idOf(r)); err != nil {
			return err
		}
		return r.Redirect(w, casePath(idOf(r), "?for=decide"))
	}
}

// brought notes that something has come which was not sent.
func brought(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.Brought(r.Context(), r.Officer, idOf(r), r.Form.Text("field")); err != nil {
			return err
		}
		return r.Redirect(w, casePath(idOf(r), "?for=decide"))
	}
}

func advance(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.Advance(r.Context(), r.Officer, idOf(r), r.Form.Text("from")); err != nil {
			return err
		}
		return r.Redirect(w, casePath(idOf(r), "?for=decide"))
	}
}

func sendFile(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		file, content, err := s.OpenFile(r.Context(), r.Officer, idOf(r), blob.ID(r.PathValue("file")), toDecide)
		if err != nil {
			return err
		}
		return visit.Send(w, visit.File{Name: "okno-file." + file.Extension(), Type: file.Type, Content: content, Shown: file.IsImage()})
	}
}

func sendDocument(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		name, content, err := s.DocumentFor(r.Context(), r.Officer, idOf(r), toDecide)
		if err != nil {
			return err
		}
		return visit.Send(w, visit.File{Name: name, Type: "application/pdf", Content: content, Shown: true})
	}
}
