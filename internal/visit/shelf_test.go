package visit_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
)

func TestKeptPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		var asked atomic.Int64
		w.Site.Public("GET /news", func(rw http.ResponseWriter, r *visit.Request) error {
			body := templ.Raw(fmt.Sprintf("<h1>News</h1><p>edition %d</p>", asked.Add(1)))
			return r.Show(rw, visit.Page{Title: "News", Body: body, Keep: time.Minute})
		})
		t.Run("a kept page is shown to the next visitor without asking the handler", func(t *testing.T) {
			w.Browser().Open("/news").Must("edition 1")
			w.Browser().Open("/news").MustBe(200, "/news").Must("edition 1")
		})
		t.Run("whoever chose otherwise gets a page of his own", func(t *testing.T) {
			before := asked.Load()
			w.Browser().Speak("ru").Open("/news").Must(fmt.Sprintf("edition %d", before+1), "Ваше местоположение")
			b := w.Browser()
			b.Open("/news").Press("Kazan")
			b.Open("/news").Must(fmt.Sprintf("edition %d", before+2))
			w.Browser().Open("/news").Must("edition 1", "Your location")
		})
		t.Run("who is signed in neither sees a kept page nor leaves his own", func(t *testing.T) {
			id := w.Account(account.Standard, "Irina Sokolova", "+79160000001")
			before := asked.Load()
			w.SignedIn(id).Open("/news").Must(fmt.Sprintf("edition %d", before+1))
			w.Browser().Open("/news").Must("edition 1").MustNot("Irina")
		})
		t.Run("an address with a query is never kept", func(t *testing.T) {
			before := asked.Load()
			w.Browser().Open("/news?a=1")
			w.Browser().Open("/news?a=1")
			if got := asked.Load() - before; got != 2 {
				t.Fatalf("the handler was asked %d times", got)
			}
		})
		t.Run("after its time the page is made anew", func(t *testing.T) {
			before := asked.Load()
			now.Advance(time.Minute)
			w.Browser().Open("/news").Must(fmt.Sprintf("edition %d", before+1))
		})
		t.Run("many visitors at once get whole pages", func(t *testing.T) {
			now.Advance(time.Minute)
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() { w.Browser().Open("/news").MustBe(200, "/news") })
			}
			all.Wait()
		})
	})
}
