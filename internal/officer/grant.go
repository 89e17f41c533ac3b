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
)

// LongestGrant is for how long rights hold at most, unless they are given anew;
// GrantWaits is for how long a proposal can be confirmed (AUTHZ-5).
const (
	LongestGrant = 365 * 24 * time.Hour
	GrantWaits   = 7 * 24 * time.Hour
)

// Rights are what an officer may do, where and until when.
type Rights struct {
	Roles             []Role
	Authority, Centre string
	For               time.Duration // from the confirmation on, at most LongestGrant
}

// Grant is what one administrator has proposed for an officer and another
// confirms: new rights, or, with Link, also a new invitation.
type Grant struct {
	ID                string
	Officer           ID
	Roles             []Role
	Gives             []Role // of administrators
	Authority, Centre string
	Until             time.Time // zero: as long as before, which was for good
	Link              bool
	By                ID
	At                time.Time
}

const insertGrant db.SQL = `INSERT INTO officer_grant
	(id, officer, state, roles, gives, authority, centre, until_at, link, proposed_by, proposed_at) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10)`

// ProposeNew keeps a new officer without any rights and proposes the first ones,
// with an invitation. Refused fields: login, name, roles, days.
func (s *Officers) ProposeNew(tx *db.Tx, o Officer, r Rights, by audit.Actor) (Grant, error) {
	o.Roles, o.Authority, o.Centre = r.Roles, r.Authority, r.Centre
	if err := fault.Fields(validate(o)...); err != nil {
		return Grant{}, err
	}
	giver, err := s.giver(tx, by, o)
	if err != nil {
		return Grant{}, err
	}
	bare := Officer{Login: o.Login, Name: o.Name, Account: o.Account}
	if bare.ID, err = s.insert(tx, bare, by); err != nil {
		return Grant{}, err
	}
	return s.propose(tx, giver, bare, r, true)
}

// Propose proposes other rights for an officer, or the same for longer.
func (s *Officers) Propose(tx *db.Tx, id ID, r Rights, by audit.Actor) (Grant, error) {
	to, giver, err := s.both(tx, id, by)
	if err != nil {
		return Grant{}, err
	}
	return s.propose(tx, giver, to, r, false)
}

// ProposeLink proposes a new invitation with the officer's present rights: whoever
// holds its link acts as the officer, so it is as much as giving all of them.
func (s *Officers) ProposeLink(tx *db.Tx, id ID, by audit.Actor) (Grant, error) {
	to, giver, err := s.both(tx, id, by)
	switch {
	case err != nil:
		return Grant{}, err
	case len(to.Roles) == 0:
		return Grant{}, fault.New(fault.Conflict, "officer.grant_first")
	}
	return s.keep(tx, giver, Grant{Officer: id, Roles: to.Roles, Gives: to.Gives, Authority: to.Authority, Centre: to.Centre, Until: to.Until, Link: true})
}

func (s *Officers) both(tx *db.Tx, id ID, by audit.Actor) (to, giver Officer, err error) {
	if to, err = s.Get(tx, id); err != nil {
		return to, giver, err
	}
	giver, err = s.giver(tx, by, to)
	return to, giver, err
}

// giver is the administrator who acts for an officer, who must be somebody else
// and have rights to get: a Forbidden or Conflict fault otherwise.
func (s *Officers) giver(tx *db.Tx, by audit.Actor, to Officer) (Officer, error) {
	if by.Kind != audit.Officer {
		return Officer{}, fault.New(fault.Forbidden, "officer.grant_two")
	}
	giver, err := s.Get(tx, ID(by.ID))
	switch {
	case err != nil:
		return giver, err
	case !giver.May(ManageOfficers):
		return giver, fault.New(fault.Forbidden, "officer.grant_not_held")
	case SamePerson(giver, to):
		return giver, fault.New(fault.Forbidden, "officer.grant_self")
	case !to.Ended.IsZero():
		return giver, fault.New(fault.Conflict, "officer.ended")
	}
	return giver, nil
}

// SamePerson says whether two officers are one, as far as can be told: the same
// account as a resident, or the same name under another login.
func SamePerson(a, b Officer) bool {
	return a.ID == b.ID || a.Account != "" && a.Account == b.Account || plain(a.Name) == plain(b.Name)
}

// plain is a name without what does not tell people apart.
func plain(name string) string { return strings.Join(strings.Fields(strings.ToLower(name)), " ") }

// gives says whether the administrator was given every one of the roles to give.
func (o Officer) gives(roles []Role) bool {
	return !slices.ContainsFunc(roles, func(r Role) bool { return !slices.Contains(o.Gives, r) })
}

func (s *Officers) propose(tx *db.Tx, giver, to Officer, r Rights, link bool) (Grant, error) {
	g := Grant{Officer: to.ID, Roles: r.Roles, Authority: r.Authority, Centre: r.Centre, Until: tx.Now().Add(r.For), Link: link}
	wrong := validate(Officer{Login: to.Login, Name: to.Name, Roles: r.Roles})
	if r.For <= 0 || r.For > LongestGrant {
		wrong = append(wrong, fault.Field{Name: "days", Key: "officer.days_missing"})
	}
	if err := fault.Fields(wrong...); err != nil {
		return g, err
	}
	switch {
	case !slices.Contains(r.Roles, Admin):
	case slices.Contains(to.Roles, Admin):
		g.Gives = to.Gives
	default:
		g.Gives = giver.Gives
	}
	return s.keep(tx, giver, g)
}

const lapseGrants db.SQL = `UPDATE officer_grant SET state = 'lapsed' WHERE officer = $1 AND state = 'open' AND proposed_at <= $2`

// keep writes a proposal down: one at a time for each officer.
func (s *Officers) keep(tx *db.Tx, giver Officer, g Grant) (Grant, error) {
	if !giver.gives(slices.Concat(g.Roles, g.Gives)) {
		return g, fault.OneField("roles", "officer.grant_not_held", nil)
	}
	if _, err := tx.Exec(lapseGrants, string(g.Officer), db.At(tx.Now().Add(-GrantWaits))); err != nil {
		return g, err
	}
	g.ID, g.By, g.At = secret.NewID(), giver.ID, tx.Now()
	_, err := tx.Exec(insertGrant, g.ID, string(g.Officer), joinRoles(g.Roles), joinRoles(g.Gives), g.Authority, g.Centre, db.At(g.Until), g.Link, string(g.By), db.At(g.At))
	if errors.Is(err, db.ErrUnique) {
		return g, fault.New(fault.Conflict, "officer.grant_open")
	}
	if err != nil {
		return g, err
	}
	return g, g.record(tx, "officer.propose", giver)
}

func (g Grant) record(tx *db.Tx, act string, by Officer) error {
	facts := map[string]string{"grant": g.ID, "roles": joinRoles(g.Roles)}
	if !g.Until.IsZero() {
		facts["until"] = g.Until.Format(time.DateOnly)
	}
	if g.Link {
		facts["link"] = "new"
	}
	return audit.Record(tx, audit.Entry{Actor: by.By(), Act: act, Subject: string(g.Officer), Object: "officer/" + string(g.Officer), Facts: facts})
}
