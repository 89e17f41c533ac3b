package visit_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

var challengeIn = regexp.MustCompile(`data-work="([^"]+)"`)

// solve finds the number as the script does, in other words: by its hexadecimal zeros.
func solve(challenge string, hexZeros int) string {
	for n := 0; ; n++ {
		text := fmt.Sprintf("%s:%d", challenge, n)
		if strings.HasPrefix(fmt.Sprintf("%x", sha256.Sum256([]byte(text))), strings.Repeat("0", hexZeros)) {
			return text
		}
	}
}

// miss finds a number that solves nothing.
func miss(challenge string) string {
	for n := 0; ; n++ {
		text := fmt.Sprintf("%s:%d", challenge, n)
		if sha256.Sum256([]byte(text))[0] >= 0x80 {
			return text
		}
	}
}

func TestWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		w.Site.WorkBits = 8
		for _, path := range []string{"/id/counted", "/id/elsewhere"} {
			w.Site.Public("GET "+path, func(rw http.ResponseWriter, r *visit.Request) error {
				body := templ.Join(templ.Raw(`<h1>Counted</h1><form method="post" id="page">`), r.Key(rw), r.Work(rw), templ.Raw(`<button type="submit">Try</button></form>`))
				return r.Show(rw, visit.Page{Title: "Counted", Body: body, Form: true})
			})
			w.Site.Public("POST "+path, func(rw http.ResponseWriter, r *visit.Request) error {
				fmt.Fprint(rw, map[bool]string{true: "worked", false: "idle"}[r.Worked()])
				return nil
			})
		}
		post := func(b *webtest.Browser, path, key, work string) string {
			r := httptest.NewRequest("POST", visittest.Origin+path, strings.NewReader(url.Values{"_key": {key}, "_work": {work}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for _, c := range b.Cookies() {
				r.AddCookie(c)
			}
			answer := httptest.NewRecorder()
			w.Handler().ServeHTTP(answer, r)
			return answer.Body.String()
		}
		open := func(path string) (b *webtest.Browser, key, challenge string) {
			b = w.Browser()
			p := b.Open(path)
			return b, p.Values("page").Get("_key"), challengeIn.FindStringSubmatch(p.Body)[1]
		}
		b, key, challenge := open("/id/counted")
		solved := solve(challenge, 2)
		t.Run("SEC-09 no other number, challenge, form or browser counts", func(t *testing.T) {
			otherBrowser, otherBrowserKey, otherChallenge := open("/id/elsewhere")
			easy := strings.Replace(challenge, ".8.", ".0.", 1)
			for name, work := range map[string]string{"none": "", "no number": challenge, "a wrong number": miss(challenge), "an easier one": solve(easy, 2), "of another form": solve(otherChallenge, 2), "nonsense": ":::...."} {
				if got := post(b, "/id/counted", key, work); got != "idle" {
					t.Error(name, got)
				}
			}
			if got := post(otherBrowser, "/id/elsewhere", otherBrowserKey, solved); got != "idle" {
				t.Error("of another browser", got)
			}
		})
		t.Run("SEC-09 a solved challenge counts once, also of 20 at once", func(t *testing.T) {
			var counted atomic.Int64
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					if post(b, "/id/counted", key, solved) == "worked" {
						counted.Add(1)
					}
				})
			}
			wg.Wait()
			if counted.Load() != 1 {
				t.Fatal(counted.Load())
			}
		})
		t.Run("SEC-09 a challenge ends with its half hour", func(t *testing.T) {
			b, key, challenge := open("/id/counted")
			solved := solve(challenge, 2)
			now.Advance(30 * time.Minute)
			if got := post(b, "/id/counted", key, solved); got != "idle" {
				t.Fatal(got)
			}
		})
	})
}
