package auditpage_test

import (
	"encoding/json"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/audit/auditpage"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

func TestFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		l := &audit.Log{DB: d, Origin: "okno.test/audit", Key: w.Ring.Audit()}
		auditpage.Mount(w.Site, l)
		irina := w.Account(account.Simplified, "Ирина Соколова", "+79120000001")
		w.Write(func(tx *db.Tx) error {
			return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Officer, ID: "o7"}, Act: "profile.read", Read: true, Subject: string(irina), Purpose: "desk.purpose"})
		})
		if err := l.Append(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Run("AUDIT-3 a resident takes his receipts home, and they hold by the published key", func(t *testing.T) {
			p := w.SignedIn(irina).For(t).Open(auditpage.PathReceipts)
			if p.Status != 200 || p.Header.Get("Content-Type") != "application/json" {
				t.Fatal(p.Status, p.Header)
			}
			all, err := audit.CheckReceipts([]byte(p.Body), l.VerifierKey())
			if err != nil || len(all) == 0 || all[0].Act != "profile.read" {
				t.Fatal(err, all)
			}
			for _, s := range all {
				if s.Subject != string(irina) {
					t.Error("an entry of somebody else", s)
				}
			}
		})
		t.Run("AUDIT-3 who is not signed in gets no receipts", func(t *testing.T) {
			if p := w.Browser().For(t).Open(auditpage.PathReceipts); p.Path == auditpage.PathReceipts {
				t.Fatal(p.Status, p.Body)
			}
		})
		t.Run("AUDIT-4 anybody can read the newest signed state, to hold it against a later one", func(t *testing.T) {
			var state audit.Receipts
			p := w.Browser().For(t).Open(auditpage.PathCheckpoint)
			if err := json.Unmarshal([]byte(p.Body), &state); err != nil || state.Key != l.VerifierKey() || !strings.HasPrefix(state.Checkpoint, "okno.test/audit\n") || len(state.Receipts) > 0 {
				t.Fatal(err, p.Body)
			}
		})
	})
}
