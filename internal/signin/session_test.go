package signin_test

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/secret"
	"okno/internal/signin"
)

func TestOneMakerOfSessions(t *testing.T) {
	t.Run("AUTH-9 one function makes sessions: no other source writes into their table", func(t *testing.T) {
		var makers []string
		tree := os.DirFS("../..")
		err := fs.WalkDir(tree, ".", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() && (e.Name() == "node_modules" || path != "." && strings.HasPrefix(e.Name(), ".")) {
				return fs.SkipDir
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			source, err := fs.ReadFile(tree, path)
			for range strings.Count(string(source), "INSERT INTO signin_session") {
				makers = append(makers, path)
			}
			return err
		})
		if err != nil || len(makers) != 1 || makers[0] != "internal/signin/session.go" {
			t.Fatal(makers, err)
		}
	})
}

func TestBegin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		begin := func(o signin.Opening) (token string, err error) {
			err = d.Write(context.Background(), func(tx *db.Tx) (err error) { token, err = w.sessions.Begin(tx, o); return err })
			return token, err
		}
		t.Run("AUTH-9 the maker refuses who has no account or whose rights have ended", func(t *testing.T) {
			if _, err := begin(signin.Opening{Account: "nobody"}); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			id, _ := w.officer("kuznetsov")
			if _, err := begin(signin.Opening{Officer: id}); !fault.Is(err, fault.Forbidden) {
				t.Error("an invited officer without credentials:", err)
			}
			w.equipped(id)
			w.write(func(tx *db.Tx) error { return w.officers.End(tx, id, audit.BySystem("test")) })
			if _, err := begin(signin.Opening{Officer: id}); !fault.Is(err, fault.Forbidden) {
				t.Error("an officer whose rights ended:", err)
			}
		})
		t.Run("SESS-1 the table keeps the hash of the token only", func(t *testing.T) {
			token, err := begin(signin.Opening{Account: w.irina, Device: "Firefox, Linux"})
			if err != nil || len(token) != 43 {
				t.Fatal(err)
			}
			w.write(func(tx *db.Tx) error {
				id, err := db.One(tx, db.Scalar[string], `SELECT id FROM signin_session WHERE id = $1`, secret.Hash(token))
				if err != nil || id == token {
					t.Error(id, err)
				}
				device, err := db.One(tx, db.Scalar[[]byte], `SELECT device FROM signin_session WHERE id = $1`, id)
				if err != nil || strings.Contains(string(device), "Firefox") {
					t.Error("the device stands in clear", err)
				}
				return nil
			})
		})
		t.Run("SESS-3 a verified account's session rests after 15 minutes and ends after 12 hours", func(t *testing.T) {
			w.write(func(tx *db.Tx) (err error) {
				for _, register := range w.accounts.Rules().StandardRegisters {
					if _, _, err = w.accounts.Add(tx, w.irina, account.Evidence{Way: account.ByRegister, Source: register}, audit.BySystem("test")); err != nil {
						return err
					}
				}
				_, _, err = w.accounts.Add(tx, w.irina, account.Evidence{Way: account.ByDesk, Source: "centre"}, audit.BySystem("test"))
				return err
			})
			token, err := begin(signin.Opening{Account: w.irina})
			if err != nil {
				t.Fatal(err)
			}
			s := w.session(token)
			if s.Idle != 15*time.Minute || !s.Ends.Equal(now.Now().Add(12*time.Hour)) || s.Level != account.Verified {
				t.Fatalf("%+v", s)
			}
			now.Advance(15 * time.Minute)
			if w.session(token).Anyone() {
				t.Fatal("lives on")
			}
		})
	})
}
