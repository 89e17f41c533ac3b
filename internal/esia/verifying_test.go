package esia_test

import (
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/check"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/profile"
)

// TestVerifying holds what systems are told while registers look at somebody's data.
func TestVerifying(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		checks := check.New(d, c.Accounts, c.Profiles, nil, nil) // nobody is asked and told here: no job runs
		c.esia.Checks = checks
		id := c.Account(account.Simplified, "Олег Ким", "+79120000003")
		c.Write(func(tx *db.Tx) error {
			return c.Profiles.Set(tx, id, map[string]string{"family_name": "Ким", "given_name": "Олег", profile.Sex: "male", profile.BirthDate: "1958-03-27",
				profile.BirthPlace: "г. Вологда", profile.Citizenship: "RU", "snils": "11223344595", profile.Identity: "ru_passport", "ru_passport.series": "4509",
				"ru_passport.number": "104202", "ru_passport.issued_on": "2008-06-11", "ru_passport.issued_by": "ОВД Вологды", "ru_passport.department_code": "350-002"},
				profile.Holder, account.ByHolder(id))
		})
		s := c.system(t, "TEST01", nil)
		token := s.tokens(c.browser(t, id), "scope", "openid fullname")["access_token"].(string)
		verifying := func() any { return c.read("/rs/prns/"+c.oid(id), token).json["verifying"] }
		t.Run("A-02 verifying is true while registers are asked, and not before", func(t *testing.T) {
			if got := verifying(); got != false {
				t.Errorf("before anything was sent it is %v", got)
			}
			c.Write(func(tx *db.Tx) error { return checks.Send(tx, id, audit.BySystem("test")) })
			if got := verifying(); got != true {
				t.Errorf("while the registers are asked it is %v", got)
			}
		})
	})
}
