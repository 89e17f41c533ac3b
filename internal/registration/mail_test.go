package registration_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/registration"
)

func stateText(state any) string { return fmt.Sprint(state) }

func TestRegistrationByMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		ctx := context.Background()
		t.Run("REG-29 a letter is sent by itself", func(t *testing.T) {
			w.begin("one", "", "one@example.org")
			if m, _, _ := w.letter("one@example.org"); m.Subject == "" || m.HTML == "" {
				t.Fatal(m.Subject)
			}
		})
		t.Run("REG-30 the letter says what was applied for and what to do", func(t *testing.T) {
			m, _, _ := w.letter("one@example.org")
			for _, words := range []string{"От вашего имени подана заявка на регистрацию в Единой системе идентификации и аутентификации", "подтвердите адрес электронной почты и задайте пароль"} {
				if !strings.Contains(m.Text, words) || !strings.Contains(m.HTML, words) {
					t.Fatalf("no %q in %s", words, m.Text)
				}
			}
		})
		t.Run("REG-28 the letter states its deadline", func(t *testing.T) {
			m, _, _ := w.letter("one@example.org")
			if deadline := w.Texts.For("ru").DateTime(now.Now().Add(72*time.Hour), w.Law.Zone); !strings.Contains(m.Text, deadline) {
				t.Fatal(m.Text)
			}
		})
		t.Run("REG-31 the letter holds a long one-time link and the button Confirm mail", func(t *testing.T) {
			m, token, _ := w.letter("one@example.org")
			if len(token) < 40 || !strings.Contains(m.HTML, ">Подтвердить почту</a>") || !strings.Contains(m.HTML, token) {
				t.Fatal(token)
			}
		})
		t.Run("REG-33 the letter holds an activation code too", func(t *testing.T) {
			w.begin("coded", "", "coded@example.org")
			_, _, code := w.letter("coded@example.org")
			if result, _ := w.enter("coded", code); result != registration.CodeRight {
				t.Fatal(result, code)
			}
		})
		t.Run("REG-32 looking at the link spends nothing, confirming leads to the password page", func(t *testing.T) {
			_, token, _ := w.letter("one@example.org")
			for range 3 {
				if address, err := w.MailFor(ctx, token); err != nil || address != "one@example.org" {
					t.Fatal(address, err)
				}
			}
			if password, err := w.ConfirmMail(ctx, token, "another browser"); err != nil || !password {
				t.Fatal(err)
			}
			if w.step("another browser") != registration.AtPassword {
				t.Fatal(w.step("another browser"))
			}
		})
		t.Run("T-13 the browser that began is out when the mailbox's owner confirms elsewhere", func(t *testing.T) {
			if w.step("one") != registration.AtContact {
				t.Fatal(w.step("one"))
			}
		})
		t.Run("OTP-2 a link works once", func(t *testing.T) {
			_, token, _ := w.letter("one@example.org")
			if _, err := w.ConfirmMail(ctx, token, "third"); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
		})
		t.Run("OTP-2 a link pressed 64 times at once works once", func(t *testing.T) {
			w.begin("many", "", "many@example.org")
			_, token, _ := w.letter("many@example.org")
			var done atomic.Int64
			together(64, func(i int) {
				for {
					_, err := w.ConfirmMail(ctx, token, fmt.Sprint("many", i))
					if err == nil {
						done.Add(1)
					}
					if err == nil || fault.Is(err, fault.Expired) {
						return
					}
				}
			})
			if done.Load() != 1 {
				t.Fatal(done.Load())
			}
		})
		t.Run("OTP-1 a new letter kills the old link", func(t *testing.T) {
			w.begin("again", "", "again@example.org")
			_, old, _ := w.letter("again@example.org")
			now.Advance(time.Minute)
			if err := w.Again(ctx, "again", ""); err != nil {
				t.Fatal(err)
			}
			if _, err := w.MailFor(ctx, old); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
		})
		t.Run("REG-42 by e-mail alone: address, letter, link, then a simplified account", func(t *testing.T) {
			_, token, _ := w.letter("again@example.org")
			if _, err := w.ConfirmMail(ctx, token, "again"); err != nil {
				t.Fatal(err)
			}
			opened, err := w.finish("again")
			if err != nil {
				t.Fatal(err)
			}
			w.read(func(tx *db.Tx) error {
				level, err := w.Accounts.LevelOf(tx, opened.Account)
				if level != account.Simplified {
					t.Fatal(level)
				}
				return err
			})
		})
		t.Run("Q-42 after three days the link is dead and what was typed is forgotten", func(t *testing.T) {
			w.begin("late", "", "late@example.org")
			_, token, _ := w.letter("late@example.org")
			now.Advance(72 * time.Hour)
			if _, err := w.MailFor(ctx, token); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			now.Advance(time.Hour)
			w.run()
			if n := w.count(`SELECT count(*) FROM registration_registration WHERE state <> 'done' AND content IS NOT NULL`); n != 0 {
				t.Fatal(n)
			}
			if n := w.count(`SELECT count(*) FROM vault_key WHERE subject >= 'registration/' AND subject < 'registration0'`); n != 0 {
				t.Fatal(n, "keys of forgotten registrations are left")
			}
		})
		t.Run("Q-06 the second contact is confirmed by its own letter", func(t *testing.T) {
			w.begin("both", number(1), "both@example.org")
			w.enter("both", w.code(number(1)))
			opened, err := w.finish("both")
			if err != nil {
				t.Fatal(err)
			}
			if waiting, err := w.Unconfirmed(ctx, opened.Account); err != nil || waiting != "both@example.org" {
				t.Fatal(waiting, err)
			}
			_, token, _ := w.letter("both@example.org")
			if password, err := w.ConfirmMail(ctx, token, "phone's mail program"); err != nil || password {
				t.Fatal(password, err)
			}
			w.read(func(tx *db.Tx) error {
				holder, err := w.Accounts.ByContact(tx, account.Email, "both@example.org")
				if holder != opened.Account {
					t.Fatal(holder)
				}
				return err
			})
		})
		t.Run("D-07 an e-mail of one account is never added to another", func(t *testing.T) {
			now.Advance(w.Law.Rules.Code.Resend)
			w.begin("thief", number(2), "both@example.org")
			w.enter("thief", w.code(number(2)))
			if _, err := w.finish("thief"); err != nil {
				t.Fatal(err)
			}
			if m, token, _ := w.letter("both@example.org"); token != "" {
				t.Fatal(m.Text)
			}
		})
	})
}
