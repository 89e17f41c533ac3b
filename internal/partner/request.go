package partner

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/secret"
)

// Request asks officers for production, or for changes there.
type Request struct {
	ID           string
	Organisation string
	Site         client.Client // as it would be
	First        officer.ID    // who has proposed to grant it, "" while nobody has
	AskedAt      time.Time
}

// Missing are the text keys of what a site still needs for production, in the
// order in which one would mend it; none when it can be asked for.
func (s *Service) Missing(site Site) (keys []string) {
	c := site.Edited()
	c.Stage = client.Production
	need := func(there bool, key string) {
		if !there {
			keys = append(keys, key)
		}
	}
	need(site.Organisation.State == Confirmed, "partner.need.confirmed")
	need(len(c.Purpose) > 0, "partner.need.purpose")
	need(c.Contact != "", "partner.need.contact")
	need(len(c.Required)+len(c.Optional) == 0 || c.Reason != "", "partner.need.reason")
	need(c.Native || !plainHTTP(c.Redirects, c.PostLogout), "partner.need.https")
	need(c.Native || c.OfESIA() || strings.HasPrefix(c.LogoutURI, "https://"), "partner.need.logout")
	need(c.Method != client.SecretBasic, "partner.need.key")
	if len(keys) == 0 && c.Check() != nil {
		keys = append(keys, "partner.need.addresses")
	}
	return keys
}

func plainHTTP(lists ...[]string) bool {
	for _, list := range lists {
		for _, address := range list {
			if !strings.HasPrefix(address, "https://") {
				return true
			}
		}
	}
	return false
}

const insertRequest db.SQL = `INSERT INTO partner_request (id, organisation, site, detail, state, asked_by, asked_at, reason) VALUES ($1, $2, $3, $4, 'open', $5, $6, '')`

// Ask asks officers for production of a sandbox site, or for the drafted changes
// of one that is there. What is missing is an Invalid fault; a second request while
// one waits a Conflict.
// A name that looks like another owner's is a Conflict too.
func (s *Service) Ask(ctx context.Context, who account.ID, id client.ID) error {
	return s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		switch {
		case site.Request != nil:
			return fault.New(fault.Conflict, "partner.waits")
		case !site.Registered(), site.Live.Stage == client.Production && site.Draft == nil:
			return fault.New(fault.Conflict, "partner.decided")
		}
		if missing := s.Missing(site); len(missing) > 0 {
			return fault.OneField("site", missing[0], nil)
		}
		n := site.Edited()
		n.Stage = client.Production
		if err := s.unlike(tx, n.Name, site.Organisation.ID); err != nil {
			return err
		}
		text, err := encode(n)
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertRequest, secret.NewID(), site.Organisation.ID, string(id), text, string(who), db.At(tx.Now()))
		if errors.Is(err, db.ErrUnique) {
			return fault.New(fault.Conflict, "partner.waits")
		}
		if err != nil {
			return err
		}
		if err := record(tx, account.ByHolder(who), "partner.ask", id); err != nil {
			return err
		}
		if site.Live.Stage == client.Production {
			return nil // the version that officers know keeps running
		}
		site.Live.Stage = client.Asked
		return s.Clients.Change(tx, site.Live, account.ByHolder(who))
	})
}

const requestColumns = `SELECT id, organisation, detail, first_by, asked_at FROM partner_request `

