package jurisdiction_test

import (
	"slices"
	"testing"
	"time"

	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// These tests hold the reference pack to the facts.

var today = text.Day{Year: 2026, Month: 10, Day: 1}

func keyOf(err error) string {
	if err == nil {
		return ""
	}
	if f := fault.Of(err); len(f.Fields) > 0 {
		return f.Fields[0].Key
	}
	return fault.Of(err).Key
}

func TestPlaces(t *testing.T) {
	ru := load(t, "ru")
	t.Run("NAV-07 the location list holds the 21 cities, each in a region with a time zone", func(t *testing.T) {
		wanted := []string{"Moscow", "St Petersburg", "Novosibirsk", "Nizhny Novgorod", "Yekaterinburg", "Kazan", "Omsk", "Chelyabinsk",
			"Samara", "Rostov-on-Don", "Ufa", "Krasnoyarsk", "Voronezh", "Perm", "Volgograd", "Krasnodar", "Saratov", "Ulyanovsk", "Tyumen",
			"Cherepovets", "Vologda"}
		for _, name := range wanted {
			i := slices.IndexFunc(ru.Cities, func(c jurisdiction.City) bool { return c.Name.In("en") == name })
			if i < 0 {
				t.Errorf("%s is missing", name)
				continue
			}
			if _, ok := ru.Region(ru.Cities[i].Region); !ok {
				t.Errorf("%s has no region", name)
			}
		}
		if got := ru.ZoneOf("kya").String(); got != "Asia/Krasnoyarsk" {
			t.Errorf("the zone of Krasnoyarsk is %s", got)
		}
		if got := ru.ZoneOf("nowhere"); got != ru.Zone {
			t.Errorf("a region that is not there has the zone %s", got)
		}
	})
	t.Run("NAV-01 the user categories are citizens, legal entities, entrepreneurs, foreign citizens, partners", func(t *testing.T) {
		var got []string
		for _, a := range ru.Audiences {
			got = append(got, a.Code)
		}
		if !slices.Equal(got, []string{"citizens", "legal", "entrepreneurs", "foreigners", "partners"}) {
			t.Errorf("audiences are %v", got)
		}
	})
	t.Run("CTR-20 not every post office confirms", func(t *testing.T) {
		var with, without int
		for _, c := range ru.Centres {
			if c.Kind != "post" {
				continue
			}
			if c.DoesOffer(jurisdiction.ConfirmIdentity) {
				with++
			} else {
				without++
			}
		}
		if with == 0 || without == 0 {
			t.Errorf("%d post offices confirm, %d do not", with, without)
		}
	})
	t.Run("SUP-05 the free support phone is there", func(t *testing.T) { hasContact(t, ru, "8-800-100-70-10") })
	t.Run("SUP-06 the paid support phone is there", func(t *testing.T) { hasContact(t, ru, "+7 495 727-47-47") })
}

func hasContact(t *testing.T, j *jurisdiction.Jurisdiction, value string) {
	t.Helper()
	if !slices.ContainsFunc(j.Contacts, func(c jurisdiction.Contact) bool { return c.Value == value }) {
		t.Errorf("the contact %s is missing", value)
	}
}

func TestCategories(t *testing.T) {
	ru := load(t, "ru")
	t.Run("CAT-01 there are several dozen categories", func(t *testing.T) {
		if len(ru.Categories) < 36 {
			t.Errorf("there are %d", len(ru.Categories))
		}
	})
	facts := map[string][]string{
		"CAT-02 pensions, allowances and benefits":          {"benefits"},
		"CAT-03 property rights and cadastre":               {"property"},
		"CAT-04 vehicle registration and driving licences":  {"transport"},
		"CAT-05 internal passport, foreign passport, visa":  {"passports"},
		"CAT-06 communication with the tax service":         {"taxes"},
		"CAT-07 appointments in medical institutions":       {"health"},
		"CAT-08 marriage, birth, schools and kindergartens": {"family", "school", "preschool"},
	}
	for name, codes := range facts {
		t.Run(name, func(t *testing.T) {
			for _, code := range codes {
				if _, ok := ru.Category(code); !ok {
					t.Errorf("the category %s is missing", code)
				}
			}
		})
	}
}

func TestNames(t *testing.T) {
	ru := load(t, "ru")
	cases := []struct{ fact, typed, kept, key string }{
		{"REG-06 a name may hold a digit, space, hyphen, full stop, apostrophe", "Д'Арк-Иванова мл. 2", "Д'Арк-Иванова мл. 2", ""},
		{"REG-06 a name may not hold an underscore", "Иван_", "", "jurisdiction.name.character"},
		{"REG-06 a name may not hold a letter of a third alphabet", "Ζωή", "", "jurisdiction.name.character"},
		{"REG-07 a Russian name passes", "Ёлкина", "Ёлкина", ""},
		{"REG-07 a Latin name passes", "Brown", "Brown", ""},
		{"REG-07 two alphabets in one value are refused", "Ивaнов", "", "jurisdiction.name.mixed"},
		{"Q-63 a name without a letter is refused", "12-3", "", "jurisdiction.name.letters"},
		{"Q-63 a name with one letter passes", "О. 2", "О. 2", ""},
		{"INP-3 a bidi override is refused", "Иван\u202eов", "", "jurisdiction.unclean"},
		{"INP-3 a name is kept in NFC with single spaces", "  Анна  Мари\u0438\u0306 ", "Анна Марий", ""},
	}
	for _, c := range cases {
		t.Run(c.fact, func(t *testing.T) {
			kept, err := ru.Names.Check("family_name", c.typed)
			if kept != c.kept || keyOf(err) != c.key {
				t.Errorf("%q became %q, %q", c.typed, kept, keyOf(err))
			}
		})
	}
	t.Run("PRF-04 the patronymic may be absent", func(t *testing.T) {
		if _, err := ru.Names.Check("patronymic", ""); err != nil {
			t.Error(err)
		}
		if got := ru.Names.Full(map[string]string{"given_name": "Алина", "family_name": "Ким"}); got != "Ким Алина" {
			t.Errorf("the full name is %q", got)
		}
	})
}

func TestDocuments(t *testing.T) {
	ru := load(t, "ru")
	t.Run("PRF-08 a SNILS has eleven digits and right check digits", func(t *testing.T) {
		snils, _ := ru.Identifier("snils")
		for typed, key := range map[string]string{"112-233-445 95": "", "11223344595": "", "1122334459": "jurisdiction.identifier.shape",
			"112-233-445 96": "jurisdiction.identifier.checksum", "": "jurisdiction.identifier.empty", "087-654-303 00": ""} {
			if _, err := snils.Normalise(typed); keyOf(err) != key {
				t.Errorf("%q gives %q, not %q", typed, keyOf(err), key)
			}
		}
		if got := snils.Show("11223344595"); got != "112-233-445 95" {
			t.Errorf("shown as %q", got)
		}
	})
	t.Run("PRF-12 the passport has series and number", func(t *testing.T) {
		passport, _ := ru.Document("ru_passport")
		kept, err := passport.Check(map[string]string{"series": "45 10", "number": "123456", "issued_on": "2011-04-01",
			"issued_by": "ОВД", "department_code": "770-001"}, today)
		if err != nil || kept["series"] != "4510" {
			t.Errorf("%v, %v", kept, err)
		}
	})
	t.Run("PRF-13 a date of issue after today is refused", func(t *testing.T) {
		passport, _ := ru.Document("ru_passport")
		f, _ := passport.Field("issued_on")
		if _, err := f.Check("2026-10-02", today); keyOf(err) != "jurisdiction.date_future" {
			t.Error(err)
		}
	})
	t.Run("PRF-15 citizens have the Russian passport, foreigners a document of their state", func(t *testing.T) {
		passport, _ := ru.Document("ru_passport")
		foreign, _ := ru.Document("foreign_document")
		if !passport.HeldBy("RU", "RU") || passport.HeldBy("KZ", "RU") || foreign.HeldBy("RU", "RU") || !foreign.HeldBy("KZ", "RU") {
			t.Error("who may hold which document is wrong")
		}
	})
	t.Run("PRF-22 the profile knows all the documents", func(t *testing.T) {
		fields := ru.ProfileFields()
		for _, code := range []string{"inn", "vehicle", "driving_licence", "oms_policy", "birth_certificate", "military_id", "foreign_passport",
			"registration_address", "residence_address"} {
			if !slices.Contains(fields, code) {
				t.Errorf("%s is missing", code)
			}
		}
	})
}

func TestLevels(t *testing.T) {
	ru := load(t, "ru")
	t.Run("LVL-01 there are exactly three levels", func(t *testing.T) {
		if len(ru.Levels) != 3 {
			t.Errorf("there are %d", len(ru.Levels))
		}
	})
	t.Run("LVL-06 simplified needs surname, first name, a contact and a password", func(t *testing.T) {
		if !slices.Equal(ru.Levels[0].Needs, []string{"family_name", "given_name", "phone|email", "password"}) {
			t.Errorf("needs %v", ru.Levels[0].Needs)
		}
	})
	t.Run("LVL-07 standard needs name, sex, birth date, SNILS and identity document", func(t *testing.T) {
		for _, need := range []string{"family_name", "given_name", "sex", "birth_date", "snils", "identity_document"} {
			if !slices.Contains(ru.Levels[1].Needs, need) {
				t.Errorf("%s is not needed", need)
			}
		}
	})
	t.Run("CHK-03 SNILS is checked by the pension register", func(t *testing.T) { sends(t, ru, "pension", "snils") })
	t.Run("CHK-04 the passport is checked by the migration register", func(t *testing.T) { sends(t, ru, "migration", "document_number") })
}

func sends(t *testing.T, j *jurisdiction.Jurisdiction, register, field string) {
	t.Helper()
	r, ok := j.Register(register)
	if !ok || !slices.Contains(r.Sends, field) || !slices.Contains(j.Levels[1].Proofs, register) {
		t.Errorf("%s does not check %s for the standard level", register, field)
	}
}

func TestNumbers(t *testing.T) {
	r := load(t, "ru").Rules
	cases := []struct {
		fact      string
		got, want any
	}{
		{"REG-22 the SMS code is valid 300 seconds", r.Code.Lifetime, 300 * time.Second},
		{"Q-43 a code has six digits", r.Code.Digits, 6},
		{"Q-43 a code takes five tries", r.Code.Tries, 5},
		{"Q-43 a new code is sent after 60 seconds", r.Code.Resend, time.Minute},
		{"Q-42 the registration link lives three days", r.Links.Registration, 72 * time.Hour},
		{"CHK-23 a check may be started again after 20 minutes", r.Check.Restart, 20 * time.Minute},
		{"Q-08 a check ends after five working days", r.Check.WorkingDays, 5},
		{"REG-36 the portal is returned to after three seconds", r.SignIn.ReturnAfter, 3 * time.Second},
		{"OPR-10 the paper form has two copies", r.Desk.Copies, 2},
		{"D-09 an account is recovered for 72 hours", r.SignIn.RecoveryHold, 72 * time.Hour},
	}
	for _, c := range cases {
		t.Run(c.fact, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("is %v, not %v", c.got, c.want)
			}
		})
	}
}

func TestCitizenships(t *testing.T) {
	ru, xs := load(t, "ru"), load(t, "xs")
	t.Run("PRF-10 citizenships have names in the reader's language", func(t *testing.T) {
		for lang, want := range map[string]string{"en": "Kazakhstan", "ru": "Казахстан", "fa": "قزاقستان"} {
			if got := ru.Citizenship.Name("KZ", lang); got != want {
				t.Errorf("%s: %q", lang, got)
			}
		}
		if got := xs.Citizenship.Name("XS", "fa"); got != "شبنمستان" {
			t.Errorf("the invented land is called %q", got)
		}
		if !ru.Citizenship.Has("RU") || ru.Citizenship.Has("XX") {
			t.Error("the list is wrong")
		}
	})
}
