package application_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/text/texttest"
)

const day = 24 * time.Hour

func TestDrafts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		anna := w.Resident("Ирина Соколова", "+79160000001")
		t.Run("D-16 twenty presses of Start make one draft", func(t *testing.T) {
			ids := make([]application.ID, 20)
			if n := together(20, func(i int) error {
				b, err := s.Begin(ctx, anna, "foreign_passport")
				ids[i] = b.ID
				return err
			}); n != 20 {
				t.Fatalf("%d presses found a draft", n)
			}
			if len(slices.Compact(ids)) != 1 {
				t.Fatal(ids)
			}
		})
		b, _ := s.Begin(ctx, anna, "foreign_passport")
		t.Run("every typed value that is right is kept beside one that is wrong", func(t *testing.T) {
			_, err := s.Save(ctx, anna, b.ID, "passport", application.Typed{"kind": "plain5", "purpose": "holiday"})
			if fields := fault.Of(err).Fields; len(fields) != 1 || fields[0].Name != "purpose" {
				t.Fatal(err)
			}
			_, f, _ := s.Draft(ctx, anna, b.ID)
			if f.Answers["kind"].Text != "plain5" {
				t.Fatalf("%+v", f.Answers)
			}
		})
		t.Run("LVL-40 what the profile knows is filled in with its source, and a locked answer cannot be changed", func(t *testing.T) {
			_, err := s.Save(ctx, anna, b.ID, "passport", application.Typed{"kind": "plain5", "purpose": "first"})
			if err != nil {
				t.Fatal(err)
			}
			pages := applicationtest.PassportPages()
			pages["about_you"]["family_name"] = "Другая"
			if _, err := s.Save(ctx, anna, b.ID, "about_you", pages["about_you"]); err != nil {
				t.Fatal(err)
			}
			_, f, _ := s.Draft(ctx, anna, b.ID)
			page, _ := f.Page("about_you")
			for _, q := range page.Questions {
				switch q.Code {
				case "family_name":
					if !q.Locked || q.Answer.Text != "Соколова" || q.Answer.Source != "register/pension" {
						t.Fatalf("%+v", q)
					}
				case "identity_document":
					if !q.Locked || q.Answer.Parts["number"] != "123456" {
						t.Fatalf("%+v", q)
					}
				}
			}
		})
		t.Run("a branch that is closed is not asked", func(t *testing.T) {
			_, f, _ := s.Draft(ctx, anna, b.ID)
			if _, asked := f.Page("old_passport"); asked {
				t.Fatal("the old passport is asked of somebody who has none")
			}
			s.Save(ctx, anna, b.ID, "passport", application.Typed{"kind": "plain5", "purpose": "lost"})
			if _, f, _ = s.Draft(ctx, anna, b.ID); !has(f, "old_passport") {
				t.Fatal("the old passport is not asked")
			}
			s.Save(ctx, anna, b.ID, "passport", application.Typed{"kind": "plain5", "purpose": "first"})
		})
		t.Run("S25 when the law changes only the changed question is asked again", func(t *testing.T) {
			service, _ := w.Law.Service("foreign_passport")
			kept := service.Form[0].Fields[1].Hint
			service.Form[0].Fields[1].Hint = map[string]string{"en": "A new rule", "ru": "Новое правило", "fa": "قاعدهٔ نو"}
			defer func() { service.Form[0].Fields[1].Hint = kept }()
			_, f, _ := w.Reopened().Draft(ctx, anna, b.ID)
			page, missing := f.Unfinished()
			if !missing || page.Code != "passport" || !page.Questions[0].Done || !page.Questions[1].Again || page.Questions[1].Answer.Text != "first" {
				t.Fatalf("%+v", page)
			}
			if about, _ := f.Page("about_you"); !about.Done() {
				t.Fatal("another page is asked again")
			}
		})
		t.Run("D-16 a reminder goes out 7 days and 1 day before a draft ends, and then it is removed", func(t *testing.T) {
			for _, step := range []struct {
				after time.Duration
				told  int
			}{{22 * day, 0}, {day + time.Hour, 1}, {5 * day, 1}, {day, 2}} {
				now.Advance(step.after)
				w.RunDue()
				if n := len(w.Notices.Keys()); n != step.told {
					t.Fatalf("after %s more: %d reminders, want %d", step.after, n, step.told)
				}
			}
			if w.Notices.Keys()[0] != "application.notice.draft" {
				t.Fatal(w.Notices.Keys())
			}
			now.Advance(day)
			w.RunDue()
			if _, _, err := s.Draft(ctx, anna, b.ID); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
	})
}

func has(f application.Form, page string) bool { _, ok := f.Page(page); return ok }

