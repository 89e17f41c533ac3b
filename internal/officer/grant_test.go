package officer_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
)

const day = 24 * time.Hour

// staff is a house with administrators and the few words in which tests speak of it.
type staff struct {
	*officer.Officers
	t *testing.T
	d *db.DB
}

func (s staff) write(f func(tx *db.Tx) error) error { return s.d.Write(context.Background(), f) }

func (s staff) must(f func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.write(f); err != nil {
		s.t.Fatal(err)
	}
}

func (s staff) officer(login string, roles ...officer.Role) officer.ID {
	s.t.Helper()
	id, err := add(s.d, s.Officers, officer.Officer{Login: login, Name: "Name of " + login, Active: true, Roles: roles})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s staff) get(id officer.ID) (o officer.Officer) {
	s.t.Helper()
	s.must(func(tx *db.Tx) (err error) { o, err = s.Get(tx, id); return err })
	return o
}

func (s staff) propose(by, to officer.ID, days int, roles ...officer.Role) (g officer.Grant, err error) {
	err = s.write(func(tx *db.Tx) (err error) {
		g, err = s.Propose(tx, to, officer.Rights{Roles: roles, Authority: "mvd", For: time.Duration(days) * day}, actor(by))
		return err
	})
	return g, err
}

func (s staff) confirm(by officer.ID, grant string) error {
	return s.write(func(tx *db.Tx) error { _, err := s.Confirm(tx, grant, actor(by)); return err })
}

func actor(id officer.ID) audit.Actor { return audit.Actor{Kind: audit.Officer, ID: string(id)} }

