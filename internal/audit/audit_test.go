package audit_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/secret"
	"okno/internal/vault"
)

func newLog(t *testing.T, d *db.DB) *audit.Log {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &audit.Log{DB: d, Origin: "okno.example/audit", Key: key, Witness: filepath.Join(t.TempDir(), "witness")}
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func record(n int) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		for i := range n {
			err := audit.Record(tx, audit.Entry{Actor: audit.BySystem("test"), Act: "test.act", Subject: "p1",
				Object: fmt.Sprintf("thing/%d", i), Facts: map[string]string{"n": fmt.Sprint(i)}})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func problems(t *testing.T, l *audit.Log) string {
	t.Helper()
	r, err := l.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(r.Problems, "\n")
}

const (
	changeEntry    db.SQL = `UPDATE audit_entry SET purpose = 'changed' WHERE seq = 3`
	changeBack     db.SQL = `UPDATE audit_entry SET purpose = '' WHERE seq = 3`
	removeEntry    db.SQL = `DELETE FROM audit_entry WHERE seq = $1`
	removeNotes    db.SQL = `DELETE FROM audit_checkpoint WHERE size > $1`
	eraseWrappedOf db.SQL = `SELECT count(*) FROM vault_key WHERE subject = $1 AND wrapped IS NOT NULL`
)

func TestLog(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		l := newLog(t, d)
		t.Run("AUDIT-1 an act is in the signed tree and the log verifies", func(t *testing.T) {
			write(t, d, record(700))
			if err := l.Append(ctx); err != nil {
				t.Fatal(err)
			}
			r, err := l.Verify(ctx)
			if err != nil || len(r.Problems) > 0 || r.Entries != 700 || r.Root == "" {
				t.Fatalf("%v %+v", err, r)
			}
		})
		t.Run("D-19 an entry that waits longer than ten seconds is reported", func(t *testing.T) {
			write(t, d, record(1))
			now.Advance(9 * time.Second)
			if p := problems(t, l); p != "" {
				t.Fatal(p)
			}
			now.Advance(2 * time.Second)
			if p := problems(t, l); !strings.Contains(p, "waited") {
				t.Fatal(p)
			}
			if err := l.Append(ctx); err != nil {
				t.Fatal(err)
			}
			if p := problems(t, l); p != "" {
				t.Fatal(p)
			}
		})
		t.Run("a changed entry is found", func(t *testing.T) {
			write(t, d, func(tx *db.Tx) error { return tx.ExecOne(changeEntry) })
			if p := problems(t, l); !strings.Contains(p, "entry 3") || !strings.Contains(p, "changed") {
				t.Fatal(p)
			}
			write(t, d, func(tx *db.Tx) error { return tx.ExecOne(changeBack) })
			if p := problems(t, l); p != "" {
				t.Fatal(p)
			}
		})
		t.Run("AUDIT-2 erasing a person leaves the log sound and the detail unreadable", func(t *testing.T) {
			ring, err := secret.CreateRing(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			v := vault.New(ring)
			write(t, d, func(tx *db.Tx) error {
				key, err := v.Create(tx, "p9")
				if err != nil {
					return err
				}
				return audit.Record(tx, audit.Entry{Actor: audit.BySystem("t"), Act: "a", Subject: "p9", Object: "x/1",
					Detail: key.Seal(audit.DetailPlace("x/1"), []byte("Ivan"))})
			})
			if err := l.Append(ctx); err != nil {
				t.Fatal(err)
			}
			write(t, d, func(tx *db.Tx) error { return v.Erase(tx, "p9") })
			write(t, d, func(tx *db.Tx) error {
				if _, err := v.Open(tx, "p9"); err == nil {
					t.Error("an erased key opened")
				}
				n, err := db.One(tx, db.Scalar[int], eraseWrappedOf, "p9")
				if n != 0 {
					t.Error("the wrapped key is still there")
				}
				return err
			})
			if p := problems(t, l); p != "" {
				t.Fatal(p)
			}
		})
		t.Run("AUDIT-4 an old database restored is found by the witness", func(t *testing.T) {
			var size int64 = 702
			write(t, d, func(tx *db.Tx) error {
				if _, err := tx.Exec(removeNotes, 700); err != nil {
					return err
				}
				for seq := size; seq >= 700; seq-- {
					if _, err := tx.Exec(removeEntry, seq); err != nil {
						return err
					}
				}
				return nil
			})
			if p := problems(t, l); !strings.Contains(p, "removed or an old database") {
				t.Fatal(p)
			}
		})
	})
}

func TestAppendRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		t.Run("D-19 sequencers of several nodes and writers at once leave a sound log", func(t *testing.T) {
			l := newLog(t, d)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range 10 {
						write(t, d, record(5))
					}
				})
			}
			for range 3 {
				wg.Go(func() {
					for range 10 {
						if err := l.Append(context.Background()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if err := l.Append(context.Background()); err != nil {
				t.Fatal(err)
			}
			r, err := l.Verify(context.Background())
			if err != nil || len(r.Problems) > 0 || r.Entries != 400 {
				t.Fatalf("%v %+v", err, r)
			}
		})
	})
}
