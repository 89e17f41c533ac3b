package registrationpage_test

import (
	"strings"
	"testing"

	"okno/internal/db/dbtest"
)

func TestByMail(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	b := w.Browser()
	t.Run("REG-27 after Register the page asks to confirm the address", func(t *testing.T) {
		beginByMail(b.For(t), "irina@example.org").MustBe(200, "/id/registration/mail").Must("Confirm your e-mail", "irina@example.org")
	})
	t.Run("REG-28 the page states the deadline", func(t *testing.T) {
		b.For(t).Open("/id/registration/mail").Must("The last moment is Thursday 5 March 2026, 15:00")
	})
	t.Run("REG-30 the letter says in the reader's language what it is about", func(t *testing.T) {
		if letter := w.lastLetter(); !strings.Contains(letter.Text, "registration in the Unified Identification and Authentication System of the e-Government Infrastructure") {
			t.Fatal(letter.Text)
		}
	})
	t.Run("P-22 the address can be changed on the waiting page, and a slip is noticed", func(t *testing.T) {
		p := b.For(t).Open("/id/registration/mail").Follow("Change the address")
		if p.Value("E-mail") != "irina@example.org" || p.Value("Surname") != "Sokolova" {
			t.Fatal(p.Value("E-mail"))
		}
		beginByMail(w.Browser().For(t), "irina@gmial.com").Must("Did you mean irina@gmail.com?")
	})
	t.Run("P-22 the letter can be sent again after a minute", func(t *testing.T) {
		now.Advance(w.Law.Rules.Code.Resend)
		b.For(t).Open("/id/registration/mail").Press("Send the letter again").MustBe(200, "/id/registration/mail")
	})
	t.Run("REG-33 the code from the letter can be typed instead", func(t *testing.T) {
		other := w.Browser().For(t)
		beginByMail(other, "code@example.org")
		code := ""
		for _, line := range strings.Split(w.lastLetter().Text, "\n") {
			if len(line) == 6 {
				code = line
			}
		}
		other.Open("/id/registration/mail").Fill("Activation code", code).Press("Continue").MustBe(200, "/id/registration/password")
	})
	t.Run("REG-31 the letter's button leads to a page with the button Confirm mail", func(t *testing.T) {
		beginByMail(w.Browser().For(t), "else@example.org")
		link := w.link()
		for range 3 { // a scanner looks first
			w.Browser().For(t).Open(link).MustBe(200, "/id/registration/mail/confirm").Must("else@example.org", "Nothing happens without the button")
		}
		t.Run("REG-32 pressing it in any browser proves the mailbox and leads to the password page", func(t *testing.T) {
			phone := w.Browser().For(t)
			choose(phone.Open(link).Press("Confirm mail").MustBe(200, "/id/registration/password")).MustBe(200, "/id/registration/done")
		})
		t.Run("OTP-2 the link works once", func(t *testing.T) {
			w.Browser().For(t).Open(link).MustBe(410, "/id/registration/mail/confirm").Must("This link was used already")
		})
	})
	t.Run("Q-06 an e-mail beside the phone gets its own letter", func(t *testing.T) {
		b := w.Browser().For(t)
		b.Open("/id/registration").Fill("Surname", "Orlov").Fill("First name", "Oleg").Fill("Mobile phone", "+7 911 222-33-44").Fill("E-mail (optional)", "oleg@example.org").Press("Register")
		b.Open("/id/registration/code").Fill("Confirmation code", w.code()).Press("Continue")
		choose(b.Open("/id/registration/password")).Must("We also sent a letter to oleg@example.org")
		w.Browser().For(t).Open(w.link()).Press("Confirm mail").MustBe(200, "/id/registration/mail/added").Must("Your e-mail is confirmed")
	})
}
