package application_test

import (
	"strings"
	"testing"

	"okno/internal/application"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestWayOfAnApplication(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := w.Sent(anna)
		w.RunDue()
		w.RunDue()
		volkov := w.CaseWorker("volkov", "mvd")
		t.Run("GEN-04 an application goes into the authority's own list, and no e-mail carries it", func(t *testing.T) {
			cases, _, err := s.Inbox(ctx, volkov, application.Filter{})
			if err != nil || len(cases) != 1 || cases[0].ID != id {
				t.Fatalf("%+v %v", cases, err)
			}
			if len(w.Mail.Sent) != 0 {
				t.Fatalf("%d letters", len(w.Mail.Sent))
			}
			for _, n := range w.Notices.Told {
				if n.To != anna {
					t.Errorf("%s went to somebody else", n.Key)
				}
			}
		})
		for _, fact := range []string{"APP-09", "NTF-05"} {
			t.Run(fact+" the e-mail after sending says that the duty is to be paid", func(t *testing.T) {
				if keys := w.Notices.Keys(); len(keys) != 1 || keys[0] != "application.notice.sent_duty" {
					t.Fatal(keys)
				}
				for lang, words := range map[string]string{"en": "A state duty is due", "ru": "Нужно оплатить госпошлину", "fa": "باید عوارض دولتی بپردازید"} {
					if letter := w.Site.Texts.For(lang).T("application.notice.sent_duty.email", "service", "", "number", "", "due", ""); !strings.Contains(letter, words) {
						t.Errorf("%s: %s", lang, letter)
					}
				}
			})
		}
		t.Run("APP-12 a passport takes one visit, to collect it, and a statement takes none", func(t *testing.T) {
			visits := 0
			see := func() {
				v, err := s.See(ctx, anna, id)
				if err != nil {
					t.Fatal(err)
				}
				if v.Turn == application.TurnApplicant {
					visits++
				}
			}
			see()
			for _, step := range []func() error{
				func() error { return s.Take(ctx, volkov, id) },
				func() error { return s.DocumentsChecked(ctx, volkov, id) },
				func() error { return s.Decide(ctx, volkov, id, application.Ruling{Outcome: "grant"}) },
				func() error { return s.Advance(ctx, volkov, id, "making") },
				func() error { return s.Advance(ctx, volkov, id, "collect") },
			} {
				if err := step(); err != nil {
					t.Fatal(err)
				}
				see()
			}
			if visits != 1 {
				t.Fatalf("%d visits", visits)
			}
			statement, _ := w.Law.Service("pension_statement")
			if statement.Result.Office != "" {
				t.Fatal("the statement is collected somewhere")
			}
		})
	})
}
