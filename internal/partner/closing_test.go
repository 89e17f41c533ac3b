package partner_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/partner"
)

const (
	countActs    db.SQL = `SELECT count(*) FROM audit_entry WHERE act = $1`
	confirmAlone db.SQL = `UPDATE partner_closing SET confirmed_by = proposed_by, confirmed_at = proposed_at`
)

func (h house) acts(act string) (n int64) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int64], countActs, act); return err })
	return n
}

// closing is the id of what registrars said about closing an organisation, "" for nothing.
func (h house) closing(org string) (id string) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		one, err := h.s.ClosingOf(tx, org)
		if one != nil {
			id = one.ID
		}
		return err
	})
	return id
}

// atOnce runs an act 64 times at once and says how many came through; the others
// have to be refused as done already, or as not theirs.
func (h house) atOnce(f func(i int) error) int32 {
	var done atomic.Int32
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			if err := f(i); err == nil {
				done.Add(1)
			} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
				h.T.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	return done.Load()
}

func TestClosing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna, boris := h.Account(account.Standard, "Anna One", "+79000000001"), h.Account(account.Standard, "Boris Two", "+79000000002")
		org := h.organisation(anna, "1027700000001")
		first, second, third := h.registrar("first", ""), h.registrar("second", ""), h.registrar("third", "")
		own, left := h.registrar("own", anna), h.registrar("left", "")
		t.Run("AUTHZ-5 closing is proposed for a confirmed organisation, with a reason, by no member of it", func(t *testing.T) {
			if err := h.s.ProposeClosing(h.ctx, first, org, "It is no more"); !fault.Is(err, fault.Conflict) {
				t.Errorf("nobody confirmed it: %v", err)
			}
			h.must(h.s.Decide(h.ctx, first, org, true, ""))
			if err := h.s.ProposeClosing(h.ctx, first, org, " "); !fault.Is(err, fault.Invalid) {
				t.Errorf("without a reason: %v", err)
			}
			if err := h.s.ProposeClosing(h.ctx, own, org, "It is no more"); !fault.HasKey(err, "partner.own") {
				t.Errorf("a member: %v", err)
			}
			if err := h.s.ProposeClosing(h.ctx, first, "nobody", "It is no more"); !fault.Is(err, fault.NotFound) {
				t.Errorf("no organisation: %v", err)
			}
		})
		t.Run("AUTHZ-5 of 64 proposals at once one waits", func(t *testing.T) {
			n := h.atOnce(func(i int) error {
				if i%2 == 0 {
					return h.s.ProposeClosing(h.ctx, first, org, "It is no more")
				}
				return h.s.ProposeClosing(h.ctx, second, org, "It is no more")
			})
			if n != 1 || h.acts("partner.close_propose") != 1 {
				t.Errorf("%d proposals, %d lines", n, h.acts("partner.close_propose"))
			}
			h.must(h.s.DropClosing(h.ctx, third, org, h.closing(org)))
			if h.closing(org) != "" || h.acts("partner.close_drop") != 1 {
				t.Error("it is not dropped")
			}
		})
		t.Run("AUTHZ-5 nobody confirms alone, as a member, what was not seen, or after one who has left", func(t *testing.T) {
			h.must(h.s.ProposeClosing(h.ctx, first, org, "It is no more"))
			id := h.closing(org)
			if err := h.s.ConfirmClosing(h.ctx, first, org, id); !fault.HasKey(err, "partner.two") {
				t.Errorf("alone: %v", err)
			}
			if err := h.s.ConfirmClosing(h.ctx, own, org, id); !fault.HasKey(err, "partner.own") {
				t.Errorf("a member: %v", err)
			}
			if err := h.s.ConfirmClosing(h.ctx, second, org, "another"); !fault.Is(err, fault.Conflict) {
				t.Errorf("what was not seen: %v", err)
			}
			if err := h.s.DropClosing(h.ctx, own, org, id); !fault.HasKey(err, "partner.own") {
				t.Errorf("a member drops it: %v", err)
			}
			if err := h.s.DB.Write(h.ctx, func(tx *db.Tx) error { _, err := tx.Exec(confirmAlone); return err }); err == nil {
				t.Error("the database takes one officer for two")
			}
			h.must(h.s.DropClosing(h.ctx, first, org, id))
			h.must(h.s.ProposeClosing(h.ctx, left, org, "It is no more"))
			h.Write(func(tx *db.Tx) error { return h.Officers.End(tx, left.ID, first.By()) })
			if err := h.s.ConfirmClosing(h.ctx, second, org, h.closing(org)); !fault.HasKey(err, "partner_closing.first_left") {
				t.Errorf("left: %v", err)
			}
			h.must(h.s.DropClosing(h.ctx, second, org, h.closing(org)))
			if o, _, err := h.s.Organisation(h.ctx, anna, org); err != nil || o.State != partner.Confirmed || !o.Closed.IsZero() {
				t.Errorf("one registrar closed it: %v %v", o.State, err)
			}
		})

		h.must(h.s.Begin(h.ctx, anna, org, "draft", names("Draft")))
		for _, id := range []client.ID{"live", "sandbox", "asked", "set", "stopped"} {
			h.site(anna, org, id)
		}
		h.must(h.s.Ask(h.ctx, anna, "live"))
		h.must(h.s.Propose(h.ctx, first, h.request()))
		h.must(h.s.Grant(h.ctx, second, h.request()))
		_, err := h.s.BeginTry(h.ctx, anna, "sandbox", "https://okno.example/partners/try")
		h.must(err)
		h.must(h.s.Ask(h.ctx, anna, "asked"))
		h.must(h.s.Propose(h.ctx, first, h.request()))
		n := partner.SettingsOf(h.stored("set"))
		n.Introspect = true
		h.must(h.s.ProposeSetting(h.ctx, first, "set", n, "Letter 7"))
		h.must(h.s.Stop(h.ctx, first, "stopped", "Its key is known"))
		h.must(h.s.Reopen(h.ctx, first, "stopped"))
		h.must(h.s.Invite(h.ctx, anna, org, account.Phone, "+79000000002"))
		if !h.mayEnter("sandbox", anna) {
			t.Fatal("a member does not enter")
		}
		before, told := h.acts("partner.stop"), len(h.told.keys)
		t.Run("AUTHZ-5 of 64 confirmations at once one closes the organisation", func(t *testing.T) {
			h.must(h.s.ProposeClosing(h.ctx, first, org, "It was merged into another"))
			id := h.closing(org)
			n := h.atOnce(func(i int) error {
				return h.s.ConfirmClosing(h.ctx, []officer.Officer{first, second, third}[i%3], org, id)
			})
			o, _, err := h.s.Organisation(h.ctx, anna, org)
			h.must(err)
			if n != 1 || o.State != partner.Closed || o.Reason != "It was merged into another" || o.Closed.IsZero() || h.acts("partner.close") != 1 {
				t.Errorf("closed %d times: %+v", n, o)
			}
		})
		t.Run("SESS-5 each of its sites and twins is stopped with the reason, one that was stopped keeps its own", func(t *testing.T) {
			for _, id := range []client.ID{"live", "sandbox", "asked", "set", "try-sandbox"} {
				if c := h.live(id); c.Live() || c.Stopped.Reason != "It was merged into another" {
					t.Errorf("%s: %+v", id, c.Stopped)
				}
			}
			if c := h.live("stopped"); c.Live() || c.Stopped.Reason != "Its key is known" {
				t.Errorf("%+v", c.Stopped)
			}
			if got := h.acts("partner.stop") - before; got != 5 {
				t.Errorf("%d lines", got)
			}
		})
		t.Run("A-56 what waits for officers is taken back, invitations end, members are told once", func(t *testing.T) {
			h.Write(func(tx *db.Tx) error {
				requests, err := h.s.Requests(tx)
				h.must(err)
				settings, err := h.s.Settings(tx)
				h.must(err)
				closings, err := h.s.Closings(tx)
				if len(requests)+len(settings)+len(closings) != 0 {
					t.Errorf("%v %v %v", requests, settings, closings)
				}
				return err
			})
			if h.stored("asked").Stage != client.Sandbox {
				t.Error("the site still waits")
			}
			if _, invited, err := h.s.Mine(h.ctx, boris); err != nil || len(invited) != 0 {
				t.Errorf("still invited: %v %v", invited, err)
			}
			if err := h.s.Answer(h.ctx, boris, org, true); !fault.Is(err, fault.NotFound) {
				t.Errorf("joined: %v", err)
			}
			if since := h.told.keys[told:]; !slices.Contains(since, "partner_closing.notice") || slices.Contains(since, "partner.notice.stopped") {
				t.Errorf("%v", since)
			}
			if h.acts("partner.withdraw") != 1 || h.acts("partner.setting_drop") != 1 || h.acts("partner.uninvite") != 1 {
				t.Error("lines are missing")
			}
		})
		t.Run("A-56 nothing of a closed organisation is added or changed any more", func(t *testing.T) {
			_, members, err := h.s.Organisation(h.ctx, anna, org)
			h.must(err)
			for name, act := range map[string]func() error{
				"invite": func() error { return h.s.Invite(h.ctx, anna, org, account.Phone, "+79000000002") },
				"remove": func() error { return h.s.Remove(h.ctx, anna, org, members[0].ID) },
				"begin":  func() error { return h.s.Begin(h.ctx, anna, org, "another", names("Another")) },
				"edit": func() error {
					_, err := h.s.Edit(h.ctx, anna, "live", nil, func(c *client.Client) { c.Optional = nil })
					return err
				},
				"keys":     func() error { _, err := h.s.AddKeys(h.ctx, anna, "live", keySet("k2")); return err },
				"complete": func() error { return h.s.Complete(h.ctx, anna, "draft") },
				"drop":     func() error { return h.s.DropDraft(h.ctx, anna, "live") },
				"pause":    func() error { return h.s.Pause(h.ctx, anna, "live", true) },
				"delete":   func() error { return h.s.Delete(h.ctx, anna, "sandbox") },
				"ask":      func() error { return h.s.Ask(h.ctx, anna, "sandbox") },
				"withdraw": func() error { return h.s.Withdraw(h.ctx, anna, "asked") },
				"secret":   func() error { _, err := h.s.NewSecret(h.ctx, anna, "sandbox"); return err },
				"try": func() error {
					_, err := h.s.BeginTry(h.ctx, anna, "sandbox", "https://okno.example/partners/try")
					return err
				},
				"stop":    func() error { return h.s.Stop(h.ctx, first, "live", "Again") },
				"reopen":  func() error { return h.s.Reopen(h.ctx, second, "stopped") },
				"setting": func() error { return h.s.ProposeSetting(h.ctx, first, "set", n, "Letter 8") },
			} {
				if err := act(); !fault.HasKey(err, "partner.closed") {
					t.Errorf("%s: %v", name, err)
				}
			}
			for name, act := range map[string]func() error{
				"propose again": func() error { return h.s.ProposeClosing(h.ctx, first, org, "Again") },
				"drop":          func() error { return h.s.DropClosing(h.ctx, first, org, h.closing(org)) },
				"confirm again": func() error { return h.s.ConfirmClosing(h.ctx, second, org, h.closing(org)) },
				"decide":        func() error { return h.s.Decide(h.ctx, first, org, true, "") },
				"console":       func() error { return h.s.StopByConsole(h.ctx, "live", "Again") },
			} {
				if err := act(); !fault.Is(err, fault.Conflict) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
		t.Run("T-42 nobody enters a site of a closed organisation, in the demo neither, also when the register says that it is open", func(t *testing.T) {
			c := h.stored("sandbox")
			c.Stopped = nil
			h.Write(func(tx *db.Tx) error { return h.s.Clients.Change(tx, c, first.By()) })
			for _, h.s.Everybody = range []bool{true, false} {
				if h.mayEnter("sandbox", anna) {
					t.Error("it is open")
				}
			}
		})
		t.Run("T-43 the number is free for another application, the names are not", func(t *testing.T) {
			next := h.organisation(boris, "1027700000001")
			if err := h.s.Decide(h.ctx, first, next, true, ""); !fault.HasKey(err, "partner.name_taken") {
				t.Errorf("the name of the closed one: %v", err)
			}
			h.must(h.s.Decide(h.ctx, first, next, false, "The name is another's"))
			id, err := h.s.RegisterOrganisation(h.ctx, boris, partner.Organisation{Name: names("Reading house"), Number: "1027700000001", Contact: "team@reading.example", Purpose: "To lend books"})
			h.must(err)
			h.must(h.s.Decide(h.ctx, first, id, true, ""))
			h.Write(func(tx *db.Tx) error {
				list, err := h.s.Decided(tx, "en")
				if len(list) != 2 || list[0].State != partner.Closed || list[1].State != partner.Confirmed {
					t.Errorf("%+v", list)
				}
				return err
			})
		})
	})
}

