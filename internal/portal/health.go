package portal

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/web"
)

// readiness is what GET /ready answers: for load balancers and alarms, no word
// about anybody or about what was found.
type readiness struct {
	Status    string     `json:"status"`             // "ready", "degraded" (pages are read, something is wrong), "down"
	Database  string     `json:"database"`           // "sound", "damaged", "unreachable"
	Writable  bool       `json:"writable"`           // false: nothing can be saved
	Checksums bool       `json:"checksums"`          // false: a PostgreSQL without data checksums
	Checked   *time.Time `json:"checked,omitempty"`  // when this process last read the whole database
	OldestDue float64    `json:"oldest_due_seconds"` // how long the oldest due job waits
}

// ready answers 200 while pages can be read, even from a damaged database, and
// says so; 503 when the database does not answer.
func ready(d *db.DB) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		state, code := readinessOf(r.Context(), d), http.StatusOK
		if state.Status == "down" {
			code = http.StatusServiceUnavailable
		}
		body, err := json.Marshal(state)
		if err != nil { // texts, numbers and a moment: it cannot fail
			panic(err)
		}
		w.Header().Set("Cache-Control", "no-store")
		web.WriteMachine(w, code, "application/json", body)
	})
}

func readinessOf(ctx context.Context, d *db.DB) readiness {
	h := d.Health()
	state := readiness{Status: "ready", Database: "sound", Writable: h.Writable, Checksums: h.Checksums}
	if !h.Checked.IsZero() {
		state.Checked = &h.Checked
	}
	if h.Damage != nil {
		state.Status, state.Database = "degraded", "damaged"
	}
	err := d.Read(ctx, func(tx *db.Tx) error {
		oldest, err := jobs.OldestDue(tx)
		state.OldestDue = oldest.Seconds()
		return err
	})
	if err != nil && h.Damage == nil {
		state = readiness{Status: "down", Database: "unreachable"}
	}
	return state
}

// checkDatabase is the periodic job that reads the whole database at night (DB-6).
type checkDatabase struct{}

// Kind implements jobs.Args.
func (checkDatabase) Kind() string { return "portal.check_database" }

// checkHour is the hour of the night, in the country's time, from which it may run.
const checkHour = 3

// lastNight is the latest moment at which the hour of the check began.
func lastNight(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	at := time.Date(local.Year(), local.Month(), local.Day(), checkHour, 0, 0, 0, zone)
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// checkAtNight looks every hour whether the night's check is still to be made.
func checkAtNight(d *db.DB, zone *time.Location, log *slog.Logger) func(context.Context, jobs.Job, checkDatabase) error {
	started := d.Clock().Now()
	return func(ctx context.Context, _ jobs.Job, _ checkDatabase) error {
		begun := d.Clock().Now()
		if night := lastNight(begun, zone); started.After(night) || !d.Health().Checked.Before(night) {
			return nil
		}
		switch err := d.CheckAll(ctx); {
		case errors.Is(err, db.ErrDamaged):
			log.Error("the database is damaged; put it right from a backup", "error", err)
			return err
		case err != nil:
			return err
		}
		log.Info("the whole database was checked and is sound", "took", d.Clock().Now().Sub(begun).String())
		return nil
	}
}

// warnOfChecksums says at start that the disk's mistakes would go unseen.
func warnOfChecksums(d *db.DB, log *slog.Logger) {
	if !d.Health().Checksums {
		log.Warn("PostgreSQL runs without data checksums: a flipped bit on its disk would not be found; pg_checksums --enable switches them on")
	}
}
