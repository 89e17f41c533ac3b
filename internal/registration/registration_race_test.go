package registration_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/registration"
)

// together runs f in n goroutines that start at once.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; f(i) })
	}
	close(start)
	wg.Wait()
}

func TestParallelGuesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		t.Run("OTP-3 of 64 parallel guesses exactly five are compared", func(t *testing.T) {
			w.begin("guesser", number(1), "")
			wrong := wrongCode(w.code(number(1)))
			var compared, refused atomic.Int64
			together(64, func(int) {
				for {
					result, _, err := w.EnterCode(context.Background(), "guesser", wrong)
					if err != nil {
						continue // lost the race ten times: the guesser comes again
					}
					if result == registration.CodeWrong {
						compared.Add(1)
					} else {
						refused.Add(1)
					}
					return
				}
			})
			// the fifth compare reports that the code is spent, as all later ones do
			if compared.Load() != 4 || refused.Load() != 60 {
				t.Fatal(compared.Load(), refused.Load())
			}
			if n := w.count(`SELECT tries FROM registration_registration WHERE browser = 'guesser'`); n != 5 {
				t.Fatal(n)
			}
		})
		t.Run("OTP-2 a right code typed 64 times at once confirms once", func(t *testing.T) {
			w.begin("hasty", number(2), "")
			code := w.code(number(2))
			var right atomic.Int64
			together(64, func(int) {
				for {
					result, _, err := w.EnterCode(context.Background(), "hasty", code)
					if err != nil && !registration.IsNone(err) {
						continue
					}
					if err == nil && result == registration.CodeRight {
						right.Add(1)
					}
					return
				}
			})
			if right.Load() != 1 || w.step("hasty") != registration.AtPassword {
				t.Fatal(right.Load(), w.step("hasty"))
			}
		})
		t.Run("REG-38 Done pressed many times at once opens one account", func(t *testing.T) {
			var opened atomic.Int64
			together(16, func(int) {
				for {
					_, err := w.finish("hasty")
					if err != nil && !registration.IsNone(err) {
						continue
					}
					if err == nil {
						opened.Add(1)
					}
					return
				}
			})
			if n := w.count(`SELECT count(*) FROM account_account`); opened.Load() != 1 || n != 1 {
				t.Fatal(opened.Load(), n)
			}
		})
		t.Run("REG-10 of many who confirm one number at once one gets the account", func(t *testing.T) {
			const rivals = 4
			codes := make([]string, rivals)
			for i := range rivals {
				now.Advance(w.Law.Rules.Code.Resend)
				w.begin(fmt.Sprint("rival", i), number(3), "")
				codes[i] = w.code(number(3))
			}
			var opened atomic.Int64
			together(rivals, func(i int) {
				browser := fmt.Sprint("rival", i)
				for {
					result, _, err := w.EnterCode(context.Background(), browser, codes[i])
					if registration.IsNone(err) || err == nil && result != registration.CodeRight {
						break
					}
					if err == nil {
						break
					}
				}
				for {
					_, err := w.finish(browser)
					if err == nil {
						opened.Add(1)
					}
					if err == nil || registration.IsNone(err) || fault.Is(err, fault.Conflict) {
						return
					}
				}
			})
			w.read(func(tx *db.Tx) error {
				holder, err := w.Accounts.ByContact(tx, account.Phone, number(3))
				if holder == "" || opened.Load() != 1 {
					t.Fatal(holder, opened.Load())
				}
				return err
			})
		})
	})
}