func TestClosingMeetsOtherActs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.Account(account.Standard, "Anna One", "+79000000001")
		org := h.organisation(anna, "1027700000001")
		first, second := h.registrar("first", ""), h.registrar("second", "")
		h.must(h.s.Decide(h.ctx, first, org, true, ""))
		h.site(anna, org, "busy")
		h.must(h.s.ProposeClosing(h.ctx, first, org, "It is no more"))
		id := h.closing(org)
		t.Run("T-42 of what members and officers begin while it is closed nothing is left open", func(t *testing.T) {
			n := partner.SettingsOf(h.stored("busy"))
			n.Introspect = true
			var closed atomic.Int32
			h.atOnce(func(i int) error {
				switch i % 8 {
				case 0:
					err := h.s.ConfirmClosing(h.ctx, second, org, id)
					if err == nil {
						closed.Add(1)
					}
					return err
				case 1:
					return h.s.Ask(h.ctx, anna, "busy")
				case 2:
					return h.s.ProposeSetting(h.ctx, first, "busy", n, "Letter 7")
				case 3:
					_, err := h.s.BeginTry(h.ctx, anna, "busy", "https://okno.example/partners/try")
					return err
				case 4:
					return h.s.Pause(h.ctx, anna, "busy", i%16 == 4)
				case 5:
					_, err := h.s.AddKeys(h.ctx, anna, "busy", keySet(fmt.Sprintf("k%d", i)))
					return err
				case 6:
					return h.s.Begin(h.ctx, anna, org, client.ID(fmt.Sprintf("site-%d", i)), names(fmt.Sprintf("Site %d", i)))
				}
				return h.s.Invite(h.ctx, anna, org, account.Phone, "+79000000099")
			})
			if closed.Load() != 1 {
				t.Errorf("closed %d times", closed.Load())
			}
			h.Write(func(tx *db.Tx) error {
				all, err := h.s.Clients.All(tx, org, false)
				h.must(err)
				for _, c := range all {
					if c.Live() {
						t.Errorf("%s is open", c.ID)
					}
				}
				requests, err := h.s.Requests(tx)
				h.must(err)
				settings, err := h.s.Settings(tx)
				if len(requests)+len(settings) != 0 {
					t.Errorf("%v %v", requests, settings)
				}
				return err
			})
		})
	})
}
