package profile_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/profile"
	"okno/internal/text"
	"okno/internal/visit/visittest"
	"okno/jurisdictions"
)

var today = text.Day{Year: 2026, Month: 3, Day: 2}

// anna is what an invented person types.
var anna = map[string]string{
	"family_name": " Соколова ", "given_name": "Анна", "patronymic": "Петровна", "sex": "female", "birth_date": "1958-03-27",
	"birth_place": "г. Вологда", "citizenship": "RU", "snils": "112-233-445 95", "identity_document": "ru_passport",
	"ru_passport.series": "45 09", "ru_passport.number": "104202", "ru_passport.issued_on": "2008-06-11",
	"ru_passport.issued_by": "Отделом внутренних дел", "ru_passport.department_code": "350-002",
}

func with(changes ...string) map[string]string {
	values := maps.Clone(anna)
	for i := 0; i < len(changes); i += 2 {
		values[changes[i]] = changes[i+1]
	}
	return values
}

type world struct {
	*visittest.World
	profiles *profile.Profiles
}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake, code string) world {
	w := visittest.New(t, d, now, code)
	return world{w, profile.New(d, w.Accounts, w.Law, nil, nil)}
}

func (w world) complete(t testing.TB, id account.ID, typed map[string]string) {
	t.Helper()
	if err := w.profiles.Complete(context.Background(), id, profile.General, typed); err != nil {
		t.Fatal(err, fault.Of(err).Fields)
	}
}

