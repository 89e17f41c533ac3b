package application_test

import (
	"context"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/outside/register"
	sim "okno/sim/register"
)

// interrupted lets something happen while a register is asked for the first time,
// and does not answer then.
type interrupted struct {
	register.Checker
	meanwhile func()
}

func (c *interrupted) Check(ctx context.Context, name string, q register.Request) (register.Answer, error) {
	if f := c.meanwhile; f != nil {
		c.meanwhile = nil
		f()
		return register.Answer{}, applicationtest.Away()
	}
	return c.Checker.Check(ctx, name, q)
}

func TestCorrectedWhileConfirmed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		t.Run("D-15 what is corrected while a register is asked is asked at once, not when the pause is over", func(t *testing.T) {
			w := newState(t, d, now, renewed["ru_passport.number"])
			w.mode(sim.Honest)
			id := w.Sent(w.anna)
			w.RunDue()
			volkov := w.CaseWorker("volkov", "mvd")
			if err := w.Applications.Take(ctx, volkov, id); err != nil {
				t.Fatal(err)
			}
			correct := func(number string) {
				t.Helper()
				ask := application.Ask{Fields: []string{"identity_document"}, Reason: application.Incorrect, Words: "Check the number."}
				if err := w.Applications.AskCorrection(ctx, volkov, id, ask); err != nil {
					t.Fatal(err)
				}
				typed := application.Typed{"identity_document-number": number}
				for _, part := range []string{"series", "issued_on", "issued_by", "department_code"} {
					typed["identity_document-"+part] = renewed["ru_passport."+part]
				}
				if err := w.Applications.Correct(ctx, w.anna, id, typed); err != nil {
					t.Fatal(err)
				}
			}
			door := &interrupted{Checker: w.Applications.Registers, meanwhile: func() { correct("777889") }}
			w.Applications.Registers = door
			correct("777888")
			w.RunDue()
			if m := w.mark(id).Mark; door.meanwhile != nil || m == nil || m.State != application.MarkDiffers {
				t.Fatalf("%+v", m)
			}
		})
	})
}

func TestErasedMeanwhile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		t.Run("D-20 nobody goes on asking for a statement of somebody who was erased", func(t *testing.T) {
			w := world(t, d, now)
			anna := w.Account(account.Standard, "Ирина Соколова", "+79160000001")
			w.Profiles.Set(anna, "register/pension", map[string]string{"snils": "11223344595"})
			w.Register.Set(applicationtest.Pension(), applicationtest.Away())
			if b, err := w.Applications.Request(ctx, anna, "pension_statement"); err != nil || b.ID == "" {
				t.Fatalf("%+v %v", b, err)
			}
			w.Write(func(tx *db.Tx) error { return w.Vault.Erase(tx, string(anna)) })
			w.Register.Set(applicationtest.Pension(), nil)
			now.Advance(time.Minute)
			w.RunDue()
			var failing []string
			w.Write(func(tx *db.Tx) (err error) {
				failing, err = db.All(tx, db.Scalar[string], `SELECT kind FROM jobs_job WHERE attempts > 0 AND kind >= 'application.' AND kind < 'application/'`)
				return err
			})
			if len(failing) > 0 {
				t.Errorf("%v try again", failing)
			}
		})
	})
}

func TestDraftIsRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		t.Run("D-18 each page and each file that a draft takes is in the audit log, nothing said twice is not", func(t *testing.T) {
			w := world(t, d, now)
			anna := w.Resident("Ирина Соколова", "+79160000001")
			id := w.Filled(anna)
			for range 2 {
				if _, err := w.Applications.Save(ctx, anna, id, "passport", applicationtest.PassportPages()["passport"]); err != nil {
					t.Fatal(err)
				}
			}
			saved, attached := count(t, d, `SELECT count(*) FROM audit_entry WHERE act = 'application.save'`), count(t, d, `SELECT count(*) FROM audit_entry WHERE act = 'application.attach'`)
			if saved != 4 || attached != 1 { // the photo's page holds nothing but the photo
				t.Errorf("%d pages, %d files", saved, attached)
			}
		})
	})
}
