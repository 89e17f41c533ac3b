package application_test

import (
	"testing"
	"time"

	"okno/internal/application"
	"okno/internal/blob"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
)

const removedDay = 24 * time.Hour

func TestDiscard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		anna := w.Resident("Ирина Соколова", "+79160000001")
		other := w.Resident("Другая", "+79160000002")
		id := w.Filled(anna)
		_, before, err := s.Draft(ctx, anna, id)
		if err != nil {
			t.Fatal(err)
		}
		photo := blob.ID(before.Answers["photo"].Text)
		discard := func() {
			t.Helper()
			if err := s.Discard(ctx, anna, id); err != nil {
				t.Fatal(err)
			}
		}
		discard()
		t.Run("S24 a removed draft can no longer be filled in or sent, and stands in the list of removed ones", func(t *testing.T) {
			if _, _, err := s.Draft(ctx, anna, id); !fault.HasKey(err, application.KeyDiscarded) {
				t.Fatal(err)
			}
			if err := s.Send(ctx, anna, id); !fault.HasKey(err, application.KeyDiscarded) {
				t.Fatal(err)
			}
			if err := s.Discard(ctx, anna, id); !fault.HasKey(err, application.KeyDiscarded) {
				t.Fatal(err)
			}
			mine, err := s.List(ctx, anna)
			if err != nil || len(mine.Waiting) != 0 || len(mine.Removed) != 1 || mine.Removed[0].ID != id {
				t.Fatalf("%+v %v", mine, err)
			}
		})
		t.Run("T-44 nobody else restores it", func(t *testing.T) {
			if err := s.Restore(ctx, other, id); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
		t.Run("D-16 there is one draft of a service, so that a second one has to go before the first comes back", func(t *testing.T) {
			second, err := s.Begin(ctx, anna, "foreign_passport")
			if err != nil || second.ID == id || second.Continued {
				t.Fatalf("%+v %v", second, err)
			}
			if err := s.Restore(ctx, anna, id); !fault.HasKey(err, "application.restore_other") {
				t.Fatal(err)
			}
			if err := s.Discard(ctx, anna, second.ID); err != nil {
				t.Fatal(err)
			}
		})
		now.Advance(29 * removedDay)
		w.RunDue()
		told := len(w.Notices.Keys())
		t.Run("D-16 nobody is reminded of a removed draft", func(t *testing.T) {
			if told != 0 {
				t.Fatal(w.Notices.Keys())
			}
		})
		t.Run("S24 for thirty days it is restored with its answers and files, and lives as long as a new one", func(t *testing.T) {
			if n := together(8, func(int) error { return s.Restore(ctx, anna, id) }); n != 1 {
				t.Fatalf("restored %d times", n)
			}
			c, f, err := s.Draft(ctx, anna, id)
			if err != nil || !c.Expires.Equal(now.Now().Add(30*removedDay)) {
				t.Fatalf("%v %v", c.Expires, err)
			}
			if _, missing := f.Unfinished(); missing {
				t.Fatal("answers were lost")
			}
			if _, content, err := s.OwnFile(ctx, anna, id, photo); err != nil || len(content) == 0 {
				t.Fatal(err)
			}
		})
		t.Run("D-16 timers of its first life neither warn nor end it", func(t *testing.T) {
			now.Advance(20 * removedDay)
			w.RunDue()
			if _, _, err := s.Draft(ctx, anna, id); err != nil || len(w.Notices.Keys()) != 0 {
				t.Fatal(err, w.Notices.Keys())
			}
			now.Advance(4 * removedDay)
			w.RunDue()
			if keys := w.Notices.Keys(); len(keys) != 1 || keys[0] != "application.notice.draft" {
				t.Fatal(keys)
			}
		})
		discard()
		now.Advance(30*removedDay + time.Minute)
		t.Run("S24 after thirty days nothing brings it back", func(t *testing.T) {
			if err := s.Restore(ctx, anna, id); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
		w.RunDue()
		t.Run("S24 and a job erases it with its files", func(t *testing.T) {
			mine, err := s.List(ctx, anna)
			if err != nil || len(mine.Removed) != 0 {
				t.Fatalf("%+v %v", mine.Removed, err)
			}
			w.Write(func(tx *db.Tx) error {
				if _, err := s.Files.Get(tx, string(anna), photo); !fault.Is(err, fault.NotFound) {
					t.Errorf("the photo is still there: %v", err)
				}
				return nil
			})
		})
	})
}