func TestBarriers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		service, _ := w.Law.Service("foreign_passport")
		t.Run("who may not apply is told why before anything is asked", func(t *testing.T) {
			child := w.Resident("Олег Ветров", "+79160000002")
			w.Profiles.Set(child, "register/pension", map[string]string{"birth_date": "2012-01-01"})
			b, err := s.Begin(ctx, child, "foreign_passport")
			if err != nil || b.ID != "" || len(b.Barrier.Refusals) != 1 {
				t.Fatalf("%+v %v", b, err)
			}
		})
		t.Run("CAT-15 a service that is not in the region opens no form", func(t *testing.T) {
			service.Regions = []string{"moscow"}
			defer func() { service.Regions = nil }()
			anna := w.Resident("Ирина Соколова", "+79160000003")
			if b, err := s.Begin(ctx, anna, "foreign_passport"); err != nil || b.ID != "" || !b.Barrier.NoRegion {
				t.Fatalf("%+v %v", b, err)
			}
			w.Write(func(tx *db.Tx) error { return w.Accounts.SetChoices(tx, anna, "en", "vologda", "citizens") })
			if b, err := s.Begin(ctx, anna, "foreign_passport"); err != nil || b.ID != "" || b.Barrier.Region != "vologda" {
				t.Fatalf("%+v %v", b, err)
			}
			w.Write(func(tx *db.Tx) error { return w.Accounts.SetChoices(tx, anna, "en", "moscow", "citizens") })
			if b, err := s.Begin(ctx, anna, "foreign_passport"); err != nil || b.ID == "" {
				t.Fatalf("%+v %v", b, err)
			}
		})
		t.Run("CAT-18 a service that wants a signature says so", func(t *testing.T) {
			service.Signature = true
			defer func() { service.Signature = false }()
			other := w.Resident("Пётр Лебедев", "+79160000004")
			if b, err := s.Begin(ctx, other, "foreign_passport"); err != nil || b.ID != "" || !b.Barrier.Signature {
				t.Fatalf("%+v %v", b, err)
			}
		})
		t.Run("CAT-19 the level is asked again at the sending", func(t *testing.T) {
			anna := w.Resident("Мария Белова", "+79160000005")
			id := w.Filled(anna)
			w.Write(func(tx *db.Tx) error { return w.Accounts.Revoke(tx, anna, "test", officer.Officer{ID: "x"}.By()) })
			if err := s.Send(ctx, anna, id); !fault.HasKey(err, application.KeyBarred) {
				t.Fatal(err)
			}
		})
	})
}

func TestHeartbeat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		anna := w.Resident("Ирина Соколова", "+79160000001")
		w.Sent(w.Resident("Олег Ветров", "+79160000002"))
		now.Advance(time.Hour)
		id := w.Sent(anna)
		w.RunDue()
		t.Run("S28 after two quiet weeks the case says that it still waits, and at which place", func(t *testing.T) {
			now.Advance(13 * day)
			w.RunDue()
			if v, _ := w.Applications.See(ctx, anna, id); len(v.Events) != 1 {
				t.Fatalf("%+v", v.Events)
			}
			now.Advance(2 * day)
			w.RunDue()
			w.RunDue()
			v, _ := w.Applications.See(ctx, anna, id)
			last := v.Events[len(v.Events)-1]
			if len(v.Events) != 2 || last.Kind != application.EventStill || last.Facts["place"] != "2" || last.Facts["of"] != "2" {
				t.Fatalf("%+v", v.Events)
			}
		})
		t.Run("a case past the law's day is overdue, and first in the inbox", func(t *testing.T) {
			now.Advance(20 * day)
			volkov := w.CaseWorker("volkov", "mvd")
			w.Sent(w.Resident("Новый Человек", "+79160000003"))
			cases, n, err := w.Applications.Inbox(ctx, volkov, application.Filter{})
			if err != nil || len(cases) != 3 || !cases[0].Overdue || cases[2].Overdue || n.Overdue != 2 {
				t.Fatalf("%+v %+v %v", cases, n, err)
			}
			late, n, _ := w.Applications.Inbox(ctx, volkov, application.Filter{Due: application.DueOverdue})
			if len(late) != 2 || n.Shown != 2 {
				t.Fatalf("%+v %+v", late, n)
			}
		})
	})
}

func TestInboxCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		volkov := w.CaseWorker("volkov", "mvd")
		var ids []application.ID
		for i := range 6 {
			ids = append(ids, w.Sent(w.Resident("Человек Номер", "+7916000001"+string(rune('0'+i)))))
		}
		steps := errors.Join(w.Applications.Take(ctx, volkov, ids[0]), w.Applications.Take(ctx, volkov, ids[1]),
			w.Applications.Decide(ctx, volkov, ids[1], application.Ruling{Outcome: "refuse", Reason: "photo"}))
		if steps != nil {
			t.Fatal(steps)
		}
		t.Run("counts always agree with the list of the same filter", func(t *testing.T) {
			for _, f := range []application.Filter{{}, {Mine: true}, {Free: true}, {State: application.Sent}, {State: application.Refused}, {Service: "nothing"},
				{Due: application.DueWeek}, {Service: "foreign_passport", State: application.Accepted, Mine: true}} {
				cases, n, err := w.Applications.Inbox(ctx, volkov, f)
				if err != nil || len(cases) != n.Shown {
					t.Errorf("%+v: %d listed, %d counted, %v", f, len(cases), n.Shown, err)
				}
			}
			_, n, _ := w.Applications.Inbox(ctx, volkov, application.Filter{})
			if n.Open != 5 || n.Mine != 1 || n.Free != 4 {
				t.Errorf("%+v", n)
			}
		})
		t.Run("a case is found by its number, also when it is closed", func(t *testing.T) {
			all, _, _ := w.Applications.Inbox(ctx, volkov, application.Filter{State: application.Refused})
			found, n, err := w.Applications.Inbox(ctx, volkov, application.Filter{Number: all[0].Number})
			if err != nil || len(found) != 1 || found[0].ID != ids[1] || n.Shown != 1 {
				t.Fatalf("%+v %v", found, err)
			}
		})
	})
}

func TestMessages(t *testing.T) {
	texts := texttest.Load(t)
	t.Run("NTF-01 an SMS about an application fits one part and names nobody", func(t *testing.T) {
		for _, lang := range texts.Languages() {
			most := 70
			if lang == "en" {
				most = 160
			}
			for _, key := range texts.Keys(lang) {
				if !strings.HasPrefix(key, "application.notice.") || !strings.HasSuffix(key, ".sms") {
					continue
				}
				words, _ := texts.Text(lang, key)
				if n := len([]rune(words.Forms[""])); n > most || len(words.Variables) > 0 {
					t.Errorf("%s %s: %d characters, variables %v", lang, key, n, words.Variables)
				}
			}
		}
	})
}
