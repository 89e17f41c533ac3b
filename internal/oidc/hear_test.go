package oidc_test

import (
	"context"
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

// partners let one person into the sandbox and write down what they hear.
type partners struct {
	mu    sync.Mutex
	may   account.ID
	heard []string
}

func (p *partners) MayEnter(_ *db.Tx, c client.Client, who account.ID) (bool, error) {
	return c.Stage == client.Production || who == p.may, nil
}

func (p *partners) Hear(site client.ID, endpoint, code, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, string(site)+" "+endpoint+" "+code+" "+why)
}

func TestPartners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		door, ctx := w.Register(), context.Background()
		own, other := w.Account(account.Standard, "Anna One", "+79000000001"), w.Account(account.Standard, "Boris Two", "+79000000002")
		p := &partners{may: own}
		w.Provider.Partners = p
		site := w.Site("library", func(c *client.Client) {
			c.Stage, c.Required, c.Optional, c.LogoutURI = client.Sandbox, nil, nil, "https://library.example/out"
		})
		ask := site.Ask("scope", "openid")
		t.Run("T-42 no code is issued to whoever may not enter a site of the sandbox", func(t *testing.T) {
			if next, err := w.Provider.Authorize(ctx, ask, w.Visitor(other)); err != nil || next.Step != oidc.Sandbox {
				t.Errorf("%v %v", next.Step, err)
			}
			ask.Set("prompt", "none")
			next, err := w.Provider.Authorize(ctx, ask, w.Visitor(other))
			if err != nil || next.Answer.Params.Get("error") != oidc.AccessDenied || next.Answer.Params.Has("code") {
				t.Errorf("%+v %v", next.Answer, err)
			}
			if site.Code(w.Visitor(own), "scope", "openid") == "" {
				t.Error("its own people do not enter")
			}
		})
		t.Run("OIDC-2 what a site sends wrongly is heard without what was sent", func(t *testing.T) {
			w.Provider.Authorize(ctx, site.Ask("redirect_uri", "https://evil.example/"), w.Visitor(own))
			want := "library " + oidc.PathAuthorize + " invalid_request oidc.why.redirect"
			if n := len(p.heard); n == 0 || p.heard[n-1] != want {
				t.Errorf("%v", p.heard)
			}
		})
		t.Run("OIDC-16 a site that confirms no sign-out for 30 days counts as failing, until it does", func(t *testing.T) {
			door.Refuse[site.LogoutURI] = true
			leave := func() {
				v := w.Visitor(own)
				site.Code(v, "scope", "openid")
				w.Write(func(tx *db.Tx) error { return w.Provider.EndSession(tx, v.Session.Line) })
				for range 6 {
					w.RunDue()
					now.Advance(20 * time.Minute)
				}
			}
			failing := func() bool {
				since, err := w.Provider.Failing(ctx, "library")
				if err != nil {
					t.Fatal(err)
				}
				return !since.IsZero()
			}
			leave()
			now.Advance(29 * 24 * time.Hour)
			if failing() {
				t.Error("after 29 days")
			}
			now.Advance(24 * time.Hour)
			if !failing() {
				t.Error("not after 30 days")
			}
			door.Refuse[site.LogoutURI] = false
			leave()
			if failing() {
				t.Error("although it has answered")
			}
		})
	})
}
