package applicationdesk_test

import (
	"context"
	"testing"
	"time"

	"okno/internal/application/applicationdesk"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/outside/register"
	"okno/internal/visit/visittest"
)

func TestMarks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := applicationtest.New(t, visittest.New(t, d, now, "ru"))
		applicationdesk.Mount(w.Site, w.Applications)
		who, anna := w.Resident("Ирина Соколова", "+79160000001"), w.CaseWorker("anna", "mvd")
		w.Profiles.Wait(who, "family_name", "Волкова")
		id := w.Sent(who)
		w.RunDue()
		if err := w.Applications.Take(context.Background(), anna, id); err != nil {
			t.Fatal(err)
		}
		desk, path := w.AtDesk(anna.ID), "/desk/cases/"+string(id)+"?for=decide"
		t.Run("D-15 the officer sees which answer a register has yet to confirm, and may decide", func(t *testing.T) {
			desk.Open(path).Must("Волкова", "To be confirmed by the register", "Pension Fund", "You may decide without the answer", "Decide")
		})
		w.Checker.Set(register.Mismatch)
		now.Advance(5 * time.Minute)
		w.RunDue()
		t.Run("D-15 the officer sees both values of an answer that differs", func(t *testing.T) {
			desk.Open(path).Must("Волкова", "Differs from the register", "Confirmed before by a register or a centre: Соколова", "Compare them before you decide")
		})
	})
}
