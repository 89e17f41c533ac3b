package officer_test

import (
	"context"
	"slices"
	"testing"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/jurisdictions"
)

func TestStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		s, ctx := newOfficers(t), context.Background()
		must := func(o officer.Officer) officer.ID {
			t.Helper()
			id, err := add(d, s, o)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		admin := must(officer.Officer{Login: "nosov", Name: "Pavel Nosov", Active: true, Account: "a7", Roles: []officer.Role{officer.Admin}})
		by := audit.Actor{Kind: audit.Officer, ID: string(admin)}
		orlova, belova := must(operator("orlova")), must(operator("belova"))
		write := func(f func(tx *db.Tx) error) error { return d.Write(ctx, f) }
		t.Run("SESS-5 ended officers stay in the list, with the time of the end", func(t *testing.T) {
			if err := write(func(tx *db.Tx) error { return s.End(tx, belova, by) }); err != nil {
				t.Fatal(err)
			}
			var all []officer.Officer
			if err := write(func(tx *db.Tx) (err error) { all, err = s.All(tx); return err }); err != nil || len(all) != 3 {
				t.Fatal(all, err)
			}
			at := func(id officer.ID) officer.Officer {
				return all[slices.IndexFunc(all, func(o officer.Officer) bool { return o.ID == id })]
			}
			if o := at(belova); !o.Ended.Equal(now.Now()) || o.Active || o.Login != "belova" {
				t.Errorf("%+v", o)
			}
			if o := at(orlova); !o.Ended.IsZero() || o.Name != "Ольга Орлова" {
				t.Errorf("%+v", o)
			}
		})
		t.Run("rights end once", func(t *testing.T) {
			if err := write(func(tx *db.Tx) error { return s.End(tx, belova, by) }); !fault.HasKey(err, "officer.ended") {
				t.Fatal(err)
			}
		})
		t.Run("nobody ends himself", func(t *testing.T) {
			if err := write(func(tx *db.Tx) error { return s.End(tx, admin, by) }); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
		})
	})
}

func TestCheck(t *testing.T) {
	pack, err := jurisdictions.Pack("ru")
	if err != nil {
		t.Fatal(err)
	}
	law, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	centre := law.Centres[slices.IndexFunc(law.Centres, func(c jurisdiction.Centre) bool { return c.DoesOffer(jurisdiction.ConfirmIdentity) })].Code
	t.Run("AUTHZ-4 an operator needs a centre and who decides needs an authority, of this country", func(t *testing.T) {
		for _, c := range []struct {
			role              officer.Role
			centre, authority string
			wrong             string
		}{
			{officer.Operator, centre, "", ""}, {officer.Operator, "", law.Authorities[0].Code, "centre"}, {officer.Operator, "nowhere", "", "centre"},
			{officer.CaseWorker, "", law.Authorities[0].Code, ""}, {officer.CaseWorker, centre, "", "authority"}, {officer.Supervisor, "", "none", "authority"},
			{officer.Auditor, "", "", ""}, {officer.Admin, "", "", ""}, {"king", "", "", "roles"},
		} {
			err := officer.Check(officer.Officer{Login: "x", Name: "x", Roles: []officer.Role{c.role}, Centre: c.centre, Authority: c.authority}, law)
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || fault.Of(err).Fields[0].Name != c.wrong) {
				t.Error(c, err)
			}
		}
	})
	t.Run("every role opens something", func(t *testing.T) {
		for _, role := range officer.Roles() {
			if officer.Check(officer.Officer{Login: "x", Name: "x", Roles: []officer.Role{role}, Centre: centre, Authority: law.Authorities[0].Code}, law) != nil {
				t.Error(role)
			}
		}
	})
}
