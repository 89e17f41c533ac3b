package application_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
)

func TestFileRefusedLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		photo := func(who account.ID, id application.ID) {
			t.Helper()
			if err := s.Attach(ctx, who, id, "photo", bytes.NewReader(applicationtest.Photo(t, 500, 600))); err != nil {
				t.Fatal(err)
			}
		}
		filled := func(phone string) (account.ID, application.ID) {
			t.Helper()
			who := w.Resident("Ирина Соколова", phone)
			w.Scanner.Set(false, true)
			return who, w.Filled(who)
		}
		scan := func(infected bool) {
			t.Helper()
			w.Scanner.Set(infected, false)
			now.Advance(2 * time.Minute)
			w.RunDue()
		}
		t.Run("FILE-4 in a draft a file that the scanner refuses later counts as missing, and its holder is told", func(t *testing.T) {
			anna, id := filled("+79160000001")
			scan(true)
			_, f, err := s.Draft(ctx, anna, id)
			if page, missing := f.Unfinished(); err != nil || !missing || page.Code != "photo" {
				t.Fatalf("%v %v %s", err, missing, page.Code)
			}
			if err := s.Send(ctx, anna, id); !fault.HasKey(err, application.KeyUnfinished) {
				t.Fatal(err)
			}
			if _, err := s.Save(ctx, anna, id, "photo", nil); err == nil || fault.Of(err).Fields[0].Key != "blob.infected" {
				t.Fatal(err)
			}
			if !slices.Contains(w.Notices.Keys(), "application.notice.file_refused") {
				t.Error("nobody was told")
			}
			w.Scanner.Set(false, false)
			photo(anna, id)
			if err := s.Send(ctx, anna, id); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("FILE-4 in a case it stands on the timeline, and nothing is granted until it is replaced", func(t *testing.T) {
			oleg, id := filled("+79160000002")
			if err := s.Send(ctx, oleg, id); err != nil {
				t.Fatal(err)
			}
			told := len(w.Notices.Keys())
			scan(true)
			v, err := s.See(ctx, oleg, id)
			i := slices.IndexFunc(v.Events, func(e application.Event) bool { return e.Kind == application.EventFileRefused })
			if err != nil || i < 0 || v.Events[i].Facts["field"] != "photo" {
				t.Fatalf("%v %+v", err, v.Events)
			}
			if !slices.Contains(w.Notices.Keys()[told:], "application.notice.file_refused") {
				t.Error("the applicant was not told")
			}
			volkov := w.CaseWorker("volkov", "mvd")
			if err := s.Take(ctx, volkov, id); err != nil {
				t.Fatal(err)
			}
			grant := application.Ruling{Outcome: "grant"}
			if _, err := s.Preview(ctx, volkov, id, grant, "ru"); !fault.HasKey(err, "application.file_refused") {
				t.Fatal(err)
			}
			if err := s.Decide(ctx, volkov, id, grant); !fault.HasKey(err, "application.file_refused") {
				t.Fatal(err)
			}
			ask := application.Ask{Fields: []string{"photo", "latin_name"}, Reason: application.Incorrect, Words: "Пришлите другую фотографию."}
			if err := s.AskCorrection(ctx, volkov, id, ask); err != nil {
				t.Fatal(err)
			}
			if err := s.Correct(ctx, oleg, id, application.Typed{"latin_name": "SOKOLOVA IRINA A"}); err == nil || fault.Of(err).Fields[0].Key != "blob.infected" {
				t.Fatal(err)
			}
			w.Scanner.Set(false, false)
			photo(oleg, id)
			if err := s.Correct(ctx, oleg, id, application.Typed{"latin_name": "SOKOLOVA IRINA A"}); err != nil {
				t.Fatal(err)
			}
			if err := s.Decide(ctx, volkov, id, grant); err != nil {
				t.Fatal(err)
			}
		})
	})
}
