package partner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/secret"
)

// Closing is a registrar's proposal to close a confirmed organisation for good and,
// when there was one, the word of a second registrar.
type Closing struct {
	ID           string
	Organisation string
	Reason       string // as its members read it
	First        officer.ID
	At           time.Time
	Second       officer.ID // "" while it waits
	Closed       time.Time
}

const closingColumns = `SELECT id, organisation, reason, proposed_by, proposed_at, confirmed_by, confirmed_at FROM partner_closing `

const (
	selectClosing  db.SQL = closingColumns + `WHERE organisation = $1`
	selectClosings db.SQL = closingColumns + `WHERE confirmed_by IS NULL ORDER BY proposed_at, id`
	insertClosing  db.SQL = `INSERT INTO partner_closing (organisation, id, reason, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5)`
	confirmClosing db.SQL = `UPDATE partner_closing SET confirmed_by = $3, confirmed_at = $4 WHERE organisation = $1 AND id = $2 AND confirmed_by IS NULL AND proposed_by <> $3`
	dropClosing    db.SQL = `DELETE FROM partner_closing WHERE organisation = $1 AND id = $2 AND confirmed_by IS NULL`
	closeConfirmed db.SQL = `UPDATE partner_organisation SET state = 'closed', reason = $2 WHERE id = $1 AND state = 'confirmed'`
	endInvitations db.SQL = `UPDATE partner_member SET state = 'out', at = $2 WHERE organisation = $1 AND state = 'invited'`
)

func scanClosing(r db.Row) (c Closing, err error) {
	var second db.Text
	var at, closed db.Time
	err = r.Scan(&c.ID, &c.Organisation, &c.Reason, &c.First, &at, &second, &closed)
	c.At, c.Second, c.Closed = at.Time, officer.ID(second), closed.Time
	return c, err
}

// Closings lists the proposals that wait for a second registrar, oldest first.
func (s *Service) Closings(tx *db.Tx) ([]Closing, error) {
	return db.All(tx, scanClosing, selectClosings)
}

// ClosingOf is what registrars said about closing an organisation, nil for nothing.
func (s *Service) ClosingOf(tx *db.Tx, id string) (*Closing, error) {
	one, err := db.One(tx, scanClosing, selectClosing, id)
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	return &one, err
}

// ProposeClosing is the first registrar's word: nothing changes yet. The reason is
// refused as field "reason"; one proposal an organisation waits, and only for one
// that is confirmed.
func (s *Service) ProposeClosing(ctx context.Context, by officer.Officer, id, reason string) error {
	if err := reasonGiven(reason); err != nil {
		return err
	}
	return s.closing(ctx, by, id, func(tx *db.Tx) error {
		_, err := tx.Exec(insertClosing, id, secret.NewID(), reason, string(by.ID), db.At(tx.Now()))
		if errors.Is(err, db.ErrUnique) {
			return fault.New(fault.Conflict, "partner_closing.waits")
		}
		if err != nil {
			return err
		}
		return recordOf(tx, by.By(), "partner.close_propose", id)
	})
}

// DropClosing ends a proposal; one registrar, also the first, is enough. closing is
// the id of the proposal that was looked at.
func (s *Service) DropClosing(ctx context.Context, by officer.Officer, id, closing string) error {
	return s.closing(ctx, by, id, func(tx *db.Tx) error {
		if err := changed(tx.ExecOne(dropClosing, id, closing)); err != nil {
			return err
		}
		return recordOf(tx, by.By(), "partner.close_drop", id)
	})
}

