package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// receiptsOf gives somebody's receipts as a file.
func receiptsOf(t testing.TB, d *db.DB, l *audit.Log, subject string) (audit.Receipts, []byte) {
	t.Helper()
	var r audit.Receipts
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		r, err = l.Receipts(tx, subject)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return r, file
}

func TestReceipts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		l := newLog(t, d)
		if _, file := receiptsOf(t, d, l, "p1"); true {
			if all, err := audit.CheckReceipts(file, l.VerifierKey()); err != nil || len(all) != 0 {
				t.Fatal("an empty log", err, all)
			}
		}
		write(t, d, record(37))
		write(t, d, func(tx *db.Tx) error {
			return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Officer, ID: "o7"}, Act: "profile.read", Read: true, Subject: "p2", Object: "account/p2", Purpose: "desk.purpose.identity"})
		})
		write(t, d, record(5))
		if err := l.Append(t.Context()); err != nil {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error {
			return audit.Record(tx, audit.Entry{Actor: audit.BySystem("late"), Act: "late", Subject: "p2"})
		})
		mine, file := receiptsOf(t, d, l, "p2")
		t.Run("AUDIT-3 a person's receipts hold by the public key alone, and say what was done", func(t *testing.T) {
			all, err := audit.CheckReceipts(file, l.VerifierKey())
			if err != nil || len(all) != 1 || all[0].Act != "profile.read" || !all[0].Read || all[0].By != audit.Officer || all[0].Subject != "p2" || all[0].Purpose != "desk.purpose.identity" {
				t.Fatal(err, all)
			}
			if _, others := receiptsOf(t, d, l, "p1"); strings.Contains(string(others), "account/p2") {
				t.Fatal("receipts tell of somebody else")
			}
			if all, err := audit.CheckReceipts(mustFile(receiptsOf(t, d, l, "p1")), ""); err != nil || len(all) != 42 {
				t.Fatal(err, len(all))
			}
		})
		t.Run("AUDIT-3 receipts hold on when the log grows", func(t *testing.T) {
			write(t, d, record(11))
			if err := l.Append(t.Context()); err != nil {
				t.Fatal(err)
			}
			if all, err := audit.CheckReceipts(file, l.VerifierKey()); err != nil || len(all) != 1 {
				t.Fatal(err, all)
			}
			if all, err := audit.CheckReceipts(mustFile(receiptsOf(t, d, l, "p2")), l.VerifierKey()); err != nil || len(all) != 2 || all[0].Act != "late" {
				t.Fatal(err, all)
			}
		})
		t.Run("AUDIT-3 nothing else holds", func(t *testing.T) {
			forged := func(change func(*audit.Receipts)) []byte {
				r := mine
				r.Receipts = append([]audit.Receipt{}, mine.Receipts...)
				change(&r)
				text, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			other := newLog(t, d)
			for what, bad := range map[string][]byte{
				"another act": forged(func(r *audit.Receipts) {
					r.Receipts[0].Entry = strings.Replace(r.Receipts[0].Entry, "profile.read", "profile.edit", 1)
				}),
				"another place":      forged(func(r *audit.Receipts) { r.Receipts[0].Place-- }),
				"no place":           forged(func(r *audit.Receipts) { r.Receipts[0].Place = 1 << 60 }),
				"a place below none": forged(func(r *audit.Receipts) { r.Receipts[0].Place = -1 }),
				"a shorter proof":    forged(func(r *audit.Receipts) { r.Receipts[0].Proof = r.Receipts[0].Proof[1:] }),
				"a proof of letters": forged(func(r *audit.Receipts) { r.Receipts[0].Proof = []string{"x"} }),
				"another size":       forged(func(r *audit.Receipts) { r.Checkpoint = strings.Replace(r.Checkpoint, "\n43\n", "\n44\n", 1) }),
				"another log":        forged(func(r *audit.Receipts) { r.Log = "other.example/audit" }),
				"another key":        forged(func(r *audit.Receipts) { r.Key = other.VerifierKey() }),
				"no checkpoint":      forged(func(r *audit.Receipts) { r.Checkpoint = "" }),
				"nothing":            nil,
				"nonsense":           []byte("[]"),
			} {
				if all, err := audit.CheckReceipts(bad, ""); err == nil {
					t.Errorf("%s holds: %v", what, all)
				}
			}
			if _, err := audit.CheckReceipts(file, other.VerifierKey()); !errors.Is(err, audit.ErrOtherKey) {
				t.Error(err)
			}
		})
	})
}

func mustFile(_ audit.Receipts, file []byte) []byte { return file }

func FuzzReceipts(f *testing.F) {
	f.Add([]byte(`{"log":"okno.example/audit","key":"okno.example/audit+00000000+AQ==","checkpoint":"x","receipts":[{"place":0,"entry":"[]","proof":["AA=="]}]}`))
	f.Add([]byte(`{"key":"x"}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		if all, err := audit.CheckReceipts(file, "okno.example/audit+4f1c1a2e+AZ6yKXkQmXkGbq1o0V3QCLiGv1nZB2q8mGQpWk0c0Dxy"); err == nil && len(all) > 0 {
			t.Fatal("somebody who has not the key made receipts that hold")
		}
	})
}
