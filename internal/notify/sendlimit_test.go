package notify_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/notify"
)

// ask asks for a send and gives the key of the refusal, "" when it was counted.
func (w *world) ask(number, client string) string {
	w.t.Helper()
	err := w.db.Write(context.Background(), func(tx *db.Tx) error {
		return w.TakeSend(tx, notify.Ask{Purpose: "test", Kind: account.Phone, Address: number, Client: client})
	})
	if err == nil {
		return ""
	}
	if f := fault.Of(err); f.Kind != fault.TooMany || f.Retry <= 0 {
		w.t.Fatal(err)
	}
	return fault.Of(err).Key
}

// asks counts how many of n sends, a pause apart, are granted.
func (w *world) asks(n int, pause time.Duration, number, client func(i int) string) (granted int) {
	for i := range n {
		if w.ask(number(i), client(i)) == "" {
			granted++
		}
		w.now.Advance(pause)
	}
	return granted
}

func one(s string) func(int) string { return func(int) string { return s } }

func TestSendLimits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		t.Run("OTP-1 two sends to one number are a minute apart", func(t *testing.T) {
			if w.ask("+79010000001", "") != "" || w.ask("+79010000001", "") != "notify.limit.pause" {
				t.Fatal("not a minute apart")
			}
			now.Advance(59 * time.Second)
			if w.ask("+79010000001", "") != "notify.limit.pause" {
				t.Fatal("59 seconds were enough")
			}
			now.Advance(time.Second)
			if w.ask("+79010000001", "") != "" {
				t.Fatal("60 seconds were not enough")
			}
		})
		t.Run("T-06 five sends an hour to one number, whichever hour it is", func(t *testing.T) {
			if got := w.asks(20, 3*time.Minute-time.Second, one("+79020000001"), one("")); got != 5 {
				t.Fatal(got)
			}
		})
		t.Run("T-06 ten sends a day to one number", func(t *testing.T) {
			if got := w.asks(40, 35*time.Minute, one("+79030000001"), one("")); got != 10 {
				t.Fatal(got)
			}
		})
		t.Run("T-06 ten sends an hour for one address, and a /64 is one address", func(t *testing.T) {
			number := func(i int) string { return fmt.Sprintf("+7904%03d0000", i) }
			if got := w.asks(30, time.Second, number, one("192.0.2.9:4444")); got != 10 {
				t.Fatal(got)
			}
			if got := w.asks(30, time.Second, func(i int) string { return number(i + 100) }, func(i int) string { return fmt.Sprintf("[2001:db8:1:2::%x]:1", i+1) }); got != 10 {
				t.Fatal(got)
			}
		})
		t.Run("T-06 a range of numbers that confirms nothing is shut, others go on", func(t *testing.T) {
			if got := w.asks(5000/50, 0, func(i int) string { return fmt.Sprintf("+7905000%04d", i) }, one("")); got > 50 || got < 30 {
				t.Fatal(got)
			}
			if w.ask("+79051110000", "") != "" {
				t.Fatal("another range was harmed")
			}
		})
		t.Run("OTP-6 a range that confirms its codes keeps its fifty an hour", func(t *testing.T) {
			granted := 0
			for i := range 60 {
				number := fmt.Sprintf("+7906000%04d", i)
				if w.ask(number, "") == "" {
					granted++
					w.write(func(tx *db.Tx) error { return w.Confirmed(tx, "test", account.Phone, number) })
				}
			}
			if granted != 50 {
				t.Fatal(granted)
			}
		})
		t.Run("OTP-3 twenty wrong codes in a row freeze the number for a day, a right one forgets them", func(t *testing.T) {
			wrong := func(n int, number string) {
				for range n {
					w.write(func(tx *db.Tx) error { return w.Wrong(tx, "test", account.Phone, number) })
				}
			}
			wrong(19, "+79070000001")
			w.write(func(tx *db.Tx) error { return w.Confirmed(tx, "test", account.Phone, "+79070000001") })
			wrong(19, "+79070000001")
			if got := w.ask("+79070000001", ""); got != "" {
				t.Fatal(got)
			}
			wrong(1, "+79070000001")
			now.Advance(time.Hour)
			if got := w.ask("+79070000001", ""); got != "notify.limit.frozen" {
				t.Fatal(got)
			}
			now.Advance(23 * time.Hour)
			if got := w.ask("+79070000001", ""); got != "" {
				t.Fatal(got)
			}
		})
		t.Run("T-09 wrong codes of one purpose do not freeze another", func(t *testing.T) {
			for range 20 {
				w.write(func(tx *db.Tx) error { return w.Wrong(tx, "registration", account.Phone, "+79080000001") })
			}
			if got := w.ask("+79080000001", ""); got != "" {
				t.Fatal(got)
			}
		})
		t.Run("OTP-3 64 parallel asks for one number count exactly one", func(t *testing.T) {
			if got := w.parallel(64, one("+79090000001"), one("")); got != 1 {
				t.Fatal(got)
			}
		})
		t.Run("OTP-3 parallel asks from one address count exactly ten", func(t *testing.T) {
			if got := w.parallel(24, func(i int) string { return fmt.Sprintf("+7910%03d0000", i) }, one("192.0.2.77")); got != 10 {
				t.Fatal(got)
			}
		})
	})
}

func (w *world) parallel(n int, number, client func(i int) string) int64 {
	var granted atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for {
				err := w.db.Write(context.Background(), func(tx *db.Tx) error {
					return w.TakeSend(tx, notify.Ask{Purpose: "test", Kind: account.Phone, Address: number(i), Client: client(i)})
				})
				if err == nil {
					granted.Add(1)
				}
				if err == nil || fault.Is(err, fault.TooMany) {
					return
				}
			}
		})
	}
	wg.Wait()
	return granted.Load()
}
