package partner

import (
	"context"
	"slices"
	"strings"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
)

// Stop closes a site at once, with a reason that its members read: nobody signs in
// there, and what it was given opens nothing (SESS-5). One officer is enough; its
// members cannot open it again. The reason is refused as field "reason".
func (s *Service) Stop(ctx context.Context, by officer.Officer, id client.ID, reason string) error {
	if err := reasonGiven(reason); err != nil {
		return err
	}
	return s.stopped(ctx, by, id, func(tx *db.Tx, site Site) error {
		return s.halt(tx, site, by.By(), reason)
	})
}

// StopByConsole closes a site as Stop does, by the word of whoever runs the server:
// for the hour in which no officer can sign in. Two officers open it again.
func (s *Service) StopByConsole(ctx context.Context, id client.ID, reason string) error {
	if err := reasonGiven(reason); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		site, err := s.site(tx, id)
		if err != nil {
			return err
		}
		if !site.Registered() {
			return fault.New(fault.Conflict, "partner.decided")
		}
		return s.halt(tx, site, audit.BySystem("console"), reason)
	})
	s.Clients.Forget(id)
	return err
}

// halt closes a site that is not closed yet, and tells its members.
func (s *Service) halt(tx *db.Tx, site Site, by audit.Actor, reason string) error {
	if site.Live.Stopped != nil {
		return fault.New(fault.Conflict, "partner.decided")
	}
	if err := s.shut(tx, site.Live, by, reason); err != nil {
		return err
	}
	return s.tell(tx, site.Organisation.ID, "partner.notice.stopped", "/partners/sites/"+string(site.Live.ID))
}

// shut is halt without telling anybody.
func (s *Service) shut(tx *db.Tx, c client.Client, by audit.Actor, reason string) error {
	c.Stopped = &client.Stop{Reason: reason}
	if err := s.Clients.Change(tx, c, by); err != nil {
		return err
	}
	return record(tx, by, "partner.stop", c.ID)
}

// Running refuses a site that an officer stopped.
func (s Site) Running() error {
	if s.Live.Stopped != nil {
		return fault.New(fault.Conflict, "partner.stopped")
	}
	return nil
}

// Reopen opens a stopped site again: the first officer's word is kept, the word of
// a second one, who is another person, opens it (AUTHZ-5).
func (s *Service) Reopen(ctx context.Context, by officer.Officer, id client.ID) error {
	return s.stopped(ctx, by, id, func(tx *db.Tx, site Site) error {
		stop, act := site.Live.Stopped, "partner.reopen"
		switch {
		case stop == nil:
			return fault.New(fault.Conflict, "partner.decided")
		case stop.Reopen == "":
			site.Live.Stopped, act = &client.Stop{Reason: stop.Reason, Reopen: string(by.ID)}, "partner.reopen_propose"
		default:
			err := s.another(tx, by, Request{First: officer.ID(stop.Reopen)})
			switch {
			case fault.HasKey(err, "partner.first_left"): // whoever proposed has gone: this is the first word
				site.Live.Stopped, act = &client.Stop{Reason: stop.Reason, Reopen: string(by.ID)}, "partner.reopen_propose"
			case err != nil:
				return err
			default:
				site.Live.Stopped = nil
			}
		}
		if err := s.Clients.Change(tx, site.Live, by.By()); err != nil {
			return err
		}
		if err := record(tx, by.By(), act, id); err != nil || site.Live.Stopped != nil {
			return err
		}
		return s.tell(tx, site.Organisation.ID, "partner.notice.reopened", "/partners/sites/"+string(id))
	})
}

// stopped runs an officer's act on a registered site, which is in force here at
// once and on other nodes when what they remember is over. Nothing is left to do at
// one of a closed organisation.
func (s *Service) stopped(ctx context.Context, by officer.Officer, id client.ID, f func(tx *db.Tx, site Site) error) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		site, err := s.site(tx, id)
		if err != nil {
			return err
		}
		if err := s.officerMay(tx, by, site.Organisation.ID); err != nil {
			return err
		}
		if !site.Registered() {
			return fault.New(fault.Conflict, "partner.decided")
		}
		if site.Organisation.State == Closed {
			return site.Organisation.Over()
		}
		if err := tx.ExecOne(lockOne, site.Organisation.ID); err != nil { // not while it is being closed
			return err
		}
		return f(tx, site)
	})
	s.Clients.Forget(id)
	return err
}

const selectStanding db.SQL = `SELECT id FROM partner_site WHERE gone = FALSE`

// Registry lists the registered sites of all organisations, by name in a language;
// those that were deleted and the twins with which sites are tried are left out.
func (s *Service) Registry(tx *db.Tx, lang string) ([]client.Client, error) {
	all, err := s.Clients.All(tx, "", true)
	if err != nil {
		return nil, err
	}
	ids, err := db.All(tx, db.Scalar[string], selectStanding)
	if err != nil {
		return nil, err
	}
	standing := map[client.ID]bool{}
	for _, id := range ids {
		standing[client.ID(id)] = true
	}
	all = slices.DeleteFunc(all, func(c client.Client) bool { return !standing[c.ID] })
	slices.SortStableFunc(all, func(a, b client.Client) int { return strings.Compare(a.Name.In(lang), b.Name.In(lang)) })
	return all, nil
}

// SiteFor is a registered site as an officer sees it, with an audit line.
func (s *Service) SiteFor(ctx context.Context, by officer.Officer, id client.ID) (site Site, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if site, err = s.site(tx, id); err != nil {
			return err
		}
		if !site.Registered() {
			return fault.New(fault.NotFound, "partner.unknown")
		}
		return audit.Record(tx, audit.Entry{Actor: by.By(), Act: "partner.read", Read: true, Object: "client/" + string(id), Purpose: "partner.desk.purpose"})
	})
	return site, err
}
