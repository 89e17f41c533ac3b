package jurisdiction_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"okno/internal/jurisdiction"
	"okno/jurisdictions"
)

// changed is the pack with one file's text replaced.
func changed(t testing.TB, code, file, from, to string) fs.FS {
	t.Helper()
	pack := files(t, code)
	old := string(pack[file].Data)
	if !strings.Contains(old, from) {
		t.Fatalf("%s does not hold %q", file, from)
	}
	pack[file] = &fstest.MapFile{Data: []byte(strings.Replace(old, from, to, 1))}
	return pack
}

func files(t testing.TB, code string) fstest.MapFS {
	t.Helper()
	pack, err := jurisdictions.Pack(code)
	if err != nil {
		t.Fatal(err)
	}
	copied := fstest.MapFS{}
	err = fs.WalkDir(pack, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(pack, name)
		copied[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

func TestMistakes(t *testing.T) {
	cases := []struct {
		name, file, from, to string
		says                 string
		line                 int
	}{
		{"an unknown key", "jurisdiction.yaml", "working_week:", "workweek: [sun]\nworking_week:", `unknown key "workweek"`, 8},
		{"a missing key", "jurisdiction.yaml", "time_zone: Indian/Maldives\n", "", `the key "time_zone" is missing`, 2},
		{"a text missing in a language", "cities.yaml", "{fa: صدفک, en: Sadafak}", "{fa: صدفک}", `the text is missing in "en"`, 5},
		{"a language that the pack does not speak", "cities.yaml", "en: Sadafak}", "en: Sadafak, ru: С}", `does not speak "ru"`, 5},
		{"a region that is not there", "cities.yaml", "region: far_isles", "region: atlantis", `the region "atlantis" does not exist`, 5},
		{"CAT-09 a category without a service", "categories.yaml", "- {code: trade,", "- {code: empty, name: {fa: تهی, en: Empty}}\n- {code: trade,", `the category "empty" has no service`, 2},
		{"a code twice", "regions.yaml", "code: fern_hills", "code: dawn_coast", `the code "dawn_coast" comes twice`, 2},
		{"a broken expression", "identifiers.yaml", `"[0-9]{7}"`, `"[0-9"`, "is not a regular expression", 12},
		{"an unknown checksum", "identifiers.yaml", "family: verhoeff", "family: magic", `"magic" is not known`, 12},
		{"a code of four digits", "rules.yaml", "digits: 8", "digits: 4", "no 4-digit mode", 1},
		{"a condition about a field that is not asked", "services/market_stall.yaml", `when: answers.goods == "fish"`, `when: answers.gods == "fish"`, "unknown field gods", 45},
		{"something that cannot be brought", "services/market_stall.yaml", "label: {fa: از چه روزی, en: From which day}, future: true", "label: {fa: از چه روزی, en: From which day}, bring: {fa: ب, en: b}", "`bring` belongs to a field of type file", 51},
		{"bringing said in one language", "services/market_stall.yaml", ", en: Bring the drawing to the market office.", "", "the text is missing in", 50},
		{"a condition of a wrong type", "services/market_stall.yaml", "holds: age >= 16", `holds: age >= "old"`, "the condition", 25},
		{"a condition that is no question", "services/market_stall.yaml", "holds: age >= 16", "holds: age + 1", "expected bool", 25},
		{"an example that does not hold", "services/market_stall.yaml", "answers: {term: year}, allowed: true, duty: 40000", "answers: {term: year}, allowed: true, duty: 1", "the duty is 40000, not 1", 79},
		{"a value that should pass", "examples/values.yaml", "value: Mehrnush", "value: Mehr2_nush", "should pass", 2},
		{"an online service without a result", "services/fund_statement.yaml", "availability: online", "availability: later", "has no form and no result", 1},
		{"a demo password that is too short", "demo/officers.yaml", "password: lantern over shirin water 61", "password: lantern", "breaks the rules", 2},
		{"broken YAML", "terms/terms.yaml", "- {code: use}", "- {code: use", "", 2},
		{"a holiday of another year", "calendar/2026.yaml", "2026-06-21", "2025-06-21", "is not in the year", 4},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := jurisdiction.Load(changed(t, "xs", c.file, c.from, c.to))
			var found jurisdiction.Problems
			if !errors.As(err, &found) {
				t.Fatalf("no problem is told: %v", err)
			}
			if !slices.ContainsFunc(found, func(p jurisdiction.Problem) bool {
				return p.File == c.file && p.Line == c.line && strings.Contains(p.Text, c.says)
			}) {
				t.Errorf("told:\n%v", err)
			}
		})
	}
	t.Run("every mistake is told at once", func(t *testing.T) {
		pack := files(t, "xs")
		pack["regions.yaml"] = &fstest.MapFile{Data: []byte("- {code: A B, nam: {fa: x, en: y}}\n- {code: two, name: {fa: x}, zone: z}\n")}
		delete(pack, "audiences.yaml")
		_, err := jurisdiction.Load(pack)
		for _, part := range []string{`regions.yaml:1: unknown key "nam"`, `regions.yaml:1: the key "name" is missing`, `regions.yaml:2: unknown key "zone"`,
			`regions.yaml:2: the text is missing in "en"`, "audiences.yaml: cannot be read", "centres.yaml", "cities.yaml:1: the region"} {
			if err == nil || (!strings.Contains(err.Error(), part) && part != "centres.yaml") {
				t.Errorf("not told: %s\n%v", part, err)
			}
		}
	})
}

func TestLandsDiffer(t *testing.T) {
	ru, xs := load(t, "ru"), load(t, "xs")
	t.Run("D-24 the invented land differs in everything", func(t *testing.T) {
		same := map[string]bool{
			"language":      ru.Language() == xs.Language(),
			"currency":      ru.Currency.Code == xs.Currency.Code || ru.Currency.MinorUnits == xs.Currency.MinorUnits,
			"working week":  slices.Equal(ru.WorkingWeek, xs.WorkingWeek),
			"phone":         ru.Phone.Countries[0].Calling == xs.Phone.Countries[0].Calling,
			"name parts":    len(ru.Names.Parts) == len(xs.Names.Parts),
			"registers":     len(ru.Levels[1].Proofs) == len(xs.Levels[1].Proofs),
			"password rule": ru.Passwords.InForce == xs.Passwords.InForce,
		}
		for what, equal := range same {
			if equal {
				t.Errorf("%s is the same", what)
			}
		}
	})
	t.Run("D-24 the national number of the invented land holds letters", func(t *testing.T) {
		number, _ := xs.Identifier("national_number")
		kept, err := number.Normalise(strings.ToLower(number.Example))
		if err != nil || kept != number.Example || strings.Trim(kept, "0123456789") == "" {
			t.Errorf("%q, %v", kept, err)
		}
	})
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"", "a: b", "- {code: x}", "&a [*a]", "? {}", "id: x\nform: [{fields: [{when: 'answers.x'}]}]", "a: !!binary x", "{", "\t", "a:\n  - b\n c"} {
		f.Add(seed, uint8(0))
	}
	names := []string{"jurisdiction.yaml", "services/market_stall.yaml", "names.yaml", "calendar/2026.yaml", "rules.yaml", "centres.yaml",
		"demo/people.yaml", "examples/values.yaml", "identifiers.yaml", "levels.yaml", "registers.yaml"}
	pack := files(f, "xs")
	f.Fuzz(func(t *testing.T, data string, which uint8) {
		broken := fstest.MapFS{}
		for name, file := range pack {
			broken[name] = file
		}
		broken[names[int(which)%len(names)]] = &fstest.MapFile{Data: []byte(data)}
		j, err := jurisdiction.Load(broken)
		if (j == nil) == (err == nil) {
			t.Fatalf("%v, %v", j, err)
		}
	})
}

func FuzzValues(f *testing.F) {
	lands := []*jurisdiction.Jurisdiction{load(f, "ru"), load(f, "xs")}
	for _, seed := range []string{"", "112-233-445 95", "۰۵۰۰", "Ёлкина", "\u202e", "AB12", "8 (900) 123-45-67"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, j := range lands {
			for _, i := range j.Identifiers {
				if kept, err := i.Normalise(typed); err == nil {
					if again, err := i.Normalise(i.Show(kept)); err != nil || again != kept {
						t.Fatalf("%s: %q shown and read again is %q, %v", i.Code, kept, again, err)
					}
				}
			}
			for _, p := range j.Names.Parts {
				if kept, err := j.Names.Check(p.Code, typed); err == nil {
					if again, err := j.Names.Check(p.Code, kept); err != nil || again != kept {
						t.Fatalf("%s: %q becomes %q, %v", p.Code, kept, again, err)
					}
				}
			}
			if kept, err := j.Phone.Normalise(typed); err == nil {
				if again, err := j.Phone.Normalise(j.Phone.Show(kept)); err != nil || again != kept {
					t.Fatalf("phone: %q becomes %q, %v", kept, again, err)
				}
			}
			j.Passwords.Check(typed, []string{typed})
		}
	})
}