func (w world) look(t testing.TB, id account.ID) profile.Profile {
	t.Helper()
	p, err := w.profiles.Look(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCheck(t *testing.T) {
	s := profile.New(nil, nil, visittest.Law(t, "ru"), nil, nil)
	cases := []struct {
		name          string
		field, typed  string
		kept, refused string // what is kept, or the key of the refusal
	}{
		{"PRF-04 a surname is kept without spaces around it", "family_name", " Соколова ", "Соколова", ""},
		{"PRF-04 there may be no patronymic", "patronymic", "", "", ""},
		{"PRF-04 there is a surname", "family_name", "", "", "jurisdiction.missing"},
		{"PRF-05 the sex is one of two", "sex", "other", "", "profile.choose_sex"},
		{"PRF-06 a birth date is a day that exists", "birth_date", "-", "", "jurisdiction.date"},
		{"PRF-06 nobody is born tomorrow", "birth_date", "2026-03-03", "", "jurisdiction.date_future"},
		{"PRF-07 the place of birth is kept as written", "birth_place", "г. Санкт-Петербург, пос. Лахта", "г. Санкт-Петербург, пос. Лахта", ""},
		{"PRF-08 SNILS has eleven digits, typed in any groups", "snils", "112 233 445-95", "11223344595", ""},
		{"PRF-08 SNILS has eleven digits, not ten", "snils", "1122334459", "", "jurisdiction.identifier.shape"},
		{"PRF-08 SNILS may be typed with Persian digits", "snils", "۱۱۲۲۳۳۴۴۵۹۵", "11223344595", ""},
		{"PRF-10 the citizenship is one of the list", "citizenship", "XX", "", "profile.choose_citizenship"},
		{"PRF-11 the kind of document is one of the list", "identity_document", "library_card", "", "profile.choose_document"},
		{"PRF-12 the series has four digits", "ru_passport.series", "45 09", "4509", ""},
		{"PRF-12 the number has six digits", "ru_passport.number", "10420", "", "jurisdiction.shape"},
		{"PRF-13 the day of issue is a day that exists", "ru_passport.issued_on", "2008-02-30", "", "jurisdiction.date"},
		{"PRF-14 the department code is kept as written", "ru_passport.department_code", "350-002", "350-002", ""},
		{"PRF-14 who issued it has to be said", "ru_passport.issued_by", "", "", "jurisdiction.missing"},
		{"PRF-15 a Russian passport is not a foreigner's", "citizenship", "UZ", "UZ", "profile.document_of_others"},
		{"T-17 letters of two alphabets in one name are refused", "given_name", "Aнна", "", "jurisdiction.name.mixed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			kept, err := s.Check(profile.General, with(c.field, c.typed), today)
			if kept[c.field] != c.kept {
				t.Errorf("kept %q, want %q", kept[c.field], c.kept)
			}
			if got := firstKey(err); got != c.refused {
				t.Errorf("refused with %q, want %q", got, c.refused)
			}
		})
	}
	t.Run("PRF-15 a foreigner gives a document of his state", func(t *testing.T) {
		typed := with("citizenship", "UZ", "identity_document", "foreign_document", "foreign_document.number", "AB 1234567",
			"foreign_document.issued_on", "2020-01-02", "foreign_document.issued_by", "MIA of Uzbekistan")
		kept, err := s.Check(profile.General, typed, today)
		if err != nil || kept["foreign_document.number"] != "AB1234567" || kept["ru_passport.number"] != "" {
			t.Fatal(kept, err)
		}
	})
	t.Run("PRF-17 everything that is missing is said at once, in the order of the form", func(t *testing.T) {
		_, err := s.Check(profile.General, nil, today)
		var names []string
		for _, f := range fault.Of(err).Fields {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != "family_name given_name sex birth_date birth_place citizenship snils identity_document" {
			t.Fatal(got)
		}
	})
}

func firstKey(err error) string {
	if f := fault.Of(err); err != nil && len(f.Fields) > 0 {
		return f.Fields[0].Key
	}
	return ""
}

func TestEveryPack(t *testing.T) {
	for _, code := range jurisdictions.Codes() {
		law := visittest.Law(t, code)
		demo, err := law.Demo()
		if err != nil {
			t.Fatal(err)
		}
		s := profile.New(nil, nil, law, nil, nil)
		t.Run("D-24 every invented person of "+code+" fits the form of the country", func(t *testing.T) {
			for _, person := range demo.People {
				if _, err := s.Check(profile.General, typedBy(person), today); err != nil {
					t.Errorf("%s: %v", person.Code, err)
				}
			}
		})
		t.Run("PRF-22 every other form of "+code+" has fields", func(t *testing.T) {
			for _, form := range s.Others() {
				if len(s.Fields(form, "")) == 0 {
					t.Error(form)
				}
			}
		})
	}
}

func typedBy(p jurisdiction.DemoPerson) map[string]string {
	typed := maps.Clone(p.Profile)
	typed[profile.Identity] = p.Document
	for code, value := range p.Documents[p.Document] {
		typed[p.Document+"."+code] = value
	}
	return typed
}

func TestKeep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now, "ru")
		id := w.Account(account.Simplified, "Соколова Анна", "+79000000001")
		t.Run("PRF-19 a refused form is kept as it was typed", func(t *testing.T) {
			err := w.profiles.Complete(context.Background(), id, profile.General, with("snils", "12"))
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			typed, err := w.profiles.Opened(context.Background(), id, profile.General)
			if err != nil || typed["snils"] != "12" || typed["birth_place"] != "г. Вологда" {
				t.Fatal(typed, err)
			}
		})
		t.Run("S09 each value has its source and moment", func(t *testing.T) {
			w.complete(t, id, anna)
			v := w.look(t, id).Value("snils")
			if v.Text != "11223344595" || v.Source != profile.Holder || !v.At.Equal(now.Now()) || v.Confirmed() {
				t.Fatal(v)
			}
		})
		t.Run("PRF-03 the form opens with everything known", func(t *testing.T) {
			typed, err := w.profiles.Opened(context.Background(), id, profile.General)
			if err != nil || typed["snils"] != "11223344595" || typed["ru_passport.series"] != "4509" {
				t.Fatal(typed, err)
			}
		})
		t.Run("PRF-21 other domains read typed values", func(t *testing.T) {
			p := w.look(t, id)
			if p.FullName() != "Соколова Анна Петровна" || p.Birth() != (text.Day{Year: 1958, Month: 3, Day: 27}) {
				t.Fatal(p.FullName(), p.Birth())
			}
			if doc := p.IdentityDocument(); doc.Kind != "ru_passport" || doc.Fields["number"] != "104202" || !doc.Exists() {
				t.Fatal(doc)
			}
		})
		t.Run("LOG-09 the name in the corner follows the profile", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				a, err := w.Accounts.Get(tx, id)
				if a.Name.Full != "Соколова Анна Петровна" || a.Name.Short != "Соколова Анна" {
					t.Error(a.Name)
				}
				return err
			})
		})
		t.Run("Q-16 letters go to the residence, else to the registration address", func(t *testing.T) {
			address := func(form profile.Form, city string) {
				typed := map[string]string{"postcode": "160000", "region": "Вологодская область", "city": city, "house": "1"}
				all := map[string]string{}
				for part, value := range typed {
					all[string(form)+"."+part] = value
				}
				if err := w.profiles.Complete(context.Background(), id, form, all); err != nil {
					t.Fatal(err)
				}
			}
			address(profile.Registration, "Вологда")
			if got := w.look(t, id).PostalAddress()["city"]; got != "Вологда" {
				t.Fatal(got)
			}
			address(profile.Residence, "Тотьма")
			if got := w.look(t, id).PostalAddress()["city"]; got != "Тотьма" {
				t.Fatal(got)
			}
		})
		t.Run("PROOF-2 a register is sent what it needs and no more", func(t *testing.T) {
			r, _ := w.Law.Register("migration")
			wire := w.look(t, id).Wire(r)
			want := []string{"birth_date", "document_department_code", "document_issued_on", "document_number", "document_series", "document_type", "family_name", "given_name", "patronymic"}
			if got := slices.Sorted(maps.Keys(wire)); !slices.Equal(got, want) {
				t.Fatal(got)
			}
		})
		t.Run("D-19 a change leaves an audit line that names fields and no values", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				entries, err := audit.About(tx, string(id), 50)
				if err != nil {
					return err
				}
				found := false
				for _, e := range entries {
					if e.Act == "profile.save" && strings.Contains(e.Facts["fields"], "snils") {
						found = true
					}
					if line := fmt.Sprint(e); strings.Contains(line, "11223344595") || strings.Contains(line, "Соколова") {
						t.Error("a value is in the log")
					}
				}
				if !found {
					t.Error("no audit line")
				}
				return nil
			})
		})
		t.Run("D-20 nothing personal is in clear in the database", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				rows, err := db.All(tx, db.Scalar[[]byte], selectSealed, string(id))
				for _, row := range rows {
					if bytes.Contains(row, []byte("104202")) || bytes.Contains(row, []byte("Соколова")) {
						t.Error("a value is in clear")
					}
				}
				if len(rows) < 14 {
					t.Error(len(rows))
				}
				return err
			})
		})
		t.Run("CRYPTO-1 a value moved to another field cannot be read", func(t *testing.T) {
			other := w.Account(account.Simplified, "Орлов Иван", "+79000000002")
			w.complete(t, other, anna)
			w.Write(func(tx *db.Tx) error {
				_, err := tx.Exec(moveValue, string(other))
				return err
			})
			if _, err := w.profiles.Look(context.Background(), other); err == nil {
				t.Fatal("it was read")
			}
		})
	})
}