func TestGrants(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		s := staff{newOfficers(t), t, d}
		one, two, three := s.officer("one", officer.Admin), s.officer("two", officer.Admin), s.officer("three", officer.Admin)
		worker := s.officer("worker", officer.CaseWorker)
		// open is a proposal of the first administrator for the worker that waits.
		open := func(days int, roles ...officer.Role) officer.Grant {
			t.Helper()
			g, err := s.propose(one, worker, days, roles...)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		t.Run("AUTHZ-5 a proposal changes nothing until another administrator confirms it, and then once", func(t *testing.T) {
			g := open(90, officer.Supervisor)
			if o := s.get(worker); o.Roles[0] != officer.CaseWorker || !o.Until.IsZero() {
				t.Fatalf("%+v", o)
			}
			if err := s.confirm(one, g.ID); !fault.HasKey(err, "officer.grant_two") {
				t.Fatal("by the proposer:", err)
			}
			if err := s.confirm(worker, g.ID); !fault.Is(err, fault.Forbidden) {
				t.Fatal("by the officer himself:", err)
			}
			if err := s.confirm(two, g.ID); err != nil {
				t.Fatal(err)
			}
			if o := s.get(worker); len(o.Roles) != 1 || o.Roles[0] != officer.Supervisor || o.Authority != "mvd" || !o.Until.Equal(now.Now().Add(90*day)) || !o.Active {
				t.Fatalf("%+v", o)
			}
			if err := s.confirm(three, g.ID); !fault.HasKey(err, "officer.grant_decided") {
				t.Fatal(err)
			}
		})
		t.Run("AUTHZ-5 what was given ends by itself, and can be given anew", func(t *testing.T) {
			now.Advance(90*day - time.Second)
			if !s.get(worker).May(officer.DecideCases) {
				t.Fatal("too early")
			}
			now.Advance(time.Second)
			if o := s.get(worker); o.May(officer.DecideCases) || !o.Lapsed {
				t.Fatalf("%+v", o)
			}
			if err := s.confirm(two, open(365, officer.Supervisor).ID); err != nil || !s.get(worker).May(officer.DecideCases) {
				t.Fatal(err)
			}
		})
		t.Run("AUTHZ-5 rights are given for a year at most", func(t *testing.T) {
			for _, days := range []int{-1, 0, 366} {
				if _, err := s.propose(one, worker, days, officer.Supervisor); err == nil || fault.Of(err).Fields[0].Name != "days" {
					t.Error(days, err)
				}
			}
		})
		t.Run("AUTHZ-5 nobody gives rights to himself, under whatever login", func(t *testing.T) {
			if _, err := s.propose(one, one, 30, officer.Admin, officer.Auditor); !fault.HasKey(err, "officer.grant_self") {
				t.Fatal(err)
			}
			err := s.write(func(tx *db.Tx) error {
				_, err := s.ProposeNew(tx, officer.Officer{Login: "one2", Name: " name  OF one"}, officer.Rights{Roles: []officer.Role{officer.Auditor}, For: day}, actor(one))
				return err
			})
			if !fault.HasKey(err, "officer.grant_self") {
				t.Fatal(err)
			}
			g, err := s.propose(one, two, 30, officer.Admin, officer.Auditor)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.confirm(two, g.ID); !fault.HasKey(err, "officer.grant_self") {
				t.Fatal("confirmed for himself:", err)
			}
			s.must(func(tx *db.Tx) error { return s.Refuse(tx, g.ID, actor(three)) })
		})
		t.Run("AUTHZ-5 nobody gives what he was not given to give, be it as the first or as the second", func(t *testing.T) {
			limited, err := add(d, s.Officers, officer.Officer{Login: "limited", Name: "Limited", Active: true, Roles: []officer.Role{officer.Admin}, Gives: []officer.Role{officer.Operator}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.propose(limited, worker, 30, officer.Auditor); err == nil || fault.Of(err).Fields[0].Key != "officer.grant_not_held" {
				t.Fatal(err)
			}
			if err := s.write(func(tx *db.Tx) error { _, err := s.ProposeLink(tx, two, actor(limited)); return err }); err == nil {
				t.Fatal("a link to a higher administrator")
			}
			g := open(30, officer.Auditor)
			if err := s.confirm(limited, g.ID); !fault.HasKey(err, "officer.grant_not_held") {
				t.Fatal(err)
			}
			s.must(func(tx *db.Tx) error { return s.Refuse(tx, g.ID, actor(one)) })
			if g, err = s.propose(limited, worker, 30, officer.Operator); err != nil || s.confirm(one, g.ID) != nil {
				t.Fatal(err)
			}
		})
		t.Run("AUTHZ-5 without another administrator's word an officer adds nobody", func(t *testing.T) {
			if err := s.write(func(tx *db.Tx) error { _, err := s.Add(tx, operator("direct"), actor(one)); return err }); !fault.HasKey(err, "officer.grant_two") {
				t.Fatal(err)
			}
			if err := s.write(func(tx *db.Tx) error { _, err := s.Renew(tx, "two", actor(one)); return err }); !fault.HasKey(err, "officer.grant_two") {
				t.Fatal(err)
			}
		})
		t.Run("a new officer has no rights before the confirmation, and is none after a refusal", func(t *testing.T) {
			for login, confirmed := range map[string]bool{"new": true, "new2": false} {
				var g officer.Grant
				s.must(func(tx *db.Tx) (err error) {
					g, err = s.ProposeNew(tx, officer.Officer{Login: login, Name: "New"}, officer.Rights{Roles: []officer.Role{officer.Operator}, Centre: "c1", For: day}, actor(one))
					return err
				})
				if o := s.get(g.Officer); len(o.Roles) != 0 || o.Active || !g.Link {
					t.Fatalf("%+v", o)
				}
				if confirmed {
					if err := s.confirm(two, g.ID); err != nil || s.get(g.Officer).Centre != "c1" {
						t.Fatal(err)
					}
					continue
				}
				s.must(func(tx *db.Tx) error { return s.Refuse(tx, g.ID, actor(two)) })
				if s.get(g.Officer).Ended.IsZero() {
					t.Fatal("still an officer")
				}
			}
		})
		t.Run("a proposal that has waited a week is dead, and another may be made", func(t *testing.T) {
			g := open(30, officer.Supervisor)
			if _, err := s.propose(two, worker, 30, officer.Supervisor); !fault.HasKey(err, "officer.grant_open") {
				t.Fatal(err)
			}
			now.Advance(officer.GrantWaits)
			if err := s.confirm(two, g.ID); !fault.HasKey(err, "officer.grant_decided") {
				t.Fatal(err)
			}
			g = open(30, officer.Supervisor)
			s.must(func(tx *db.Tx) error { return s.Refuse(tx, g.ID, actor(one)) })
		})
		t.Run("a proposal dies with the rights of whoever made it", func(t *testing.T) {
			four := s.officer("four", officer.Admin)
			g, err := s.propose(four, worker, 30, officer.Supervisor)
			if err != nil {
				t.Fatal(err)
			}
			s.must(func(tx *db.Tx) error { return s.End(tx, four, actor(one)) })
			if err := s.confirm(two, g.ID); err == nil {
				t.Fatal("confirmed")
			}
			s.must(func(tx *db.Tx) error { return s.Refuse(tx, g.ID, actor(one)) })
		})
		t.Run("what was proposed for somebody ends with his rights", func(t *testing.T) {
			gone := s.officer("gone", officer.Auditor)
			g, err := s.propose(one, gone, 30, officer.Supervisor)
			if err != nil {
				t.Fatal(err)
			}
			s.must(func(tx *db.Tx) error { return s.End(tx, gone, actor(two)) })
			if err := s.confirm(two, g.ID); !fault.HasKey(err, "officer.grant_decided") {
				t.Fatal(err)
			}
			if _, err := s.propose(one, gone, 30, officer.Supervisor); !fault.HasKey(err, "officer.ended") {
				t.Fatal(err)
			}
		})
		t.Run("the console renews alone", func(t *testing.T) {
			s.must(func(tx *db.Tx) error { _, err := s.Renew(tx, "two", system); return err })
			if !s.get(two).Until.Equal(now.Now().Add(officer.LongestGrant)) {
				t.Fatal(s.get(two).Until)
			}
		})
		t.Run("of 8 confirmations at once one succeeds", func(t *testing.T) {
			g := open(30, officer.Auditor)
			var done atomic.Int64
			var wg sync.WaitGroup
			for i := range 8 {
				by := two
				if i%2 == 0 {
					by = three
				}
				wg.Go(func() {
					if s.confirm(by, g.ID) == nil {
						done.Add(1)
					}
				})
			}
			wg.Wait()
			if done.Load() != 1 {
				t.Fatal(done.Load())
			}
		})
		t.Run("AUDIT-1 proposing, confirming and refusing leave audit lines", func(t *testing.T) {
			s.must(func(tx *db.Tx) error {
				acts, err := db.All(tx, db.Scalar[string], `SELECT DISTINCT act FROM audit_entry WHERE subject = $1 ORDER BY act`, string(worker))
				if err == nil && strings.Join(acts, " ") != "officer.confirm officer.propose officer.refuse" {
					err = errors.New(strings.Join(acts, " "))
				}
				return err
			})
		})
	})
}
