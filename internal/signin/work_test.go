package signin_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/signin"
)

func TestWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		idle := func() bool { return false }
		try := func(login, password string, work func() bool) signin.Result {
			t.Helper()
			return w.try(signin.Attempt{Login: login, Password: password, Work: work})
		}
		t.Run("SEC-09 the first two tries ask for no challenge", func(t *testing.T) {
			asked := func() bool { t.Error("asked"); return false }
			for range 2 {
				if r := try(phone, "wrong", asked); r.Waiting {
					t.Fatal(r)
				}
			}
		})
		t.Run("SEC-09 after two failures no password is compared without a solved challenge", func(t *testing.T) {
			if r := try(phone, password, idle); !r.Waiting || r.Wait != 30*time.Second {
				t.Fatal(r)
			}
		})
		t.Run("AUTH-7 a login that nobody has is asked for the same", func(t *testing.T) {
			for range 2 {
				try("+79165550000", "wrong", idle)
			}
			if r := try("+79165550000", password, idle); !r.Waiting || r.Wait != 30*time.Second {
				t.Fatal(r)
			}
		})
		t.Run("SEC-09 with one it is", func(t *testing.T) {
			if r := try(phone, "wrong", worked); r.Waiting {
				t.Fatal(r)
			}
		})
		t.Run("Q-53 the challenge is a security event, once in a row of failures", func(t *testing.T) {
			w.write(func(tx *db.Tx) error {
				n, err := db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE act = 'signin.challenge' AND subject = $1`, string(w.irina))
				if n != 1 {
					t.Error(n)
				}
				return err
			})
		})
		t.Run("SEC-09 without scripts one waits half a minute, and is let in", func(t *testing.T) {
			now.Advance(29 * time.Second)
			if r := try(phone, password, idle); !r.Waiting {
				t.Fatal(r)
			}
			now.Advance(time.Second)
			if r := try(phone, password, idle); r.Refused() {
				t.Fatal(r)
			}
		})
		t.Run("OTP-3 of 60 parallel guesses without a challenge exactly two are compared", func(t *testing.T) {
			w.write(func(tx *db.Tx) error { return w.service.Set(tx, string(w.irina), w.cheapHash(password)) })
			var compared atomic.Int64
			var wg sync.WaitGroup
			for range 60 {
				wg.Go(func() {
					r, err := w.service.SignIn(context.Background(), signin.Attempt{Login: phone, Password: "wrong"})
					if err != nil {
						t.Error(err)
					} else if !r.Waiting {
						compared.Add(1)
					}
				})
			}
			wg.Wait()
			if compared.Load() != 2 {
				t.Fatal(compared.Load())
			}
		})
	})
}
