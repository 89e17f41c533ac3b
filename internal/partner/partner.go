package partner

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"slices"
	"time"

	"okno/internal/account"
	"okno/internal/blob"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/officer"
)

// Notices tells members what became of their organisation and its sites.
type Notices interface {
	Send(tx *db.Tx, n notify.Notice) error
}

// Service is the partners' console and the officers' side of it.
type Service struct {
	DB       *db.DB
	Accounts *account.Accounts
	Officers *officer.Officers
	Clients  *client.Clients
	Notices  Notices
	Law      *jurisdiction.Jurisdiction
	Look     blob.Inspect // encodes logos anew, in a child process
	Log      *slog.Logger
	// Verifies says whether signatures by a certificate's key can be verified; nil
	// takes every kind that may be registered.
	Verifies func(*x509.Certificate) bool
	// Everybody lets everybody enter sites of the sandbox: the demo's people are all
	// invented. Otherwise only the members of the organisation may.
	Everybody bool

	heard  heard
	people []Person
}

// Limits of what one may bring.
const (
	mostAsked    = 3  // organisations of one resident that wait for an officer
	mostMembers  = 50 // of an organisation, invited ones counted
	mostUnproved = 5  // sites of an organisation that no officer has confirmed
	mostSites    = 200
)

// MayEnter says whether somebody may enter a site at all: everybody those in
// production, members alone those of the sandbox (unless Everybody), nobody those
// of an organisation that was refused or closed.
func (s *Service) MayEnter(tx *db.Tx, c client.Client, who account.ID) (bool, error) {
	if c.Stage == client.Production || s.Everybody && c.Owner == "" {
		return true, nil
	}
	if c.Owner == "" {
		return false, nil
	}
	o, err := organisation(tx, c.Owner)
	switch {
	case fault.Is(err, fault.NotFound):
		return false, nil
	case err != nil || o.Over() != nil:
		return false, err
	case s.Everybody:
		return true, nil
	}
	return isMember(tx, c.Owner, who)
}

// Register gives the queue the periodic work and the timers.
func (s *Service) Register(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ jobs.Job, e Ends) error { return s.warn(ctx, e) })
	jobs.Every(q, time.Minute, func(ctx context.Context, _ jobs.Job, _ Tidy) error {
		if err := s.Flush(ctx); err != nil {
			return err
		}
		return s.DB.Write(ctx, tidyTroubles)
	})
}

// Tidy is the periodic job that writes down what went wrong and forgets what is
// older than a week.
type Tidy struct{}

// Kind implements jobs.Args.
func (Tidy) Kind() string { return "partner.tidy" }

// tell sends a notice to every member of an organisation.
func (s *Service) tell(tx *db.Tx, organisation, key, path string) error {
	members, err := db.All(tx, db.Scalar[string], selectAccounts, organisation)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := s.Notices.Send(tx, notify.Notice{To: account.ID(m), Key: key, Path: path}); err != nil {
			return err
		}
	}
	return nil
}

const selectAccounts db.SQL = `SELECT account FROM partner_member WHERE organisation = $1 AND state = 'in' ORDER BY id`

// found turns a row that is not there into a NotFound fault, which is also the
// answer to whoever may not know that it is.
func found[T any](v T, err error) (T, error) {
	if errors.Is(err, db.ErrNone) {
		err = fault.New(fault.NotFound, "partner.unknown")
	}
	return v, err
}

// changed turns an update that met no row into a Conflict: somebody else was first.
func changed(err error) error {
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "partner.decided")
	}
	return err
}

// languages are the country's languages in which names are asked for.
func (s *Service) languages() []string { return slices.Clone(s.Law.Languages) }

// Person is somebody invented with whom sites can be tried.
type Person struct {
	Name, Login, Password string
	About                 jurisdiction.Words // what can be tried as this person
}

// UsePeople opens sites of the sandbox to everybody and names invented people to
// try them with: for the demo, before it serves.
func (s *Service) UsePeople(people []Person) { s.Everybody, s.people = true, people }

// People are the invented people of the demo; none elsewhere.
func (s *Service) People() []Person { return s.people }
