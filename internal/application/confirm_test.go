package application_test

import (
	"maps"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/audit"
	"okno/internal/check"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/outside/reach"
	"okno/internal/outside/register/xroad"
	"okno/internal/profile"
	"okno/sim/register"
)

// renewed is an invented person who has a new passport; the old one was confirmed.
var renewed = map[string]string{
	"family_name": "Соколова", "given_name": "Анна", "patronymic": "Петровна", "sex": "female", "birth_date": "1978-03-27",
	"birth_place": "г. Вологда", "citizenship": "RU", "snils": "11223344595", "identity_document": "ru_passport",
	"ru_passport.series": "4509", "ru_passport.number": "104202", "ru_passport.issued_on": "2008-06-11",
	"ru_passport.issued_by": "Отделом внутренних дел", "ru_passport.department_code": "350-002",
}

const (
	newNumber     = "555777"
	marriedNumber = "555778" // of somebody who has a new surname as well
)

// state is a house with real profiles and claims in front of simulated registers.
type state struct {
	*applicationtest.World
	sim      *register.Server
	profiles *profile.Profiles
	checks   *check.Checks
	anna     account.ID
}

func newState(t *testing.T, d *db.DB, now *clock.Fake, onPaper string) *state {
	t.Helper()
	w := &state{World: world(t, d, now)}
	person := map[string]string{"document_type": "ru_passport"}
	for _, f := range []string{"snils", "family_name", "given_name", "patronymic", "birth_date", "sex"} {
		person[f] = renewed[f]
	}
	for _, f := range []string{"series", "issued_on", "department_code"} {
		person["document_"+f] = renewed["ru_passport."+f]
	}
	if person["document_number"] = onPaper; onPaper == marriedNumber {
		person["family_name"] = "Волкова"
	}
	pension, migration := "RU/GOV/10000001/PENSION", "RU/GOV/10000002/MIGRATION"
	var err error
	w.sim, err = register.Start(register.Config{Registers: []register.Register{
		{Name: "pension", Provider: pension, Compares: []string{"snils", "family_name", "given_name", "patronymic", "birth_date", "sex"}},
		{Name: "migration", Provider: migration, Compares: []string{"family_name", "given_name", "birth_date", "document_number"}}},
		People: []register.Person{{Fields: person}}, Now: now.Now, SlowDelay: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.sim.Close() })
	reach := func(provider string) xroad.Register {
		return xroad.Register{Address: w.sim.URL(), Provider: provider, Network: reach.Loopback, Timeout: 300 * time.Millisecond, Failures: 1000, Parallel: 8}
	}
	client, err := xroad.New(xroad.Config{Client: "RU/GOV/20000001/OKNO", Registers: map[string]xroad.Register{"pension": reach(pension), "migration": reach(migration)}}, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	w.profiles = profile.New(d, w.Accounts, w.Law, nil, nil)
	w.checks = check.New(d, w.Accounts, w.profiles, client, w.Notices)
	w.checks.Register(w.Jobs)
	w.Applications.Registers, w.Applications.Claims, w.Applications.Profiles = client, w.checks, application.FromProfile(w.profiles)
	w.anna = w.Account(account.Verified, "Соколова Анна", "+79161234567")
	w.set(renewed, profile.FromRegister("migration"), audit.BySystem("test"))
	changed := maps.Clone(renewed)
	changed["ru_passport.number"] = newNumber
	if onPaper == marriedNumber {
		changed["ru_passport.number"], changed["family_name"] = marriedNumber, "Волкова"
	}
	w.set(changed, profile.Holder, account.ByHolder(w.anna))
	return w
}

func (w *state) set(values map[string]string, source profile.Source, by audit.Actor) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error { return w.profiles.Set(tx, w.anna, values, source, by) })
}

func (w *state) mode(m register.Mode) {
	w.T.Helper()
	if err := w.sim.SetMode("migration", m, 0); err != nil {
		w.T.Fatal(err)
	}
}

// mark is the mark of the passport on the case's page.
func (w *state) mark(id application.ID) application.Question {
	w.T.Helper()
	v, err := w.Applications.See(ctx, w.anna, id)
	if err != nil {
		w.T.Fatal(err)
	}
	return question(w.T, v.Form, "identity_document")
}

func question(t testing.TB, f application.Form, code string) application.Question {
	t.Helper()
	for _, page := range f.Pages() {
		for _, q := range page.Questions {
			if q.Code == code {
				return q
			}
		}
	}
	t.Fatal("no question " + code)
	return application.Question{}
}

func (w *state) kinds(id application.ID) (n map[application.EventKind]int) {
	w.T.Helper()
	v, err := w.Applications.See(ctx, w.anna, id)
	if err != nil {
		w.T.Fatal(err)
	}
	n = map[application.EventKind]int{}
	for _, e := range v.Events {
		n[e.Kind]++
	}
	return n
}

func TestRegisterThatIsDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newState(t, d, now, newNumber)
		w.mode(register.RefuseAll)
		id := w.Filled(w.anna)
		t.Run("D-15 the applicant sees before sending which answer is to be confirmed, and that one only", func(t *testing.T) {
			_, f, err := w.Applications.Draft(ctx, w.anna, id)
			if err != nil {
				t.Fatal(err)
			}
			q := question(t, f, "identity_document")
			if q.Answer.Parts["number"] != newNumber || q.Mark == nil || q.Mark.State != application.MarkWaiting || q.Mark.Register != "migration" {
				t.Fatalf("%+v %+v", q.Answer, q.Mark)
			}
			for _, code := range []string{"family_name", "birth_date", "birth_place", "phone", "address"} {
				if m := question(t, f, code).Mark; m != nil {
					t.Errorf("%s: %+v", code, m)
				}
			}
		})
		clicked := now.Now()
		if err := w.Applications.Send(ctx, w.anna, id); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			w.RunDue()
			now.Advance(3 * time.Hour)
		}
		t.Run("D-15 with the register down the application is filed at the click, marked, and the check goes on", func(t *testing.T) {
			v, err := w.Applications.See(ctx, w.anna, id)
			if err != nil || !v.Filed.Equal(clicked) || v.State != application.Sent {
				t.Fatalf("%v %v %v", v.Filed, v.State, err)
			}
			if q := w.mark(id); q.Mark == nil || q.Mark.State != application.MarkWaiting {
				t.Fatalf("%+v", q.Mark)
			}
			if n := w.kinds(id); n[application.EventConfirming] != 1 || n[application.EventRegisterOff] != 1 {
				t.Fatal(n)
			}
		})
		t.Run("D-15 the officer sees the mark, and may act without the answer", func(t *testing.T) {
			volkov := w.CaseWorker("volkov", "mvd")
			if err := w.Applications.Take(ctx, volkov, id); err != nil {
				t.Fatal(err)
			}
			v, err := w.Applications.Open(ctx, volkov, id, "cases.purpose.decide")
			if err != nil {
				t.Fatal(err)
			}
			if m := question(t, v.Form, "identity_document").Mark; m == nil || m.State != application.MarkWaiting {
				t.Fatalf("%+v", m)
			}
		})
		w.mode(register.Honest)
		w.RunDue()
		t.Run("D-15 when the register is back the mark becomes confirmed, by one question", func(t *testing.T) {
			q := w.mark(id)
			if q.Mark.State != application.MarkConfirmed || q.Answer.Source != "register/migration" {
				t.Fatalf("%+v %+v", q.Mark, q.Answer)
			}
			if n := w.kinds(id); n[application.EventConfirmed] != 1 || n[application.EventDiffers] != 0 {
				t.Fatal(n)
			}
			if n := len(w.sim.Ledger("migration")); n != 1 {
				t.Fatalf("%d questions", n)
			}
			asked := w.sim.Ledger("migration")[0].Times
			now.Advance(48 * time.Hour)
			w.RunDue()
			if times := w.sim.Ledger("migration")[0].Times; times != asked {
				t.Fatalf("it is asked still: %d, %d", asked, times)
			}
		})
	})
}

func TestRegisterThatDiffers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newState(t, d, now, renewed["ru_passport.number"])
		id := w.Filled(w.anna)
		if err := w.Applications.Send(ctx, w.anna, id); err != nil {
			t.Fatal(err)
		}
		w.RunDue()
		t.Run("D-15 what the register does not know differs, and the officer sees both values", func(t *testing.T) {
			q := w.mark(id)
			if q.Mark.State != application.MarkDiffers || q.Mark.Held == nil || q.Mark.Held.Parts["number"] != renewed["ru_passport.number"] || q.Answer.Parts["number"] != newNumber {
				t.Fatalf("%+v %+v", q.Mark, q.Answer)
			}
			if n := w.kinds(id); n[application.EventDiffers] != 1 {
				t.Fatal(n)
			}
		})
		t.Run("T-15 sending again and again does not make a register an oracle: the tries are those of the account", func(t *testing.T) {
			for range 8 {
				if err := w.Applications.Withdraw(ctx, w.anna, id); err != nil {
					t.Fatal(err)
				}
				id = w.Sent(w.anna)
				w.RunDue()
			}
			if n := len(w.sim.Ledger("migration")); n != 5 {
				t.Fatalf("%d questions", n)
			}
			if m := w.mark(id).Mark; m.State != application.MarkWaiting {
				t.Fatalf("%+v", m)
			}
			now.Advance(7 * time.Hour)
			w.RunDue()
			if m := w.mark(id).Mark; m.State != application.MarkDiffers {
				t.Fatalf("it was forgotten: %+v", m)
			}
		})
	})
}

func TestClaimUnderWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newState(t, d, now, newNumber)
		w.mode(register.RefuseAll)
		if err := w.checks.Start(ctx, w.anna); err != nil {
			t.Fatal(err)
		}
		w.RunDue()
		id := w.Sent(w.anna)
		w.RunDue()
		t.Run("D-15 an answer whose claim is under way waits for the claim", func(t *testing.T) {
			if m := w.mark(id).Mark; m == nil || m.State != application.MarkWaiting {
				t.Fatalf("%+v", m)
			}
		})
		w.mode(register.Honest)
		for range 6 {
			now.Advance(time.Hour)
			w.RunDue()
		}
		t.Run("D-15 nothing is asked twice of what a claim asks", func(t *testing.T) {
			if m := w.mark(id).Mark; m.State != application.MarkConfirmed {
				t.Fatalf("%+v", m)
			}
			if n := len(w.sim.Ledger("migration")); n != 1 {
				t.Fatalf("%d questions", n)
			}
		})
	})
}

