package checkpage_test

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/check/checkpage"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/outside/register"
	"okno/internal/profile"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

// registers answer as they are told: match if nothing is said.
type registers struct {
	mu    sync.Mutex
	says  map[string]register.Result
	away  map[string]bool
	asked int
	while func() // runs while a register is asked
}

func (r *registers) Check(_ context.Context, name string, _ register.Request) (register.Answer, error) {
	if r.while != nil {
		r.while()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away[name] {
		return register.Answer{}, fault.New(fault.Unavailable, register.KeyAway)
	}
	r.asked++
	if says, told := r.says[name]; told {
		return register.Answer{Result: says}, nil
	}
	return register.Answer{Result: register.Match}, nil
}

func (r *registers) Ask(_ context.Context, name, _ string) (register.Answer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away[name] {
		return register.Answer{}, fault.New(fault.Unavailable, register.KeyAway)
	}
	return register.Answer{}, fault.New(fault.NotFound, register.KeyUnknownQuestion)
}

type notices struct {
	mu   sync.Mutex
	sent []notify.Notice
}

func (n *notices) Send(_ *db.Tx, notice notify.Notice) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent = append(n.sent, notice)
	return nil
}

var anna = map[string]string{
	"family_name": "Соколова", "given_name": "Анна", "patronymic": "Петровна", "sex": "female", "birth_date": "1958-03-27",
	"birth_place": "г. Вологда", "citizenship": "RU", "snils": "11223344595", "identity_document": "ru_passport",
	"ru_passport.series": "4509", "ru_passport.number": "104202", "ru_passport.issued_on": "2008-06-11",
	"ru_passport.issued_by": "Отделом внутренних дел", "ru_passport.department_code": "350-002",
}

type world struct {
	*visittest.World
	checks    *check.Checks
	profiles  *profile.Profiles
	registers *registers
	notices   *notices
	b         *webtest.Browser
	id        account.ID
}

// newWorld is a world in which Anna has sent her data.
func newWorld(t testing.TB, d *db.DB, now *clock.Fake) *world {
	w := &world{World: visittest.New(t, d, now, "ru"), registers: &registers{says: map[string]register.Result{}, away: map[string]bool{}}, notices: &notices{}}
	w.profiles = profile.New(d, w.Accounts, w.Law, nil, nil)
	w.checks = check.New(d, w.Accounts, w.profiles, w.registers, w.notices)
	w.checks.Register(w.Jobs)
	checkpage.Mount(w.Site, w.checks, w.profiles)
	w.id = w.Account(account.Simplified, "Соколова Анна", "+79000000001")
	w.Write(func(tx *db.Tx) error {
		return w.profiles.Set(tx, w.id, anna, profile.Holder, account.ByHolder(w.id))
	})
	w.b = w.SignedIn(w.id)
	return w
}

func (w *world) start() {
	w.T.Helper()
	if err := w.checks.Start(context.Background(), w.id); err != nil {
		w.T.Fatal(err)
	}
}

