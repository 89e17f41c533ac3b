package signin_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/signin"
)

func TestStuffing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		w.try(signin.Attempt{Login: phone, Password: password, Browser: "home"})
		cheap := w.cheapHash(other)
		const people, addresses, tries = 40, 10, 1000
		for i := range people {
			w.account("Anna", fmt.Sprintf("+7916200%04d", i), "", "", cheap)
		}
		t.Run("T-01 wrong pairs over many accounts from many addresses open nothing and are compared seldom", func(t *testing.T) {
			compared := 0
			for i := range tries {
				a := signin.Attempt{Login: fmt.Sprintf("+7916200%04d", rand.IntN(people)), Password: "leaked", Address: fmt.Sprintf("198.51.100.%d", i%addresses)}
				r, err := w.service.SignIn(context.Background(), a)
				switch {
				case fault.Is(err, fault.TooMany):
				case err != nil:
					t.Fatal(err)
				case !r.Refused():
					t.Fatal("a session")
				case !r.Waiting:
					compared++
				}
			}
			if compared > people*5 || compared > addresses*60 || compared < people {
				t.Fatal(compared)
			}
		})
		t.Run("T-01 the real holder still signs in from a known browser, behind an attacked address", func(t *testing.T) {
			if r, err := w.service.SignIn(context.Background(), signin.Attempt{Work: worked, Login: phone, Password: password, Browser: "home", Address: "198.51.100.1"}); err != nil || r.Refused() {
				t.Fatal(r, err)
			}
		})
	})
}

// model is what a lane must do, said in another way: wait for the rest, then five
// free tries and doubling rests.
type model struct {
	failures int
	last     time.Time
	next     time.Time
}

func (m *model) try(now time.Time, right bool) (in, waiting bool) {
	if !m.last.IsZero() && now.Sub(m.last) >= 24*time.Hour {
		m.failures = 0
	}
	if now.Before(m.next) {
		return false, true
	}
	if right {
		*m = model{}
		return true, false
	}
	m.failures++
	m.last, m.next = now, now
	if m.failures >= 5 {
		rest := time.Duration(1) * time.Second
		for range m.failures - 4 {
			rest = min(rest*2, 15*time.Minute)
		}
		m.next = now.Add(rest)
	}
	return false, false
}

func TestDelaysAlways(t *testing.T) {
	t.Run("AUTH-8 whatever the order of tries and pauses, the delays hold", func(t *testing.T) {
		d, now := dbtest.SQLite(t)
		w := newWorld(t, d, now)
		people := 0
		rapid.Check(t, func(t *rapid.T) {
			people++
			number := fmt.Sprintf("+7916300%04d", people)
			id, cheap := w.account("Anna", number, "", "", w.cheapHash(other)), w.cheapHash(other)
			var m model
			for _, step := range rapid.SliceOfN(rapid.IntRange(0, 9), 1, 30).Draw(t, "steps") {
				switch step {
				case 0:
					now.Advance(time.Duration(rapid.IntRange(1, 1000).Draw(t, "seconds")) * time.Second)
				case 1:
					now.Advance(25 * time.Hour)
				default:
					right := step == 2
					typed := map[bool]string{true: other, false: "wrong"}[right]
					r := w.try(signin.Attempt{Login: number, Password: typed})
					if in, waiting := m.try(now.Now(), right); in == r.Refused() || waiting != r.Waiting {
						t.Fatalf("got %+v, want in %v, waiting %v, %+v", r, in, waiting, m)
					} else if in { // the hash was made anew: back to one that costs little
						w.write(func(tx *db.Tx) error { return w.service.Set(tx, string(id), cheap) })
					}
				}
			}
		})
	})
}
