package application_test

import (
	"bytes"
	"testing"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/blob"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
)

// toOldPassport fills a passport's draft up to the page of the previous passport.
func toOldPassport(t *testing.T, w *applicationtest.World, who account.ID) application.ID {
	t.Helper()
	begun, err := w.Applications.Begin(ctx, who, "foreign_passport")
	if err != nil {
		t.Fatal(err)
	}
	pages := applicationtest.PassportPages()
	pages["passport"]["purpose"] = "expiring"
	for _, page := range []string{"passport", "about_you", "history"} {
		if _, err := w.Applications.Save(ctx, who, begun.ID, page, pages[page]); err != nil {
			t.Fatal(page, err)
		}
	}
	return begun.ID
}

func TestBring(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := toOldPassport(t, w, anna)
		attach := func(field string) {
			t.Helper()
			if err := s.Attach(ctx, anna, id, field, bytes.NewReader(applicationtest.Photo(t, 450, 560))); err != nil {
				t.Fatal(err)
			}
		}
		t.Run("APP-03 a paper is sent or will be brought: one of both is wanted", func(t *testing.T) {
			if _, err := s.Save(ctx, anna, id, "old_passport", application.Typed{}); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		})
		t.Run("FILE-1 a file in whose place something will be brought is dropped", func(t *testing.T) {
			attach("old_copy")
			_, f, _ := s.Draft(ctx, anna, id)
			file := blob.ID(f.Answers["old_copy"].Text)
			next, err := s.Save(ctx, anna, id, "old_passport", application.Typed{"old_copy-bring": "true"})
			if err != nil || next != "photo" {
				t.Fatal(next, err)
			}
			w.Write(func(tx *db.Tx) error {
				if _, err := s.Files.Get(tx, string(anna), file); !fault.Is(err, fault.NotFound) {
					t.Errorf("it is still there: %v", err)
				}
				return nil
			})
		})
		t.Run("PAS-04 the photo has to be sent: the service does not let it be brought", func(t *testing.T) {
			if _, err := s.Save(ctx, anna, id, "photo", application.Typed{"photo-bring": "true"}); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		})
		attach("photo")
		pages := applicationtest.PassportPages()
		pages["pickup"]["office"] = w.Office("foreign_passport", "office")
		for _, page := range []string{"photo", "pickup"} {
			if _, err := s.Save(ctx, anna, id, page, pages[page]); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Send(ctx, anna, id); err != nil {
			t.Fatal(err)
		}
		volkov := w.CaseWorker("volkov", "mvd")
		t.Run("AUTHZ-4 an officer of another authority cannot tick it off", func(t *testing.T) {
			if err := s.Brought(ctx, w.CaseWorker("other", "fns"), id, "old_copy"); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
		t.Run("APP-07 the officer sees what will be brought and ticks it off, once", func(t *testing.T) {
			v, err := s.Open(ctx, volkov, id, "cases.purpose.decide")
			if err != nil || len(v.ToBring) != 1 || v.ToBring[0].Field.Code != "old_copy" || !v.ToBring[0].Came.IsZero() {
				t.Fatalf("%+v %v", v.ToBring, err)
			}
			if err := s.Brought(ctx, volkov, id, "photo"); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			came := now.Now()
			if n := together(6, func(int) error { return s.Brought(ctx, volkov, id, "old_copy") }); n != 6 {
				t.Fatalf("%d", n)
			}
			v, err = s.See(ctx, anna, id)
			if err != nil || !v.ToBring[0].Came.Equal(came) {
				t.Fatalf("%+v %v", v.ToBring, err)
			}
			told := 0
			for _, e := range v.Events {
				if e.Kind == application.EventBrought && e.Facts["field"] == "old_copy" {
					told++
				}
			}
			if told != 1 {
				t.Fatalf("told %d times", told)
			}
		})
	})
}
