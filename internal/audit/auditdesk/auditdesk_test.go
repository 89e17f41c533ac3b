package auditdesk_test

import (
	"context"
	"fmt"
	"testing"

	"okno/internal/audit"
	"okno/internal/audit/auditdesk"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/officer"
	"okno/internal/visit/visittest"
)

type house struct {
	*visittest.World
	log *audit.Log
	who officer.ID
}

func open(t *testing.T, d *db.DB, now *clock.Fake) *house {
	w := visittest.New(t, d, now, "ru")
	h := &house{World: w, log: &audit.Log{DB: d, Origin: "okno.test/audit", Key: w.Ring.Audit()}}
	auditdesk.Mount(w.Site, h.log)
	h.who = w.Officer(officer.Officer{Login: "bykova", Name: "Vera Bykova", Roles: []officer.Role{officer.Auditor}})
	w.Write(func(tx *db.Tx) error {
		for i := range 60 {
			if err := audit.Record(tx, audit.Entry{Actor: audit.BySystem("test"), Act: "test.act", Subject: "p1", Object: fmt.Sprintf("thing/%d.", i)}); err != nil {
				return err
			}
		}
		return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Officer, ID: "o7"}, Act: "case.decide", Object: "application/7",
			Facts: map[string]string{"result": "granted"}, Detail: []byte("sealed")})
	})
	return h
}

const (
	countBy     db.SQL = `SELECT count(*) FROM audit_entry WHERE act = $1 AND actor = $2`
	changeEntry db.SQL = `UPDATE audit_entry SET purpose = 'changed' WHERE seq = 3`
	purposeOf   db.SQL = `SELECT purpose FROM audit_entry WHERE act = 'audit.read' AND is_read ORDER BY id LIMIT 1`
)

func (h *house) count(act string) (n int) {
	h.Write(func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Scalar[int], countBy, act, string(h.who))
		return err
	})
	return n
}

func TestAudit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := open(t, d, now)
		desk := h.AtDesk(h.who)
		t.Run("before the first checkpoint the page says so", func(t *testing.T) {
			desk.Open("/desk/audit").MustBe(200, "/desk/audit").Must("Nothing is signed yet", "case.decide", "o7", "result=granted")
		})
		t.Run("D-18 each look at the log is one entry with its purpose", func(t *testing.T) {
			before := h.count("audit.read")
			desk.Open("/desk/audit")
			if after := h.count("audit.read"); before == 0 || after != before+1 {
				t.Fatal(before, after)
			}
			h.Write(func(tx *db.Tx) error {
				purpose, err := db.One(tx, db.Scalar[string], purposeOf)
				if purpose != "audit.purpose" {
					t.Error(purpose)
				}
				return err
			})
			desk.Open("/desk/audit").Must("To watch over the work of the offices")
		})
		t.Run("the list is narrowed by act and by who acted, and the filter stands in the address", func(t *testing.T) {
			p := desk.Open("/desk/audit").Fill("Act (optional)", "case.decide").Select("By whom", "Officer").Press("Show results")
			p.Must("application/7").MustNot("thing/")
			desk.Open("/desk/audit?act=case.decide&kind=system").Must("No entry fits this filter")
		})
		t.Run("a filter that cannot be one narrows nothing", func(t *testing.T) {
			desk.Open("/desk/audit?act=%00'&kind=king&before=%00").MustBe(200, "/desk/audit").Must("case.decide")
		})
		t.Run("older entries are a page further", func(t *testing.T) {
			p := desk.Open("/desk/audit?act=test.act").Must("thing/59.", "thing/10.").MustNot("thing/9.")
			p = p.Follow("Older entries").Must("thing/9.", "thing/0.").MustNot("thing/10.", "Older entries")
			p.Follow("Newest entries").Must("thing/59.")
		})
		if err := h.log.Append(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Run("AUDIT-1 a sound log is shown to be sound, with its signed state", func(t *testing.T) {
			p := desk.Open("/desk/audit").Must("Root of the tree").MustNot("Nothing is signed yet")
			p.Press("Verify now").MustBe(200, "/desk/audit").Must("The log is sound", "Nothing was changed")
			if h.count("audit.verify") != 1 {
				t.Fatal("the verification was not written down")
			}
		})
		t.Run("a changed entry is found and named", func(t *testing.T) {
			h.Write(func(tx *db.Tx) error { return tx.ExecOne(changeEntry) })
			desk.Open("/desk/audit").Press("Verify now").Must("The log is not sound", "entry 3").MustNot("The log is sound")
		})
		t.Run("the page speaks each language", func(t *testing.T) {
			for lang, title := range map[string]string{"ru": "Журнал действий", "fa": "دفتر رخدادها"} {
				if p := h.AtDesk(h.who).Speak(lang).Open("/desk/audit"); p.H1() != title {
					t.Error(lang, p.H1())
				}
			}
		})
		t.Run("AUTHZ-1 who may not read the log sees no entry and leaves no look", func(t *testing.T) {
			other := h.AtDesk(h.Officer(officer.Officer{Login: "nosov", Name: "Pavel Nosov", Roles: []officer.Role{officer.Admin}}))
			before := h.count("audit.read")
			if p := other.Open("/desk/audit"); p.Status != 403 || p.Has("case.decide") || h.count("audit.read") != before {
				t.Fatal(p.Status)
			}
		})
	})
}
