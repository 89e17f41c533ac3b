package partner_test

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/partner"
)

// setting is the id of the proposal that waits for a site, "" when none does.
func (h house) setting(id client.ID) (setting string) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		one, err := h.s.SettingOf(tx, id)
		if one != nil {
			setting = one.ID
		}
		return err
	})
	return setting
}

func TestSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.Account(account.Standard, "Anna One", "+79000000001")
		h.site(anna, h.organisation(anna, "1027700000001"), "library")
		first, second := h.registrar("first", ""), h.registrar("second", "")
		own, left := h.registrar("own", anna), h.registrar("left", "")
		all := partner.Settings{Law: names("Law on libraries"), Introspect: true, Resources: []string{"https://api.library.example/"}, Scopes: []string{"books.read"},
			Exchange: true, Registered: true, RS256: true, Sector: "libraries", Lasts: 30 * 24 * time.Hour}
		t.Run("AUTHZ-5 what is wrong is refused at its field, and so is nothing at all", func(t *testing.T) {
			for field, change := range map[string]func(*partner.Settings){
				"law":       func(s *partner.Settings) { s.Law = map[string]string{"en": " "} },
				"resources": func(s *partner.Settings) { s.Resources = []string{"ftp://library.example"} },
				"scopes":    func(s *partner.Settings) { s.Scopes = []string{"two words"} },
				"sector":    func(s *partner.Settings) { s.Sector = "a b" },
				"lasts":     func(s *partner.Settings) { s.Lasts = client.Year + 1 },
				"reason":    func(*partner.Settings) {}, // nothing differs
			} {
				n := partner.SettingsOf(h.stored("library"))
				change(&n)
				err := h.s.ProposeSetting(h.ctx, first, "library", n, "Letter 7")
				if fields := fault.Of(err).Fields; !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Name != field {
					t.Errorf("%s: %v", field, err)
				}
			}
			if err := h.s.ProposeSetting(h.ctx, first, "library", all, ""); !fault.Is(err, fault.Invalid) {
				t.Errorf("without a reason: %v", err)
			}
			if err := h.s.ProposeSetting(h.ctx, own, "library", all, "Letter 7"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a member: %v", err)
			}
		})
		t.Run("AUTHZ-5 of 64 proposals of two registrars at once one waits, as its registrar made it", func(t *testing.T) {
			n := all
			n.Sector = "readers"
			done := h.atOnce(func(i int) error {
				if i%2 == 0 {
					return h.s.ProposeSetting(h.ctx, first, "library", all, "Letter 7")
				}
				return h.s.ProposeSetting(h.ctx, second, "library", n, "Letter 8")
			})
			var waits []partner.Setting
			h.Write(func(tx *db.Tx) (err error) { waits, err = h.s.Settings(tx); return err })
			if done != 1 || len(waits) != 1 || h.acts("partner.setting_propose") != 1 {
				t.Fatalf("%d proposals, %d wait", done, len(waits))
			}
			if one := waits[0]; (one.First == first.ID) != (one.Settings.Sector == "libraries") || (one.First == first.ID) != (one.Reason == "Letter 7") {
				t.Errorf("%s proposed %s: %s", one.First, one.Settings.Sector, one.Reason)
			}
			h.must(h.s.DropSetting(h.ctx, first, "library", h.setting("library")))
		})
		t.Run("AUTHZ-5 nobody confirms alone, and of sixteen confirmations at once one sets the site", func(t *testing.T) {
			h.must(h.s.ProposeSetting(h.ctx, first, "library", all, "Letter 7"))
			if err := h.s.ProposeSetting(h.ctx, second, "library", all, "Letter 7"); !fault.Is(err, fault.Conflict) {
				t.Errorf("a second proposal: %v", err)
			}
			id := h.setting("library")
			if err := h.s.ConfirmSetting(h.ctx, first, "library", id); !fault.Is(err, fault.Forbidden) {
				t.Errorf("alone: %v", err)
			}
			if err := h.s.ConfirmSetting(h.ctx, second, "library", "another"); !fault.Is(err, fault.Conflict) {
				t.Errorf("what was not seen: %v", err)
			}
			if !reflect.DeepEqual(partner.SettingsOf(h.stored("library")), partner.SettingsOf(client.Client{})) {
				t.Fatal("one registrar set it")
			}
			told := len(h.told.keys)
			var done atomic.Int32
			var wait sync.WaitGroup
			for range 16 {
				wait.Go(func() {
					if err := h.s.ConfirmSetting(h.ctx, second, "library", id); err == nil {
						done.Add(1)
					} else if !fault.Is(err, fault.Conflict) {
						t.Errorf("%v", err)
					}
				})
			}
			wait.Wait()
			if got := partner.SettingsOf(h.stored("library")); done.Load() != 1 || len(h.told.keys) <= told || !reflect.DeepEqual(got, all) {
				t.Errorf("confirmed %d times: %+v", done.Load(), got)
			}
		})
		t.Run("AUTHZ-5 a proposal on an older version of the site is refused and gives way to a new one; keys do not age it", func(t *testing.T) {
			n := all
			n.Lasts = 0
			h.must(h.s.ProposeSetting(h.ctx, first, "library", n, "Letter 8"))
			old := h.setting("library")
			_, err := h.s.AddKeys(h.ctx, anna, "library", keySet("k2"))
			h.must(err)
			live := h.stored("library")
			h.Write(func(tx *db.Tx) error {
				if one, err := h.s.SettingOf(tx, "library"); err != nil || one.Stale(live) {
					t.Errorf("a key aged it: %v", err)
				}
				return nil
			})
			_, err = h.s.Edit(h.ctx, anna, "library", nil, func(c *client.Client) { c.Optional = nil })
			h.must(err)
			if err := h.s.ConfirmSetting(h.ctx, second, "library", old); !fault.HasKey(err, "partner_setting.stale") {
				t.Fatalf("stale: %v", err)
			}
			h.must(h.s.ProposeSetting(h.ctx, second, "library", n, "Letter 8"))
			h.must(h.s.ConfirmSetting(h.ctx, first, "library", h.setting("library")))
			if got := h.stored("library"); got.Life() != client.Year || got.Optional != nil {
				t.Errorf("%v %v", got.Life(), got.Optional)
			}
		})
		t.Run("AUTHZ-5 a proposal of a registrar who has left sets nothing, and anyone drops it", func(t *testing.T) {
			n := all
			n.RS256 = false
			h.must(h.s.ProposeSetting(h.ctx, left, "library", n, "Letter 9"))
			h.Write(func(tx *db.Tx) error { return h.Officers.End(tx, left.ID, first.By()) })
			if err := h.s.ConfirmSetting(h.ctx, second, "library", h.setting("library")); !fault.HasKey(err, "partner_setting.first_left") {
				t.Errorf("left: %v", err)
			}
			h.must(h.s.DropSetting(h.ctx, second, "library", h.setting("library")))
			if h.setting("library") != "" || !h.stored("library").RS256 {
				t.Error("it was set")
			}
		})
	})
}