// ConfirmClosing is the word of a second registrar, who is another person (AUTHZ-5):
// the organisation is closed for good. Its sites are stopped (SESS-5), what waits
// for officers is taken back, invitations end, its members are told. Its number is
// free for another application; the names stay its own (T-43).
func (s *Service) ConfirmClosing(ctx context.Context, by officer.Officer, id, closing string) error {
	var stopped []client.ID
	err := s.closing(ctx, by, id, func(tx *db.Tx) error {
		stopped = nil
		open, err := s.ClosingOf(tx, id)
		switch {
		case err != nil:
			return err
		case open == nil || open.ID != closing:
			return changed(db.ErrNone)
		}
		err = s.another(tx, by, Request{First: open.First})
		switch {
		case fault.HasKey(err, "partner.first_left"):
			return fault.New(fault.Conflict, "partner_closing.first_left")
		case err != nil:
			return err
		}
		if err := changed(tx.ExecOne(confirmClosing, id, closing, string(by.ID), db.At(tx.Now()))); err != nil {
			return err
		}
		if err := changed(tx.ExecOne(closeConfirmed, id, open.Reason)); err != nil {
			return err
		}
		stopped, err = s.wind(tx, id, by.By(), open.Reason)
		return err
	})
	for _, site := range stopped {
		s.Clients.Forget(site)
	}
	return err
}

// wind ends all that a closed organisation has in the house, and tells its members
// once, not once a site.
func (s *Service) wind(tx *db.Tx, id string, by audit.Actor, reason string) (stopped []client.ID, err error) {
	if err := recordOf(tx, by, "partner.close", id); err != nil {
		return nil, err
	}
	if err := s.takeBack(tx, id, by); err != nil {
		return nil, err
	}
	if stopped, err = s.stopAll(tx, id, by, reason); err != nil {
		return nil, err
	}
	ended, err := tx.Exec(endInvitations, id, db.At(tx.Now()))
	if err != nil {
		return nil, err
	}
	if ended > 0 {
		if err := recordOf(tx, by, "partner.uninvite", id); err != nil {
			return nil, err
		}
	}
	return stopped, s.tell(tx, id, "partner_closing.notice", "/partners/organisations/"+id)
}

// takeBack ends the requests and the proposals of settings that wait for officers.
func (s *Service) takeBack(tx *db.Tx, id string, by audit.Actor) error {
	ids, err := db.All(tx, db.Scalar[string], selectSites, id)
	if err != nil {
		return err
	}
	for _, one := range ids {
		site, err := s.site(tx, client.ID(one))
		if err != nil {
			return err
		}
		if site.Request != nil {
			if err := s.withdraw(tx, site, by); err != nil {
				return err
			}
		}
		setting, err := s.SettingOf(tx, client.ID(one))
		if err != nil {
			return err
		}
		if setting != nil {
			if err := s.drop(tx, *setting, by); err != nil {
				return err
			}
		}
	}
	return nil
}

// stopAll stops the sites of an organisation and their twins. One that was stopped
// before keeps its reason.
func (s *Service) stopAll(tx *db.Tx, id string, by audit.Actor, reason string) (stopped []client.ID, err error) {
	all, err := s.Clients.All(tx, id, false)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Stopped != nil {
			continue
		}
		if err := s.shut(tx, c, by, reason); err != nil {
			return nil, err
		}
		stopped = append(stopped, c.ID)
	}
	return stopped, nil
}

// closing runs an officer's act about closing a confirmed organisation, whose row it
// holds.
func (s *Service) closing(ctx context.Context, by officer.Officer, id string, f func(tx *db.Tx) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.officerMay(tx, by, id); err != nil {
			return err
		}
		o, err := organisation(tx, id)
		if err != nil {
			return err
		}
		if o.State != Confirmed {
			return fault.New(fault.Conflict, "partner.decided")
		}
		if err := o.hold(tx); err != nil {
			return err
		}
		return f(tx)
	})
}

func recordOf(tx *db.Tx, by audit.Actor, act, organisation string) error {
	return audit.Record(tx, audit.Entry{Actor: by, Act: act, Object: "organisation/" + organisation})
}

const selectDecided db.SQL = organisationColumns + `WHERE o.state IN ('confirmed', 'closed') ORDER BY o.asked_at, o.id`

// Decided lists the organisations that were confirmed, with those closed since, by
// name in a language.
func (s *Service) Decided(tx *db.Tx, lang string) ([]Organisation, error) {
	list, err := db.All(tx, scanOrganisation, selectDecided)
	slices.SortStableFunc(list, func(a, b Organisation) int { return strings.Compare(a.Name.In(lang), b.Name.In(lang)) })
	return list, err
}
