package account_test

import (
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestConfirmedForGood(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		a := newAccounts(t)
		id := open(t, a, d)
		for _, e := range []account.Evidence{{Way: account.ByRegister, Source: "pension"}, {Way: account.ByRegister, Source: "migration"}, {Way: account.ByDesk, Source: "desk"}} {
			if _, err := add(t, a, d, id, e); err != nil {
				t.Fatal(err)
			}
		}
		t.Run("GEN-11 identity that was confirmed once is still confirmed thirty years later", func(t *testing.T) {
			if l := level(t, a, d, id); l != account.Verified {
				t.Fatal("not verified on the day itself: ", l)
			}
			now.Advance(30 * 365 * 24 * time.Hour)
			if l := level(t, a, d, id); l != account.Verified {
				t.Fatal(l)
			}
		})
	})
}
