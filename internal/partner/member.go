package partner

import (
	"context"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/secret"
)

// Member is somebody of an organisation.
type Member struct {
	ID      string // of the membership
	Account account.ID
	Name    string // "" while only invited: the organisation does not learn whose contact it is
	In      bool   // false: invited
	At      time.Time
}

const (
	insertMember  db.SQL = `INSERT INTO partner_member (id, organisation, account, state, invited_by, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`
	existsMember  db.SQL = `SELECT id FROM partner_member WHERE organisation = $1 AND account = $2 AND state = 'in'`
	selectMembers db.SQL = `SELECT id, account, state, at FROM partner_member WHERE organisation = $1 AND state <> 'out' ORDER BY at, id`
	countMembers  db.SQL = `SELECT count(*) FROM partner_member WHERE organisation = $1 AND state <> 'out'`
	acceptMember  db.SQL = `UPDATE partner_member SET state = 'in', at = $3 WHERE organisation = $1 AND account = $2 AND state = 'invited'`
	declineMember db.SQL = `UPDATE partner_member SET state = 'out', at = $3 WHERE organisation = $1 AND account = $2 AND state = 'invited'`
	removeMember  db.SQL = `UPDATE partner_member SET state = 'out', at = $3 WHERE id = $1 AND organisation = $2 AND state <> 'out'`
	countIn       db.SQL = `SELECT count(*) FROM partner_member WHERE organisation = $1 AND state = 'in'`
	lockOne       db.SQL = `UPDATE partner_organisation SET reason = reason WHERE id = $1`
)

func isMember(tx *db.Tx, organisation string, who account.ID) (bool, error) {
	if organisation == "" || who == "" {
		return false, nil
	}
	return db.Exists(tx, existsMember, organisation, string(who))
}

// member reads an organisation for one of its members; for all others there is none.
func (s *Service) member(tx *db.Tx, id string, who account.ID) (Organisation, error) {
	in, err := isMember(tx, id, who)
	if err != nil {
		return Organisation{}, err
	}
	if !in {
		return Organisation{}, fault.New(fault.NotFound, "partner.unknown")
	}
	return organisation(tx, id)
}

// active is member for acts that change something: not for one that was refused or closed.
func (s *Service) active(tx *db.Tx, id string, who account.ID) (Organisation, error) {
	o, err := s.member(tx, id, who)
	if err == nil {
		err = o.hold(tx)
	}
	return o, err
}

// Organisation reads an organisation for one of its members, with its members.
func (s *Service) Organisation(ctx context.Context, who account.ID, id string) (o Organisation, members []Member, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if o, err = s.member(tx, id, who); err != nil {
			return err
		}
		members, err = s.members(tx, id)
		return err
	})
	return o, members, err
}

func (s *Service) members(tx *db.Tx, id string) ([]Member, error) {
	members, err := db.All(tx, func(r db.Row) (m Member, err error) {
		var state string
		var at db.Time
		err = r.Scan(&m.ID, &m.Account, &state, &at)
		m.In, m.At = state == "in", at.Time
		return m, err
	}, selectMembers, id)
	for i, m := range members {
		if !m.In {
			continue
		}
		holder, err := s.Accounts.Get(tx, m.Account)
		if err != nil {
			return nil, err
		}
		members[i].Name = holder.Name.Full
	}
	return members, err
}

// Invite invites the holder of a confirmed contact. The answer is the same whether
// there is one or not: nobody learns here who has an account (AUTH-7).
func (s *Service) Invite(ctx context.Context, who account.ID, id string, kind account.ContactKind, contact string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.active(tx, id, who); err != nil {
			return err
		}
		if n, err := db.One(tx, db.Scalar[int64], countMembers, id); err != nil {
			return err
		} else if n >= mostMembers {
			return fault.New(fault.Conflict, "partner.too_many_members")
		}
		if err := audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "partner.invite", Object: "organisation/" + id}); err != nil {
			return err
		}
		to, err := s.Accounts.ByContact(tx, kind, contact)
		if fault.Is(err, fault.NotFound) || err == nil && to == "" {
			return nil
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(insertMember, secret.NewID(), id, string(to), "invited", string(who), db.At(tx.Now()))
		if err != nil || n == 0 {
			return err
		}
		return s.Notices.Send(tx, notify.Notice{To: to, Key: "partner.notice.invited", Path: "/partners/mine"})
	})
}

// Answer takes up an invitation or declines it.
func (s *Service) Answer(ctx context.Context, who account.ID, id string, accept bool) error {
	q, act := acceptMember, "partner.join"
	if !accept {
		q, act = declineMember, "partner.decline"
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := found(0, tx.ExecOne(q, id, string(who), db.At(tx.Now()))); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: act, Object: "organisation/" + id})
	})
}

// Remove ends a membership or an invitation, one's own too; the last member stays.
func (s *Service) Remove(ctx context.Context, who account.ID, id, membership string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.member(tx, id, who)
		if err != nil {
			return err
		}
		if o.State == Closed {
			return o.Over()
		}
		if err := tx.ExecOne(lockOne, id); err != nil { // two at once could remove each other
			return err
		}
		if _, err := found(0, tx.ExecOne(removeMember, membership, id, db.At(tx.Now()))); err != nil {
			return err
		}
		if n, err := db.One(tx, db.Scalar[int64], countIn, id); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.Conflict, "partner.last_member")
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "partner.remove", Object: "organisation/" + id})
	})
}
