// Package auditdesk is the workplace of the auditor: the state of the signed log,
// the proof that nothing in it was changed, and its newest entries. Each look at
// the entries is itself an entry, with its purpose.
//
// It never shows a person: subjects are ids, and the sealed details of an entry
// stay sealed.
package auditdesk

import (
	"net/http"
	"strconv"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/ui"
	"okno/internal/visit"
)

const path = "/desk/audit"

// purpose is the text key of why an auditor reads the log.
const purpose = "audit.purpose"

// Mount mounts the workplace.
func Mount(site *visit.Site, l *audit.Log) {
	site.Officer("GET "+path, officer.ReadAudit, show(l))
	site.Officer("POST "+path, officer.ReadAudit, verify(l))
}

// view is what the page may show.
type view struct {
	r       *visit.Request
	key     http.ResponseWriter // carries the form's key
	filter  audit.Filter
	entries []audit.Recorded
	more    bool
	latest  audit.Checkpoint
	report  *audit.Report // of the verification that was just asked for
}

func show(l *audit.Log) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error { return showLog(w, r, l, nil) }
}

// verify proves the whole log and shows what was found.
func verify(l *audit.Log) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		report, err := l.Verify(r.Context())
		if err != nil {
			return err
		}
		facts := map[string]string{"entries": strconv.FormatInt(report.Entries, 10), "problems": strconv.Itoa(len(report.Problems))}
		err = l.DB.Write(r.Context(), func(tx *db.Tx) error {
			return audit.Record(tx, audit.Entry{Actor: r.By(), Act: "audit.verify", Object: "audit", Facts: facts})
		})
		if err != nil {
			return err
		}
		return showLog(w, r, l, &report)
	}
}

func showLog(w http.ResponseWriter, r *visit.Request, l *audit.Log, report *audit.Report) error {
	v := view{r: r, key: w, filter: readFilter(r.URL.Query()), report: report}
	err := l.DB.Write(r.Context(), func(tx *db.Tx) error { return v.read(tx) })
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("audit.title"), Body: body(v), Wide: true, Back: &ui.Link{Text: r.T("audit.back"), Href: "/desk"}})
}

// perPage is how many entries one page shows.
const perPage = 50

// read reads what the page shows and writes down that it was read.
func (v *view) read(tx *db.Tx) (err error) {
	if v.latest, err = audit.Latest(tx); err != nil {
		return err
	}
	if v.entries, err = audit.Newest(tx, v.filter, perPage+1); err != nil {
		return err
	}
	if v.more = len(v.entries) > perPage; v.more {
		v.entries = v.entries[:perPage]
	}
	return audit.Record(tx, audit.Entry{Actor: v.r.By(), Act: "audit.read", Read: true, Object: "audit", Purpose: purpose})
}
