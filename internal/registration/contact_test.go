package registration_test

import (
	"context"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/registration"
)

func TestContactForm(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	type change func(*registration.Application)
	with := func(surname, name, phone, email string) change {
		return func(a *registration.Application) {
			a.Names["family_name"], a.Names["given_name"], a.Phone, a.Email = surname, name, phone, email
		}
	}
	const good, mail = "+7 900 100-00-00", "irina@example.org"
	for _, c := range []struct {
		name   string
		change change
		field  string // "" when the form is taken
	}{
		{"REG-02 a surname, a first name and a phone are enough", with("Соколова", "Ирина", "+7 900 101-00-00", ""), ""},
		{"REG-02 without a surname nothing is sent", with("", "Ирина", good, ""), "family_name"},
		{"REG-02 without any contact nothing is sent", with("Соколова", "Ирина", "", ""), "phone"},
		{"REG-04 the e-mail may be skipped when there is a phone", with("Соколова", "Ирина", "+7 900 102-00-00", ""), ""},
		{"REG-05 the phone may be skipped when there is an e-mail", with("Соколова", "Ирина", "", "two@example.org"), ""},
		{"REG-06 digits, space, hyphen, full stop and apostrophe may stand in a name", with("О'Нил-Оглы 2.", "Анна Мария", "+7 900 103-00-00", ""), ""},
		{"REG-06 another mark may not", with("Соколова@", "Ирина", good, ""), "family_name"},
		{"Q-63 a name needs a letter", with("12", "Ирина", good, ""), "family_name"},
		{"REG-07 Russian and Latin letters do not mix in one value", with("Cоколова", "Ирина", good, ""), "family_name"},
		{"REG-07 each value may have its own alphabet", with("Sokolova", "Ирина", "+7 900 104-00-00", ""), ""},
		{"REG-08 letters in a phone number are refused", with("Соколова", "Ирина", "8900CALLME0", ""), "phone"},
		{"REG-09 a phone that is too short is refused", with("Соколова", "Ирина", "+7 900 100", ""), "phone"},
		{"REG-09 an address without a host is refused", with("Соколова", "Ирина", "", "irina@"), "email"},
		{"REG-09 an address with a space is refused", with("Соколова", "Ирина", "", "irina sokolova@example.org"), "email"},
		{"INP-6 an address with a line break is refused", with("Соколова", "Ирина", "", "irina@example.org\r\nBcc: x@example.org"), "email"},
		{"REG-14 any provider's mailbox is taken", with("Соколова", "Ирина", "", "irina@почта.рф"), ""},
		{"Q-06 both contacts may be given", with("Соколова", "Ирина", "+7 900 105-00-00", mail), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := form("browser", "", "")
			c.change(&a)
			err := w.Begin(context.Background(), a)
			if c.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f := fault.Of(err)
			if len(f.Fields) != 1 || f.Fields[0].Name != c.field {
				t.Fatal(err)
			}
		})
	}
	t.Run("P-22 one slip in a big provider's name is noticed", func(t *testing.T) {
		for typed, meant := range map[string]string{"a@gmial.com": "a@gmail.com", "a@gmail.co": "a@gmail.com", "a@gmaill.com": "a@gmail.com",
			"a@gmail.com": "", "a@example.org": "", "a@mail.ru": "", "nothing": ""} {
			if got := registration.SuggestEmail(typed); got != meant {
				t.Errorf("%s: %q, want %q", typed, got, meant)
			}
		}
	})
}

// everything that a visitor can learn about a contact.
type seen struct {
	step  registration.Step
	left  bool
	wait  bool
	state any
	tries []registration.CodeResult
	again string
}

func (w *world) look(browser, phone, email string) seen {
	w.t.Helper()
	w.begin(browser, phone, email)
	w.run()
	p, err := w.Progress(context.Background(), browser)
	if err != nil {
		w.t.Fatal(err)
	}
	s := seen{step: p.Step, left: p.Left > 0, wait: p.Wait > 0, state: p.Message}
	for range 6 {
		result, _ := w.enter(browser, "000000")
		s.tries = append(s.tries, result)
	}
	s.again = fault.Of(w.Again(context.Background(), browser, "")).Key
	return s
}

