package applicationpage

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/blob"
	"okno/internal/visit"
)

// sendFile gives an applicant a file back: an image that was encoded anew is shown,
// everything else is saved; nothing in it can run (FILE-3).
func sendFile(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		file, content, err := s.OwnFile(r.Context(), r.Account.ID, idOf(r), blob.ID(r.PathValue("file")))
		if err != nil {
			return err
		}
		return visit.Send(w, visit.File{Name: "okno-file." + file.Extension(), Type: file.Type, Content: content, Shown: file.IsImage()})
	}
}

func sendDocument(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		name, content, err := s.Document(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return err
		}
		return visit.Send(w, visit.File{Name: name, Type: "application/pdf", Content: content})
	}
}