func TestLive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		open := func(t *testing.T) *webtest.Page { return w.b.For(t).Open("/id/check") }
		t.Run("CHK-05 without a claim the page says what comes first", func(t *testing.T) {
			if p := open(t).Must("Nothing is being checked"); p.Link("Fill in profile") != "/id/profile/edit" {
				t.Fatal("no way to the form")
			}
		})
		w.registers.away["migration"] = true
		w.start()
		t.Run("CHK-05 the page shows the state of each check", func(t *testing.T) {
			open(t).Must("Checking SNILS", "Pension Fund", "Checking the identity document", "Ministry of Internal Affairs", "Waiting")
		})
		w.RunDue()
		t.Run("CHK-06 each check has an indicator to its left", func(t *testing.T) {
			p := open(t)
			for _, sign := range []string{`data-state="passed"`, `data-state="silent"`} {
				if at := strings.Index(p.Body, sign); at < 0 || strings.Index(p.Body[at:], "<svg") > strings.Index(p.Body[at:], "<strong>") {
					t.Fatal(sign)
				}
			}
		})
		t.Run("CHK-07 a passed check is shown so at once", func(t *testing.T) {
			open(t).Must("Matched")
		})
		t.Run("CHK-10 the page says 2-3 minutes and up to 5 days", func(t *testing.T) {
			open(t).Must("takes 2–3 minutes", "may take up to 5 days")
		})
		t.Run("CHK-12 the page says how long it usually takes", func(t *testing.T) {
			open(t).Must("The registers answer in 2 to 15 minutes. If somebody there has to look at the data, it takes at most 5 working days.")
		})
		t.Run("P-02 the check is the second of three steps", func(t *testing.T) {
			open(t).Must("Step 2 of 3")
		})
		t.Run("CHK-14 closing the page does not matter, and the page says so", func(t *testing.T) {
			open(t).Must("You can close this page")
		})
		t.Run("PROOF-3 a silent register is called by name, and nothing has to be typed again", func(t *testing.T) {
			open(t).Must("Not answering yet", "The register does not answer now. We keep asking.")
		})
		t.Run("D-21 without scripts the page reloads itself every 15 seconds for 5 minutes", func(t *testing.T) {
			p := open(t)
			if !strings.Contains(p.Body, `<noscript><meta http-equiv="refresh" content="15;url=/id/check?round=1"></noscript>`) {
				t.Fatal("no refresh, or one that also moves the focus of those who have scripts")
			}
			if p = w.b.For(t).Open("/id/check?round=20"); strings.Contains(p.Body, `http-equiv="refresh"`) {
				t.Fatal("it never stops")
			}
			p.Must("Last updated", "Check again now")
		})
		t.Run("D-21 the script gets the list alone", func(t *testing.T) {
			r := httptest.NewRequest("GET", visittest.Origin+"/id/check/list", nil)
			for _, c := range w.b.Cookies() {
				r.AddCookie(c)
			}
			answer := httptest.NewRecorder()
			w.Handler().ServeHTTP(answer, r)
			if body := answer.Body.String(); answer.Code != 200 || !strings.Contains(body, `id="checks"`) || strings.Contains(body, "<html") {
				t.Fatal(answer.Code, body)
			}
		})
		t.Run("CHK-23 after twenty minutes a restart is offered, and it is safe", func(t *testing.T) {
			open(t).MustNot("Start again")
			now.Advance(20 * time.Minute)
			w.registers.away["migration"] = false
			p := open(t).Must("no register is asked twice").Press("Start again").MustBe(200, "/id/check")
			p.MustNot("Start again")
			w.RunDue()
			if w.registers.asked != 2 {
				t.Fatal(w.registers.asked)
			}
		})
		t.Run("CHK-09 the check is finished when the last indicator is green", func(t *testing.T) {
			if p := open(t); strings.Count(p.Body, `data-state="passed"`) != 2 || strings.Contains(p.Body, "refresh") {
				t.Fatal("not finished")
			}
		})
		t.Run("CHK-17 the page says that it is complete and offers to log in again", func(t *testing.T) {
			p := open(t).Must("The check of your personal data is complete", "Log in again")
			if !strings.Contains(p.Body, `formaction="/id/signin/again"`) {
				t.Fatal("the button leads elsewhere")
			}
		})
		t.Run("CHK-19 there are three ways on", func(t *testing.T) {
			p := open(t).Must("Log in again")
			if p.Link("Go to the service catalogue") != "/services" || p.Link("Go to my data") != "/id/profile/user" {
				t.Fatal("a way is missing")
			}
		})
		t.Run("CHK-16 the letter leads back to the account", func(t *testing.T) {
			if n := w.notices.sent[0]; n.Key != "check.passed" || n.Path != "/id/check" {
				t.Fatal(n)
			}
		})
		t.Run("D-06 the holder of the contact can say that it was somebody else, without signing in", func(t *testing.T) {
			stranger := w.Browser().For(t)
			p := stranger.Open(w.notices.sent[1].Path).Must("Was it somebody else?").Press("This was not me")
			p.Must("The account is stopped")
			w.Write(func(tx *db.Tx) error {
				if l, err := w.Accounts.LevelOf(tx, w.id); err != nil || l != account.Simplified {
					t.Error(l, err)
				}
				return nil
			})
			if p = stranger.Open(w.notices.sent[1].Path); p.Status != 404 {
				t.Fatal(p.Status)
			}
		})
	})
}

func TestRunning(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	var seen string
	w.registers.while = func() {
		if seen == "" {
			seen = w.b.Open("/id/check").Body
		}
	}
	w.start()
	w.RunDue()
	t.Run("CHK-08 while a register is asked its indicator is two arrows in a circle", func(t *testing.T) {
		_, after, found := strings.Cut(seen, `data-state="running"`)
		if !found || !strings.Contains(after[:400], `d="M4 4v5h5m11 11v-5h-5"`) {
			t.Fatal(seen)
		}
	})
}

