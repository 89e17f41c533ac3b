package visit

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okno/internal/db"
	"okno/internal/secret"
	"okno/internal/web"
)

const (
	insertKept db.SQL = `INSERT INTO visit_kept (id, browser, path, typed, at) VALUES ($1, $2, $3, $4, $5)`
	selectKept db.SQL = `SELECT path, typed, at FROM visit_kept WHERE id = $1 AND browser = $2`
	deleteKept db.SQL = `DELETE FROM visit_kept WHERE at < $1 RETURNING id`
)

// keptFor is how long typed answers wait for their page (no less than the 20
// hours of screens.md 2.0).
const keptFor = 24 * time.Hour

// keptParameter carries the id of what was kept; the id alone opens nothing,
// it must come from the same browser.
const keptParameter = "kept"

// redirectKeeping leads to a page and keeps what was typed for it.
func (r *Request) redirectKeeping(w http.ResponseWriter, path string) error {
	values := withoutSecrets(r.Form.Values())
	if len(values) == 0 || !r.site.keeping.may(r) {
		return r.Redirect(w, path)
	}
	id, err := r.keep(w, path, values)
	if err != nil {
		return err
	}
	return r.Redirect(w, addParameter(path, keptParameter, id))
}

// keep seals typed answers under a key of their own.
func (r *Request) keep(w http.ResponseWriter, path string, values url.Values) (string, error) {
	r.withBrowser(w)
	content, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	id := secret.Letters(16)
	err = r.site.DB.Write(r.Context(), func(tx *db.Tx) error {
		key, err := r.site.Vault.Create(tx, "kept/"+id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertKept, id, r.Browser(), pathOnly(path), key.Seal(keptPlace(id), content), db.At(tx.Now()))
		return err
	})
	return id, err
}

func keptPlace(id string) secret.Place {
	return secret.Place{Table: "visit_kept", Column: "typed", Row: id}
}

// restore reads what was kept for this page into Form.
func (r *Request) restore() error {
	id := r.URL.Query().Get(keptParameter)
	if id == "" || r.Method != http.MethodGet || r.browser == "" {
		return nil
	}
	return r.site.DB.Read(r.Context(), func(tx *db.Tx) error {
		content, err := r.site.openKept(tx, id, r.Browser(), r.URL.Path)
		if err != nil || content == nil {
			return err
		}
		var values url.Values
		if err := json.Unmarshal(content, &values); err != nil {
			return err
		}
		r.Form, r.kept = web.NewForm(values), true
		return nil
	})
}

func (s *Site) openKept(tx *db.Tx, id, browser, path string) ([]byte, error) {
	type row struct {
		path  string
		typed []byte
		at    db.Time
	}
	kept, err := db.One(tx, func(r db.Row) (k row, err error) {
		err = r.Scan(&k.path, &k.typed, &k.at)
		return k, err
	}, selectKept, id, browser)
	if errors.Is(err, db.ErrNone) || err == nil && (kept.path != path || tx.Now().Sub(kept.at.Time) > keptFor) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := s.Vault.Open(tx, "kept/"+id)
	if err != nil {
		return nil, err
	}
	return key.Open(keptPlace(id), kept.typed)
}

// Tidy forgets what waited too long; a periodic job calls it.
func (s *Site) Tidy(tx *db.Tx) error {
	ids, err := db.All(tx, db.Scalar[string], deleteKept, db.At(tx.Now().Add(-keptFor)))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.Vault.Drop(tx, "kept/"+id); err != nil {
			return err
		}
	}
	if _, err = tx.Exec(forgetCookies, db.At(tx.Now().Add(-againWithin))); err != nil {
		return err
	}
	if err := s.Sessions.TidyTickets(tx); err != nil {
		return err
	}
	_, err = tx.Exec(deleteOnce, db.At(tx.Now().Add(-keptFor)))
	return err
}

func pathOnly(path string) string {
	before, _, _ := strings.Cut(path, "?")
	return before
}

func addParameter(path, name, value string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + name + "=" + url.QueryEscape(value)
}
