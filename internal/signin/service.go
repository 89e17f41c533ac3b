package signin

import (
	"context"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/secret"
)

// Notices tell the holder of an account that something happened, and send codes
// (notify.Notices).
type Notices interface {
	Send(tx *db.Tx, n notify.Notice) error
	SendTo(tx *db.Tx, d notify.Direct) error
	TakeSend(tx *db.Tx, ask notify.Ask) error
	Wrong(tx *db.Tx, purpose string, kind account.ContactKind, address string) error
	Confirmed(tx *db.Tx, purpose string, kind account.ContactKind, address string) error
}

// Service lets people in and keeps what they sign in with.
type Service struct {
	Passwords

	db        *db.DB
	accounts  *account.Accounts
	officers  *officer.Officers
	sessions  *Sessions
	hasher    *secret.Hasher
	law       *jurisdiction.Jurisdiction
	notices   Notices
	addresses *addresses
}

// New makes the service of a house.
func New(d *db.DB, s *Sessions, law *jurisdiction.Jurisdiction, notices Notices) *Service {
	return &Service{db: d, accounts: s.accounts, officers: s.officers, sessions: s, law: law, notices: notices,
		hasher: s.accounts.Vault().Ring().Hasher(), addresses: newAddresses()}
}

// Sessions are the sessions that the service makes.
func (s *Service) Sessions() *Sessions { return s.sessions }

// Tidying forgets what no rule needs any more, once a day.
type Tidying struct{}

// Kind implements jobs.Args.
func (Tidying) Kind() string { return "signin.tidy" }

// Register adds the jobs: the end of sessions whose time is over, the daily tidying,
// and an event for each moved level.
func (s *Service) Register(q *jobs.Queue) {
	jobs.Every(q, endingEvery, func(ctx context.Context, _ jobs.Job, _ Ending) error { return s.EndOver(ctx) })
	jobs.Every(q, 24*time.Hour, func(ctx context.Context, _ jobs.Job, _ Tidying) error { return s.tidy(ctx) })
	jobs.Subscribe(q, "signin", func(ctx context.Context, job jobs.Job, e account.LevelChanged) error {
		return s.db.Write(ctx, func(tx *db.Tx) error {
			return note(tx, event{id: string(job.ID), holder: string(e.Account), kind: LevelMoved, note: e.To.String()})
		})
	})
}

// How long things are kept.
const (
	keepSessions = 30 * 24 * time.Hour  // ended ones
	keepEvents   = 365 * 24 * time.Hour // of the list of security events
)

const (
	deleteSessions    db.SQL = `DELETE FROM signin_session WHERE ends_at < $1 AND ended_at IS NOT NULL`
	deleteEvents      db.SQL = `DELETE FROM signin_event WHERE at < $1`
	deleteStrays      db.SQL = `DELETE FROM signin_event WHERE at < $1 AND substr(holder, 1, 2) = 'u/'`
	deleteLanes       db.SQL = `DELETE FROM signin_lane WHERE last_at < $1`
	deleteDoubts      db.SQL = `DELETE FROM signin_doubt WHERE ends_at < $1`
	deleteInvitations db.SQL = `DELETE FROM signin_invitation WHERE ends_at < $1`
)

func (s *Service) tidy(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for q, age := range map[db.SQL]time.Duration{deleteSessions: keepSessions, deleteEvents: keepEvents,
			deleteStrays: forgetFailures, deleteLanes: forgetFailures, deleteInvitations: keepSessions, deleteDoubts: 0} {
			if _, err := tx.Exec(q, db.At(tx.Now().Add(-age))); err != nil {
				return err
			}
		}
		return nil
	})
}
