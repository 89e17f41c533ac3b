package applicationpage_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationpage"
	"okno/internal/application/applicationtest"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
	"okno/jurisdictions"
)

// speaking is the browser with a language chosen on the page.
func speaking(t *testing.T, b *webtest.Browser, lang string) *webtest.Browser {
	t.Helper()
	p := b.Open("/applications")
	b.Send("/language/"+lang, p.Values("page"))
	return b
}

func TestEveryServiceOfEveryLand(t *testing.T) {
	for _, code := range jurisdictions.Codes() {
		t.Run(code, func(t *testing.T) {
			d, now := dbtest.SQLite(t)
			w := applicationtest.New(t, visittest.New(t, d, now, code))
			applicationpage.Mount(w.Site, w.Applications)
			w.Register.Set(applicationtest.Pension(), nil)
			anna := w.Anybody(examplePhone(w.Law))
			for _, lang := range []string{"en", "ru", "fa"} {
				for _, service := range w.Law.Services {
					if service.Availability != jurisdiction.Online {
						continue
					}
					t.Run("CAT-17 "+service.ID+" is applied for, "+lang, func(t *testing.T) { walk(t, w, anna, lang, service) })
				}
			}
		})
	}
}

func examplePhone(law *jurisdiction.Jurisdiction) string {
	own := law.Phone.Countries[0]
	return "+" + own.Calling + own.Example
}

// walk opens every page of an application, from the first to the result; the
// browser holds each to the rules of pages.
func walk(t *testing.T, w *applicationtest.World, anna account.ID, lang string, service *jurisdiction.Service) {
	t.Helper()
	b := speaking(t, w.SignedIn(anna).For(t), lang)
	w.Settle(anna, lang)
	start := b.Open("/services/"+service.ID+"/apply").MustBe(http.StatusOK, "/services/"+service.ID+"/apply")
	if service.Result.Kind == jurisdiction.ResultStatement {
		p := b.Send(start.Path, start.Values("page"))
		if !strings.HasSuffix(p.Path, "/statement") || p.Status != http.StatusOK {
			t.Fatalf("%d %s", p.Status, p.Path)
		}
		return
	}
	first := b.Send(start.Path, start.Values("page"))
	if refused := b.Send(first.Path, first.Values("page")); refused.Status == http.StatusUnprocessableEntity && refused.H1() != first.H1() {
		t.Fatalf("%q has become %q", first.H1(), refused.H1())
	}
	id := w.FillAny(anna, service.ID)
	_, form, err := w.Applications.Draft(ctx, anna, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range form.Pages() {
		b.Open("/applications/"+string(id)+"/form/"+page.Code).MustBe(http.StatusOK, "/applications/"+string(id)+"/form/"+page.Code)
	}
	b.Open("/applications/" + string(id) + "/discard")
	check := b.Open("/applications/" + string(id) + "/check")
	sent := b.Send(check.Path, check.Values("page")).MustBe(http.StatusOK, "/applications/"+string(id))
	worker := w.CaseWorker("worker"+string(id[len(id)-8:]), service.Authority)
	if err := w.Applications.Take(ctx, worker, id); err != nil {
		t.Fatal(err)
	}
	b.Open(sent.Path + "/withdraw")
	v, _ := w.Applications.See(ctx, anna, id)
	if v.Service.Decision.Correction != nil {
		ask := application.Ask{Fields: v.Correctable()[:1], Reason: application.Outdated, Words: "Look once more."}
		if err := w.Applications.AskCorrection(ctx, worker, id, ask); err != nil {
			t.Fatal(err)
		}
		b.Open(sent.Path)
		b.Open(sent.Path+"/correct").MustBe(http.StatusOK, sent.Path+"/correct")
		w.Now.Advance(40 * 24 * time.Hour) // the applicant's term is over
		b = speaking(t, w.SignedIn(anna).For(t), lang)
	}
	if err := w.Applications.Decide(ctx, worker, id, application.Ruling{Outcome: "grant"}); err != nil {
		t.Fatal(err)
	}
	for {
		v, _ = w.Applications.See(ctx, anna, id)
		b.Open(sent.Path).MustBe(http.StatusOK, sent.Path)
		if !v.CanAdvance() {
			break
		}
		if err := w.Applications.Advance(ctx, worker, id, v.Stage); err != nil {
			t.Fatal(err)
		}
	}
	if pdf := b.Open(sent.Path + "/document"); !strings.HasPrefix(pdf.Body, "%PDF-") {
		t.Fatal(pdf.Status)
	}
	b.Open("/applications").MustBe(http.StatusOK, "/applications")
	b.Open("/verify/"+v.Result.Code).MustBe(http.StatusOK, "/verify/"+v.Result.Code)
}
