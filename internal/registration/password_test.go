package registration_test

import (
	"context"
	"testing"

	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/registration"
)

func TestPasswordRules(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	choose := func(password, repeat string) string {
		_, err := w.Finish(context.Background(), registration.Choice{Browser: "one", Password: password, Repeat: repeat})
		if registration.IsNone(err) {
			return "none"
		}
		if f := fault.Of(err); len(f.Fields) == 1 {
			return f.Fields[0].Name + " " + f.Fields[0].Key
		}
		return "taken"
	}
	t.Run("REG-34 no password can be set before the contact is confirmed", func(t *testing.T) {
		w.begin("one", number(1), "")
		if got := choose(goodPassword, goodPassword); got != "none" {
			t.Fatal(got)
		}
		w.enter("one", w.code(number(1)))
	})
	for _, c := range []struct{ name, password, key string }{
		{"PWD-01 seven characters are too few", "Kq7;mZ!", "length"},
		{"PWD-02 a Latin capital letter is needed", "kq7;mz!v2xw", "capital"},
		{"PWD-03 a small letter is needed", "KQ7;MZ!V2XW", "lower"},
		{"PWD-04 a digit is needed", "Kqt;mZ!vRXw", "digit"},
		{"PWD-05 a punctuation mark is needed", "Kq7smZ9v2Xw", "punctuation"},
		{"PWD-06 equal neighbours are refused", "Kqq7;mZ!v2X", "neighbours"},
		{"PWD-07 the characters * and # are refused", "Kq7;mZ!v2#w", "forbidden"},
		{"PWD-08 the visitor's own number is refused", "A;7900001000", "lower"},
		{"Q-29 letters of another alphabet are refused", "Kq7;mZ!v2Xя", "ascii"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := choose(c.password, c.password); got != "password jurisdiction.password."+c.key {
				t.Fatal(got)
			}
		})
	}
	t.Run("PWD-08 a trivial password is refused", func(t *testing.T) {
		if got := choose("Qwerty;123", "Qwerty;123"); got != "password jurisdiction.password.trivial" {
			t.Fatal(got)
		}
	})
	t.Run("PWD-14 the two entries must be equal", func(t *testing.T) {
		if got := choose(goodPassword, goodPassword+"x"); got != "repeat registration.password.differ" {
			t.Fatal(got)
		}
	})
	t.Run("REG-35 a good password typed twice opens the account", func(t *testing.T) {
		if got := choose(goodPassword, goodPassword); got != "taken" {
			t.Fatal(got)
		}
		if w.step("one") != registration.AtContact || w.count(`SELECT count(*) FROM signin_password`) != 1 {
			t.Fatal(w.step("one"))
		}
	})
	t.Run("AUTH-3 no password is kept in clear", func(t *testing.T) {
		if n := w.count(`SELECT count(*) FROM signin_password WHERE hash LIKE '$argon2id$%'`); n != 1 {
			t.Fatal(n)
		}
	})
}
