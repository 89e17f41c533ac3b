package account_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/secret"
	"okno/internal/vault"
)

var rules = account.Rules{StandardRegisters: []string{"pension", "migration"},
	ProofWays: []account.Way{account.ByDesk, account.ByLetter}, UniqueNumber: "snils"}

func newAccounts(t testing.TB) *account.Accounts {
	t.Helper()
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return account.New(vault.New(ring), rules)
}

func write(t testing.TB, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, a *account.Accounts, d *db.DB) (id account.ID) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) {
		if id, err = a.Create(tx, account.Opening{Name: account.Name{Full: "Ирина Соколова"}, Language: "ru"}); err != nil {
			return err
		}
		_, _, err = a.Add(tx, id, account.Evidence{Way: account.ByContact, Source: "phone"}, account.ByHolder(id))
		return err
	})
	return id
}

var system = audit.BySystem("test")

func add(t testing.TB, a *account.Accounts, d *db.DB, id account.ID, e account.Evidence) (level account.Level, err error) {
	t.Helper()
	err = d.Write(context.Background(), func(tx *db.Tx) (err error) {
		_, level, err = a.Add(tx, id, e, system)
		return err
	})
	return level, err
}

func level(t testing.TB, a *account.Accounts, d *db.DB, id account.ID) (l account.Level) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) { l, err = a.LevelOf(tx, id); return err })
	return l
}

const forge db.SQL = `UPDATE account_evidence SET source = 'migration' WHERE account = $1 AND source = 'pension'`

func TestLevel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		a := newAccounts(t)
		id := open(t, a, d)
		t.Run("LVL-06 a confirmed contact makes a simplified account", func(t *testing.T) {
			if l := level(t, a, d, id); l != account.Simplified {
				t.Fatal(l)
			}
		})
		t.Run("LVL-11 a proof of identity is refused below standard", func(t *testing.T) {
			_, err := add(t, a, d, id, account.Evidence{Way: account.ByDesk, Source: "centre-1", By: "o1"})
			if !fault.HasKey(err, "account.proof_needs_standard") || level(t, a, d, id) != account.Simplified {
				t.Fatal(err)
			}
		})
		t.Run("LVL-09 the level is standard once both registers have confirmed, not before", func(t *testing.T) {
			l, err := add(t, a, d, id, account.Evidence{Way: account.ByRegister, Source: "pension"})
			if err != nil || l != account.Simplified {
				t.Fatal(l, err)
			}
			if l, err = add(t, a, d, id, account.Evidence{Way: account.ByRegister, Source: "migration"}); err != nil || l != account.Standard {
				t.Fatal(l, err)
			}
		})
		t.Run("LVL-08 any allowed proof makes it verified", func(t *testing.T) {
			if l, err := add(t, a, d, id, account.Evidence{Way: account.ByLetter, Source: "post", Until: now.Now().Add(time.Hour)}); err != nil || l != account.Verified {
				t.Fatal(l, err)
			}
		})
		t.Run("D-05 the level falls when evidence ends and nobody has to lower it", func(t *testing.T) {
			now.Advance(time.Hour)
			if l := level(t, a, d, id); l != account.Standard {
				t.Fatal(l)
			}
		})
		t.Run("PROOF-1 an evidence row edited in the database is found", func(t *testing.T) {
			write(t, d, func(tx *db.Tx) error { return tx.ExecOne(forge, string(id)) })
			err := d.Read(context.Background(), func(tx *db.Tx) error { _, err := a.LevelOf(tx, id); return err })
			if !errors.Is(err, account.ErrForged) {
				t.Fatal(err)
			}
		})
	})
}

