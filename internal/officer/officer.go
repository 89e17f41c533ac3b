// Package officer keeps the staff of service centres and authorities: who they
// are, where they work and what they may do (OPR, AUTHZ). Credentials live in
// package signin. It never grants what the granter does not hold.
//
// Table: officer_officer.
package officer

import (
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
	"okno/internal/vault"
)

// ID names an officer; it is also the subject of the officer's key in the vault.
type ID string

// Role is what an officer is there for.
type Role string

// The roles.
const (
	Operator   Role = "operator"    // confirms identities at a centre's desk
	CaseWorker Role = "case_worker" // decides applications of one authority
	Supervisor Role = "supervisor"  // sees an authority's figures and reassigns
	Auditor    Role = "auditor"     // reads the audit log
	Registrar  Role = "registrar"   // confirms organisations and grants their sites production
	Admin      Role = "admin"       // invites officers, retries parked jobs
)

// Permission is one thing that a role may do; routes name it.
type Permission string

// The permissions.
const (
	ConfirmIdentity Permission = "confirm_identity"
	DecideCases     Permission = "decide_cases"
	ReadAudit       Permission = "read_audit"
	ManageSites     Permission = "manage_sites"
	ManageOfficers  Permission = "manage_officers"
	ManageJobs      Permission = "manage_jobs"
)

// permissions is the whole table of who may do what.
var permissions = map[Role][]Permission{
	Operator:   {ConfirmIdentity},
	CaseWorker: {DecideCases},
	Supervisor: {DecideCases},
	Auditor:    {ReadAudit},
	Registrar:  {ManageSites},
	Admin:      {ManageOfficers, ManageJobs},
}

// Officer is a member of staff.
type Officer struct {
	ID        ID
	Active    bool
	Login     string
	Name      string
	Roles     []Role
	Gives     []Role // roles that an administrator may give to others; nil when added as one: all
	Authority string // code of the authority, for case workers
	Centre    string // code of the centre, for operators
	Account   string // the officer's own account as a resident, "" if none: nobody confirms or decides for himself
	Created   time.Time
	Until     time.Time // when the rights end by themselves, zero: never
	Lapsed    bool      // Until is over; not Active then
	Ended     time.Time // zero while nobody has ended the rights
}

// May says whether one of the officer's roles has the permission.
func (o Officer) May(p Permission) bool {
	return o.Active && slices.ContainsFunc(o.Roles, func(r Role) bool { return slices.Contains(permissions[r], p) })
}

// By is the audit actor for the officer.
func (o Officer) By() audit.Actor { return audit.Actor{Kind: audit.Officer, ID: string(o.ID)} }

// Officers are all officers.
type Officers struct{ vault *vault.Vault }

// New makes the officers of a vault.
func New(v *vault.Vault) *Officers { return &Officers{v} }

