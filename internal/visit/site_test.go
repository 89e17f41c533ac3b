package visit_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

func TestRoutesAreFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		tell := func(name string) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				io.WriteString(rw, name+" "+r.Pattern+" "+r.PathValue("x"))
			})
		}
		w.Site.Machine("GET /things/keys", tell("keys"))
		w.Site.Machine("POST /things/keys", tell("made"))
		w.Site.Machine("GET /things/{x}", tell("one"))
		w.Site.Machine("GET /things/", tell("all"))
		for _, c := range []struct {
			name, method, path, want string
			status                   int
		}{
			{"the path and method", "GET", "/things/keys", "keys GET /things/keys ", 200},
			{"the same path by another method", "POST", "/things/keys", "made POST /things/keys ", 200},
			{"only the headers", "HEAD", "/things/keys", "keys GET /things/keys ", 200}, // the recorder keeps what net/http drops
			{"the path written in another way", "GET", "/things/%6beys", "keys GET /things/keys ", 200},
			{"a slash within the value", "GET", "/things/a%2Fb", "one GET /things/{x} a/b", 200},
			{"any value", "GET", "/things/other", "one GET /things/{x} other", 200},
			{"the folder", "GET", "/things/a/b", "all GET /things/ ", 200},
			{"a method that nobody answers", "DELETE", "/things/keys", "", 404},
			{"the folder without its slash", "GET", "/things", "", 307},
			{"nothing of the kind", "GET", "/nothing/keys", "", 404},
		} {
			t.Run(c.name, func(t *testing.T) {
				rw := httptest.NewRecorder()
				w.Site.ServeHTTP(rw, httptest.NewRequest(c.method, c.path, nil))
				if got := rw.Body.String(); rw.Code != c.status || c.want != "" && got != c.want {
					t.Errorf("status %d, %.60q; want %d, %q", rw.Code, got, c.status, c.want)
				}
			})
		}
	})
}
