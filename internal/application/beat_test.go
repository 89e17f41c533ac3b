package application_test

import (
	"fmt"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

const copyCase db.SQL = `INSERT INTO application_case (id, account, service, authority, region, state, stage, turn, number, definition, answers,
		created_at, saved_at, filed_at, due, stage_due, moved_at)
	SELECT $2, account, service, authority, region, state, stage, turn, $3, definition, answers, created_at, saved_at, filed_at, due, stage_due, moved_at
	FROM application_case WHERE id = $1`

func TestManyWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		t.Run("S28 of each of hundreds of waiting cases it is said the same day that it still waits", func(t *testing.T) {
			w := world(t, d, now)
			const many = 230
			id := w.Sent(w.Resident("Ирина Соколова", "+79160000001"))
			w.Write(func(tx *db.Tx) error {
				for i := range many - 1 {
					if err := tx.ExecOne(copyCase, string(id), fmt.Sprintf("copy%04d", i), fmt.Sprintf("0000-0000-%04d", i)); err != nil {
						return err
					}
				}
				return nil
			})
			w.RunDue()
			now.Advance(14*24*time.Hour + time.Hour)
			w.RunDue()
			if n := count(t, d, `SELECT count(*) FROM application_event WHERE kind = 'still'`); n != many {
				t.Errorf("it was said of %d cases of %d", n, many)
			}
		})
	})
}
