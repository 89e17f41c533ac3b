package overviewpage_test

import (
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestSupport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now, "ru")
		simplified := w.SignedIn(w.Account(account.Simplified, "Ирина Соколова", "+79120000001")).Speak("en")
		t.Run("LVL-17 a simplified account calls or asks support from each of its pages", func(t *testing.T) {
			p := simplified.Open("/account").Must("8-800-100-70-10")
			if !strings.Contains(p.Body, `href="tel:88001007010"`) || !strings.Contains(p.Body, `href="/help"`) {
				t.Fatal("no way to support")
			}
			simplified.Open("/help").MustBe(200, "/help").Must("8-800-100-70-10")
		})
	})
}
