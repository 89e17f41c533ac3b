package audit_test

import (
	"context"
	"testing"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestNewest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		l := newLog(t, d)
		newest := func(f audit.Filter, most int) (all []audit.Recorded) {
			t.Helper()
			write(t, d, func(tx *db.Tx) (err error) { all, err = audit.Newest(tx, f, most); return err })
			return all
		}
		latest := func() (c audit.Checkpoint) {
			t.Helper()
			write(t, d, func(tx *db.Tx) (err error) { c, err = audit.Latest(tx); return err })
			return c
		}
		t.Run("before the first checkpoint there is none", func(t *testing.T) {
			if c := latest(); c != (audit.Checkpoint{}) {
				t.Fatal(c)
			}
		})
		write(t, d, record(25))
		write(t, d, func(tx *db.Tx) error {
			return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Officer, ID: "o1"}, Act: "case.decide", Object: "application/7"})
		})
		t.Run("the newest entry stands first, and paging meets every entry once", func(t *testing.T) {
			seen, before := map[string]bool{}, ""
			for {
				page := newest(audit.Filter{Before: before}, 10)
				if len(page) == 0 {
					break
				}
				for _, e := range page {
					if seen[e.ID] || before != "" && e.ID >= before {
						t.Fatal("out of order or twice:", e.ID)
					}
					seen[e.ID], before = true, e.ID
				}
			}
			if len(seen) != 26 || newest(audit.Filter{}, 1)[0].Act != "case.decide" {
				t.Fatal(len(seen))
			}
		})
		t.Run("the list is narrowed by act and by who acted", func(t *testing.T) {
			if n := len(newest(audit.Filter{Act: "test.act"}, 100)); n != 25 {
				t.Fatal(n)
			}
			if n := len(newest(audit.Filter{Kind: audit.Officer}, 100)); n != 1 {
				t.Fatal(n)
			}
			if n := len(newest(audit.Filter{Act: "test.act", Kind: audit.Officer}, 100)); n != 0 {
				t.Fatal(n)
			}
		})
		t.Run("AUDIT-1 the latest checkpoint is what the whole log proves", func(t *testing.T) {
			if err := l.Append(context.Background()); err != nil {
				t.Fatal(err)
			}
			r, err := l.Verify(context.Background())
			if c := latest(); err != nil || c.Size != 26 || c.Root != r.Root || !c.At.Equal(now.Now()) {
				t.Fatal(c, r, err)
			}
		})
	})
}
