package registrationpage_test

import (
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/db/dbtest"
)

func TestContactPage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	t.Run("REG-01 the form asks for surname, first name, mobile phone and e-mail, with one Register button", func(t *testing.T) {
		p := w.Browser().Open("/id/registration")
		for _, label := range []string{"Surname", "First name", "Mobile phone", "E-mail (optional)"} {
			if p.Value(label) != "" {
				t.Error(label)
			}
		}
		if strings.Count(p.Body, `<button class="ds-button" type="submit" data-color="accent">Register`)+strings.Count(p.Body, ">Register</button>") == 0 {
			t.Error("no Register button")
		}
	})
	t.Run("NAV-23 the Registration button of every page leads here", func(t *testing.T) {
		p := w.Browser().Open("/services")
		if to := p.Link("Registration"); to != "/id/registration" {
			t.Fatal(to)
		}
		p.Follow("Registration").MustBe(200, "/id/registration")
	})
	t.Run("REG-03 a link turns the form to e-mail, and back", func(t *testing.T) {
		p := w.Browser().Open("/id/registration").Follow("I have no mobile phone")
		p.Must("E-mail").MustNot("Mobile phone ")
		p.Follow("Register with a mobile phone").Must("Mobile phone")
	})
	t.Run("REG-13 the form asks for the real name, and its samples are no values", func(t *testing.T) {
		p := w.Browser().Open("/id/registration").Must("Write your own name, as in your documents")
		if p.Value("Mobile phone") != "" {
			t.Fatal("a sample stands in the field")
		}
	})
	w.says(t, "REG-08 the phone field asks for digits", "Digits only")
	w.says(t, "REG-12 another person's phone or mailbox may be given with consent", "phone or mailbox of another person who agrees to it")
	w.says(t, "REG-14 any mailbox will do", "Any mailbox will do")
	w.says(t, "REG-15 the contacts are needed at once and later to sign in", "We send a code to this phone at once, and later you log in with it")
	w.says(t, "REG-16 the e-mail must be typed without a mistake", "Check each letter")
	w.says(t, "REG-17 a phone makes recovery easier", "With a phone it is easier to get back in")
	w.says(t, "REG-18 the page lists what to prepare", "Passport", "SNILS", "your phone or mailbox, and a device with internet")
	w.says(t, "REG-41 the choice of ways stands on the page", "A simplified account at once", "A full registration with documents")
	w.says(t, "Q-35 the simplified way comes first", "Online, on this page")
	w.says(t, "GEN-17 the other way is a service centre", "At a service centre")
	w.says(t, "screens S05 the page promises five to ten minutes", "five to ten minutes")
	w.says(t, "screens S05 the page says that it costs nothing", "Registration is free")
	w.says(t, "REG-44 the consent stands before the button", "you agree to the terms of use and to the processing of your personal data")
	t.Run("NAV-27 the terms can be read before, and need not be", func(t *testing.T) {
		p := w.Browser().Open("/id/registration")
		if p.Link("Read the terms") != "/terms" {
			t.Fatal(p.Link("Read the terms"))
		}
		begin(w.Browser()).MustBe(200, "/id/registration/code")
	})
	t.Run("REG-09 a wrong contact is told beside its field and above, and what was typed stays", func(t *testing.T) {
		p := w.Browser().Open("/id/registration").Fill("Surname", "Соколова").Fill("First name", "Ирина").Fill("Mobile phone", "12").Press("Register")
		p.MustBe(422, "/id/registration").Must("Type a mobile number")
		if p.Value("Surname") != "Соколова" || p.Value("Mobile phone") != "12" || !strings.HasPrefix(p.Title(), "Error:") {
			t.Fatal(p.Value("Surname"), p.Title())
		}
	})
	t.Run("REG-07 mixed alphabets are told", func(t *testing.T) {
		w.Browser().Open("/id/registration").Fill("Surname", "Cоколова").Fill("First name", "Ирина").Fill("Mobile phone", "9007654321").
			Press("Register").MustBe(422, "/id/registration").Must("Use the letters of one alphabet only")
	})
	t.Run("REG-02 without a contact the page says which one to give", func(t *testing.T) {
		w.Browser().Open("/id/registration").Fill("Surname", "A").Fill("First name", "B").Press("Register").
			MustBe(422, "/id/registration").Must("Enter a mobile phone number or an e-mail address")
	})
	t.Run("REG-05 by e-mail the missing contact is told at the e-mail", func(t *testing.T) {
		p := w.Browser().Open("/id/registration?by=email").Fill("Surname", "A").Press("Register").MustBe(422, "/id/registration")
		p.Must("Enter an e-mail address, for example name@example.com", "Fill in: First name")
		if p.Link("Enter an e-mail address, for example name@example.com") != "#email" {
			t.Fatal(p.Link("Enter an e-mail address, for example name@example.com"))
		}
	})
	t.Run("GEN-12 somebody who is signed in is led to the own account", func(t *testing.T) {
		b := w.SignedIn(w.Account(account.Simplified, "Anna Orlova", "+79005550000"))
		b.Open("/id/registration").Must("You already have an account").Follow("Go to my account").MustBe(200, "/account")
	})
	t.Run("screens 2.0 a switch of language keeps what was typed", func(t *testing.T) {
		p := w.Browser().Open("/id/registration").Fill("Surname", "Соколова").Fill("Mobile phone", "900").Press("Русский")
		if p.H1() != "Регистрация" || p.Value("Фамилия") != "Соколова" || p.Value("Мобильный телефон") != "900" {
			t.Fatal(p.H1(), p.Value("Фамилия"))
		}
	})
	t.Run("OTP-1 a second code within a minute is refused on the form, and the form stays", func(t *testing.T) {
		p := w.Browser().Open("/id/registration").Fill("Surname", "Sokolova").Fill("First name", "Irina").Fill("Mobile phone", phone).Press("Register")
		p.MustBe(422, "/id/registration").Must("A code was sent a moment ago")
	})
}

// says proves that the first page says something.
func (w *world) says(t *testing.T, name string, words ...string) {
	t.Helper()
	t.Run(name, func(t *testing.T) { w.Browser().For(t).Open("/id/registration").Must(words...) })
}
