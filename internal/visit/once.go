package visit

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// keyField is the hidden field of every form: a random value and a MAC that
// binds it to the browser. It guards against forged posts (WEB-1) and lets a
// second press of the same form lead to where the first one led.
const keyField = "_key"

// Key is the hidden field that every form holds.
func (r *Request) Key(w http.ResponseWriter) templ.Component {
	nonce := secret.Letters(20)
	value := nonce + "." + r.site.Vault.Ring().FormMAC(r.withBrowser(w), nonce)
	return templ.ComponentFunc(func(_ context.Context, out io.Writer) error {
		_, err := io.WriteString(out, `<input type="hidden" name="`+keyField+`" value="`+value+`">`)
		return err
	})
}

func (r *Request) keyHolds(key string) bool {
	nonce, mac, ok := strings.Cut(key, ".")
	return ok && r.browser != "" && secret.Equal(mac, r.site.Vault.Ring().FormMAC(r.browser, nonce))
}

const (
	selectOnce db.SQL = `SELECT location FROM visit_once WHERE key = $1`
	insertOnce db.SQL = `INSERT INTO visit_once (key, location, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	deleteOnce db.SQL = `DELETE FROM visit_once WHERE at < $1`
)

// once runs the handler of a form that has not led anywhere yet. A second press
// waits for the first and gets its answer. Only an answer that leads on uses the
// form up: a refused form may be mended and sent again.
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
	location, err := s.ledTo(r.Context(), key)
	if err != nil {
		return err
	}
	if location != "" {
		return r.Redirect(w, location)
	}
	watched := &watcher{ResponseWriter: w}
	if err := h(watched, r); err != nil {
		return err
	}
	if watched.status != http.StatusSeeOther {
		return nil
	}
	err = s.DB.Write(context.WithoutCancel(r.Context()), func(tx *db.Tx) error {
		_, err := tx.Exec(insertOnce, key, w.Header().Get("Location"), db.At(tx.Now()))
		return err
	})
	if err != nil {
		s.Log.Warn("a used form could not be marked", "error", err) // the use case refuses a second one by itself
	}
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

func (s *Site) ledTo(ctx context.Context, key string) (location string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		location, err = db.One(tx, db.Scalar[string], selectOnce, key)
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		return err
	})
	return location, err
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
