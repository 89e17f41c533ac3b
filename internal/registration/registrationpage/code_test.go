package registrationpage_test

import (
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestByPhone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		b := w.Browser()
		t.Run("REG-43 the SMS code is a page of its own between the form and the password", func(t *testing.T) {
			begin(b.For(t)).MustBe(200, "/id/registration/code").Must("Step 2 of 3", "Confirm your phone")
		})
		t.Run("REG-21 the page says that the message comes within minutes, and to which number", func(t *testing.T) {
			b.For(t).Open("/id/registration/code").Must("It arrives within a few minutes", phone)
		})
		t.Run("P-23 the page counts the code's time down and offers a new one", func(t *testing.T) {
			p := b.For(t).Open("/id/registration/code").Must("The code works for 5:00 more", "Get a new code")
			if !strings.Contains(p.Body, `data-countdown="300"`) {
				t.Error("no countdown")
			}
		})
		t.Run("REG-34 the password page is closed before the contact is confirmed", func(t *testing.T) {
			b.For(t).Open("/id/registration/password").MustBe(200, "/id/registration/code")
			w.Browser().For(t).Open("/id/registration/password").MustBe(200, "/id/registration")
		})
		t.Run("REG-25 the code goes into the field Confirmation code, then Continue", func(t *testing.T) {
			b.For(t).Open("/id/registration/code").Fill("Confirmation code", "").Press("Continue").MustBe(422, "/id/registration/code").Must("Enter the code from the message")
		})
		t.Run("REG-26 a wrong code leads nowhere", func(t *testing.T) {
			b.For(t).Open("/id/registration/code").Fill("Confirmation code", wrong(w.code())).Press("Continue").
				MustBe(422, "/id/registration/code").Must("You have 4 tries left")
		})
		t.Run("REG-23 after 300 seconds the page says that the time is over", func(t *testing.T) {
			code := w.code()
			now.Advance(300 * time.Second)
			b.For(t).Open("/id/registration/code").Fill("Confirmation code", code).Press("Continue").MustBe(422, "/id/registration/code").Must("The time of this code is over")
		})
		t.Run("REG-24 a repeat request brings a new code", func(t *testing.T) {
			b.For(t).Open("/id/registration/code").Press("Get a new code").MustBe(200, "/id/registration/code")
			b.For(t).Open("/id/registration/code").Press("Get a new code").MustBe(422, "/id/registration/code").Must("A code was sent a moment ago")
		})
		t.Run("S06 the code is taken in any form in which people paste it", func(t *testing.T) {
			code := w.code()
			pasted := "Okno: code " + fold(code[:3]) + " - " + fold(code[3:])
			b.For(t).Open("/id/registration/code").Fill("Confirmation code", pasted).Press("Continue").MustBe(200, "/id/registration/password")
		})
		t.Run("P-02 a registration under way can be resumed", func(t *testing.T) {
			b.For(t).Open("/id/registration").Follow("Go on where you stopped").MustBe(200, "/id/registration/password")
		})
		t.Run("REG-35 the password is typed twice, then Done", func(t *testing.T) {
			p := b.For(t).Open("/id/registration/password").Fill("Password", password).Fill("Repeat the password", password+"1").Press("Done")
			p.MustBe(422, "/id/registration/password").Must("The two passwords differ")
			if strings.Contains(p.Body, password) {
				t.Error("the password came back in the page")
			}
		})
		t.Run("REG-36 the success page says what happens", func(t *testing.T) {
			choose(b.For(t).Open("/id/registration/password")).MustBe(200, "/id/registration/done").
				Must("Registration successful. In 3 seconds you will be returned to the portal.")
		})
		t.Run("REG-37 three seconds later the browser goes on by itself", func(t *testing.T) {
			if p := b.For(t).Open("/id/registration/done"); !strings.Contains(p.Body, `<meta http-equiv="refresh" content="3;url=/id/profile/edit">`) {
				t.Error("no refresh")
			}
		})
		t.Run("REG-39 the personal-data form is offered", func(t *testing.T) {
			b.For(t).Open("/id/registration/done").Follow("Fill in my personal data").MustBe(200, "/id/profile/edit")
		})
		t.Run("REG-40 one may go straight to services", func(t *testing.T) {
			b.For(t).Open("/id/registration/done").Follow("See services that are open to me now").MustBe(200, "/services")
		})
		t.Run("LOG-09 the visitor is signed in, with the name in the corner", func(t *testing.T) {
			b.For(t).Open("/services").Must("Irina")
		})
		t.Run("SESS-2 the success page is nobody else's", func(t *testing.T) {
			w.Browser().For(t).Open("/id/registration/done").MustBe(200, "/id/registration")
		})
	})
}

func TestNext(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	b := w.Browser()
	b.Open("/id/registration?next=%2Fservices").Fill("Surname", "Sokolova").Fill("First name", "Irina").Fill("Mobile phone", phone).Press("Register")
	b.Open("/id/registration/code").Fill("Confirmation code", w.code()).Press("Continue")
	p := choose(b.Open("/id/registration/password"))
	t.Run("S08 who came from a service goes back to it", func(t *testing.T) {
		if !strings.Contains(p.Body, `content="3;url=/services"`) || p.Link("Return to where I was") != "/services" {
			t.Fatal(p.Link("Return to where I was"))
		}
	})
	t.Run("WEB-7 nobody is led to another site", func(t *testing.T) {
		p := b.For(t).Open("/id/registration/done?next=https%3A%2F%2Fevil.example")
		if strings.Contains(p.Body, "url=https") || strings.Contains(p.Body, `href="https://evil`) || p.Link("Return to where I was") != "" {
			t.Fatal("led away")
		}
	})
}

func wrong(code string) string {
	return code[:5] + string('0'+(code[5]-'0'+1)%10)
}

// fold writes digits as a Persian keyboard does.
func fold(digits string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '۰' }, digits)
}
