package registrationpage_test

import (
	"regexp"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

var madePassword = regexp.MustCompile(`<code dir="ltr" translate="no">([^<]+)</code>`)

func TestPasswordPage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	b := w.Browser()
	begin(b)
	b.Open("/id/registration/code").Fill("Confirmation code", w.code()).Press("Continue")
	says := func(name string, words ...string) {
		t.Run(name, func(t *testing.T) { b.For(t).Open("/id/registration/password").Must(words...) })
	}
	says("PWD-01 the panel asks for eight characters", "At least 8 characters")
	says("PWD-02 the panel asks for a Latin capital letter", "A Latin capital letter")
	says("PWD-05 the panel asks for a punctuation mark", "A punctuation mark, for example ! ? ; )")
	says("PWD-06 the panel forbids equal neighbours", "No two equal characters side by side")
	says("PWD-07 the panel forbids * and #", "Without the characters * #")
	says("PWD-10 the hint about strength stands under the field", "Strength shows here while you type")
	says("PWD-11 the hint says to go on until High shows", "Go on until it says High")
	says("PWD-13 the conditions have a panel of their own", "Your password needs")
	says("PWD-17 the page advises to keep the password safe", "Keep the password safe and tell it to nobody")
	says("PWD-18 the page says what is meant by the sign-in password", "Where a page asks for your log-in password, it means this one")
	t.Run("PWD-09 each condition that a browser can test has its test", func(t *testing.T) {
		p := b.For(t).Open("/id/registration/password")
		for _, want := range []string{`^.{8,}$`, `[A-Z]`, `[a-z]`, `[0-9]`, `(.)\\1`} {
			if !strings.Contains(strings.ReplaceAll(p.Body, "&#34;", `"`), want) {
				t.Errorf("no test %s", want)
			}
		}
	})
	t.Run("PWD-01 a short password is refused with what it needs", func(t *testing.T) {
		b.For(t).Open("/id/registration/password").Fill("Password", "Kq7;").Fill("Repeat the password", "Kq7;").Press("Done").
			MustBe(422, "/id/registration/password").Must("The password needs this: At least 8 characters")
	})
	t.Run("PWD-15 a password that passes every rule can be made", func(t *testing.T) {
		p := b.For(t).Open("/id/registration/password").Press("Make a password for me").Must("We made this password")
		made := madePassword.FindStringSubmatch(p.Body)
		if made == nil {
			t.Fatal("no password was made")
		}
		if broken := w.Law.Passwords.Check(strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(made[1]), nil); len(broken) > 0 {
			t.Fatal(broken)
		}
	})
	t.Run("P-38 a contact that was taken meanwhile leads to sign-in", func(t *testing.T) {
		id := w.Account(account.Simplified, "Anna Orlova", "+79005550000")
		w.Write(func(tx *db.Tx) error { return w.Accounts.AddContact(tx, id, account.Phone, "+79001234567") })
		p := choose(b.For(t).Open("/id/registration/password"))
		if p.Status != 409 || p.Link("Log in instead") != "/id/signin" {
			t.Fatal(p.Status, p.Text())
		}
	})
}

func TestEveryLanguage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	for i, lang := range []string{"en", "ru", "fa"} {
		t.Run("Q-57 the whole way in "+lang, func(t *testing.T) {
			say := func(key string) string { return w.Site.Texts.For(lang).T(key) }
			part := func(code string) string { p, _ := w.Law.Names.Part(code); return p.Label.In(lang) }
			number := "+7 90" + string(rune('1'+i)) + " 123-45-67"
			b := w.Browser().For(t).Speak(lang)
			p := b.Open("/id/registration").Fill(part("family_name"), "Sokolova").Fill(part("given_name"), "Irina").
				Fill(say("registration.contact.phone"), number).Press(say("registration.contact.register"))
			if !strings.Contains(p.Body, `lang="`+lang+`"`) || p.H1() != say("registration.code.title") {
				t.Fatal(p.H1())
			}
			p = p.Fill(say("registration.code.label"), w.code()).Press(say("registration.code.continue"))
			p = p.Fill(say("registration.password.label"), password).Fill(say("registration.password.repeat"), password).Press(say("registration.password.done"))
			if p.MustBe(200, "/id/registration/done").H1() != say("registration.done.title") {
				t.Fatal(p.H1())
			}
		})
	}
}

func TestInventedLand(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorldIn(t, d, now, "xs")
	b := w.Browser().Speak("fa")
	say := func(key string) string { return w.Site.Texts.For("fa").T(key) }
	name := w.service.NameParts()[0].Label.In("fa")
	p := b.Open("/id/registration")
	t.Run("D-24 a land with one-word names asks for one name, right to left", func(t *testing.T) {
		if len(w.service.NameParts()) != 1 || !strings.Contains(p.Body, `lang="fa" dir="rtl"`) {
			t.Fatal(w.service.NameParts())
		}
	})
	t.Run("D-24 its phones and its alphabet are its own", func(t *testing.T) {
		b.For(t).Open("/id/registration").Fill(name, "مهرنوش").Fill(say("registration.contact.phone"), "+7 900 123-45-67").
			Press(say("registration.contact.register")).MustBe(422, "/id/registration")
		b.For(t).Open("/id/registration").Fill(name, "مهرنوش").Fill(say("registration.contact.phone"), "۰۵۰۰۱۲۳۴").
			Press(say("registration.contact.register")).MustBe(200, "/id/registration/code")
	})
	t.Run("D-11 under the other profile a long sentence is a password and a short one is not", func(t *testing.T) {
		b.For(t).Open("/id/registration/code").Fill(say("registration.code.label"), w.code()).Press(say("registration.code.continue"))
		p := b.For(t).Open("/id/registration/password")
		p = p.Fill(say("registration.password.label"), password).Fill(say("registration.password.repeat"), password).Press(say("registration.password.done"))
		p.MustBe(422, "/id/registration/password")
		long := "چهار کبوتر روی بام خانه"
		p = p.Fill(say("registration.password.label"), long).Fill(say("registration.password.repeat"), long).Press(say("registration.password.done"))
		p.MustBe(200, "/id/registration/done")
	})
}