const (
	selectOpenRequest db.SQL = requestColumns + `WHERE site = $1 AND state IN ('open', 'proposed')`
	selectRequest     db.SQL = requestColumns + `WHERE id = $1 AND state IN ('open', 'proposed')`
	selectRequests    db.SQL = requestColumns + `WHERE state IN ('open', 'proposed') ORDER BY asked_at, id`
	proposeRequest    db.SQL = `UPDATE partner_request SET state = 'proposed', first_by = $2, first_at = $3 WHERE id = $1 AND state = 'open'`
	grantRequest      db.SQL = `UPDATE partner_request SET state = 'granted', second_by = $2, second_at = $3 WHERE id = $1 AND state = 'proposed' AND first_by <> $2`
	refuseRequest     db.SQL = `UPDATE partner_request SET state = 'refused', reason = $2 WHERE id = $1 AND state IN ('open', 'proposed')`
	withdrawRequest   db.SQL = `UPDATE partner_request SET state = 'withdrawn' WHERE id = $1 AND state IN ('open', 'proposed')`
	selectLastRefusal db.SQL = `SELECT reason FROM partner_request WHERE site = $1 ORDER BY asked_at DESC, id DESC LIMIT 1`
)

func scanRequest(r db.Row) (q Request, err error) {
	var detail string
	var first db.Text
	var at db.Time
	if err = r.Scan(&q.ID, &q.Organisation, &detail, &first, &at); err != nil {
		return q, err
	}
	q.First, q.AskedAt = officer.ID(first), at.Time
	return q, json.Unmarshal([]byte(detail), &q.Site)
}

func openRequest(tx *db.Tx, id client.ID) (*Request, error) {
	q, err := db.One(tx, scanRequest, selectOpenRequest, string(id))
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &q, nil
}

// LastReason is why officers refused the last request of a site, "" when they did not.
func (s *Service) LastReason(ctx context.Context, who account.ID, id client.ID) (reason string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.own(tx, who, id); err != nil {
			return err
		}
		reason, err = db.One(tx, db.Scalar[string], selectLastRefusal, string(id))
		if errors.Is(err, db.ErrNone) {
			reason, err = "", nil
		}
		return err
	})
	return reason, err
}

// Withdraw takes a request back; the changes stay as a draft.
func (s *Service) Withdraw(ctx context.Context, who account.ID, id client.ID) error {
	return s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		if site.Request == nil {
			return fault.New(fault.Conflict, "partner.decided")
		}
		return s.withdraw(tx, site, account.ByHolder(who))
	})
}

func (s *Service) withdraw(tx *db.Tx, site Site, by audit.Actor) error {
	if err := changed(tx.ExecOne(withdrawRequest, site.Request.ID)); err != nil {
		return err
	}
	if err := record(tx, by, "partner.withdraw", site.Live.ID); err != nil {
		return err
	}
	return s.backToSandbox(tx, site, by)
}

// backToSandbox undoes what asking did to a site that was never in production.
func (s *Service) backToSandbox(tx *db.Tx, site Site, by audit.Actor) error {
	if site.Live.Stage != client.Asked {
		return nil
	}
	site.Live.Stage = client.Sandbox
	return s.Clients.Change(tx, site.Live, by)
}

// Requests lists what waits for officers, oldest first.
func (s *Service) Requests(tx *db.Tx) ([]Request, error) {
	return db.All(tx, scanRequest, selectRequests)
}

// Case is a request with all that an officer has to see.
type Case struct {
	Request
	Now  Site
	Mine bool // this officer has proposed to grant it
}

// Case reads a request for an officer, with an audit line.
func (s *Service) Case(ctx context.Context, by officer.Officer, id string) (c Case, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if c.Request, err = found(db.One(tx, scanRequest, selectRequest, id)); err != nil {
			return err
		}
		if c.Now, err = s.site(tx, c.Site.ID); err != nil {
			return err
		}
		c.Mine = c.First == by.ID
		return audit.Record(tx, audit.Entry{Actor: by.By(), Act: "partner.read", Read: true, Object: "client/" + string(c.Site.ID), Purpose: "partner.desk.purpose"})
	})
	return c, err
}

// decide runs an officer's act on a request that still waits.
func (s *Service) decide(ctx context.Context, by officer.Officer, id string, f func(tx *db.Tx, q Request) error) error {
	var site client.ID
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		q, err := db.One(tx, scanRequest, selectRequest, id)
		if err := changed(err); err != nil {
			return err
		}
		if err := s.officerMay(tx, by, q.Organisation); err != nil {
			return err
		}
		site = q.Site.ID
		return f(tx, q)
	})
	if site != "" {
		s.Clients.Forget(site)
	}
	return err
}

