package partner_test

import (
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
)

func TestStop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.Account(account.Standard, "Anna One", "+79000000001")
		h.site(anna, h.organisation(anna, "1027700000001"), "library")
		first, second := h.registrar("first", ""), h.registrar("second", "")
		t.Run("SESS-5 one officer stops a site at once, and its members cannot open it", func(t *testing.T) {
			if err := h.s.Stop(h.ctx, first, "library", " "); !fault.Is(err, fault.Invalid) {
				t.Fatalf("without a reason: %v", err)
			}
			h.must(h.s.Stop(h.ctx, first, "library", "It sends mail nobody asked for"))
			h.must(h.s.Pause(h.ctx, anna, "library", false)) // their own word is kept apart
			if c := h.stored("library"); c.Live() || c.Stopped.Reason == "" {
				t.Fatalf("still open: %+v", c.Stopped)
			}
		})
		t.Run("SESS-5 other nodes know it within five seconds", func(t *testing.T) {
			node := client.New(d)
			h.must(h.s.Reopen(h.ctx, first, "library"))
			h.must(h.s.Reopen(h.ctx, second, "library"))
			if c, err := node.Find(h.ctx, "library"); err != nil || !c.Live() {
				t.Fatal(err)
			}
			h.must(h.s.Stop(h.ctx, first, "library", "Again"))
			now.Advance(5 * time.Second)
			if c, err := node.Find(h.ctx, "library"); err != nil || c.Live() {
				t.Fatal(err)
			}
		})
		t.Run("AUTHZ-5 two persons open it again", func(t *testing.T) {
			h.must(h.s.Reopen(h.ctx, first, "library"))
			if err := h.s.Reopen(h.ctx, first, "library"); !fault.Is(err, fault.Forbidden) {
				t.Fatalf("alone: %v", err)
			}
			if h.stored("library").Live() {
				t.Fatal("one person opened it")
			}
			h.must(h.s.Reopen(h.ctx, second, "library"))
			if !h.stored("library").Live() {
				t.Fatal("still closed")
			}
		})
	})
}

func (h house) stored(id client.ID) (c client.Client) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) { c, err = h.s.Clients.Read(tx, id); return err })
	return c
}
