package oidc_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

func TestKnown(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		other := w.Account(account.Verified, "Анна Белова", "+79120000002")
		t.Run("OTP-3 of 64 parallel tries at a device's word ten are compared, whatever the node", func(t *testing.T) {
			nodes := []*oidc.Provider{w.Provider, w.Restarted()}
			var compared, refused atomic.Int32
			v := w.Visitor(irina)
			many(func(i int) {
				_, err := nodes[i%2].Device(ctx, "AAAA-AAAA", v)
				switch {
				case fault.Is(err, fault.TooMany):
					refused.Add(1)
				case fault.Is(err, fault.Invalid):
					compared.Add(1)
				default:
					t.Error(err)
				}
			})
			if compared.Load() != 10 || refused.Load() != 54 {
				t.Fatalf("%d were compared, %d refused", compared.Load(), refused.Load())
			}
			if err := w.Provider.TryWord(ctx, other); err != nil {
				t.Error("another person is refused: ", err)
			}
			now.Advance(time.Hour + time.Second)
			if err := w.Provider.TryWord(ctx, irina); err != nil {
				t.Error("after an hour: ", err)
			}
		})
		t.Run("SESS-4 a site that is stopped is told, and told again when it was entered again in the same session", func(t *testing.T) {
			site := w.Site("again", nil)
			v := w.Visitor(irina)
			site.Tokens(v)
			now.Advance(time.Minute)
			stop(t, w, irina)
			first := parting(t, w, v.Session.Line)
			if len(first) != 1 || first[0].State != oidc.Untold {
				t.Fatalf("%+v", first)
			}
			now.Advance(time.Minute)
			stop(t, w, irina) // nothing holds: nothing is told
			if same := parting(t, w, v.Session.Line); len(same) != 1 || same[0].At != first[0].At {
				t.Errorf("%+v", same)
			}
			site.Tokens(v)
			now.Advance(time.Minute)
			for range 2 { // the event comes twice
				w.Write(func(tx *db.Tx) error { return w.Provider.EndSession(tx, v.Session.Line) })
				now.Advance(time.Minute)
			}
			second := parting(t, w, v.Session.Line)
			if len(second) != 1 || !second[0].At.After(first[0].At) || now.Now().Sub(second[0].At) != 2*time.Minute {
				t.Errorf("%+v, told first at %s", second, first[0].At)
			}
		})
	})
}

// stop takes back all that somebody has agreed to.
func stop(t *testing.T, w *oidctest.World, who account.ID) {
	t.Helper()
	var all []consent.Consent
	w.Write(func(tx *db.Tx) (err error) { all, err = consent.Of(tx, who); return err })
	for _, c := range all {
		if c.InForce(w.Now.Now()) {
			if err := w.Provider.Stop(context.Background(), who, c.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func parting(t *testing.T, w *oidctest.World, line string) []oidc.Farewell {
	t.Helper()
	list, err := w.Provider.PartingOf(context.Background(), line)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
