package portal

import (
	"context"
	"time"

	"okno/internal/db"
	"okno/internal/jobs"
)

// tidy is the periodic job that forgets what was kept for a moment.
type tidy struct{}

// Kind implements jobs.Args.
func (tidy) Kind() string { return "portal.tidy" }

// registerJobs is the list of all later work.
func (h *house) registerJobs() {
	h.AuditLog.Register(h.Jobs)
	h.Notices.Register(h.Jobs)
	h.SignIn.Register(h.Jobs)
	h.Registration.Register(h.Jobs)
	h.Checks.Register(h.Jobs)
	h.Proofing.Register(h.Jobs)
	h.Files.Register(h.Jobs)
	h.Applications.Register(h.Jobs)
	h.Partners.Register(h.Jobs)
	h.Provider.Register(h.Jobs, h.Sites)
	jobs.Every(h.Jobs, time.Hour, func(ctx context.Context, _ jobs.Job, _ tidy) error {
		return h.DB.Write(ctx, func(tx *db.Tx) error { return h.Site.Tidy(tx) })
	})
	jobs.Every(h.Jobs, time.Hour, checkAtNight(h.DB, h.Law.Zone, h.Log))
}
