package check_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	door "okno/internal/outside/register"
	"okno/internal/profile"
	"okno/internal/visit/visittest"
)

// fake speaks the door's interface. A question that it answered keeps its answer.
type fake struct {
	mu      sync.Mutex
	result  map[string]door.Result // by register; match if none
	away    map[string]bool
	lose    map[string]bool // looks the question up, and the answer is lost on the way
	defect  map[string]bool
	dead    bool
	answers map[string]door.Answer // by register and key
	posted  map[string]int         // Check calls by register
	keys    map[string]bool
}

func newFake() *fake {
	return &fake{result: map[string]door.Result{}, away: map[string]bool{}, lose: map[string]bool{}, defect: map[string]bool{},
		answers: map[string]door.Answer{}, posted: map[string]int{}, keys: map[string]bool{}}
}

var errAway = fault.New(fault.Unavailable, door.KeyAway)

func (f *fake) Check(_ context.Context, register string, r door.Request) (door.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away[register] {
		return door.Answer{}, errAway
	}
	if f.defect[register] {
		return door.Answer{}, fault.New(fault.Internal, door.KeyDefect)
	}
	f.posted[register]++
	f.keys[r.Key] = true
	id := register + "/" + r.Key
	if _, known := f.answers[id]; !known {
		result := f.result[register]
		if result == "" {
			result = door.Match
		}
		f.answers[id] = door.Answer{Result: result, Deceased: f.dead, Reference: "R"}
	}
	if f.lose[register] {
		f.lose[register] = false
		return door.Answer{}, errAway
	}
	return f.answers[id], nil
}

func (f *fake) Ask(_ context.Context, register, key string) (door.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away[register] {
		return door.Answer{}, errAway
	}
	a, known := f.answers[register+"/"+key]
	if !known {
		return a, fault.New(fault.NotFound, door.KeyUnknownQuestion)
	}
	return a, nil
}

func TestLostAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		f := newFake()
		w := newWorld(t, d, now, f)
		id := w.resident(t, anna)
		f.lose["pension"] = true
		w.start(t, id)
		w.RunDue()
		w.mustBe(t, id, check.Silent, check.Passed, account.Simplified)
		t.Run("CHK-23 an answer that was lost is fetched under the same key, not asked for again", func(t *testing.T) {
			now.Advance(2 * time.Minute)
			w.RunDue()
			w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
			if f.posted["pension"] != 1 {
				t.Fatal("asked", f.posted["pension"], "times")
			}
		})
	})
}

func TestKilled(t *testing.T) {
	d, now := dbtest.SQLite(t)
	s, client := registers(t, now)
	dying := &dyingDoor{Checker: client}
	w := newWorld(t, d, now, dying)
	id := w.resident(t, anna)
	w.start(t, id)
	dying.dies.Store(true)
	w.RunDue() // the registers answer, and the process dies before anything is written
	t.Run("CHK-23 after a crash the same question is looked up, and nothing is checked twice", func(t *testing.T) {
		w.mustBe(t, id, check.Running, check.Running, account.Simplified)
		dying.dies.Store(false)
		now.Advance(6 * time.Minute)
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
		for _, name := range []string{"pension", "migration"} {
			entries := s.Ledger(name)
			if len(entries) != 1 || entries[0].Checked != 1 {
				t.Fatalf("%s: %+v", name, entries)
			}
		}
	})
}

// dyingDoor panics after the register has answered: what the handler would have
// written is lost, as when the process is killed.
type dyingDoor struct {
	door.Checker
	dies atomic.Bool
}

func (d *dyingDoor) Check(ctx context.Context, register string, r door.Request) (door.Answer, error) {
	a, err := d.Checker.Check(ctx, register, r)
	if d.dies.Load() {
		panic("killed")
	}
	return a, err
}

