package cataloguepage_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

func unpack(t testing.TB, encoding string, body []byte) string {
	t.Helper()
	var from io.Reader = brotli.NewReader(strings.NewReader(string(body)))
	if encoding == "gzip" {
		z, err := gzip.NewReader(strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		from = z
	}
	plain, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// The signed-out home page beside a bare handler that writes the same bytes, both
// on real sockets: ours must reach half of the bare rate (make bench says it for
// the whole portal).
func BenchmarkHomeSignedOut(b *testing.B) {
	d, now := dbtest.SQLite(b)
	w := newWorld(b, d, now, "ru")
	served(b, w.Handler())
}

func BenchmarkHomeBare(b *testing.B) {
	d, now := dbtest.SQLite(b)
	page := ask(newWorld(b, d, now, "ru").Handler(), "/", "br", "").Body.Bytes()
	served(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "br")
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		w.Write(page)
	}))
}

func served(b *testing.B, h http.Handler) {
	b.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	host := strings.TrimPrefix(visittest.Origin, "http://")
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
		for pb.Next() {
			r, _ := http.NewRequest("GET", s.URL+"/", nil)
			r.Host = host
			r.Header.Set("Accept-Encoding", "br")
			r.Header.Set("Cookie", "okno_choices=l%3Den")
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
