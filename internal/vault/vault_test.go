package vault_test

import (
	"context"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/secret"
	"okno/internal/vault"
)

const countKeys db.SQL = `SELECT count(*) FROM vault_key WHERE subject = $1`

func TestVault(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		ring, err := secret.CreateRing(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		v := vault.New(ring)
		at := secret.Place{Table: "t", Column: "c", Row: "r"}
		var sealed []byte
		write := func(f func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(context.Background(), f); err != nil {
				t.Fatal(err)
			}
		}
		t.Run("D-20 each subject has a key of its own", func(t *testing.T) {
			write(func(tx *db.Tx) error {
				a, err := v.Create(tx, "a")
				if err != nil {
					return err
				}
				sealed = a.SealText(at, "secret")
				b, err := v.Create(tx, "b")
				if err != nil {
					return err
				}
				if _, err := b.Open(at, sealed); err == nil {
					t.Error("another subject's key opened the value")
				}
				return nil
			})
		})
		t.Run("PRIV-1 erasing destroys the key for good, twice is harmless", func(t *testing.T) {
			write(func(tx *db.Tx) error {
				key, err := v.Open(tx, "a")
				if err != nil {
					return err
				}
				if got, err := key.OpenText(at, sealed); err != nil || got != "secret" {
					t.Error(got, err)
				}
				if err := v.Erase(tx, "a"); err != nil {
					return err
				}
				return v.Erase(tx, "a")
			})
			write(func(tx *db.Tx) error {
				if _, err := v.Open(tx, "a"); !fault.Is(err, fault.Expired) {
					t.Error(err)
				}
				return nil
			})
			if err := d.Write(context.Background(), func(tx *db.Tx) error { _, err := v.Create(tx, "a"); return err }); err == nil {
				t.Error("an erased subject got a new key")
			}
		})
		t.Run("PRIV-1 a key that was opened is shut at once where it is erased or dropped", func(t *testing.T) {
			for _, end := range []func(*db.Tx, string) error{v.Erase, v.Drop} {
				write(func(tx *db.Tx) error {
					subject := secret.NewID()
					if _, err := v.Create(tx, subject); err != nil {
						return err
					}
					if _, err := v.Open(tx, subject); err != nil {
						t.Error(err)
					}
					if err := end(tx, subject); err != nil {
						return err
					}
					if _, err := v.Open(tx, subject); !fault.Is(err, fault.Expired) {
						t.Error(err)
					}
					return nil
				})
			}
		})
		t.Run("a short-lived subject is dropped without a trace", func(t *testing.T) {
			write(func(tx *db.Tx) error {
				if err := v.Drop(tx, "b"); err != nil {
					return err
				}
				n, err := db.One(tx, db.Scalar[int], countKeys, "b")
				if n != 0 {
					t.Error(n)
				}
				return err
			})
		})
	})
}
