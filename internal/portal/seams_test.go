package portal

import (
	"context"
	"os"
	"testing"

	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/overview"
	"okno/internal/visit/visittest"
)

func TestMain(m *testing.M) { os.Exit(applicationtest.Main(m)) }

func TestCorrectionOnTheOverview(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := applicationtest.New(t, visittest.New(t, d, now, "ru"))
		s, ctx := w.Applications, context.Background()
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id, volkov := w.Sent(anna), w.CaseWorker("volkov", "mvd")
		if err := s.Take(ctx, volkov, id); err != nil {
			t.Fatal(err)
		}
		if err := s.AskCorrection(ctx, volkov, id, application.Ask{Fields: []string{"photo"}, Reason: application.Outdated, Words: "The photo is old."}); err != nil {
			t.Fatal(err)
		}
		t.Run("S28 the task to correct something ends with the correction's own term, not with the stage", func(t *testing.T) {
			v, err := s.See(ctx, anna, id)
			if err != nil {
				t.Fatal(err)
			}
			open, _ := v.OpenCorrection()
			if open.Until.IsZero() || open.Until == v.StageDue {
				t.Fatal("the terms are the same: this test proves nothing")
			}
			var tasks []overview.Task
			var all []overview.Case
			w.Write(func(tx *db.Tx) (err error) { tasks, all, err = cases{s}.TasksAndCases(tx, anna); return err })
			want := s.LastMoment(open.Until)
			if len(tasks) != 1 || tasks[0].Kind != overview.Correct || !tasks[0].Until.Equal(want) || !all[0].Until.Equal(want) {
				t.Fatalf("%+v %+v, want %v", tasks, all, want)
			}
		})
	})
}
