package registrationpage_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/db/dbtest"
	"okno/internal/web/webtest"
)

// ownMarks are what differs between any two pages: keys of forms and the contact itself.
var ownMarks = regexp.MustCompile(`name="_key" value="[^"]*"|\+7[\s\x{a0}0-9-]+|[a-z]+@example\.org`)

// outside is what a visitor sees of an answer.
func outside(p *webtest.Page) string {
	return fmt.Sprint(p.Status, p.Path, len(p.Header)) + ownMarks.ReplaceAllString(p.Body, "")
}

func TestNobodyLearnsWhoIsRegistered(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	w.Account(account.Simplified, "Anna Orlova", "+79001234567")
	walk := func(number string) (seen []string) {
		b := w.Browser()
		p := b.Open("/id/registration").Fill("Surname", "A").Fill("First name", "B").Fill("Mobile phone", number).Press("Register")
		seen = append(seen, outside(p))
		w.run()
		seen = append(seen, outside(b.Open("/id/registration/code")))
		for range 6 {
			p = p.Fill("Confirmation code", "000000").Press("Continue")
			seen = append(seen, outside(p))
		}
		return append(seen, outside(p.Press("Get a new code")))
	}
	taken, free := walk("+7 900 123-45-67"), walk("+7 900 765-43-21")
	t.Run("AUTH-7 every page for a taken number is that for a free one, letter for letter", func(t *testing.T) {
		for i := range taken {
			if taken[i] != free[i] {
				t.Fatalf("page %d differs:\n%s\n\n%s", i, taken[i], free[i])
			}
		}
	})
	t.Run("T-07 by e-mail as well", func(t *testing.T) {
		beginByMail(w.Browser(), "anna@example.org")
		choose(w.Browser().Open(w.link()).Press("Confirm mail"))
		now.Advance(w.Law.Rules.Code.Resend)
		taken, free := beginByMail(w.Browser(), "anna@example.org"), beginByMail(w.Browser(), "oleg@example.org")
		if outside(taken) != outside(free) {
			t.Fatalf("%s\n\n%s", outside(taken), outside(free))
		}
	})
}

func TestNoSecretInAnswers(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	b := w.Browser()
	var bodies []string
	see := func(p *webtest.Page) *webtest.Page { bodies = append(bodies, p.Body+p.Path); return p }
	see(begin(b))
	code := w.code()
	see(b.Open("/id/registration/code"))
	see(b.Open("/id/registration"))
	p := see(b.Open("/id/registration/code").Fill("Confirmation code", code).Press("Continue"))
	see(choose(p))
	mail := w.Browser()
	see(beginByMail(mail, "x@example.org"))
	_, token, _ := strings.Cut(w.link(), "token=")
	see(mail.Open("/id/registration/mail"))
	t.Run("OTP-8 no code, link or password stands in an answer", func(t *testing.T) {
		for i, body := range bodies {
			for _, secret := range []string{code, token, password} {
				if strings.Contains(body, secret) {
					t.Errorf("answer %d holds a secret", i)
				}
			}
		}
	})
	t.Run("WEB-6 the address of the success page names nobody", func(t *testing.T) {
		if last := bodies[4]; !strings.HasSuffix(last, "/id/registration/done") {
			t.Fatal("another address")
		}
	})
}
