package officer_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
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

func newOfficers(t testing.TB) *officer.Officers {
	t.Helper()
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return officer.New(vault.New(ring))
}

func add(d *db.DB, s *officer.Officers, o officer.Officer) (id officer.ID, err error) {
	err = d.Write(context.Background(), func(tx *db.Tx) (err error) { id, err = s.Add(tx, o, system); return err })
	return id, err
}

func operator(login string) officer.Officer {
	return officer.Officer{Login: login, Name: "Ольга Орлова", Roles: []officer.Role{officer.Operator}, Centre: "c1", Account: "a1"}
}

func TestPermissions(t *testing.T) {
	all := []officer.Permission{officer.ConfirmIdentity, officer.DecideCases, officer.ReadAudit, officer.ManageOfficers, officer.ManageJobs}
	for role, may := range map[officer.Role]string{
		officer.Operator:   "confirm_identity",
		officer.CaseWorker: "decide_cases",
		officer.Supervisor: "decide_cases",
		officer.Auditor:    "read_audit",
		officer.Admin:      "manage_officers manage_jobs",
		"stranger":         "",
	} {
		t.Run("AUTHZ-1 the role "+string(role)+" opens exactly what it is there for", func(t *testing.T) {
			active := officer.Officer{Active: true, Roles: []officer.Role{role}}
			invited := officer.Officer{Roles: []officer.Role{role}}
			for _, p := range all {
				if want := strings.Contains(" "+may+" ", " "+string(p)+" "); active.May(p) != want {
					t.Errorf("%s: %v", p, !want)
				}
				if invited.May(p) {
					t.Errorf("%s without being active", p)
				}
			}
		})
	}
}

func TestOfficers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		s := newOfficers(t)
		get := func(id officer.ID) (o officer.Officer) {
			t.Helper()
			if err := d.Read(context.Background(), func(tx *db.Tx) (err error) { o, err = s.Get(tx, id); return err }); err != nil {
				t.Fatal(err)
			}
			return o
		}
		id, err := add(d, s, operator("Orlova"))
		if err != nil {
			t.Fatal(err)
		}
		t.Run("an officer is kept as added, invited and without rights", func(t *testing.T) {
			o := get(id)
			if o.Login != "Orlova" || o.Name != "Ольга Орлова" || o.Centre != "c1" || o.Account != "a1" || o.Active || !o.Created.Equal(now.Now()) {
				t.Fatalf("%+v", o)
			}
		})
		t.Run("a login is found whatever its case, and belongs to one officer", func(t *testing.T) {
			var o officer.Officer
			if err := d.Read(context.Background(), func(tx *db.Tx) (err error) { o, err = s.ByLogin(tx, " ORLOVA "); return err }); err != nil || o.ID != id {
				t.Fatal(o, err)
			}
			if _, err := add(d, s, operator("orlova")); !fault.HasKey(err, "officer.login_taken") {
				t.Fatal(err)
			}
			err := d.Read(context.Background(), func(tx *db.Tx) error { _, err := s.ByLogin(tx, "nobody"); return err })
			if !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
		t.Run("what is missing is said field by field", func(t *testing.T) {
			_, err := add(d, s, officer.Officer{Roles: []officer.Role{"king"}})
			f := fault.Of(err)
			if len(f.Fields) != 3 || f.Fields[0].Name != "login" || f.Fields[1].Name != "name" || f.Fields[2].Key != "officer.role_unknown" {
				t.Fatal(f.Fields)
			}
			if _, err := add(d, s, officer.Officer{Login: "x", Name: "x"}); fault.Of(err).Fields[0].Key != "officer.role_missing" {
				t.Fatal(err)
			}
		})
		t.Run("CRYPTO-1 neither login nor name stands in the table in clear", func(t *testing.T) {
			d.Read(context.Background(), func(tx *db.Tx) error {
				for _, q := range []db.SQL{`SELECT login FROM officer_officer WHERE id = $1`, `SELECT name FROM officer_officer WHERE id = $1`} {
					sealed, err := db.One(tx, db.Scalar[[]byte], q, string(id))
					if err != nil || strings.Contains(string(sealed), "Orlova") || strings.Contains(string(sealed), "Ольга") {
						t.Error(q, err)
					}
				}
				return nil
			})
		})
		change := func(f func(tx *db.Tx) error) error { return d.Write(context.Background(), f) }
		t.Run("an invited officer becomes active once", func(t *testing.T) {
			if err := change(func(tx *db.Tx) error { return s.Activate(tx, id) }); err != nil || !get(id).May(officer.ConfirmIdentity) {
				t.Fatal(err)
			}
			if err := change(func(tx *db.Tx) error { return s.Activate(tx, id) }); err == nil {
				t.Fatal("twice")
			}
		})
		t.Run("SESS-5 whose rights have ended may nothing and cannot be made active again", func(t *testing.T) {
			if err := change(func(tx *db.Tx) error { return s.End(tx, id, system) }); err != nil || get(id).May(officer.ConfirmIdentity) {
				t.Fatal(err)
			}
			if err := change(func(tx *db.Tx) error { return s.Activate(tx, id) }); err == nil {
				t.Fatal("active again")
			}
		})
		t.Run("AUDIT-1 adding and ending an officer leave audit lines", func(t *testing.T) {
			d.Read(context.Background(), func(tx *db.Tx) error {
				acts, err := db.All(tx, db.Scalar[string], `SELECT act FROM audit_entry WHERE object = $1 ORDER BY act`, "officer/"+string(id))
				if err != nil || strings.Join(acts, " ") != "officer.add officer.end" {
					t.Error(acts, err)
				}
				return nil
			})
		})
		t.Run("of 16 additions of one login at once one succeeds", func(t *testing.T) {
			var added atomic.Int64
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() {
					if _, err := add(d, s, operator("race")); err == nil {
						added.Add(1)
					} else if !fault.HasKey(err, "officer.login_taken") {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if added.Load() != 1 {
				t.Fatal(added.Load())
			}
		})
	})
}
