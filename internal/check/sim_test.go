package check_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/profile"
	"okno/sim/register"
)

func TestMatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		s, client := registers(t, now)
		w := newWorld(t, d, now, client)
		id := w.resident(t, anna)
		w.start(t, id)
		t.Run("CHK-02 the data go to checking by themselves, in the background", func(t *testing.T) {
			w.mustBe(t, id, check.Waiting, check.Waiting, account.Simplified)
			w.RunDue()
			w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
		})
		t.Run("CHK-03 the SNILS is checked against the pension register", func(t *testing.T) {
			if got := s.Ledger("pension")[0].Fields["snils"]; got != "11223344595" {
				t.Fatal(got)
			}
		})
		t.Run("CHK-04 the passport is checked against the migration register", func(t *testing.T) {
			fields := s.Ledger("migration")[0].Fields
			if fields["document_number"] != "104202" || fields["snils"] != "" || fields["birth_place"] != "" {
				t.Fatal("it must get what it needs and no more:", fields)
			}
		})
		t.Run("CHK-20 both passed, so the level is standard", func(t *testing.T) {
			if st := w.status(t, id); st.Outcome != check.Done || st.Running() || w.level(t, id) != account.Standard {
				t.Fatal(st)
			}
		})
		t.Run("CHK-26 passing does not prove identity: the level is not verified", func(t *testing.T) {
			if l := w.level(t, id); l >= account.Verified {
				t.Fatal(l)
			}
		})
		t.Run("CHK-15 the holder is told when it is complete", func(t *testing.T) {
			if keys := w.told.keys(id); len(keys) != 2 || keys[0] != "check.passed" {
				t.Fatal(keys)
			}
		})
		t.Run("D-06 every contact is told of the claim, with a way to say that it was somebody else", func(t *testing.T) {
			if n := w.told.notices[1]; n.Key != "check.claimed" || !n.Security || n.Path == "" {
				t.Fatal(n)
			}
		})
		t.Run("PRF-03 the values carry the register that confirmed them", func(t *testing.T) {
			p := w.profile(t, id)
			if v := p.Value("snils"); v.Source != profile.FromRegister("pension") || !v.Confirmed() {
				t.Fatal(v.Source)
			}
			if v := p.Value("ru_passport.number"); v.Source != profile.FromRegister("migration") {
				t.Fatal(v.Source)
			}
			if v := p.Value("birth_place"); v.Source != profile.Holder {
				t.Fatal("no register was asked about the place of birth:", v.Source)
			}
		})
		t.Run("CHK-02 what is confirmed is not sent again", func(t *testing.T) {
			if err := w.checks.Start(context.Background(), id); !fault.HasKey(err, "check.nothing_new") {
				t.Fatal(err)
			}
		})
	})
}

func TestModes(t *testing.T) {
	modes := []struct {
		name  string
		mode  register.Mode
		state check.State
		later bool // once the register is honest again, the question passes
	}{
		{"CHK-07 a match passes at once", register.Match, check.Passed, true},
		{"Q-12 a mismatch is shown for its register", register.Mismatch, check.Mismatch, false},
		{"CHK-25 a review by people waits", register.Review, check.Review, false},
		{"CHK-11 a slow register passes all the same", register.Slow, check.Passed, true},
		{"PROOF-3 a register that hangs is asked again later", register.Hang, check.Silent, true},
		{"PROOF-3 a register that is away is asked again later", register.RefuseAll, check.Silent, true},
		{"CHK-24 garbled answers do no harm", register.Garble, check.Silent, true},
		{"CHK-23 a register that does its work twice gives one answer", register.Duplicate, check.Passed, true},
		{"PROOF-1 an answer to another question is never believed", register.Lie, check.Silent, true},
	}
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			d, now := dbtest.SQLite(t)
			s, client := registers(t, now)
			w := newWorld(t, d, now, client)
			w.mode(t, s, "migration", m.mode)
			id := w.resident(t, anna)
			w.start(t, id)
			w.RunDue()
			level := account.Simplified
			if m.state == check.Passed {
				level = account.Standard
			}
			w.mustBe(t, id, check.Passed, m.state, level)
			w.mode(t, s, "migration", register.Honest)
			now.Advance(3 * time.Minute)
			w.RunDue()
			if m.later {
				w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
			}
			if n, _ := asked(s, "migration"); n != 1 {
				t.Fatalf("%d questions reached the register, want one", n)
			}
			if n, looked := asked(s, "pension"); n != 1 || looked != 1 {
				t.Fatal("the register that had answered was asked again:", n, looked)
			}
		})
	}
}