func TestClaim(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		a := newAccounts(t)
		claim := func(id account.ID, proved bool) error {
			return d.Write(context.Background(), func(tx *db.Tx) error { return a.Claim(tx, id, "11223344595", proved, system) })
		}
		first, second := open(t, a, d), open(t, a, d)
		t.Run("Q-51 a second account cannot claim the same number", func(t *testing.T) {
			if err := claim(first, false); err != nil {
				t.Fatal(err)
			}
			if err := claim(first, false); err != nil {
				t.Fatal("the holder may claim again:", err)
			}
			if err := claim(second, false); !fault.HasKey(err, "account.number_taken") {
				t.Fatal(err)
			}
		})
		t.Run("D-05 stronger proof evicts the mere claim to simplified", func(t *testing.T) {
			for _, register := range rules.StandardRegisters {
				if _, err := add(t, a, d, first, account.Evidence{Way: account.ByRegister, Source: register}); err != nil {
					t.Fatal(err)
				}
			}
			if err := claim(second, true); err != nil {
				t.Fatal(err)
			}
			if l := level(t, a, d, first); l != account.Simplified {
				t.Fatal(l)
			}
			if err := claim(first, true); !fault.HasKey(err, "account.number_taken") {
				t.Fatal("a proved holder was evicted:", err)
			}
		})
	})
}

func TestUniqueRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		a := newAccounts(t)
		const many = 16
		var ids [many]account.ID
		for i := range ids {
			ids[i] = open(t, a, d)
		}
		race := func(f func(tx *db.Tx, id account.ID) error) int64 {
			var won atomic.Int64
			var wg sync.WaitGroup
			for _, id := range ids {
				wg.Go(func() {
					if d.Write(context.Background(), func(tx *db.Tx) error { return f(tx, id) }) == nil {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			return won.Load()
		}
		t.Run("REG-10 of many accounts at once one gets the phone number", func(t *testing.T) {
			if n := race(func(tx *db.Tx, id account.ID) error { return a.AddContact(tx, id, account.Phone, "+7 916 123-45-67") }); n != 1 {
				t.Fatal(n)
			}
		})
		t.Run("REG-11 of many accounts at once one gets the e-mail address, in any spelling", func(t *testing.T) {
			if n := race(func(tx *db.Tx, id account.ID) error { return a.AddContact(tx, id, account.Email, "Irina@Example.org") }); n != 1 {
				t.Fatal(n)
			}
			write(t, d, func(tx *db.Tx) error {
				if id, err := a.ByContact(tx, account.Email, "irina@example.ORG"); err != nil || id == "" {
					t.Error(id, err)
				}
				return nil
			})
		})
		t.Run("Q-51 of many accounts at once one gets the number", func(t *testing.T) {
			if n := race(func(tx *db.Tx, id account.ID) error { return a.Claim(tx, id, "00100100198", false, system) }); n != 1 {
				t.Fatal(n)
			}
		})
	})
}

func TestLevelProperty(t *testing.T) {
	d, now := dbtest.SQLite(t)
	a := newAccounts(t)
	t.Run("LVL-03 a level is climbed in order and never rises without proof", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			id := open(t, a, d)
			registers := map[string]bool{}
			proved := false
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				switch rapid.IntRange(0, 4).Draw(rt, "step") {
				case 0, 1:
					r := rapid.SampledFrom([]string{"pension", "migration", "other"}).Draw(rt, "register")
					if _, err := add(t, a, d, id, account.Evidence{Way: account.ByRegister, Source: r}); err != nil {
						rt.Fatal(err)
					}
					registers[r] = true
				case 2:
					_, err := add(t, a, d, id, account.Evidence{Way: account.ByDesk, Source: "c", By: "o"})
					standard := registers["pension"] && registers["migration"]
					if (err == nil) != standard {
						rt.Fatalf("proof at standard=%v: %v", standard, err)
					}
					proved = proved || standard
				case 3:
					write(t, d, func(tx *db.Tx) error { return a.Revoke(tx, id, "test", system) })
					registers, proved = map[string]bool{}, false
				case 4:
					now.Advance(time.Minute)
				}
				want := account.Simplified
				if registers["pension"] && registers["migration"] {
					want = account.Standard
					if proved {
						want = account.Verified
					}
				}
				if got := level(t, a, d, id); got != want {
					rt.Fatalf("level %v, want %v", got, want)
				}
			}
		})
	})
}
