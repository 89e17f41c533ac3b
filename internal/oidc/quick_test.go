package oidc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// hanging is a door at which some sites hang until they are released, and then say no.
type hanging struct {
	release chan struct{}
	heard   chan string
	mu      sync.Mutex
	now     int
	most    int
}

func (h *hanging) SayGoodbye(_ context.Context, address, _ string) error {
	if !strings.Contains(address, "hangs") {
		h.heard <- address
		return nil
	}
	h.mu.Lock()
	h.now++
	h.most = max(h.most, h.now)
	h.mu.Unlock()
	<-h.release
	h.mu.Lock()
	h.now--
	h.mu.Unlock()
	return errors.New("no answer")
}

// TestQuick holds what a site that never answers at logout takes from the others: nothing.
func TestQuick(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		door := &hanging{release: make(chan struct{}), heard: make(chan string, 99)}
		w.Provider.Register(w.Jobs, door)
		var sites []*oidctest.Site
		for i := range 14 { // more than are called at once
			sites = append(sites, w.Site(client.ID(fmt.Sprintf("hangs%d", i)), func(c *client.Client) {
				c.Owner, c.LogoutURI = "slow-bank", fmt.Sprintf("https://hangs%d.example/logout", i)
			}))
		}
		good := w.Site("good", func(c *client.Client) { c.LogoutURI = "https://good.example/logout" })
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		end := func() (line string) {
			v := w.Visitor(irina)
			for _, s := range sites {
				s.Tokens(v)
			}
			now.Advance(time.Second)
			good.Tokens(v)
			w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, v.Session, "exit") })
			return v.Session.Line
		}
		first := end()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Jobs.Run(ctx, 2) }()
		hears := func(t *testing.T) {
			t.Helper()
			select {
			case <-door.heard:
			case <-time.After(time.Minute):
				t.Fatal("a site that answers waits for those that hang")
			}
		}
		t.Run("SESS-4 a site that answers hears at once, however many of one owner hang", hears)
		second := end()
		t.Run("SESS-4 nor does it wait for them the next time", hears)
		close(door.release)
		t.Run("SESS-4 each that hung is told until it counts as silent", func(t *testing.T) {
			silent := func(line string) (n int) {
				list, err := w.Provider.PartingOf(t.Context(), line)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range list {
					if f.State == oidc.Silent && f.Tries == 5 {
						n++
					}
				}
				return n
			}
			for range 500 {
				if silent(first) == len(sites) && silent(second) == len(sites) {
					return
				}
				err := w.Jobs.Still(t.Context(), time.Minute, func() error { now.Advance(time.Minute); return nil })
				if err == nil {
					err = clock.Pause(t.Context(), 20*time.Millisecond)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			t.Fatalf("%d and %d of %d", silent(first), silent(second), len(sites))
		})
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if door.most > 3+8 {
			t.Fatalf("%d were called at once", door.most)
		}
	})
}