func TestSettingsAndDrafts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.Account(account.Standard, "Anna One", "+79000000001")
		org := h.organisation(anna, "1027700000001")
		h.site(anna, org, "library")
		first, second := h.registrar("first", ""), h.registrar("second", "")
		h.must(h.s.Decide(h.ctx, first, org, true, ""))
		grant := func() {
			h.must(h.s.Ask(h.ctx, anna, "library"))
			h.must(h.s.Propose(h.ctx, first, h.request()))
			h.must(h.s.Grant(h.ctx, second, h.request()))
		}
		grant()
		t.Run("AUTHZ-5 what was drafted meanwhile does not undo what two registrars set", func(t *testing.T) {
			_, err := h.s.Edit(h.ctx, anna, "library", nil, func(c *client.Client) { c.Sector = "drafted" })
			h.must(err)
			n := partner.SettingsOf(h.stored("library"))
			n.Scopes = []string{"books.read"}
			h.must(h.s.ProposeSetting(h.ctx, first, "library", n, "Letter 7"))
			h.must(h.s.ConfirmSetting(h.ctx, second, "library", h.setting("library")))
			grant()
			if c := h.stored("library"); fmt.Sprintf("%v %s %s", c.Scopes, c.Sector, c.Stage) != "[books.read] drafted production" {
				t.Errorf("%v %s", c.Scopes, c.Sector)
			}
		})
		t.Run("AUTHZ-5 nothing is set while the organisation's own request waits", func(t *testing.T) {
			_, err := h.s.Edit(h.ctx, anna, "library", nil, func(c *client.Client) { c.RS256 = true })
			h.must(err)
			n := partner.SettingsOf(h.stored("library"))
			n.Introspect = true
			h.must(h.s.ProposeSetting(h.ctx, first, "library", n, "Letter 8"))
			h.must(h.s.Ask(h.ctx, anna, "library"))
			if err := h.s.ConfirmSetting(h.ctx, second, "library", h.setting("library")); !fault.HasKey(err, "partner_setting.waits_request") {
				t.Errorf("%v", err)
			}
			if h.stored("library").Introspect {
				t.Error("it was set")
			}
		})
	})
}
