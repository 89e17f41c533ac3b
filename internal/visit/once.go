package visit

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// keyField is the hidden field of every form: a random value and a MAC that
// binds it to the browser and to the work it was made for. It guards against forged
// posts (WEB-1) and lets a second press of the same form lead to where the first one led.
const keyField = "_key"

// Key is the hidden field that every form holds.
func (r *Request) Key(w http.ResponseWriter) templ.Component { return r.KeyTo(w, r.URL.Path) }

// KeyTo is the key of a form that posts to another piece of work than its page's own.
func (r *Request) KeyTo(w http.ResponseWriter, path string) templ.Component {
	value := r.site.FormKey(r.withBrowser(w), path)
	return templ.ComponentFunc(func(_ context.Context, out io.Writer) error {
		_, err := io.WriteString(out, `<input type="hidden" name="`+keyField+`" value="`+value+`">`)
		return err
	})
}

// FormKey makes a key for the forms of a page, for the browser of that cookie.
func (s *Site) FormKey(browser, path string) string {
	nonce := secret.Letters(20)
	return nonce + "." + s.Vault.Ring().FormMAC(browser, nonce, scopes(path)[0])
}

func (r *Request) keyHolds(key string) bool {
	nonce, mac, ok := strings.Cut(key, ".")
	return ok && r.browser != "" && slices.ContainsFunc(scopes(r.URL.Path), func(scope string) bool {
		return secret.Equal(mac, r.site.Vault.Ring().FormMAC(r.browser, nonce, scope))
	})
}

// scopes are the pages whose forms may post to a path: those of the same piece of
// work, which the first three parts of the path name ("/desk/cases/7" of
// "/desk/cases/7/take"), and the list above it ("/desk/cases").
func scopes(path string) []string {
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 4)
	if len(parts) < 3 {
		return []string{path}
	}
	list := "/" + parts[0] + "/" + parts[1]
	return []string{list + "/" + parts[2], list}
}

const (
	insertOnce db.SQL = `INSERT INTO visit_once (key, location, cookies, cookies_key, cookies_wrap, at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`
	deleteOnce db.SQL = `DELETE FROM visit_once WHERE at < $1`
)

// once runs the handler of a form that has not led anywhere yet. A second press
// waits for the first and gets its answer, cookies and all. Only an answer that
// leads on uses the form up: a refused form may be mended and sent again.
func (s *Site) once(w http.ResponseWriter, r *Request, h Handler) error {
	key := r.Form.Text(keyField)
	if !r.keyHolds(key) {
		return fault.New(fault.Forbidden, "visit.form_old")
	}
	key = secret.Hash(key)
	if err := s.takeOff(r.Context(), key); err != nil {
		return err
	}
	defer s.land(key)
	before, err := s.ledTo(r, key)
	if err != nil {
		return err
	}
	if before.location != "" {
		return before.again(w, r)
	}
	watched := &watcher{ResponseWriter: w}
	if err := h(watched, r); err != nil {
		return err
	}
	if watched.status != http.StatusSeeOther {
		return nil
	}
	if err := s.used(r, key, w.Header()); err != nil {
		s.Log.Warn("a used form could not be marked", "error", err) // the use case refuses a second one by itself
	}
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// takeOff waits until no other press of the same form is being handled here.
func (s *Site) takeOff(ctx context.Context, key string) error {
	for {
		s.mu.Lock()
		flying := s.flying[key]
		if flying == nil {
			s.flying[key] = make(chan struct{})
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock()
		select {
		case <-flying:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Site) land(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.flying[key])
	delete(s.flying, key)
}

// watcher holds a redirect back until the form is marked as used, and remembers
// the status.
type watcher struct {
	http.ResponseWriter
	status int
}

func (w *watcher) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	if status != http.StatusSeeOther {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
