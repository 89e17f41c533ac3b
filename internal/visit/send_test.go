package visit_test

import (
	"net/http/httptest"
	"testing"

	"okno/internal/visit"
)

func TestSend(t *testing.T) {
	t.Run("FILE-3 in a file that is given out nothing can run, and nobody keeps it on the way", func(t *testing.T) {
		for _, shown := range []bool{true, false} {
			w := httptest.NewRecorder()
			if err := visit.Send(w, visit.File{Name: "okno-file.png", Type: "image/png", Content: []byte("png"), Shown: shown}); err != nil {
				t.Fatal(err)
			}
			disposition := map[bool]string{true: `inline; filename="okno-file.png"`, false: `attachment; filename="okno-file.png"`}[shown]
			for name, want := range map[string]string{"Content-Type": "image/png", "Content-Length": "3", "Content-Disposition": disposition,
				"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"} {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if w.Body.String() != "png" {
				t.Error(w.Body)
			}
		}
	})
}
