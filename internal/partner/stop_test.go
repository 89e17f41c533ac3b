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
	"okno/internal/partner"
)

func TestStop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.Account(account.Standard, "Anna One", "+79000000001")
		h.site(anna, h.organisation(anna, "1027700000001"), "library")
		first, second := h.registrar("first", ""), h.registrar("second", "")
		begun, err := h.s.BeginTry(h.ctx, anna, "library", "https://okno.example/partners/try")
		h.must(err)
		t.Run("SESS-5 one officer stops a site at once, and its members cannot open it", func(t *testing.T) {
			if err := h.s.Stop(h.ctx, first, "library", " "); !fault.Is(err, fault.Invalid) {
				t.Fatalf("without a reason: %v", err)
			}
			h.must(h.s.Stop(h.ctx, first, "library", "It sends mail nobody asked for"))
			for _, paused := range []bool{true, false} {
				if err := h.s.Pause(h.ctx, anna, "library", paused); !fault.HasKey(err, "partner.stopped") {
					t.Errorf("paused %v: %v", paused, err)
				}
			}
			if c := h.stored("library"); c.Live() || c.Stopped.Reason == "" {
				t.Fatalf("still open: %+v", c.Stopped)
			}
		})
		t.Run("SESS-5 nobody tries a stopped site, and a try that was begun before comes to nothing", func(t *testing.T) {
			const redirect = "https://okno.example/partners/try"
			if _, err := h.s.BeginTry(h.ctx, anna, "library", redirect); !fault.HasKey(err, "partner.stopped") {
				t.Errorf("begun: %v", err)
			}
			if _, err := h.s.Tried(h.ctx, anna, begun.State, redirect); !fault.HasKey(err, "partner.stopped") {
				t.Errorf("ended: %v", err)
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
		t.Run("SESS-5 the console stops a site once, and two officers open it again", func(t *testing.T) {
			if err := h.s.StopByConsole(h.ctx, "library", ""); !fault.Is(err, fault.Invalid) {
				t.Fatalf("without a reason: %v", err)
			}
			if err := h.s.StopByConsole(h.ctx, "nobody", "Why"); !fault.Is(err, fault.NotFound) {
				t.Fatalf("no such site: %v", err)
			}
			h.must(h.s.StopByConsole(h.ctx, "library", "Its key is known"))
			if err := h.s.StopByConsole(h.ctx, "library", "Again"); !fault.Is(err, fault.Conflict) {
				t.Fatalf("twice: %v", err)
			}
			if c := h.stored("library"); c.Live() || c.Stopped.Reason != "Its key is known" {
				t.Fatalf("%+v", c.Stopped)
			}
			h.must(h.s.Reopen(h.ctx, first, "library"))
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

func TestRegistry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.Account(account.Standard, "Anna One", "+79000000001")
		org := h.organisation(anna, "1027700000001")
		h.must(h.s.Begin(h.ctx, anna, org, "draft", names("Draft")))
		h.site(anna, org, "library")
		h.site(anna, org, "removed")
		_, err := h.s.BeginTry(h.ctx, anna, "library", "https://okno.example/partners/try")
		h.must(err)
		h.must(h.s.Delete(h.ctx, anna, "removed"))
		t.Run("SESS-5 officers find every registered site that stands, and no other", func(t *testing.T) {
			h.Write(func(tx *db.Tx) error {
				all, err := h.s.Registry(tx, "en")
				if len(all) != 1 || all[0].ID != "library" {
					t.Errorf("%+v", all)
				}
				return err
			})
		})
	})
}

func TestFieldsSayWhatOnlyOfficersGrant(t *testing.T) {
	for name, change := range map[string]func(*client.Client){
		"law":        func(c *client.Client) { c.Law = names("Law on libraries") },
		"scopes":     func(c *client.Client) { c.Scopes = []string{"books.read"} },
		"introspect": func(c *client.Client) { c.Introspect = true },
		"lasts":      func(c *client.Client) { c.Lasts = 24 * time.Hour },
	} {
		var n client.Client
		change(&n)
		if got := partner.Fields(client.Client{}, n); len(got) != 1 || got[0] != name {
			t.Errorf("%s: %v", name, got)
		}
	}
}