func TestRestart(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	w := newWorld(t, d, now, f)
	id := w.resident(t, anna)
	f.away["pension"] = true
	w.start(t, id)
	w.RunDue()
	restart := func() {
		t.Helper()
		if err := w.checks.Restart(context.Background(), id); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("CHK-23 a restart is offered after twenty minutes, not before", func(t *testing.T) {
		now.Advance(19 * time.Minute)
		if w.status(t, id).MayRestart {
			t.Fatal("too early")
		}
		now.Advance(time.Minute)
		if !w.status(t, id).MayRestart {
			t.Fatal("not offered")
		}
	})
	t.Run("P-15 a restart keeps the data and the key", func(t *testing.T) {
		f.away["pension"] = false
		before := w.status(t, id).Questions
		restart()
		restart()
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
		after := w.status(t, id).Questions
		if before[0].ID != after[0].ID || f.posted["pension"] != 1 || f.posted["migration"] != 1 {
			t.Fatal(f.posted)
		}
	})
	t.Run("D-18 a restart is in the audit log, a press that changes nothing is not", func(t *testing.T) {
		var n int
		err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
			n, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE act = 'check.restart'`)
			return err
		})
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
	})
}

func TestTimeout(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	w := newWorld(t, d, now, f)
	id := w.resident(t, anna)
	f.away["migration"] = true
	w.start(t, id) // Monday 2 March 2026; 9 March is free, as the 8th is a Sunday
	run := func(d time.Duration) {
		for end := now.Now().Add(d); now.Now().Before(end); now.Advance(6 * time.Hour) {
			w.RunDue()
		}
		w.RunDue()
	}
	t.Run("Q-08 until the end of the fifth working day the check goes on", func(t *testing.T) {
		run(7 * 24 * time.Hour) // Monday 9 March, noon
		if st := w.status(t, id); !st.Running() {
			t.Fatal(st.Outcome)
		}
	})
	t.Run("CHK-21 then it has not passed, and the resident is told", func(t *testing.T) {
		run(2 * 24 * time.Hour)
		st := w.status(t, id)
		if st.Outcome != check.TimedOut || w.level(t, id) != account.Simplified {
			t.Fatal(st.Outcome)
		}
		if keys := w.told.keys(id); len(keys) != 1 || keys[0] != "check.not_passed" {
			t.Fatal(keys)
		}
	})
	t.Run("F-14 through days of silence the register is asked about once an hour and sees one question", func(t *testing.T) {
		if st := w.status(t, id); st.Questions[1].State != check.Expired || len(f.keys) != 1 {
			t.Fatal(st.Questions[1].State, len(f.keys))
		}
	})
	t.Run("PROOF-3 sent again later, nothing is typed again and the same question goes on", func(t *testing.T) {
		f.away["migration"] = false
		w.start(t, id)
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
		if f.posted["pension"] != 1 || f.posted["migration"] != 1 {
			t.Fatal(f.posted)
		}
	})
}

func TestComesBack(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	w := newWorld(t, d, now, f)
	id := w.resident(t, anna)
	f.away["migration"] = true
	w.start(t, id)
	for range 4 * 24 * 4 {
		w.RunDue()
		now.Advance(15 * time.Minute)
	}
	t.Run("F-14 a register that comes back after four days is asked within an hour and a quarter", func(t *testing.T) {
		f.away["migration"] = false
		now.Advance(75 * time.Minute)
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
	})
}

func TestOtherLand(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	w := &world{World: visittest.New(t, d, now, "xs"), told: &told{}}
	w.profiles = profile.New(d, w.Accounts, w.Law, nil, nil)
	w.checks = check.New(d, w.Accounts, w.profiles, f, w.told)
	w.checks.Register(w.Jobs)
	demo, err := w.Law.Demo()
	if err != nil {
		t.Fatal(err)
	}
	person := demo.People[0]
	values := maps.Clone(person.Profile)
	values[profile.Identity] = person.Document
	for code, value := range person.Documents[person.Document] {
		values[person.Document+"."+code] = value
	}
	id := w.Account(account.Simplified, values["name"], "+9995000777")
	w.set(id, values)
	w.start(t, id)
	w.RunDue()
	t.Run("D-24 a land with one register and other fields needs no other code", func(t *testing.T) {
		if st := w.status(t, id); st.Outcome != check.Done || len(st.Questions) != 1 || w.level(t, id) != account.Standard {
			t.Fatal(st)
		}
	})
}

func TestCaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		f := newFake()
		f.result["pension"], f.result["migration"] = door.Mismatch, door.Mismatch
		w := newWorld(t, d, now, f)
		id := w.resident(t, anna)
		try := func(id account.ID, place int) error {
			w.set(id, with(anna, map[string]string{"given_name": "Анна" + strings.Repeat("а", place)}))
			err := w.checks.Start(context.Background(), id)
			w.RunDue()
			return err
		}
		t.Run("T-15 an account has five tries in six hours", func(t *testing.T) {
			for i := range 5 {
				if err := try(id, i); err != nil {
					t.Fatal(i, err)
				}
			}
			if err := try(id, 5); !fault.Is(err, fault.TooMany) || fault.Of(err).Retry != 6*time.Hour {
				t.Fatal(err)
			}
			if f.posted["pension"] != 5 {
				t.Fatal("it must be counted before anything is asked:", f.posted)
			}
			now.Advance(6 * time.Hour)
			if err := try(id, 6); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("T-15 a number and a document have ten tries a day over all accounts", func(t *testing.T) {
			other := w.resident(t, anna)
			var refused error
			tries := 6
			for i := 0; refused == nil && i < 10; i++ {
				if refused = try(other, 10+i); refused == nil {
					tries++
				}
				if i == 3 {
					other = w.resident(t, anna)
				}
			}
			if !fault.Is(refused, fault.TooMany) || tries != 10 {
				t.Fatal(tries, refused)
			}
		})
	})
}

func TestCapRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now, newFake())
		const many = 16
		var ids [many]account.ID
		for i := range ids {
			ids[i] = w.resident(t, anna)
		}
		t.Run("T-15 of many accounts at once ten get to ask about a number", func(t *testing.T) {
			var passed atomic.Int64
			var wg sync.WaitGroup
			for _, id := range ids {
				wg.Go(func() {
					err := w.checks.Start(context.Background(), id)
					if err == nil {
						passed.Add(1)
					} else if !fault.Is(err, fault.TooMany) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := passed.Load(); n != 10 {
				t.Fatal(n)
			}
		})
		t.Run("Q-51 one of them gets the number, the others learn it only after all matched", func(t *testing.T) {
			var runners sync.WaitGroup
			for range 8 {
				runners.Go(func() {
					if err := w.Jobs.RunDue(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			runners.Wait()
			now.Advance(time.Hour)
			w.RunDue()
			standard, taken := 0, 0
			for _, id := range ids {
				st := w.status(t, id)
				if w.level(t, id) == account.Standard {
					standard++
				}
				if st.Outcome == check.Taken {
					taken++
				}
			}
			if standard != 1 || taken != 9 {
				t.Fatal(standard, taken)
			}
		})
	})
}

func TestTaken(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	w := newWorld(t, d, now, f)
	first := w.resident(t, anna)
	w.start(t, first)
	w.RunDue()
	second := w.resident(t, anna)
	t.Run("Q-51 a number in use is said only after every register matched", func(t *testing.T) {
		f.result["migration"] = door.Mismatch
		w.start(t, second)
		w.RunDue()
		if st := w.status(t, second); st.Outcome != check.Open || len(st.ToCorrect()) != 1 {
			t.Fatal(st.Outcome)
		}
		delete(f.result, "migration")
		w.set(second, with(anna, map[string]string{"ru_passport.number": "104299"}))
		w.start(t, second)
		w.RunDue()
		if st := w.status(t, second); st.Outcome != check.Taken || w.level(t, second) != account.Simplified {
			t.Fatal(st.Outcome)
		}
	})
	t.Run("T-16 the holder is told, and nothing of him is shown", func(t *testing.T) {
		keys := w.told.keys(first)
		if keys[len(keys)-1] != "check.attempted" || w.level(t, first) != account.Standard {
			t.Fatal(keys)
		}
		if p := w.profile(t, second); p.Value("snils").Confirmed() {
			t.Fatal("a value of the second account is marked confirmed")
		}
	})
}

// pairs answers a register only when the other one is asked too, so that both
// answers to a claim are written in the same moment.
type pairs struct {
	mu      sync.Mutex
	waiting chan struct{}
}

func (p *pairs) Check(context.Context, string, door.Request) (door.Answer, error) {
	p.mu.Lock()
	if p.waiting != nil {
		close(p.waiting)
		p.waiting = nil
		p.mu.Unlock()
		return door.Answer{Result: door.Match}, nil
	}
	other := make(chan struct{})
	p.waiting = other
	p.mu.Unlock()
	<-other
	return door.Answer{Result: door.Match}, nil
}

func (p *pairs) Ask(context.Context, string, string) (door.Answer, error) {
	return door.Answer{}, fault.New(fault.NotFound, door.KeyUnknownQuestion)
}

func TestBothAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now, &pairs{})
		t.Run("CHK-20 two answers in the same moment make the level standard, every time", func(t *testing.T) {
			for i := range 12 {
				id := w.resident(t, with(anna, map[string]string{"snils": validNumbers[i], "ru_passport.number": fmt.Sprintf("1043%02d", i)}))
				w.start(t, id)
				ctx, stop := context.WithCancel(context.Background())
				var worker sync.WaitGroup
				worker.Go(func() {
					if err := w.Jobs.Run(ctx, 2); err != nil {
						t.Error(err)
					}
				})
				for w.status(t, id).Running() {
					if err := clock.Pause(ctx, 5*time.Millisecond); err != nil {
						t.Fatal(err)
					}
				}
				stop()
				worker.Wait()
				if st := w.status(t, id); st.Outcome != check.Done || w.level(t, id) != account.Standard {
					t.Fatal(i, st.Outcome)
				}
			}
		})
	})
}

func TestHold(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, newFake())
	id := w.resident(t, anna)
	held := func() (until time.Time) {
		t.Helper()
		w.Write(func(tx *db.Tx) (err error) { until, err = w.checks.HeldUntil(tx, id); return err })
		return until
	}
	w.start(t, id)
	w.RunDue()
	t.Run("D-06 the reference land holds nothing after a claim", func(t *testing.T) {
		if until := held(); !until.IsZero() {
			t.Fatal(until)
		}
	})
	t.Run("T-69 a hardened land holds sensitive reads for 72 hours", func(t *testing.T) {
		w.Law.Rules.SignIn.ClaimHold = 72 * time.Hour
		if until := held(); !until.Equal(now.Now().Add(72 * time.Hour)) {
			t.Fatal(until)
		}
		now.Advance(72 * time.Hour)
		if until := held(); !until.IsZero() {
			t.Fatal(until)
		}
	})
}

func TestDead(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	f.dead = true
	w := newWorld(t, d, now, f)
	id := w.resident(t, anna)
	w.start(t, id)
	w.RunDue()
	t.Run("T-16 right data of a dead person never match, even if a register says so", func(t *testing.T) {
		w.mustBe(t, id, check.Mismatch, check.Mismatch, account.Simplified)
	})
}

func TestDefect(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	f.defect["pension"] = true
	w := newWorld(t, d, now, f)
	id := w.resident(t, anna)
	w.start(t, id)
	w.RunDue()
	t.Run("CHK-21 a question that the register calls wrong is for the support", func(t *testing.T) {
		w.mustBe(t, id, check.Defect, check.Passed, account.Simplified)
		if keys := w.told.keys(id); len(keys) != 1 || keys[0] != "check.not_passed" {
			t.Fatal(keys)
		}
	})
}

func TestDispute(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	w := newWorld(t, d, now, f)
	id := w.resident(t, anna)
	w.start(t, id)
	w.RunDue()
	_, token, _ := strings.Cut(w.told.notices[1].Path, "claim=")
	t.Run("T-69 this was not me freezes the claim and the level falls", func(t *testing.T) {
		if err := w.checks.Dispute(context.Background(), token); err != nil {
			t.Fatal(err)
		}
		if st := w.status(t, id); st.Outcome != check.Disputed || w.level(t, id) != account.Simplified {
			t.Fatal(st.Outcome)
		}
	})
	t.Run("D-06 the link works once", func(t *testing.T) {
		if err := w.checks.Dispute(context.Background(), token); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		if err := w.checks.Dispute(context.Background(), ""); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
	t.Run("T-69 answers of a disputed claim are not used again", func(t *testing.T) {
		w.start(t, id)
		w.RunDue()
		if f.posted["pension"] != 2 || f.posted["migration"] != 2 {
			t.Fatal(f.posted)
		}
	})
}

func TestIncomplete(t *testing.T) {
	d, now := dbtest.SQLite(t)
	f := newFake()
	w := newWorld(t, d, now, f)
	id := w.resident(t, map[string]string{"family_name": "Соколова"})
	t.Run("PRF-17 what is not complete is not sent", func(t *testing.T) {
		err := w.checks.Start(context.Background(), id)
		if !fault.Is(err, fault.Invalid) || len(fault.Of(err).Fields) == 0 || len(f.posted) != 0 {
			t.Fatal(err)
		}
	})
	t.Run("CHK-14 nothing waits for a page: the claim lives in the database alone", func(t *testing.T) {
		w.set(id, anna)
		ctx, closed := context.WithCancel(context.Background())
		if err := w.checks.Start(ctx, id); err != nil {
			t.Fatal(err)
		}
		closed() // the browser has gone away
		w.RunDue()
		w.mustBe(t, id, check.Passed, check.Passed, account.Standard)
	})
}

func TestLevelProperty(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, nil)
	t.Run("LVL-09 a level never rises without a match of both registers for the same data", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			f := newFake()
			w.profiles = profile.New(d, w.Accounts, w.Law, nil, nil)
			w.checks = check.New(d, w.Accounts, w.profiles, f, w.told)
			queue := newQueue(d)
			w.checks.Register(queue)
			snils := rapid.SampledFrom(validNumbers).Draw(rt, "number")
			id := w.resident(t, with(anna, map[string]string{"snils": snils}))
			was := false
			for range rapid.IntRange(1, 10).Draw(rt, "steps") {
				register := rapid.SampledFrom([]string{"pension", "migration"}).Draw(rt, "register")
				switch rapid.IntRange(0, 5).Draw(rt, "step") {
				case 0:
					f.result[register] = rapid.SampledFrom([]door.Result{door.Match, door.Mismatch, door.Review}).Draw(rt, "result")
				case 1:
					f.away[register] = !f.away[register]
				case 2:
					f.lose[register] = true
				case 3:
					w.set(id, map[string]string{"ru_passport.number": rapid.StringMatching(`[0-9]{6}`).Draw(rt, "passport")})
				case 4:
					if err := w.checks.Start(context.Background(), id); err != nil && fault.Of(err).Kind == fault.Internal {
						rt.Fatal(err)
					}
				case 5:
					now.Advance(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 24 * time.Hour}).Draw(rt, "time"))
				}
				if err := queue.RunDue(context.Background()); err != nil {
					rt.Fatal(err)
				}
				standard := w.level(t, id) >= account.Standard
				if standard && !was {
					for _, q := range w.status(t, id).Questions {
						if !f.matched(q) {
							rt.Fatal("standard without a match of", q.Register)
						}
					}
				}
				was = standard
			}
		})
	})
}

// matched says whether the register has confirmed this very question.
func (f *fake) matched(q check.Question) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.answers[q.Register+"/"+q.ID]
	return a.Result == door.Match && !a.Deceased
}
