package applicationpage_test

import (
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/outside/register"
)

func TestMarks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		anna := w.Resident("Ирина Соколова", "+79160000001")
		w.Profiles.Set(anna, "register/pension", map[string]string{"snils": "11223344595"})
		w.Profiles.Wait(anna, "family_name", "Волкова")
		b := w.SignedIn(anna)
		check := toCheckAs(t, w, b, "Волкова")
		t.Run("D-15 the review page marks the one answer that a register has yet to confirm", func(t *testing.T) {
			check.Must("Волкова", "Some data is still to be confirmed", "To be confirmed by the register", "Pension Fund", "counts from the moment you send it")
		})
		sent := check.Press("Send to Ministry of Internal Affairs")
		w.RunDue()
		t.Run("D-15 with the register down it is sent, and the case's page says that it is still asked", func(t *testing.T) {
			b.Open(sent.Path).Must("Application sent", "A register was asked to confirm the data", "The register does not answer", "To be confirmed by the register", "We go on asking", "counts from the moment you sent it")
		})
		w.Checker.Set(register.Mismatch)
		now.Advance(5 * time.Minute)
		w.RunDue()
		t.Run("T-15 of what did not match the applicant reads that the office compares, not what the register holds", func(t *testing.T) {
			b.Open(sent.Path).Must("The office compares this", "A register did not confirm it").MustNot("To be confirmed by the register")
		})
	})
}
