package visit

import (
	"net/http"
	"strconv"
)

// File is something that is given out: a document of ours, or a file that was sent in.
type File struct {
	Name    string // of ours, in letters, digits, hyphens and full stops: nothing that somebody typed
	Type    string // media type: "application/pdf"
	Content []byte
	Shown   bool // the browser may show it; else it is saved
}

// Send answers with a file in which nothing can run and which nobody keeps on the
// way (FILE-3).
func Send(w http.ResponseWriter, f File) error {
	disposition := "attachment"
	if f.Shown {
		disposition = "inline"
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Length", strconv.Itoa(len(f.Content)))
	h.Set("Content-Disposition", disposition+`; filename="`+f.Name+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(f.Content)
	return err
}