const (
	selectSealed db.SQL = `SELECT value FROM profile_value WHERE account = $1`
	moveValue    db.SQL = `UPDATE profile_value SET value = (SELECT value FROM profile_value v WHERE v.account = $1 AND v.field = 'given_name') WHERE account = $1 AND field = 'family_name'`
)

func TestPending(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	id := w.Account(account.Simplified, "Соколова Анна", "+79000000001")
	w.complete(t, id, anna)
	w.Write(func(tx *db.Tx) error {
		for _, register := range w.Accounts.Rules().StandardRegisters {
			if _, _, err := w.Accounts.Add(tx, id, account.Evidence{Way: account.ByRegister, Source: register}, audit.BySystem("test")); err != nil {
				return err
			}
		}
		return nil
	})
	t.Run("Q-52 from the standard level on a changed core value is pending", func(t *testing.T) {
		w.complete(t, id, with("family_name", "Орлова", "patronymic", ""))
		p := w.look(t, id)
		if p.Text("family_name") != "Соколова" || p.Text("patronymic") != "Петровна" {
			t.Fatal("the old values are not in force")
		}
		c := p.Candidate()
		if c.Text("family_name") != "Орлова" || c.Text("patronymic") != "" || !p.HasPending() || c.HasPending() {
			t.Fatal(c.FullName())
		}
	})
	t.Run("Q-52 taking the change back leaves nothing pending", func(t *testing.T) {
		w.complete(t, id, anna)
		if w.look(t, id).HasPending() {
			t.Fatal("still pending")
		}
	})
	t.Run("PRF-30 what no register checks changes at once", func(t *testing.T) {
		if err := w.profiles.Complete(context.Background(), id, "inn", map[string]string{"inn": "500100732259"}); err != nil {
			t.Fatal(err)
		}
		if got := w.look(t, id).Text("inn"); got != "500100732259" {
			t.Fatal(got)
		}
	})
	t.Run("Q-52 confirmed values come into force with their source", func(t *testing.T) {
		w.complete(t, id, with("family_name", "Орлова"))
		now.Advance(time.Hour)
		w.Write(func(tx *db.Tx) error {
			p, err := w.profiles.Read(tx, id)
			if err != nil {
				return err
			}
			sources := map[string]profile.Source{"family_name": profile.FromRegister("pension")}
			return w.profiles.Confirm(tx, id, w.profiles.Core(p.Candidate()), sources, audit.BySystem("test"))
		})
		p := w.look(t, id)
		v := p.Value("family_name")
		if code, ok := v.Source.Register(); v.Text != "Орлова" || !ok || code != "pension" || !v.At.Equal(now.Now()) || p.HasPending() {
			t.Fatal(v)
		}
	})
}

func TestSavedAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now, "ru")
		id := w.Account(account.Simplified, "Соколова Анна", "+79000000001")
		t.Run("PRF-19 drafts and forms saved from many windows at once leave one whole profile", func(t *testing.T) {
			var wg sync.WaitGroup
			for i := range 16 {
				wg.Go(func() {
					number := fmt.Sprintf("%06d", i)
					if err := w.profiles.SaveDraft(context.Background(), id, profile.General, with("ru_passport.number", number)); err != nil {
						t.Error(err)
					}
					if err := w.profiles.Complete(context.Background(), id, profile.General, with("ru_passport.number", number, "ru_passport.series", number[2:])); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			p := w.look(t, id)
			if number := p.Text("ru_passport.number"); number[2:] != p.Text("ru_passport.series") {
				t.Fatal("two forms are mixed:", number, p.Text("ru_passport.series"))
			}
		})
	})
}

func TestValuesProperty(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	n := 0
	t.Run("Q-52 whatever is saved and confirmed, the value in force is the last one that stood", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			n++
			level := rapid.SampledFrom([]account.Level{account.Simplified, account.Standard}).Draw(rt, "level")
			id := w.Account(level, "Соколова Анна", fmt.Sprintf("+7901%07d", n))
			inForce, wanted := map[string]string{}, map[string]string{}
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				field := rapid.SampledFrom([]string{"snils", "family_name", "ru_passport.number", "inn"}).Draw(rt, "field")
				value := rapid.SampledFrom([]string{"", "A", "B"}).Draw(rt, "value")
				confirms := rapid.Bool().Draw(rt, "confirms")
				w.Write(func(tx *db.Tx) error {
					if confirms {
						p, err := w.profiles.Read(tx, id)
						if err != nil {
							return err
						}
						return w.profiles.Confirm(tx, id, w.profiles.Core(withKind(p.Candidate(), w, tx, id)), nil, audit.BySystem("test"))
					}
					return w.profiles.Set(tx, id, map[string]string{field: value}, profile.Holder, account.ByHolder(id))
				})
				if confirms {
					maps.Copy(inForce, wanted)
				} else {
					wanted[field] = value
					if level == account.Simplified || field == "inn" {
						inForce[field] = value
					}
				}
				p, err := w.profiles.Look(context.Background(), id)
				if err != nil {
					rt.Fatal(err)
				}
				for f := range wanted {
					if p.Text(f) != inForce[f] || p.Candidate().Text(f) != wanted[f] {
						rt.Fatalf("%s: in force %q, want %q; wanted %q, want %q", f, p.Text(f), inForce[f], p.Candidate().Text(f), wanted[f])
					}
				}
			}
		})
	})
}

// withKind makes sure that the kind of document is known, so that its fields belong to the core.
func withKind(p profile.Profile, w world, tx *db.Tx, id account.ID) profile.Profile {
	if p.Text(profile.Identity) != "" {
		return p
	}
	if err := w.profiles.Set(tx, id, map[string]string{profile.Identity: "ru_passport"}, profile.FromDesk("test"), audit.BySystem("test")); err != nil {
		w.T.Fatal(err)
	}
	p, err := w.profiles.Read(tx, id)
	if err != nil {
		w.T.Fatal(err)
	}
	return p.Candidate()
}

func FuzzCheck(f *testing.F) {
	s := profile.New(nil, nil, visittest.Law(f, "ru"), nil, nil)
	f.Add("family_name", "Соколова")
	f.Add("birth_date", "1958-03-27")
	f.Add("snils", "112-233-445 95")
	f.Add("identity_document", "ru_passport")
	f.Add("ru_passport.number", "۱۲۳۴۵۶")
	f.Fuzz(func(t *testing.T, field, typed string) {
		kept, err := s.Check(profile.General, with(field, typed), today)
		again, wrong := s.Check(profile.General, kept, today)
		if err == nil && (wrong != nil || !maps.Equal(kept, again)) {
			t.Fatalf("what is kept is not right: %v, %v", kept, wrong)
		}
	})
}
