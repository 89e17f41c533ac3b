package proofing

import (
	"context"
	"time"

	"okno/internal/account"
	"okno/internal/centre"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/secret"
)

// Profiles tells what a holder's profile says: codes of fields to texts in
// force, as package profile keeps them ("family_name", "birth_date",
// "identity_document", "ru_passport.number", "residence_address.city").
type Profiles interface {
	Values(tx *db.Tx, id account.ID) (map[string]string, error)
}

// Notices sends messages and limits codes; *notify.Notices does.
type Notices interface {
	Send(tx *db.Tx, n notify.Notice) error
	SendTo(tx *db.Tx, d notify.Direct) error
	TakeSend(tx *db.Tx, ask notify.Ask) error
	Wrong(tx *db.Tx, purpose string, kind account.ContactKind, address string) error
	Confirmed(tx *db.Tx, purpose string, kind account.ContactKind, address string) error
}

// Service confirms identities.
type Service struct {
	db       *db.DB
	accounts *account.Accounts
	officers *officer.Officers
	profiles Profiles
	notices  Notices
	centres  *centre.Directory
	law      *jurisdiction.Jurisdiction
	hasher   *secret.Hasher
}

// New makes the service of a jurisdiction.
func New(d *db.DB, a *account.Accounts, o *officer.Officers, p Profiles, n Notices, law *jurisdiction.Jurisdiction) *Service {
	return &Service{d, a, o, p, n, centre.New(law), law, a.Vault().Ring().Hasher()}
}

// Centres is the directory of service centres.
func (s *Service) Centres() *centre.Directory { return s.centres }

// Law is the jurisdiction whose rules hold.
func (s *Service) Law() *jurisdiction.Jurisdiction { return s.law }

// Register tells the queue which jobs the package does.
func (s *Service) Register(q *jobs.Queue) {
	jobs.Handle(q, s.expireCase)
	jobs.Every(q, 24*time.Hour, func(ctx context.Context, _ jobs.Job, _ Tidy) error { return s.db.Write(ctx, tidy) })
}
