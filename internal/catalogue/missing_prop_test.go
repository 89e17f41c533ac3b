package catalogue_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
	"okno/internal/vault"
)

// Whatever is known of whomever: nobody is sent to apply who may not, and a
// higher level never takes a service away (CAT-19, LVL-03).
func TestMissingNeverLeadsAstray(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, pack := range []string{"ru", "xs"} {
		j := law(t, pack)
		accounts := account.New(vault.New(ring), account.RulesOf(j))
		t.Run("CAT-19 LVL-03 in "+pack, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				s := *rapid.SampledFrom(j.Services).Draw(r, "service")
				s.Availability = rapid.SampledFrom([]jurisdiction.Availability{jurisdiction.Online, jurisdiction.Online, jurisdiction.Later, jurisdiction.Visit}).Draw(r, "availability")
				regions := []string{""}
				for _, region := range j.Regions {
					regions = append(regions, region.Code)
				}
				region := rapid.SampledFrom(regions).Draw(r, "region")
				profile := known{"citizenship": rapid.SampledFrom([]string{"", j.Citizenship.Own, "IR"}).Draw(r, "citizenship"),
					"birth_date": rapid.SampledFrom([]string{"", "1950-01-01", "2015-06-01", "yesterday"}).Draw(r, "born")}
				c, err := catalogue.New(d, j, accounts, catalogue.Sources{Profiles: profile})
				if err != nil {
					r.Fatal(err)
				}
				applied := false
				for level := account.Simplified; level <= account.Verified; level++ {
					m, err := c.Look(context.Background(), "nobody", level, &s, region)
					if err != nil {
						r.Fatal(err)
					}
					may := catalogue.IsOpen(&s, jurisdiction.AccountLevel(level)) && s.IsOnlineIn(region) && len(m.Refusals) == 0 && !s.Signature && m.Here == catalogue.HereOnline
					if (m.Step == catalogue.StepApply) != may {
						r.Fatalf("%s at %v in %q: %+v", s.ID, level, region, m)
					}
					if applied && m.Step != catalogue.StepApply {
						r.Fatalf("%s: %v takes away what a lower level opened", s.ID, level)
					}
					applied = m.Step == catalogue.StepApply
				}
			})
		})
	}
}