const insertOfficer db.SQL = `INSERT INTO officer_officer
	(id, state, login_idx, login, name, roles, gives, authority, centre, account, until_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

// Add keeps a new officer with rights, invited (without credentials yet) unless
// Active. It is for the console and for tests: officers propose (ProposeNew), so
// that they get a Forbidden fault here.
func (s *Officers) Add(tx *db.Tx, o Officer, by audit.Actor) (ID, error) {
	if by.Kind == audit.Officer {
		return "", fault.New(fault.Forbidden, "officer.grant_two")
	}
	if err := fault.Fields(validate(o)...); err != nil {
		return "", err
	}
	if slices.Contains(o.Roles, Admin) && o.Gives == nil {
		o.Gives = Roles()
	}
	return s.insert(tx, o, by)
}

func (s *Officers) insert(tx *db.Tx, o Officer, by audit.Actor) (ID, error) {
	id := secret.NewID()
	key, err := s.vault.Create(tx, id)
	if err != nil {
		return "", err
	}
	state := "invited"
	if o.Active {
		state = "active"
	}
	_, err = tx.Exec(insertOfficer, id, state, s.index(o.Login), key.SealText(place(id, "login"), o.Login), key.SealText(place(id, "name"), o.Name),
		joinRoles(o.Roles), joinRoles(o.Gives), o.Authority, o.Centre, o.Account, db.At(o.Until), db.At(tx.Now()))
	if errors.Is(err, db.ErrUnique) {
		return "", fault.New(fault.Conflict, "officer.login_taken")
	}
	if err != nil {
		return "", err
	}
	return ID(id), audit.Record(tx, audit.Entry{Actor: by, Act: "officer.add", Object: "officer/" + id, Facts: map[string]string{"roles": joinRoles(o.Roles)}})
}

func validate(o Officer) (wrong []fault.Field) {
	if strings.TrimSpace(o.Login) == "" {
		wrong = append(wrong, fault.Field{Name: "login", Key: "officer.login_missing"})
	}
	if strings.TrimSpace(o.Name) == "" {
		wrong = append(wrong, fault.Field{Name: "name", Key: "officer.name_missing"})
	}
	for _, r := range slices.Concat(o.Roles, o.Gives) {
		if permissions[r] == nil {
			wrong = append(wrong, fault.Field{Name: "roles", Key: "officer.role_unknown", Vars: fault.Vars{"role": string(r)}})
		}
	}
	if len(o.Roles) == 0 {
		wrong = append(wrong, fault.Field{Name: "roles", Key: "officer.role_missing"})
	}
	return wrong
}

func (s *Officers) index(login string) string {
	return s.vault.Index("officer.login", strings.ToLower(strings.TrimSpace(login)))
}

func place(id, column string) secret.Place {
	return secret.Place{Table: "officer_officer", Column: column, Row: id}
}

func joinRoles(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

func splitRoles(words string) (roles []Role) {
	for _, word := range strings.Fields(words) {
		roles = append(roles, Role(word))
	}
	return roles
}

const columns = `SELECT id, state, login, name, roles, gives, authority, centre, account, until_at, created_at, ended_at FROM officer_officer `

const (
	selectOfficer db.SQL = columns + `WHERE id = $1`
	selectByLogin db.SQL = columns + `WHERE login_idx = $1`
)

// Get reads an officer; a NotFound fault when there is none.
func (s *Officers) Get(tx *db.Tx, id ID) (Officer, error) {
	return s.one(tx, selectOfficer, string(id))
}

// ByLogin finds an officer by login; a NotFound fault when there is none.
func (s *Officers) ByLogin(tx *db.Tx, login string) (Officer, error) {
	return s.one(tx, selectByLogin, s.index(login))
}

type row struct {
	Officer
	login, name []byte
}

func scanRow(r db.Row) (o row, err error) {
	var state, roles, gives string
	var until, created, ended db.Time
	err = r.Scan(&o.ID, &state, &o.login, &o.name, &roles, &gives, &o.Authority, &o.Centre, &o.Account, &until, &created, &ended)
	o.Roles, o.Gives = splitRoles(roles), splitRoles(gives)
	o.Active, o.Until, o.Created, o.Ended = state == "active", until.Time, created.Time, ended.Time
	return o, err
}

func (s *Officers) one(tx *db.Tx, q db.SQL, arg string) (Officer, error) {
	o, err := db.One(tx, scanRow, q, arg)
	if errors.Is(err, db.ErrNone) {
		return Officer{}, fault.New(fault.NotFound, "officer.not_found")
	}
	if err != nil {
		return Officer{}, err
	}
	return s.unseal(tx, o)
}

// unseal opens what is sealed of an officer, and looks whether the rights still hold.
func (s *Officers) unseal(tx *db.Tx, o row) (Officer, error) {
	o.Lapsed = !o.Until.IsZero() && !tx.Now().Before(o.Until)
	o.Active = o.Active && !o.Lapsed
	key, err := s.vault.Open(tx, string(o.ID))
	if err != nil {
		return Officer{}, err
	}
	if o.Login, err = key.OpenText(place(string(o.ID), "login"), o.login); err != nil {
		return Officer{}, err
	}
	o.Name, err = key.OpenText(place(string(o.ID), "name"), o.name)
	return o.Officer, err
}

const (
	activate db.SQL = `UPDATE officer_officer SET state = 'active' WHERE id = $1 AND state = 'invited'`
	endOne   db.SQL = `UPDATE officer_officer SET state = 'ended', ended_at = $2 WHERE id = $1 AND state <> 'ended'`
	dropOpen db.SQL = `UPDATE officer_grant SET state = 'lapsed' WHERE officer = $1 AND state = 'open'`
)

// Activate makes an invited officer active, once the credentials are set.
func (s *Officers) Activate(tx *db.Tx, id ID) error { return tx.ExecOne(activate, string(id)) }

// End takes all rights from an officer, for good. A Forbidden fault for oneself,
// a Conflict for one whose rights have ended. What was proposed for the officer is
// off. The caller ends the sessions.
func (s *Officers) End(tx *db.Tx, id ID, by audit.Actor) error {
	if by.Kind == audit.Officer && by.ID == string(id) {
		return fault.New(fault.Forbidden, "officer.end_self")
	}
	if err := tx.ExecOne(endOne, string(id), db.At(tx.Now())); errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "officer.ended")
	} else if err != nil {
		return err
	}
	if _, err := tx.Exec(dropOpen, string(id)); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: by, Act: "officer.end", Object: "officer/" + string(id)})
}
