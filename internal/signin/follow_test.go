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