func TestRegistersOfEveryKind(t *testing.T) {
	for _, m := range []struct {
		name string
		mode register.Mode
		now  application.MarkState
	}{
		{"D-15 a slow register confirms all the same", register.Slow, application.MarkConfirmed},
		{"D-15 a register that hangs is asked again", register.Hang, application.MarkWaiting},
		{"D-15 a register that lies is not believed, and asked again", register.Lie, application.MarkWaiting},
		{"D-15 a garbled answer is none", register.Garble, application.MarkWaiting},
		{"D-15 a review by people is waited for", register.Review, application.MarkWaiting},
	} {
		t.Run(m.name, func(t *testing.T) {
			d, now := dbtest.SQLite(t)
			w := newState(t, d, now, newNumber)
			w.mode(m.mode)
			id := w.Sent(w.anna)
			w.RunDue()
			if got := w.mark(id).Mark.State; got != m.now {
				t.Fatal(got)
			}
			if n := w.kinds(id); m.now == application.MarkWaiting && n[application.EventDiffers]+n[application.EventConfirmed] != 0 {
				t.Fatal(n)
			}
			if m.mode == register.Review {
				return
			}
			w.mode(register.Honest)
			now.Advance(2 * time.Hour)
			w.RunDue()
			if got := w.mark(id).Mark.State; got != application.MarkConfirmed {
				t.Fatal(got)
			}
			if n := len(w.sim.Ledger("migration")); n != 1 {
				t.Fatalf("%d questions", n)
			}
		})
	}
}

func TestMarkAndCorrection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newState(t, d, now, renewed["ru_passport.number"])
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
		t.Run("D-15 a corrected answer that is not confirmed either is marked anew, and asked as another question", func(t *testing.T) {
			correct("777888")
			if m := w.mark(id).Mark; m == nil || m.State != application.MarkWaiting || m.Held != nil {
				t.Fatalf("%+v", m)
			}
			w.RunDue()
			if m := w.mark(id).Mark; m.State != application.MarkDiffers {
				t.Fatalf("%+v", m)
			}
			if n := len(w.sim.Ledger("migration")); n != 2 {
				t.Fatalf("%d questions", n)
			}
		})
		t.Run("D-15 what is corrected to the confirmed value needs no mark and no question", func(t *testing.T) {
			correct(renewed["ru_passport.number"])
			w.RunDue()
			if m := w.mark(id).Mark; m != nil {
				t.Fatalf("%+v", m)
			}
			if n := len(w.sim.Ledger("migration")); n != 2 {
				t.Fatalf("%d questions", n)
			}
		})
	})
}

func TestMarkEndsWithTheCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newState(t, d, now, newNumber)
		w.mode(register.RefuseAll)
		id := w.Sent(w.anna)
		w.RunDue()
		t.Run("D-15 nothing is asked any more for an application that was taken back", func(t *testing.T) {
			if err := w.Applications.Withdraw(ctx, w.anna, id); err != nil {
				t.Fatal(err)
			}
			asked := w.sim.Ledger("migration")[0].Times
			now.Advance(72 * time.Hour)
			w.RunDue()
			if times := w.sim.Ledger("migration")[0].Times; times != asked {
				t.Fatalf("%d, %d", asked, times)
			}
		})
	})
}

func TestNewSurname(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newState(t, d, now, marriedNumber)
		w.mode(register.RefuseAll)
		if err := w.sim.SetMode("pension", register.RefuseAll, 0); err != nil {
			t.Fatal(err)
		}
		id := w.Sent(w.anna)
		w.RunDue()
		name := func() string {
			v, err := w.Applications.See(ctx, w.anna, id)
			if err != nil {
				t.Fatal(err)
			}
			return v.Name
		}
		t.Run("Q-52 until the registers confirm it the new name stands in the answers only", func(t *testing.T) {
			v, _ := w.Applications.See(ctx, w.anna, id)
			if q := question(t, v.Form, "family_name"); q.Answer.Text != "Волкова" || q.Mark == nil || v.Name != "Соколова Анна Петровна" {
				t.Fatalf("%+v %q", q, v.Name)
			}
		})
		if err := w.sim.SetMode("pension", register.Honest, 0); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Hour)
		w.RunDue()
		t.Run("Q-52 then the applicant is called by it", func(t *testing.T) {
			if got := name(); got != "Волкова Анна Петровна" {
				t.Fatal(got)
			}
			if m := w.mark(id).Mark; m.State != application.MarkWaiting || m.Register != "migration" {
				t.Fatalf("the other register has not answered: %+v", m)
			}
		})
	})
}