// Propose is the first officer's word that a request may be granted.
func (s *Service) Propose(ctx context.Context, by officer.Officer, id string) error {
	return s.decide(ctx, by, id, func(tx *db.Tx, q Request) error {
		if err := changed(tx.ExecOne(proposeRequest, id, string(by.ID), db.At(tx.Now()))); err != nil {
			return err
		}
		return record(tx, by.By(), "partner.propose", q.Site.ID)
	})
}

// Grant is the second officer's word: what was asked for is in force. Whoever
// grants is another person than whoever proposed (AUTHZ-5), and the row refuses a
// second grant. Keys and pausing stay as they are by now.
func (s *Service) Grant(ctx context.Context, by officer.Officer, id string) error {
	return s.decide(ctx, by, id, func(tx *db.Tx, q Request) error {
		if err := s.another(tx, by, q); err != nil {
			return err
		}
		if err := changed(tx.ExecOne(grantRequest, id, string(by.ID), db.At(tx.Now()))); err != nil {
			return err
		}
		site, err := s.site(tx, q.Site.ID)
		if err != nil {
			return err
		}
		if site.Organisation.State != Confirmed {
			return fault.New(fault.Conflict, "partner.need.confirmed")
		}
		if err := s.claim(tx, q.Site.Name, q.Organisation); err != nil {
			return err
		}
		if err := s.Clients.Change(tx, granted(q.Site, site.Live), by.By()); err != nil {
			return err
		}
		if err := tx.ExecOne(setDraft, string(q.Site.ID), db.Text("")); err != nil {
			return err
		}
		if err := record(tx, by.By(), "partner.grant", q.Site.ID); err != nil {
			return err
		}
		return s.tell(tx, q.Organisation, "partner.notice.granted", "/partners/sites/"+string(q.Site.ID))
	})
}

// granted is what officers saw, with the keys that the site has by now.
func granted(asked, live client.Client) client.Client {
	asked.Stage, asked.Secret, asked.Paused, asked.Owner, asked.Certificates = client.Production, "", live.Paused, live.Owner, live.Certificates
	asked.Stopped = live.Stopped
	if asked.Method == live.Method {
		asked.Keys, asked.Thumbprints = live.Keys, live.Thumbprints
	}
	return asked
}

// another refuses the officer who proposed, and one who is the same person.
func (s *Service) another(tx *db.Tx, by officer.Officer, q Request) error {
	if q.First == "" {
		return fault.New(fault.Conflict, "partner.propose_first")
	}
	first, err := s.Officers.Get(tx, q.First)
	if err != nil {
		return err
	}
	second, err := s.Officers.Get(tx, by.ID)
	switch {
	case err != nil:
		return err
	case officer.SamePerson(first, second):
		return fault.New(fault.Forbidden, "partner.two")
	case !first.May(officer.ManageSites):
		return fault.New(fault.Conflict, "partner.first_left")
	}
	return nil
}

// Refuse ends a request with a reason that the organisation reads; the site stays
// what it was, the changes stay as a draft.
func (s *Service) Refuse(ctx context.Context, by officer.Officer, id, reason string) error {
	if err := reasonGiven(reason); err != nil {
		return err
	}
	return s.decide(ctx, by, id, func(tx *db.Tx, q Request) error {
		if err := changed(tx.ExecOne(refuseRequest, id, reason)); err != nil {
			return err
		}
		site, err := s.site(tx, q.Site.ID)
		if err != nil {
			return err
		}
		if err := s.backToSandbox(tx, site, by.By()); err != nil {
			return err
		}
		if err := record(tx, by.By(), "partner.refuse", q.Site.ID); err != nil {
			return err
		}
		return s.tell(tx, q.Organisation, "partner.notice.request_refused", "/partners/sites/"+string(q.Site.ID))
	})
}
