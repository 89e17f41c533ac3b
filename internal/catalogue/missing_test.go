package catalogue_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/catalogue"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
	"okno/internal/vault"
)

// known is a profile for everybody.
type known map[string]string

func (k known) Values(*db.Tx, account.ID) (map[string]string, error) { return k, nil }

type drafts map[string]catalogue.Draft

func (d drafts) DraftOf(_ *db.Tx, _ account.ID, service string) (catalogue.Draft, bool, error) {
	draft, ok := d[service]
	return draft, ok, nil
}

var adult = known{"family_name": "Соколова", "given_name": "Ирина", "birth_date": "1990-03-27", "citizenship": "RU", "sex": "female", "identity_document": "ru_passport"}

func with(k known, field, value string) known {
	other := known{}
	for f, v := range k {
		other[f] = v
	}
	other[field] = value
	return other
}

func TestMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		ring, err := secret.CreateRing(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		j := law(t, "ru")
		accounts := account.New(vault.New(ring), account.RulesOf(j))
		var who account.ID
		if err := d.Write(context.Background(), func(tx *db.Tx) (err error) {
			who, err = accounts.Create(tx, account.Opening{Name: account.Name{Full: "Ирина Соколова", Short: "Ирина"}, Language: "en"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		signs := *must(t, j, "foreign_passport")
		signs.Signature = true
		regional := *must(t, j, "foreign_passport")
		regional.Regions = []string{j.Regions[0].Code}
		for _, row := range []struct {
			name    string
			level   account.Level
			service *jurisdiction.Service
			profile known
			draft   drafts
			region  string
			want    catalogue.Step
		}{
			{"P-26 a simplified account is led to its personal data", account.Simplified, must(t, j, "foreign_passport"), nil, nil, "", catalogue.StepProfile},
			{"P-26 a standard account is led to identity confirmation", account.Standard, must(t, j, "foreign_passport"), adult, nil, "", catalogue.StepConfirm},
			{"P-26 a verified adult citizen can apply", account.Verified, must(t, j, "foreign_passport"), adult, nil, "", catalogue.StepApply},
			{"LVL-25 a standard account gets the pension statement at once", account.Standard, must(t, j, "pension_statement"), adult, nil, "", catalogue.StepApply},
			{"CAT-10 a child is told the condition, and not sent to a centre to verify", account.Standard, must(t, j, "foreign_passport"), with(adult, "birth_date", now.Now().AddDate(-17, 0, -364).Format(time.DateOnly)), nil, "", catalogue.StepNone},
			{"CAT-10 on the eighteenth birthday the condition holds", account.Verified, must(t, j, "foreign_passport"), with(adult, "birth_date", now.Now().AddDate(-18, 0, 0).Format(time.DateOnly)), nil, "", catalogue.StepApply},
			{"CAT-10 a foreigner is told the condition", account.Verified, must(t, j, "foreign_passport"), with(adult, "citizenship", "KZ"), nil, "", catalogue.StepNone},
			{"what is not known is no refusal", account.Simplified, must(t, j, "foreign_passport"), known{"given_name": "Ирина"}, nil, "", catalogue.StepProfile},
			{"GEN-15 what is not online leads to a centre, whatever the level", account.Simplified, must(t, j, "marriage"), adult, nil, "", catalogue.StepVisit},
			{"CAT-18 a service that wants a signature asks for one", account.Verified, &signs, adult, nil, "", catalogue.StepSign},
			{"CAT-15 where the region decides, it is asked first", account.Verified, &regional, adult, nil, "", catalogue.StepRegion},
			{"CAT-15 a region that has it can apply", account.Verified, &regional, adult, nil, j.Regions[0].Code, catalogue.StepApply},
			{"CAT-15 another region cannot", account.Verified, &regional, adult, nil, j.Regions[1].Code, catalogue.StepVisit},
			{"S03 a draft goes on instead of a second one", account.Verified, must(t, j, "foreign_passport"), adult, drafts{"foreign_passport": {Path: "/applications/1"}}, "", catalogue.StepContinue},
			{"S03 a draft of another service changes nothing", account.Verified, must(t, j, "foreign_passport"), adult, drafts{"marriage": {Path: "/applications/1"}}, "", catalogue.StepApply},
		} {
			t.Run(row.name, func(t *testing.T) {
				c, err := catalogue.New(d, j, accounts, catalogue.Sources{Profiles: row.profile, Drafts: row.draft})
				if err != nil {
					t.Fatal(err)
				}
				m, err := c.Look(context.Background(), who, row.level, row.service, row.region)
				if err != nil || m.Step != row.want {
					t.Fatalf("%v %+v, want %s", err, m, row.want)
				}
				if (m.Step == catalogue.StepNone) != (len(m.Refusals) > 0) {
					t.Fatal("a refusal without its reason", m.Refusals)
				}
			})
		}
		t.Run("CAT-18 who has signed before is not asked again", func(t *testing.T) {
			if err := d.Write(context.Background(), func(tx *db.Tx) error {
				for _, e := range []account.Evidence{{Way: account.ByContact}, {Way: account.ByRegister, Source: "pension"}, {Way: account.ByRegister, Source: "migration"}, {Way: account.BySignature, Source: "ca"}} {
					if _, _, err := accounts.Add(tx, who, e, audit.BySystem("test")); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			c, _ := catalogue.New(d, j, accounts, catalogue.Sources{Profiles: adult})
			if m, err := c.Look(context.Background(), who, account.Verified, &signs, ""); err != nil || m.Step != catalogue.StepApply {
				t.Fatal(err, m.Step)
			}
		})
		t.Run("S03 what the profile holds is had, what the form will ask is needed", func(t *testing.T) {
			c, _ := catalogue.New(d, j, accounts, catalogue.Sources{Profiles: with(adult, "residence_address.city", "Москва")})
			m, err := c.Look(context.Background(), who, account.Verified, must(t, j, "foreign_passport"), "")
			have, need := english(m.Have), english(m.Need)
			if err != nil || !slices.Contains(have, "Surname") || !slices.Contains(have, "Address") || !slices.Contains(need, "Phone for questions") || slices.Contains(need, "Surname") {
				t.Fatal(err, have, need)
			}
			if !slices.Contains(need, "Your photo") {
				t.Errorf("the photo is not among %v", need)
			}
		})
		t.Run("GEN-09 a visitor is told the level and led to sign in, without any read", func(t *testing.T) {
			c, _ := catalogue.New(nil, j, nil, catalogue.Sources{Profiles: failing{}})
			m, err := c.Look(context.Background(), "", account.None, must(t, j, "foreign_passport"), "")
			if err != nil || m.Step != catalogue.StepSignIn || m.Level != jurisdiction.Verified {
				t.Fatal(err, m)
			}
		})
	})
}

type failing struct{}

func (failing) Values(*db.Tx, account.ID) (map[string]string, error) { panic("asked about a visitor") }

func must(t *testing.T, j *jurisdiction.Jurisdiction, id string) *jurisdiction.Service {
	t.Helper()
	s, ok := j.Service(id)
	if !ok {
		t.Fatal(id)
	}
	return s
}

func english(list []jurisdiction.Words) []string {
	var words []string
	for _, w := range list {
		words = append(words, w.In("en"))
	}
	return words
}
