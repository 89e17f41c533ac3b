package jobsdesk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jobs"
	"okno/internal/jobs/jobsdesk"
	"okno/internal/officer"
	"okno/internal/visit/visittest"
)

type letter struct{ ID string }

func (letter) Kind() string { return "test.letter" }

type house struct {
	*visittest.World
	ran  int
	fail error
}

// open is a workplace with one job that was given up.
func open(t *testing.T, d *db.DB, now *clock.Fake) *house {
	h := &house{World: visittest.New(t, d, now, "ru"), fail: errors.New("the printer is out of ink " + strings.Repeat("x", 300))}
	jobsdesk.Mount(h.Site)
	jobs.Handle(h.Jobs, func(context.Context, jobs.Job, letter) error { h.ran++; return h.fail })
	h.Write(func(tx *db.Tx) error { _, err := jobs.Add(tx, letter{"secret-argument"}); return err })
	for range 20 {
		h.RunDue()
		now.Advance(24 * time.Hour)
	}
	return h
}

func (h *house) admin() officer.ID {
	return h.Officer(officer.Officer{Login: "nosov", Name: "Pavel Nosov", Roles: []officer.Role{officer.Admin}})
}

const retries db.SQL = `SELECT count(*) FROM audit_entry WHERE act = 'jobs.retry' AND actor_kind = 'officer' AND actor = $1`

func TestJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := open(t, d, now)
		who := h.admin()
		desk := h.AtDesk(who)
		page := desk.Open("/desk/jobs").MustBe(200, "/desk/jobs")
		t.Run("DB-6 the page tells what the check of the database has found", func(t *testing.T) {
			b := h.AtDesk(h.Officer(officer.Officer{Login: "keeper", Name: "Keeper", Roles: []officer.Role{officer.Admin}}))
			if !d.Health().Checksums {
				b.Open("/desk/jobs").Must("PostgreSQL runs without data checksums")
				return
			}
			b.Open("/desk/jobs").Must("The database has not been checked through")
			if err := d.CheckAll(context.Background()); err != nil {
				t.Fatal(err)
			}
			b.Open("/desk/jobs").Must("The database was checked on", "is sound")
		})
		t.Run("a job that was given up is shown with its kind, tries and failure, cut, and without what it is about", func(t *testing.T) {
			page.Must("test.letter", "the printer is out of ink", "20", "No due job waits").MustNot("secret-argument", strings.Repeat("x", 200))
		})
		t.Run("the page speaks each language", func(t *testing.T) {
			for lang, title := range map[string]string{"ru": "Фоновые задания", "fa": "کارهای پس‌زمینه"} {
				if p := h.AtDesk(who).Speak(lang).Open("/desk/jobs"); p.H1() != title {
					t.Error(lang, p.H1())
				}
			}
		})
		t.Run("AUDIT-1 one press makes the job due again and is written down", func(t *testing.T) {
			page.Press("Try again: test.letter").MustBe(200, "/desk/jobs").Must("No job is stopped")
			h.Write(func(tx *db.Tx) error {
				n, err := db.One(tx, db.Scalar[int], retries, string(who))
				if n != 1 {
					t.Error(n)
				}
				return err
			})
		})
		t.Run("the page says how long the oldest due job has waited", func(t *testing.T) {
			now.Advance(7 * time.Minute)
			desk.Open("/desk/jobs").Must("The oldest due job has waited 7 minutes")
		})
		t.Run("the job that was tried again runs and is gone", func(t *testing.T) {
			before := h.ran
			h.fail = nil
			h.RunDue()
			if h.ran != before+1 {
				t.Fatal(h.ran - before)
			}
			desk.Open("/desk/jobs").Must("No job is stopped", "No due job waits")
		})
		t.Run("what is parked no longer is not tried a second time", func(t *testing.T) {
			h.fail = errors.New("again")
			h.Write(func(tx *db.Tx) error { _, err := jobs.Add(tx, letter{"b"}); return err })
			for range 20 {
				h.RunDue()
				now.Advance(24 * time.Hour)
			}
			mine, theirs := h.AtDesk(who).Open("/desk/jobs"), h.AtDesk(who).Open("/desk/jobs")
			mine.Press("Try again: test.letter").MustBe(200, "/desk/jobs")
			if p := theirs.Press("Try again: test.letter"); p.Status != 409 {
				t.Fatal(p.Status)
			}
		})
		t.Run("AUTHZ-1 who may not manage jobs sees none", func(t *testing.T) {
			other := h.AtDesk(h.Officer(officer.Officer{Login: "bykova", Name: "Vera Bykova", Roles: []officer.Role{officer.Auditor}}))
			if p := other.Open("/desk/jobs"); p.Status != 403 || p.Has("test.letter") {
				t.Fatal(p.Status)
			}
		})
	})
}
