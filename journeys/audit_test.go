package journeys

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"okno/internal/db"
)

// unrecorded are the forms that need no line, by address and pressed button, with
// the reason.
var unrecorded = map[string]string{
	"/id/profile/edit?do=kind":  "shows the fields of another document; nothing is kept",
	"/desk/cases/{id}/decision": "shows what a decision would say; the look at the case has its line",
	"/verify":                   "says that a document is genuine and nothing about whom",
}

// TestEveryActIsRecorded goes the main way and holds each form that was taken
// against the audit log: somebody did something, so that a line says so (D-18).
func TestEveryActIsRecorded(t *testing.T) {
	c := run(t, "")
	watched := &recorded{under: http.DefaultTransport, c: c, silent: map[string]bool{}}
	http.DefaultTransport = watched
	defer func() { http.DefaultTransport = watched.under }()
	fromStrangerToDecision(c, "en")
	t.Run("D-18 every form that is taken leaves a line in the audit log", func(t *testing.T) {
		if watched.taken < 25 {
			t.Fatalf("only %d forms were seen", watched.taken)
		}
		for path := range watched.silent {
			if unrecorded[path] == "" {
				t.Errorf("%s was taken and left no line", path)
			}
		}
	})
	t.Run("D-18 an exception that is not needed is taken off the list", func(t *testing.T) {
		for path := range unrecorded {
			if !watched.silent[path] {
				t.Errorf("%s has left a line, or was never sent", path)
			}
		}
	})
}

// recorded counts the lines of the audit log around every form that a browser sends.
type recorded struct {
	under  http.RoundTripper
	c      *country
	mu     sync.Mutex
	taken  int
	silent map[string]bool // taken without a line
}

func (w *recorded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || !strings.HasSuffix(w.c.portal, r.URL.Host) {
		return w.under.RoundTrip(r)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.lines()
	answer, err := w.under.RoundTrip(r)
	if err != nil || answer.StatusCode >= 400 {
		return answer, err
	}
	w.taken++
	if w.lines() == before {
		w.silent[form(r)] = true
	}
	return answer, err
}

var ids = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// form names a form by its address and the button that was pressed.
func form(r *http.Request) string {
	path := ids.ReplaceAllString(r.URL.Path, "{id}")
	if r.GetBody == nil {
		return path
	}
	body, err := r.GetBody()
	if err != nil {
		return path
	}
	sent, _ := io.ReadAll(body)
	if values, err := url.ParseQuery(string(sent)); err == nil && values.Has("do") {
		path += "?do=" + values.Get("do")
	}
	return path
}

// lines is what people, and not jobs, have done so far.
func (w *recorded) lines() (n int) {
	err := w.c.demo.Portal.DB.Read(w.c.t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE actor_kind <> 'system'`)
		return err
	})
	if err != nil {
		w.c.t.Error(err)
	}
	return n
}