func TestTakenContacts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		first := w.open("first", number(1))
		now.Advance(w.Law.Rules.Code.Resend)
		t.Run("AUTH-7 a taken number looks like a free one at every step", func(t *testing.T) {
			taken, free := w.look("spy1", number(1), ""), w.look("spy2", number(2), "")
			if same(taken) != same(free) || taken.step != registration.AtCode {
				t.Fatalf("taken %+v\nfree  %+v", taken, free)
			}
		})
		t.Run("REG-10 a phone number cannot be used for two registrations", func(t *testing.T) {
			if code := w.code(number(1)); code != "" {
				t.Fatal("a code went to a number that has an account")
			}
			if n := w.count(`SELECT count(*) FROM account_contact WHERE account <> $1`, string(first.Account)); n != 0 {
				t.Fatal(n)
			}
		})
		t.Run("P-38 the holder is told, the visitor is not", func(t *testing.T) {
			w.run()
			for i := len(w.sms) - 1; i >= 0; i-- {
				if w.sms[i].To == number(1) {
					if w.sms[i].Text != w.Texts.For("ru").T("registration.message.taken.sms") {
						t.Fatal(w.sms[i].Text)
					}
					return
				}
			}
			t.Fatal("the holder was not told")
		})
		t.Run("REG-11 an e-mail address cannot be used for two registrations", func(t *testing.T) {
			w.begin("mail1", "", "anna@example.org")
			_, token, _ := w.letter("anna@example.org")
			if ok, err := w.ConfirmMail(context.Background(), token, "mail1"); err != nil || !ok {
				t.Fatal(ok, err)
			}
			if _, err := w.finish("mail1"); err != nil {
				t.Fatal(err)
			}
			now.Advance(w.Law.Rules.Code.Resend)
			w.begin("mail2", "", "ANNA@example.org")
			if m, token, code := w.letter("ANNA@example.org"); token != "" || code != "" || m.Subject != w.Texts.For("ru").T("registration.message.taken.subject") {
				t.Fatal(m.Subject, token, code)
			}
		})
		t.Run("REG-12 a contact of another person is taken when that person types the code", func(t *testing.T) {
			w.begin("daughter", number(5), "")
			if result, _ := w.enter("daughter", w.code(number(5))); result != registration.CodeRight {
				t.Fatal(result)
			}
		})
		t.Run("GEN-12 a confirmed contact leads to one account only", func(t *testing.T) {
			w.begin("a", number(6), "")
			codeA := w.code(number(6))
			now.Advance(w.Law.Rules.Code.Resend)
			w.begin("b", number(6), "")
			codeB := w.code(number(6))
			if result, _ := w.enter("b", codeB); result != registration.CodeRight {
				t.Fatal(result)
			}
			if _, _, err := w.EnterCode(context.Background(), "a", codeA); !registration.IsNone(err) {
				t.Fatal("the other registration is still alive", err)
			}
		})
		t.Run("REC-6 the first confirmation ends every other pending registration of the contact", func(t *testing.T) {
			if w.step("a") != registration.AtContact || w.step("b") != registration.AtPassword {
				t.Fatal(w.step("a"), w.step("b"))
			}
		})
		t.Run("PROOF-7 an unconfirmed registration reserves nothing", func(t *testing.T) {
			w.begin("squatter", number(7), "")
			now.Advance(w.Law.Rules.Code.Resend)
			w.open("owner", number(7))
			if w.step("squatter") != registration.AtContact {
				t.Fatal(w.step("squatter"))
			}
		})
		t.Run("REG-10 whoever finishes second with a proved number is told that it is taken", func(t *testing.T) {
			w.begin("slow", number(8), "")
			w.enter("slow", w.code(number(8)))
			w.write(func(tx *db.Tx) error { return w.Accounts.AddContact(tx, first.Account, "phone", number(8)) })
			if _, err := w.finish("slow"); !fault.HasKey(err, "registration.taken") {
				t.Fatal(err)
			}
			if w.step("slow") != registration.AtContact {
				t.Fatal(w.step("slow"))
			}
		})
	})
}

func same(s seen) string {
	out := string(s.step) + s.again
	for _, r := range s.tries {
		out += string(rune('0' + int(r)))
	}
	if s.left {
		out += "left"
	}
	if s.wait {
		out += "wait"
	}
	return out + " " + string(stateText(s.state))
}
