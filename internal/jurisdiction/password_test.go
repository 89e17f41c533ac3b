package jurisdiction_test

import (
	"strings"
	"testing"

	"okno/internal/jurisdiction"
	"okno/jurisdictions"
)

func TestClassicPasswords(t *testing.T) {
	p := &load(t, "ru").Passwords
	cases := []struct{ fact, password, broken string }{
		{"PWD-01 seven characters are too few", "Ve;1ana", "length"},
		{"PWD-02 a Latin capital is needed", "vetka;snega1", "capital"},
		{"PWD-03 a small letter is needed", "VETKA;SNEGA1", "lower"},
		{"PWD-04 a digit is needed", "Vetka;Snega", "digit"},
		{"PWD-05 punctuation is needed", "VetkaSnega1", "punctuation"},
		{"PWD-06 equal neighbours are refused", "Vetka;Sneega1", "neighbours"},
		{"PWD-07 the star is refused", "Vetka*Snega1", "forbidden"},
		{"PWD-07 the hash is refused", "Vetka#Snega1", "forbidden"},
		{"PWD-08 a trivial password is refused", "Qwerty123!", "trivial"},
		{"PWD-08 a birth date is refused", "Aa27.03.1958!", "trivial"},
		{"AUTH-2 the name of the product is refused", "Gosuslugi1!", "trivial"},
		{"AUTH-2 somebody's own name is refused", "Sokolova1!", "trivial"},
		{"Q-29 a letter that is not ASCII is refused", "Vetkя;Snega1", "ascii"},
		{"Q-27 a password that keeps all rules passes", "Vetka;Snega1", ""},
	}
	for _, c := range cases {
		t.Run(c.fact, func(t *testing.T) {
			broken := p.Check(c.password, []string{"Sokolova", "1958-03-27"})
			if c.broken == "" {
				if len(broken) > 0 {
					t.Errorf("breaks %v", broken)
				}
				return
			}
			for _, b := range broken {
				if b.Rule == c.broken && b.Key == "jurisdiction.password."+c.broken {
					return
				}
			}
			t.Errorf("breaks %v, not %s", broken, c.broken)
		})
	}
}

func TestPasswordsOfBothLands(t *testing.T) {
	for _, code := range jurisdictions.Codes() {
		p := &load(t, code).Passwords
		t.Run("PWD-15 a generated password passes every rule of "+code, func(t *testing.T) {
			seen := map[string]bool{}
			for range 500 {
				password, err := p.Generate(nil)
				if err != nil || len(p.Check(password, nil)) > 0 || seen[password] {
					t.Fatalf("%v; breaks %v", err, p.Check(password, nil))
				}
				seen[password] = true
			}
		})
	}
	t.Run("Q-28 a random source that repeats itself makes an error, not a password", func(t *testing.T) {
		p := &load(t, "ru").Passwords
		if password, err := p.Generate(strings.NewReader("abc")); err == nil {
			t.Errorf("made %q", password)
		}
	})
}

func TestCommonPasswords(t *testing.T) {
	t.Run("AUTH-2 a list of breached passwords is refused, ornaments or not", func(t *testing.T) {
		p := load(t, "xs").Passwords
		list, err := jurisdiction.ReadCommonPasswords(strings.NewReader("correcthorsebattery\nab\nTrustno1trustno1\n"))
		if err != nil || list.Len() != 2 {
			t.Fatalf("%d, %v", list.Len(), err)
		}
		if len(p.Check("correcthorsebattery", nil)) > 0 {
			t.Fatal("refused before the list was there")
		}
		p.UseCommon(list)
		for _, password := range []string{"correcthorsebattery", "CorrectHorseBattery!1", "trustno1trustno1"} {
			if len(p.Check(password, nil)) == 0 {
				t.Errorf("%q passes", password)
			}
		}
	})
}
