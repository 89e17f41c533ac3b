// Package jobsdesk is the workplace of whoever keeps the machinery running: the
// jobs that were given up, why, and the button that tries one again; and what the
// checks of the database have found.
//
// It never shows what a job is about: no arguments and no person, only its kind
// and the words of the last failure, which name none.
package jobsdesk

import (
	"errors"
	"net/http"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/officer"
	"okno/internal/ui"
	"okno/internal/visit"
)

const path = "/desk/jobs"

// Mount mounts the workplace.
func Mount(site *visit.Site) {
	site.Officer("GET "+path, officer.ManageJobs, show(site.DB))
	site.Officer("POST "+path+"/{id}/retry", officer.ManageJobs, retry(site.DB))
}

// longest is how many letters of a failure are shown.
const longest = 200

// view is what the page may show.
type view struct {
	r      *visit.Request
	w      http.ResponseWriter
	parked []jobs.Parked
	oldest time.Duration
	health db.Health
}

func show(d *db.DB) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		v := view{r: r, w: w, health: d.Health()}
		err := d.Read(r.Context(), func(tx *db.Tx) (err error) {
			if v.parked, err = jobs.AllParked(tx); err != nil {
				return err
			}
			v.oldest, err = jobs.OldestDue(tx)
			return err
		})
		if err != nil {
			return err
		}
		return r.Show(w, visit.Page{Title: r.T("jobs.title"), Body: body(v), Wide: true, Back: &ui.Link{Text: r.T("jobs.back"), Href: "/desk"}})
	}
}

// retry makes a parked job due again; what is parked no longer is a Conflict.
func retry(d *db.DB) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		id := r.PathValue("id")
		err := d.Write(r.Context(), func(tx *db.Tx) error {
			if err := jobs.Retry(tx, jobs.ID(id)); errors.Is(err, db.ErrNone) {
				return fault.New(fault.Conflict, "jobs.not_parked")
			} else if err != nil {
				return err
			}
			return audit.Record(tx, audit.Entry{Actor: r.By(), Act: "jobs.retry", Object: "job/" + id})
		})
		if err != nil {
			return err
		}
		return r.Redirect(w, path)
	}
}

// late is how long the oldest due job may wait before the page warns.
const late = time.Minute

func (v view) delay() ui.Notice {
	r := v.r
	switch {
	case v.oldest == 0:
		return ui.Notice{Tone: ui.Good, Title: r.T("jobs.none_waits")}
	case v.oldest < late:
		return ui.Notice{Tone: ui.Good, Title: r.T("jobs.waits_shortly")}
	}
	return ui.Notice{Tone: ui.Warning, Title: r.T("jobs.waits", "time", r.Duration(int(v.oldest.Minutes()))), Text: r.T("jobs.waits.text")}
}

// database tells what the checks of the database have found (DB-6).
func (v view) database() ui.Notice {
	r, h := v.r, v.health
	switch {
	case h.Damage != nil && !h.Writable:
		return ui.Notice{Tone: ui.Bad, Title: r.T("jobs.database.damaged"), Text: r.T("jobs.database.closed")}
	case h.Damage != nil:
		return ui.Notice{Tone: ui.Bad, Title: r.T("jobs.database.damaged"), Text: r.T("jobs.database.repair")}
	case !h.Checksums:
		return ui.Notice{Tone: ui.Warning, Title: r.T("jobs.database.no_checksums"), Text: r.T("jobs.database.no_checksums_text")}
	case h.Checked.IsZero():
		return ui.Notice{Tone: ui.Info, Title: r.T("jobs.database.unchecked"), Text: r.T("jobs.database.nightly")}
	}
	return ui.Notice{Tone: ui.Good, Title: r.T("jobs.database.sound", "time", r.DateTime(h.Checked, r.Law().Zone)), Text: r.T("jobs.database.nightly")}
}

func (v view) table() ui.Table {
	r := v.r
	t := ui.Table{Caption: r.T("jobs.caption"), Empty: ui.Empty{Title: r.T("jobs.empty.title"), Text: r.T("jobs.empty.text")},
		Columns: []ui.Column{{Name: r.T("jobs.column.kind")}, {Name: r.T("jobs.column.since")}, {Name: r.T("jobs.column.tries"), Number: true},
			{Name: r.T("jobs.column.failure")}, {Name: r.T("jobs.column.act")}}}
	for _, job := range v.parked {
		t.Rows = append(t.Rows, []ui.Cell{{Text: job.Kind, Latin: true}, {Text: r.DateTime(job.Since, r.Law().Zone)},
			{Text: r.Number(int64(job.Attempts))}, {Text: cut(job.Failure), Latin: true}, {Show: retryButton(v, job)}})
	}
	return t
}

// cut shortens a failure to its first letters.
func cut(failure string) string {
	letters := []rune(failure)
	if len(letters) <= longest {
		return failure
	}
	return string(letters[:longest]) + "…"
}
