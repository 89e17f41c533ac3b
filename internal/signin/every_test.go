package signin_test

import (
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/signin"
)

func TestEverySignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		enter := func() []string {
			before := len(w.notices.keys())
			w.try(signin.Attempt{Login: phone, Password: password, Browser: "home"})
			return w.notices.keys()[before:]
		}
		enter() // the browser is known from here on
		t.Run("NTF-06 a sign-in is told if the holder switched that on, and not otherwise", func(t *testing.T) {
			if keys := enter(); len(keys) != 0 {
				t.Fatal("told without asking: ", keys)
			}
			w.write(func(tx *db.Tx) error { return w.service.TellEvery(tx, w.irina, true) })
			if keys := enter(); len(keys) != 1 || keys[0] != "signin.every" {
				t.Fatal(keys)
			}
			w.write(func(tx *db.Tx) error { return w.service.TellEvery(tx, w.irina, false) })
			if keys := enter(); len(keys) != 0 {
				t.Fatal("told after it was switched off: ", keys)
			}
		})
	})
}
