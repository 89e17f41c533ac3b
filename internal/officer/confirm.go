package officer

import (
	"errors"
	"slices"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
)

const grantColumns = `SELECT id, officer, roles, gives, authority, centre, until_at, link, proposed_by, proposed_at FROM officer_grant `

const (
	selectOpenGrants db.SQL = grantColumns + `WHERE state = 'open' AND proposed_at > $1 ORDER BY proposed_at, id`
	selectOpenGrant  db.SQL = grantColumns + `WHERE id = $1 AND state = 'open' AND proposed_at > $2`
)

func scanGrant(r db.Row) (g Grant, err error) {
	var roles, gives string
	var until, at db.Time
	err = r.Scan(&g.ID, &g.Officer, &roles, &gives, &g.Authority, &g.Centre, &until, &g.Link, &g.By, &at)
	g.Roles, g.Gives, g.Until, g.At = splitRoles(roles), splitRoles(gives), until.Time, at.Time
	return g, err
}

// OpenGrants are the proposals that can be confirmed, oldest first.
func (s *Officers) OpenGrants(tx *db.Tx) ([]Grant, error) {
	return db.All(tx, scanGrant, selectOpenGrants, db.At(tx.Now().Add(-GrantWaits)))
}

const selectGrant db.SQL = `SELECT state FROM officer_grant WHERE id = $1`

// OpenGrant reads a proposal; a Conflict fault when it was decided or waited too
// long, NotFound when there never was one.
func (s *Officers) OpenGrant(tx *db.Tx, id string) (Grant, error) {
	g, err := db.One(tx, scanGrant, selectOpenGrant, id, db.At(tx.Now().Add(-GrantWaits)))
	if !errors.Is(err, db.ErrNone) {
		return g, err
	}
	if was, err := db.Exists(tx, selectGrant, id); err != nil {
		return g, err
	} else if !was {
		return g, fault.New(fault.NotFound, "officer.grant_unknown")
	}
	return g, fault.New(fault.Conflict, "officer.grant_decided")
}

const (
	decideGrant db.SQL = `UPDATE officer_grant SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'open'`
	setRights   db.SQL = `UPDATE officer_officer SET roles = $2, gives = $3, authority = $4, centre = $5, until_at = $6 WHERE id = $1 AND state <> 'ended'`
	setUntil    db.SQL = `UPDATE officer_officer SET until_at = $2 WHERE id = $1 AND state <> 'ended'`
)

// Confirm puts a proposal into force. Whoever confirms is neither the proposer nor
// the officer, and was given the same roles to give; so must the proposer still be.
// When it says Link, the caller makes the invitation in the same transaction.
func (s *Officers) Confirm(tx *db.Tx, id string, by audit.Actor) (Grant, error) {
	g, err := s.OpenGrant(tx, id)
	if err != nil {
		return g, err
	}
	to, second, err := s.both(tx, g.Officer, by)
	if err != nil {
		return g, err
	}
	first, err := s.giver(tx, audit.Actor{Kind: audit.Officer, ID: string(g.By)}, to)
	switch given := slices.Concat(g.Roles, g.Gives); {
	case err != nil:
		return g, err
	case SamePerson(first, second):
		return g, fault.New(fault.Forbidden, "officer.grant_two")
	case !first.gives(given) || !second.gives(given):
		return g, fault.New(fault.Forbidden, "officer.grant_not_held")
	}
	if err := s.decide(tx, g, "confirmed", second); err != nil {
		return g, err
	}
	if err := tx.ExecOne(setRights, string(g.Officer), joinRoles(g.Roles), joinRoles(g.Gives), g.Authority, g.Centre, db.At(g.Until)); err != nil {
		return g, err
	}
	return g, g.record(tx, "officer.confirm", second)
}

// Refuse ends a proposal, one's own too; never one for oneself. An officer who
// was to get first rights is then no officer.
func (s *Officers) Refuse(tx *db.Tx, id string, by audit.Actor) error {
	g, err := s.OpenGrant(tx, id)
	if err != nil {
		return err
	}
	to, who, err := s.both(tx, g.Officer, by)
	if err != nil {
		return err
	}
	if err := s.decide(tx, g, "refused", who); err != nil {
		return err
	}
	if err := g.record(tx, "officer.refuse", who); err != nil || len(to.Roles) > 0 {
		return err
	}
	return s.End(tx, to.ID, by)
}

func (s *Officers) decide(tx *db.Tx, g Grant, state string, by Officer) error {
	err := tx.ExecOne(decideGrant, g.ID, state, string(by.ID), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "officer.grant_decided")
	}
	return err
}

// Renew makes an officer's rights hold for LongestGrant from now: for the console
// alone, where there are too few administrators to renew one another.
func (s *Officers) Renew(tx *db.Tx, login string, by audit.Actor) (Officer, error) {
	if by.Kind == audit.Officer {
		return Officer{}, fault.New(fault.Forbidden, "officer.grant_two")
	}
	o, err := s.ByLogin(tx, login)
	if err != nil {
		return o, err
	}
	o.Until = tx.Now().Add(LongestGrant)
	if err := tx.ExecOne(setUntil, string(o.ID), db.At(o.Until)); errors.Is(err, db.ErrNone) {
		return o, fault.New(fault.Conflict, "officer.ended")
	} else if err != nil {
		return o, err
	}
	return o, audit.Record(tx, audit.Entry{Actor: by, Act: "officer.renew", Subject: string(o.ID), Object: "officer/" + string(o.ID)})
}
