package applicationpage

import (
	"net/http"
	"strconv"

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
		disposition := "attachment"
		if file.IsImage() {
			disposition = "inline"
		}
		return send(w, file.Type, disposition, "okno-file."+file.Extension(), content)
	}
}

func sendDocument(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		name, content, err := s.Document(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return err
		}
		return send(w, "application/pdf", "attachment", name, content)
	}
}

// send answers with a file under a name of ours.
func send(w http.ResponseWriter, kind, disposition, name string, content []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Disposition", disposition+`; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(content)
	return err
}