func TestMismatch(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	w.registers.says["migration"] = register.Mismatch
	w.start()
	w.RunDue()
	t.Run("Q-12 the reason names the register, and Fix it leads to its own fields", func(t *testing.T) {
		p := w.b.For(t).Open("/id/check").Must("Did not match", "Your data does not match this register", "Ministry of Internal Affairs")
		if href := p.Link("Fix it"); !strings.HasPrefix(href, "/id/profile/edit?fix=migration#") {
			t.Fatal(href)
		}
	})
	t.Run("CHK-22 the passport can be looked up at the ministry", func(t *testing.T) {
		p := w.b.For(t).Open("/id/check")
		if href := p.Link("Check whether the document is valid: Ministry of Internal Affairs"); !strings.HasPrefix(href, "https://") {
			t.Fatal(href)
		}
	})
	t.Run("T-15 every wrong field gives the same page", func(t *testing.T) {
		bodies := map[string]bool{}
		for _, change := range []map[string]string{{"ru_passport.number": "104203"}, {"ru_passport.department_code": "350-003"}, {"birth_date": "1958-03-28"}, {"family_name": "Соколова-Орлова"}} {
			d, now := dbtest.SQLite(t)
			w := newWorld(t, d, now)
			w.registers.says["migration"] = register.Mismatch
			w.Write(func(tx *db.Tx) error {
				return w.profiles.Set(tx, w.id, change, profile.Holder, account.ByHolder(w.id))
			})
			w.start()
			w.RunDue()
			bodies[w.b.For(t).Open("/id/check").Text()] = true
		}
		if len(bodies) != 1 {
			t.Fatal(len(bodies), "different pages")
		}
	})
}

func TestReview(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	w.registers.says["pension"] = register.Review
	w.start()
	w.RunDue()
	t.Run("CHK-25 a look by an employee is shown as still running", func(t *testing.T) {
		w.b.For(t).Open("/id/check").Must("A person is checking", "An employee of the register is looking", "Your data is being checked")
	})
}

func TestNotPassed(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	w.registers.away["pension"] = true
	w.start()
	for range 12 * 4 {
		w.RunDue()
		now.Advance(6 * time.Hour)
	}
	w.RunDue()
	t.Run("CHK-21 after the stated time support is named, and the same data can be sent again", func(t *testing.T) {
		b := w.SignedIn(w.id).For(t)
		p := b.Open("/id/check").Must("The check has not passed in the stated time", "Contact technical support", "8-800-100-70-10")
		w.registers.away["pension"] = false
		p.Press("Send for checking again").MustBe(200, "/id/check")
		w.RunDue()
		b.Open("/id/check").Must("The check of your personal data is complete")
	})
}

func TestTaken(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	w.start()
	w.RunDue()
	t.Run("Q-51 who has the number in another account is led there", func(t *testing.T) {
		other := w.Account(account.Simplified, "Соколова Анна", "+79000000002")
		w.Write(func(tx *db.Tx) error {
			return w.profiles.Set(tx, other, anna, profile.Holder, account.ByHolder(other))
		})
		if err := w.checks.Start(context.Background(), other); err != nil {
			t.Fatal(err)
		}
		w.RunDue()
		p := w.SignedIn(other).For(t).Open("/id/check").Must("another account holds this number already")
		if p.Link("Restore access") == "" || p.Link("Log in to the other account") == "" {
			t.Fatal("no way on")
		}
	})
}

func TestLanguages(t *testing.T) {
	for _, lang := range []string{"en", "ru", "fa"} {
		t.Run("Q-57 every state can be read in "+lang, func(t *testing.T) {
			for _, says := range []register.Result{register.Match, register.Mismatch, register.Review} {
				d, now := dbtest.SQLite(t)
				w := newWorld(t, d, now)
				b := w.b.For(t)
				b.Send("/language/"+lang, url.Values{})
				w.registers.says["migration"] = says
				w.start()
				for range 2 {
					if p := b.Open("/id/check"); p.Status != 200 || !strings.Contains(p.Body, `lang="`+lang+`"`) {
						t.Fatal(says, p.Status)
					}
					w.RunDue()
				}
				if says == register.Match {
					if p := b.Open(w.notices.sent[1].Path); p.Status != 200 {
						t.Fatal(p.Status)
					}
				}
			}
		})
	}
}

// TestLastAnswer looks at the page again and again while the registers answer.
func TestLastAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		t.Run("CHK-17 who looks at the moment of the last answer is not told that it did not match", func(t *testing.T) {
			for i := range 12 {
				if i > 0 {
					w.id = w.Account(account.Simplified, "Соколова Анна", fmt.Sprintf("+790000001%02d", i))
					mine := maps.Clone(anna)
					mine["snils"], mine["ru_passport.number"] = insured(i), fmt.Sprintf("2042%02d", i)
					w.Write(func(tx *db.Tx) error { return w.profiles.Set(tx, w.id, mine, profile.Holder, account.ByHolder(w.id)) })
				}
				w.start()
				var wg sync.WaitGroup
				var done atomic.Bool
				for range 4 {
					b := w.SignedIn(w.id)
					wg.Go(func() {
						for !done.Load() {
							if p := b.Open("/id/check"); !p.Has("Your data is being checked") && !p.Has("The check is complete") {
								t.Error(p.Text())
							}
						}
					})
				}
				w.RunDue()
				done.Store(true)
				wg.Wait()
			}
		})
	})
}

// insured is an invented insurance number with its check digits.
func insured(n int) string {
	digits, sum := fmt.Sprintf("112%06d", n), 0
	for i, d := range digits {
		sum += int(d-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", digits, sum%101%100)
}