func TestReview(t *testing.T) {
	d, now := dbtest.SQLite(t)
	s, client := registers(t, now)
	w := newWorld(t, d, now, client)
	w.mode(t, s, "pension", register.Review)
	id := w.resident(t, anna)
	w.start(t, id)
	w.RunDue()
	t.Run("Q-10 a manual review counts as still running", func(t *testing.T) {
		if st := w.status(t, id); !st.Running() || st.Questions[0].State != check.Review {
			t.Fatal(st)
		}
	})
	t.Run("CHK-25 the review is looked up until it has ended", func(t *testing.T) {
		if err := s.Resolve("pension", s.Ledger("pension")[0].Key, "match"); err != nil {
			t.Fatal(err)
		}
		now.Advance(2*time.Hour + time.Minute)
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
	})
}

func TestCorrection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		s, client := registers(t, now)
		w := newWorld(t, d, now, client)
		id := w.resident(t, with(anna, map[string]string{"ru_passport.number": "104209"}))
		w.start(t, id)
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Mismatch, account.Simplified)
		t.Run("NTF-02 the holder is told once that something did not match", func(t *testing.T) {
			w.start(t, id)
			w.RunDue()
			if keys := w.told.keys(id); len(keys) != 1 || keys[0] != "check.not_matched" {
				t.Fatal(keys)
			}
		})
		t.Run("Q-12 only the register that did not match asks for a correction", func(t *testing.T) {
			wrong := w.status(t, id).ToCorrect()
			if len(wrong) != 1 || wrong[0].Register != "migration" {
				t.Fatal(wrong)
			}
		})
		t.Run("P-15 a matched register is not asked again after the correction", func(t *testing.T) {
			w.set(id, anna)
			w.start(t, id)
			w.RunDue()
			w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
			if n, _ := asked(s, "pension"); n != 1 {
				t.Fatal("pension questions:", n)
			}
			if n, _ := asked(s, "migration"); n != 2 {
				t.Fatal("migration questions:", n)
			}
		})
	})
}

func TestChangeAfterwards(t *testing.T) {
	d, now := dbtest.SQLite(t)
	s, client := registers(t, now)
	w := newWorld(t, d, now, client)
	id := w.resident(t, anna)
	w.start(t, id)
	w.RunDue()
	now.Advance(time.Hour)
	renewed := with(anna, map[string]string{"ru_passport.number": "700700", "ru_passport.issued_on": "2025-01-15"})
	w.set(id, renewed)
	t.Run("Q-52 the old passport stays in force until the registers confirm the new one", func(t *testing.T) {
		w.start(t, id)
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Mismatch, account.Standard)
		p := w.profile(t, id)
		if p.Text("ru_passport.number") != "104202" || p.Candidate().Text("ru_passport.number") != "700700" {
			t.Fatal(p.Text("ru_passport.number"))
		}
	})
	t.Run("Q-52 once they have, the new one is in force", func(t *testing.T) {
		if err := s.AddPerson(register.Person{Fields: onWire(renewed), Registers: []string{"migration"}}); err != nil {
			t.Fatal(err)
		}
		now.Advance(21 * time.Minute)
		w.start(t, id)
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
		p := w.profile(t, id)
		if p.Text("ru_passport.number") != "700700" || p.HasPending() {
			t.Fatal("not in force")
		}
	})
	t.Run("PRF-30 what is edited during a check is not lost", func(t *testing.T) {
		now.Advance(time.Hour)
		w.set(id, anna) // the old passport again: a change
		w.start(t, id)
		w.set(id, with(anna, map[string]string{"birth_place": "г. Тотьма"}))
		w.RunDue()
		p := w.profile(t, id)
		if p.Text("ru_passport.number") != "104202" || p.Text("birth_place") != "г. Вологда" {
			t.Fatal("the confirmed values are not in force")
		}
		if v, waits := p.Pending("birth_place"); !waits || v.Text != "г. Тотьма" {
			t.Fatal("the later edit is lost")
		}
	})
}

func TestPressedManyTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		s, client := registers(t, now)
		w := newWorld(t, d, now, client)
		id := w.resident(t, anna)
		t.Run("P-15 64 presses of the button are one request to each register", func(t *testing.T) {
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					if err := w.checks.Start(context.Background(), id); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			var runners sync.WaitGroup
			for range 8 {
				runners.Go(func() {
					if err := w.Jobs.RunDue(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			runners.Wait()
			for _, name := range []string{"pension", "migration"} {
				entries := s.Ledger(name)
				if len(entries) != 1 || entries[0].Times != 1 || entries[0].Checked != 1 {
					t.Fatalf("%s: %+v", name, entries)
				}
			}
			w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
			if st := w.status(t, id); st.TriesLeft != 4 {
				t.Fatal("tries left", st.TriesLeft)
			}
		})
	})
}
