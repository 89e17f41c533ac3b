package registrationpage_test

import (
	"context"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/signin"
)

func TestExactPassword(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	b := w.Browser()
	begin(b)
	b.Open("/id/registration/code").Fill("Confirmation code", w.code()).Press("Continue")
	take := func(typed, repeat string) int {
		return b.Open("/id/registration/password").Fill("Password", typed).Fill("Repeat the password", repeat).Press("Done").Status
	}
	long := strings.Repeat("aB3;", 32) // 128
	t.Run("AUTH-1 129 characters are refused, not cut", func(t *testing.T) {
		if got := take(long+"x", long+"x"); got != 422 {
			t.Fatal(got)
		}
	})
	t.Run("PWD-14 a space more is another password", func(t *testing.T) {
		if got := take(password+" ", password); got != 422 {
			t.Fatal(got)
		}
	})
	t.Run("AUTH-1 128 characters with a space at each end are kept to the byte", func(t *testing.T) {
		typed := " " + long[:126] + " "
		if got := take(typed, typed); got != 200 {
			t.Fatal(got)
		}
		var hash string
		w.Write(func(tx *db.Tx) error {
			id, err := w.Accounts.ByContact(tx, account.Phone, "+79001234567")
			if err != nil {
				return err
			}
			hash, err = signin.Passwords{}.Hash(tx, string(id))
			return err
		})
		for other, want := range map[string]bool{typed: true, strings.TrimSpace(typed): false, typed[:127]: false} {
			if ok, _, err := w.Ring.Hasher().Verify(context.Background(), other, hash); ok != want || err != nil {
				t.Error(len(other), ok, err)
			}
		}
	})
}
