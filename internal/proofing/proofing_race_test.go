package proofing_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/proofing"
	"okno/internal/proofing/proofingtest"
)

// together runs f n times at once and counts how often it said yes.
func together(n int, f func(i int) bool) int64 {
	var yes atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if f(i) {
				yes.Add(1)
			}
		})
	}
	wg.Wait()
	return yes.Load()
}

func TestRaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		var desks []officer.Officer
		for _, login := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			desks = append(desks, w.Operator(login, "Ольга "+login, "moscow_mfc"))
		}
		id, phone := w.Resident(account.Standard, "Соколова")
		t.Run("OPR-12 of many operators at once one opens the visit", func(t *testing.T) {
			won := together(len(desks), func(i int) bool {
				found, err := w.Find(ctx, desks[i], w.Searched(phone))
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
				return err == nil && found.Outcome == proofing.FoundStandard
			})
			if won != 1 {
				t.Fatal(won)
			}
			now.Advance(31 * time.Minute)
			w.RunDue()
		})
		t.Run("OTP-2 of 64 right codes at once one is taken", func(t *testing.T) {
			visit := w.Open(desks[0], phone)
			w.Match(desks[0], visit, id)
			code := w.Code(desks[0], visit)
			won := together(64, func(int) bool {
				result, err := w.EnterOwn(ctx, id, code)
				return err == nil && result.Right
			})
			if won != 1 {
				t.Fatal(won)
			}
			confirmed := together(8, func(int) bool { return w.Confirm(ctx, desks[0], visit) == nil })
			if confirmed != 1 || w.Level(id) != account.Verified {
				t.Fatal(confirmed)
			}
			w.RunDue()
			if n := len(w.Post.SMS); n != 2 {
				t.Fatal("messages:", n)
			}
		})
		t.Run("OTP-3 of many wrong codes at once exactly five are compared, from both sides together", func(t *testing.T) {
			id, phone := w.Resident(account.Standard, "Орлова")
			visit := w.Open(desks[1], phone)
			w.Match(desks[1], visit, id)
			code := w.Code(desks[1], visit)
			wrong := "000000"
			if code == wrong {
				wrong = "000001"
			}
			together(40, func(i int) bool {
				var err error
				if i%2 == 0 {
					_, err = w.EnterOwn(ctx, id, wrong)
				} else {
					_, err = w.EnterAtDesk(ctx, desks[1], visit, wrong)
				}
				if err != nil {
					t.Error(err)
				}
				return true
			})
			compared := 0
			for _, e := range w.About(id) {
				if e.Act == "proofing.code_wrong" {
					compared++
				}
			}
			if compared != 5 {
				t.Fatal(compared)
			}
			if result, err := w.EnterOwn(ctx, id, code); err != nil || result.Right {
				t.Fatal(result, err)
			}
		})
		t.Run("OTP-2 of many right codes of an envelope at once one is taken", func(t *testing.T) {
			id, phone := w.Resident(account.Standard, "Конвертова")
			visit := w.Open(desks[2], phone)
			w.Match(desks[2], visit, id)
			e, err := w.HandOver(ctx, desks[2], visit)
			if err != nil {
				t.Fatal(err)
			}
			if won := together(32, func(int) bool { r, err := w.EnterEnvelope(ctx, id, e.Code, solved); return err == nil && r.Right }); won != 1 {
				t.Fatal(won)
			}
		})
	})
}

func TestCaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		cap := w.World.Law.Rules.Desk.PerHour
		many := cap + 6
		t.Run("T-25 of more visitors than an hour allows exactly the allowed number is confirmed", func(t *testing.T) {
			var visits []string
			var ids []account.ID
			for range many {
				id, phone := w.Resident(account.Standard, "Соколова")
				visits, ids = append(visits, w.ToProved(olga, id, phone)), append(ids, id)
			}
			won := together(many, func(i int) bool {
				err := w.Confirm(ctx, olga, visits[i])
				if err != nil && !fault.Is(err, fault.TooMany) {
					t.Error(err)
				}
				return err == nil
			})
			verified := 0
			for _, id := range ids {
				if w.Level(id) == account.Verified {
					verified++
				}
			}
			if won != int64(cap) || verified != cap {
				t.Fatal(won, verified, cap)
			}
		})
		t.Run("T-25 an envelope counts as a confirmation, and the next hour begins anew", func(t *testing.T) {
			id, phone := w.Resident(account.Standard, "Лишняя")
			visit := w.Open(olga, phone)
			w.Match(olga, visit, id)
			if _, err := w.HandOver(ctx, olga, visit); !fault.Is(err, fault.TooMany) {
				t.Fatal(err)
			}
			now.Advance(time.Hour)
			visit = w.Open(olga, phone)
			w.Match(olga, visit, id)
			if _, err := w.HandOver(ctx, olga, visit); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("AUTHZ-6 an operator cannot go on searching without end", func(t *testing.T) {
			now.Advance(time.Hour)
			allowed := together(3*cap+9, func(int) bool {
				_, err := w.Find(ctx, olga, w.Searched("+79990000000"))
				if err != nil && !fault.Is(err, fault.TooMany) {
					t.Error(err)
				}
				return err == nil
			})
			if allowed != int64(3*cap) {
				t.Fatal(allowed)
			}
		})
		t.Run("D-18 a search that was one too many leaves a trace", func(t *testing.T) {
			var n int
			err := d.Read(ctx, func(tx *db.Tx) (err error) {
				n, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE act = 'proofing.search_refused' AND purpose <> ''`)
				return err
			})
			if err != nil || n != 9 {
				t.Fatal(n, err)
			}
		})
	})
}
