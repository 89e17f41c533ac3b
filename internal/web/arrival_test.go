package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"okno/internal/web"
)

func answerAt(h http.Handler, path string) http.Header {
	return recorded(func(w http.ResponseWriter) {
		h.ServeHTTP(w, httptest.NewRequest("GET", "https://okno.example"+path, nil))
	}).Header()
}

func recorded(answer func(http.ResponseWriter)) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	answer(w)
	return w
}

func TestArrival(t *testing.T) {
	g := guard()
	t.Run("LOG-2 a request has one id, and no other request has it", func(t *testing.T) {
		seen := map[string]bool{}
		for range 100 {
			ask(g, func(_ http.ResponseWriter, r *http.Request) {
				id := web.RequestID(r.Context())
				if id == "" || seen[id] || web.RequestID(r.Context()) != id {
					t.Errorf("the id %q is none, known already or not the same when asked again", id)
				}
				seen[id] = true
			}, func(*http.Request) {})
		}
	})
	t.Run("what one answer sets and adds is in no other answer", func(t *testing.T) {
		h := g.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/changes" {
				for name := range w.Header() {
					w.Header().Add(name, "more")
					w.Header().Set(name, "other")
				}
			}
		}))
		before := answerAt(h, "/plain")
		if changed := answerAt(h, "/changes"); changed.Get("Referrer-Policy") != "other" {
			t.Fatal("the handler could not change its headers")
		}
		after := answerAt(h, "/plain")
		for name, values := range before {
			if len(values) != 1 || len(after[name]) != 1 || after[name][0] != values[0] {
				t.Errorf("%s was %q and is %q", name, values, after[name])
			}
		}
		if len(after) != len(before) {
			t.Errorf("%d headers have become %d", len(before), len(after))
		}
	})
	t.Run("a document of any length says how long it is or is sent whole", func(t *testing.T) {
		for _, n := range []int{0, 100, 2048, 2049, 5000} {
			w := recorded(func(w http.ResponseWriter) { web.WriteMachine(w, http.StatusOK, "application/json", make([]byte, n)) })
			if w.Body.Len() != n || n > 2048 && w.Header().Get("Content-Length") == "" {
				t.Errorf("%d bytes: %d were written, length %q", n, w.Body.Len(), w.Header().Get("Content-Length"))
			}
			if w.Header().Get("Content-Security-Policy") != "sandbox; default-src 'none'" {
				t.Error("a document without its policy")
			}
		}
	})
}
