package application_test

import (
	"testing"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/profile"
	"okno/internal/visit/visittest"
)

func TestFromProfile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		profiles := profile.New(d, w.Accounts, w.Law, nil, nil)
		anna := w.Account(account.Verified, "Ирина Соколова", "+79161234567")
		w.Write(func(tx *db.Tx) error {
			return profiles.Set(tx, anna, map[string]string{"family_name": "Соколова", "given_name": "Ирина", "identity_document": "ru_passport",
				"ru_passport.number": "123456"}, profile.FromDesk("vologda_mfc"), audit.BySystem("test"))
		})
		t.Run("LVL-40 the form is filled from the profile, each value with its source", func(t *testing.T) {
			var known map[string]application.Known
			w.Write(func(tx *db.Tx) (err error) {
				known, err = application.FromProfile(profiles).Known(tx, anna)
				return err
			})
			for field, want := range map[string]string{"family_name": "Соколова", "ru_passport.number": "123456", "identity_document": "ru_passport",
				"phone": "+79161234567", "full_name": "Соколова Ирина"} {
				if known[field].Value != want {
					t.Errorf("%s: %+v, want %s", field, known[field], want)
				}
			}
			if s := known["family_name"].Source; s != "desk/vologda_mfc" {
				t.Errorf("source %q", s)
			}
		})
	})
}
