package officer_test

import (
	"context"
	"testing"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/vault"
)

var system = audit.BySystem("test")

func TestOfficers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		ring, err := secret.CreateRing(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		s := officer.New(vault.New(ring))
		add := func(o officer.Officer) (id officer.ID, err error) {
			err = d.Write(context.Background(), func(tx *db.Tx) error { id, err = s.Add(tx, o, system); return err })
			return id, err
		}
		olga := officer.Officer{Login: "o.smirnova", Name: "Ольга Смирнова", Roles: []officer.Role{officer.Operator}, Centre: "vologda_mfc"}
		id, err := add(olga)
		if err != nil {
			t.Fatal(err)
		}
		get := func() (o officer.Officer) {
			if err := d.Read(context.Background(), func(tx *db.Tx) (err error) { o, err = s.ByLogin(tx, " O.Smirnova "); return err }); err != nil {
				t.Fatal(err)
			}
			return o
		}
		t.Run("an invited officer may nothing until the credentials are set", func(t *testing.T) {
			o := get()
			if o.ID != id || o.Name != olga.Name || o.Active || o.May(officer.ConfirmIdentity) {
				t.Fatalf("%+v", o)
			}
		})
		t.Run("AUTHZ-1 a role opens its own permissions and no others", func(t *testing.T) {
			d.Write(context.Background(), func(tx *db.Tx) error { return s.Activate(tx, id) })
			o := get()
			if !o.May(officer.ConfirmIdentity) || o.May(officer.DecideCases) || o.May(officer.ManageOfficers) {
				t.Fatalf("%+v", o)
			}
		})
		t.Run("two officers cannot share a login", func(t *testing.T) {
			if _, err := add(officer.Officer{Login: "O.SMIRNOVA", Name: "x", Roles: olga.Roles}); !fault.HasKey(err, "officer.login_taken") {
				t.Fatal(err)
			}
		})
		t.Run("an officer without name, login or known role is refused with each reason", func(t *testing.T) {
			_, err := add(officer.Officer{Roles: []officer.Role{"king"}})
			if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 3 {
				t.Fatal(err)
			}
		})
		t.Run("SESS-5 an ended officer may nothing any more", func(t *testing.T) {
			d.Write(context.Background(), func(tx *db.Tx) error { return s.End(tx, id, system) })
			if o := get(); o.Active || o.May(officer.ConfirmIdentity) {
				t.Fatalf("%+v", o)
			}
		})
	})
}
