package signin_test

import (
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/signin"
)

func TestSessionsFollowOneAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		begin := func(old signin.Session) (s signin.Session) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				token, err := w.sessions.Begin(tx, signin.Opening{Account: w.irina, Way: "password", Browser: "b", Old: old})
				if err != nil {
					return err
				}
				s, err = w.sessions.Find(tx, token)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		live := func(line string) (s signin.Session) {
			if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { s, err = w.sessions.Live(tx, line); return err }); err != nil {
				t.Fatal(err)
			}
			return s
		}
		first := begin(signin.Session{})
		t.Run("SESS-2 who proves himself again gets a new id; other sites stay entered, because the line goes on", func(t *testing.T) {
			second := begin(first)
			if second.ID == first.ID || second.Line != first.Line || live(first.Line).ID != second.ID {
				t.Fatalf("%+v after %+v", second, first)
			}
			first = second
		})
		t.Run("SESS-4 a session of a higher level ends the lower one, also at other sites", func(t *testing.T) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				for _, register := range w.accounts.Rules().StandardRegisters {
					if _, _, err := w.accounts.Add(tx, w.irina, account.Evidence{Way: account.ByRegister, Source: register}, audit.BySystem("test")); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			higher := begin(first)
			if higher.Line == first.Line || live(first.Line).Anyone() || !live(higher.Line).Anyone() {
				t.Fatalf("%+v after %+v", higher, first)
			}
		})
	})
}

func TestEndedElsewhereAfterRenewal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		write := func(f func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		var before, here string
		var other, renewed signin.Session
		write(func(tx *db.Tx) (err error) {
			if before, err = w.sessions.Begin(tx, signin.Opening{Account: w.irina, Way: "password", Browser: "b"}); err != nil {
				return err
			}
			if here, err = w.sessions.Begin(tx, signin.Opening{Account: w.irina, Way: "password", Browser: "c"}); err != nil {
				return err
			}
			other, err = w.sessions.Find(tx, here)
			return err
		})
		write(func(tx *db.Tx) error {
			for _, register := range w.accounts.Rules().StandardRegisters {
				if _, _, err := w.accounts.Add(tx, w.irina, account.Evidence{Way: account.ByRegister, Source: register}, audit.BySystem("test")); err != nil {
					return err
				}
			}
			return nil
		})
		write(func(tx *db.Tx) (err error) {
			renewed, err = w.sessions.Renew(tx, before, "b")
			return err
		})
		if renewed.Renewed == "" {
			t.Fatal("the session was not renewed")
		}
		write(func(tx *db.Tx) error { return w.sessions.EndOne(tx, other, renewed.ID) })
		t.Run("SESS-6 who still shows the token before the renewal is told too that another device ended the session", func(t *testing.T) {
			write(func(tx *db.Tx) error {
				for _, token := range []string{before, renewed.Renewed} {
					if at, err := w.sessions.EndedElsewhere(tx, token); err != nil || !at.Equal(now.Now()) {
						t.Errorf("%v, %v", at, err)
					}
				}
				if at, err := w.sessions.EndedElsewhere(tx, here); err != nil || !at.IsZero() {
					t.Errorf("the one who ended it is told: %v, %v", at, err)
				}
				return nil
			})
		})
	})
}
