package overviewpage_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

// The signed-in overview beside a bare handler that writes the same bytes, both on
// real sockets: ours must reach 0.15 of the bare rate (make bench says it for the
// whole portal).
func BenchmarkAccount(b *testing.B) {
	h, cookie, _ := signedIn(b)
	served(b, h, cookie)
}

func BenchmarkAccountBare(b *testing.B) {
	_, cookie, page := signedIn(b)
	served(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "br")
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		w.Write(page)
	}), cookie)
}

func signedIn(b *testing.B) (http.Handler, string, []byte) {
	d, now := dbtest.SQLite(b)
	w := newWorld(b, d, now, "ru")
	cookie := "okno_choices=l%3Den"
	for _, c := range w.SignedIn(w.Account(account.Standard, "Ирина Соколова", "+79120000001")).Cookies() {
		cookie += "; " + c.Name + "=" + c.Value
	}
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, request(visittest.Origin, cookie))
	if rec.Code != http.StatusOK {
		b.Fatal(rec.Code)
	}
	return w.Handler(), cookie, rec.Body.Bytes()
}

func request(origin, cookie string) *http.Request {
	r := httptest.NewRequest("GET", origin+"/account", nil)
	r.RequestURI = ""
	r.Header.Set("Accept-Encoding", "br")
	r.Header.Set("Cookie", cookie)
	return r
}

func served(b *testing.B, h http.Handler, cookie string) {
	b.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
		for pb.Next() {
			r := request(s.URL, cookie)
			r.Host = strings.TrimPrefix(visittest.Origin, "http://")
			answer, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				b.Error(answer.StatusCode)
				return
			}
		}
	})
}
