package registration_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/outside/sms"
	"okno/internal/registration"
)

func TestRegistrationByPhone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		t.Run("REG-19 Register sends an SMS with a code by itself", func(t *testing.T) {
			w.begin("one", "8 (900) 001-00-00", "")
			if code := w.code(number(1)); len(code) != 6 {
				t.Fatal(code)
			}
		})
		t.Run("REG-20 the code is digits", func(t *testing.T) {
			if code := w.code(number(1)); strings.Trim(code, "0123456789") != "" {
				t.Fatal(code)
			}
		})
		t.Run("REG-26 a wrong code opens nothing, the right one opens the password page", func(t *testing.T) {
			code := w.code(number(1))
			if result, left := w.enter("one", wrongCode(code)); result != registration.CodeWrong || left != 4 || w.step("one") != registration.AtCode {
				t.Fatal(result, left, w.step("one"))
			}
			if result, _ := w.enter("one", code); result != registration.CodeRight || w.step("one") != registration.AtPassword {
				t.Fatal(result, w.step("one"))
			}
		})
		t.Run("OTP-2 a code is spent by its first right entry", func(t *testing.T) {
			if _, _, err := w.EnterCode(context.Background(), "one", w.code(number(1))); !registration.IsNone(err) {
				t.Fatal(err)
			}
		})
		t.Run("REG-22 the SMS code lives 300 seconds", func(t *testing.T) {
			w.begin("two", number(2), "")
			code := w.code(number(2))
			now.Advance(299 * time.Second)
			if result, _ := w.enter("two", code); result != registration.CodeRight {
				t.Fatal(result)
			}
		})
		t.Run("REG-23 after 300 seconds the code can no longer be entered", func(t *testing.T) {
			w.begin("three", number(3), "")
			code := w.code(number(3))
			now.Advance(300 * time.Second)
			if result, _ := w.enter("three", code); result != registration.CodeOld || w.step("three") != registration.AtCode {
				t.Fatal(result)
			}
		})
		t.Run("REG-24 a repeat request brings a new code", func(t *testing.T) {
			old := w.code(number(3))
			if err := w.Again(context.Background(), "three", ""); err != nil {
				t.Fatal(err)
			}
			if code := w.code(number(3)); code == old {
				t.Fatal("the same code came again")
			}
		})
		t.Run("D-18 a repeat request is in the audit log", func(t *testing.T) {
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE act = 'registration.again'`); n != 1 {
				t.Fatal(n)
			}
		})
		t.Run("OTP-1 a new code kills the old one, and sends are a minute apart", func(t *testing.T) {
			old := w.code(number(3))
			if err := w.Again(context.Background(), "three", ""); !fault.HasKey(err, "notify.limit.pause") {
				t.Fatal(err)
			}
			now.Advance(time.Minute)
			if err := w.Again(context.Background(), "three", ""); err != nil {
				t.Fatal(err)
			}
			if result, _ := w.enter("three", old); result != registration.CodeWrong {
				t.Fatal(result)
			}
			if result, _ := w.enter("three", w.code(number(3))); result != registration.CodeRight {
				t.Fatal(result)
			}
		})
		t.Run("Q-43 five wrong tries kill the code", func(t *testing.T) {
			w.begin("four", number(4), "")
			code := w.code(number(4))
			var got []registration.CodeResult
			for range 5 {
				result, _ := w.enter("four", wrongCode(code))
				got = append(got, result)
			}
			if result, _ := w.enter("four", code); result != registration.CodeSpent || got[3] != registration.CodeWrong || got[4] != registration.CodeSpent {
				t.Fatal(result, got)
			}
		})
		t.Run("OTP-4 no code is kept in clear", func(t *testing.T) {
			w.begin("five", number(5), "")
			code := w.code(number(5))
			if n := w.count(`SELECT count(*) FROM registration_registration WHERE code_mac = $1`, code); n != 0 {
				t.Fatal(n)
			}
			if n := w.count(`SELECT count(*) FROM jobs_job WHERE args = $1`, code); n != 0 {
				t.Fatal(n)
			}
		})
		t.Run("OTP-9 a code is bound to its own registration", func(t *testing.T) {
			w.begin("six", number(6), "")
			if result, _ := w.enter("six", w.code(number(5))); result != registration.CodeWrong {
				t.Fatal(result)
			}
		})
		t.Run("OTP-5 the SMS names service and purpose, and ends with the bound line", func(t *testing.T) {
			code := w.code(number(6))
			text := w.sms[slices.IndexFunc(w.sms, func(m sms.Message) bool { return m.To == number(6) })].Text
			if !strings.HasPrefix(text, "Окно: ") || !strings.Contains(text, "код регистрации") || !strings.HasSuffix(text, "\n@okno.example #"+code) {
				t.Fatal(text)
			}
		})
		t.Run("REG-38 after the password a simplified account exists", func(t *testing.T) {
			opened := w.open("seven", number(7))
			w.read(func(tx *db.Tx) error {
				level, err := w.Accounts.LevelOf(tx, opened.Account)
				if level != account.Simplified {
					t.Fatal(level)
				}
				return err
			})
		})
		t.Run("GEN-10 who has registered is signed in and begins no registration again", func(t *testing.T) {
			opened := w.open("eight", number(8))
			w.read(func(tx *db.Tx) error {
				session, err := w.Sessions.Find(tx, opened.Token)
				if session.Account != opened.Account || session.Way != "registration" {
					t.Fatal(session)
				}
				return err
			})
			if w.step("eight") != registration.AtContact {
				t.Fatal(w.step("eight"))
			}
		})
		t.Run("SEC-10 the consent is recorded", func(t *testing.T) {
			opened := w.open("nine", number(9))
			w.read(func(tx *db.Tx) error {
				all, err := audit.About(tx, string(opened.Account), 50)
				if !slices.ContainsFunc(all, func(e audit.Recorded) bool { return e.Act == "registration.consent" && e.Facts["terms"] != "" }) {
					t.Fatal(all)
				}
				return err
			})
		})
		t.Run("REG-39 the names are there for the form of personal data", func(t *testing.T) {
			opened := w.open("ten", number(10))
			w.read(func(tx *db.Tx) error {
				names, err := w.Names(tx, opened.Account)
				if names["family_name"] != "Соколова" || names["given_name"] != "Ирина" {
					t.Fatal(names)
				}
				return err
			})
		})
		t.Run("NTF-07 the code came as a message, and the account is announced", func(t *testing.T) {
			w.run()
			if last := w.sms[len(w.sms)-1]; last.To != number(10) || !strings.Contains(last.Text, "учётная запись открыта") {
				t.Fatal(last.Text)
			}
		})
	})
}
