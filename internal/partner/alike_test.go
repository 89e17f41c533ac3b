package partner_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/partner"
)

func TestNamesAlike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		first, second := h.registrar("first", ""), h.registrar("second", "")
		one, two := h.Account(account.Standard, "Anna One", "+79000000001"), h.Account(account.Standard, "Boris Two", "+79000000002")
		mine, other := h.organisation(one, "1027700000001"), h.organisation(two, "1027700000002")
		h.must(h.s.Decide(h.ctx, first, mine, true, ""))
		h.must(h.s.Decide(h.ctx, first, other, true, ""))

		t.Run("T-43 of organisations with names alike that are confirmed at once one is", func(t *testing.T) {
			var asked []string
			for i, name := range []string{"Moss", "MOSS", "M o s s", "Мoss", "Mо\u0301ss", "M0ss"} { // Cyrillic letters among them
				who := one
				if i%2 == 1 {
					who = two
				}
				if client.Named(names(name)) != "" {
					name = "moss" // mixed within a word: refused before
				}
				id, err := h.s.RegisterOrganisation(h.ctx, who, partner.Organisation{Name: names(name), Number: fmt.Sprintf("55%d", i), Contact: "team@library.example", Purpose: "To lend books"})
				h.must(err)
				asked = append(asked, id)
			}
			var confirmed atomic.Int32
			var all sync.WaitGroup
			for _, id := range asked {
				all.Go(func() {
					switch err := h.s.Decide(h.ctx, second, id, true, ""); {
					case err == nil:
						confirmed.Add(1)
					case !fault.HasKey(err, "partner.name_taken"):
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			if confirmed.Load() != 1 {
				t.Errorf("%d are confirmed", confirmed.Load())
			}
		})
		t.Run("T-43 of two owners' sites with names alike one is granted, and its name stays its own", func(t *testing.T) {
			h.site(one, mine, "alike")
			h.site(two, other, "al-ike")
			h.must(h.s.Ask(h.ctx, one, "alike"))
			a := h.request()
			h.must(h.s.Propose(h.ctx, first, a))
			h.must(h.s.Ask(h.ctx, two, "al-ike")) // nobody has the name yet
			b := h.requestOf("al-ike")
			h.must(h.s.Propose(h.ctx, first, b))
			var granted atomic.Int32
			var all sync.WaitGroup
			for _, id := range []string{a, b} {
				all.Go(func() {
					switch err := h.s.Grant(h.ctx, second, id); {
					case err == nil:
						granted.Add(1)
					case !fault.HasKey(err, "partner.name_taken"):
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			if granted.Load() != 1 {
				t.Errorf("%d are granted", granted.Load())
			}
		})
	})
}

func (h house) requestOf(id client.ID) (request string) {
	h.must(h.s.DB.Read(h.ctx, func(tx *db.Tx) error {
		all, err := h.s.Requests(tx)
		for _, q := range all {
			if q.Site.ID == id {
				request = q.ID
			}
		}
		return err
	}))
	return request
}
