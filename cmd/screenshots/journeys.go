package main

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"okno/internal/text"
)

// person is an invented resident of one walk, whom the registers know.
type person struct{ phone, email, password, snils, mistyped, passport string }

// invented is the person of the n-th walk.
func invented(n int) person {
	return person{phone: fmt.Sprintf("+790055500%02d", n), email: fmt.Sprintf("petrova%d@mail.example", n), password: "Vetka;Snega42!",
		snils: snils(160000000 + n), mistyped: snils(170000000 + n), passport: fmt.Sprintf("3052%02d", n)}
}

// snils gives nine digits their check digits (weighted sum modulo 101).
func snils(n int) string {
	digits, sum := fmt.Sprintf("%09d", n), 0
	for i, d := range digits {
		sum += int(d-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", digits, sum%101%100)
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code is the code in the newest message after the first n.
func (w *walk) code(box, to string, n int) string {
	return sixDigits.FindString(text.FoldDigits(w.newest(box, to, n).Text))
}

// journeys are the ways through the pages that no address leads to.
func (w *walk) journeys() {
	w.do(w.c.forget)
	w.through("registration by e-mail", w.byEmail)
	w.do(w.c.forget)
	w.through("registration", w.register)
	w.through("profile", w.profile)
	w.through("settings", func() {
		w.visit("/id/settings", "/id/settings/password", "/id/settings/sessions", "/id/settings/notices", "/id/settings/events", "/id/settings/who")
	})
	w.through("proofing", w.proofing)
	w.through("application", w.apply)
	w.through("statement", w.statement)
	w.through("signing in", w.signing)
	w.through("partners", w.partners)
	w.through("sites", w.sites)
}

func (w *walk) speak() { w.do(func() error { return w.c.speak(w.d.Portal, w.lang) }) }

func (w *walk) byEmail() {
	w.speak()
	to := "second." + w.person.email
	w.visit("/id/registration?by=email")
	w.send("family_name", "Петрова", "given_name", "Мария", "email", to)
	w.shot("message")
	if m := w.newest("mail", to, 0); len(m.Links) > 0 {
		w.do(func() error {
			_, err := w.c.open(m.Links[0])
			return err
		})
	}
	w.shot("confirm")
	w.press("#page")
	w.shot("password")
}

func (w *walk) register() {
	w.speak()
	w.visit("/id/registration")
	w.send("phone", "12")
	w.refused("form with errors")
	w.send("family_name", "Петрова", "given_name", "Мария", "phone", w.person.phone)
	w.shot("code")
	w.send("code", "000000")
	w.refused("wrong code")
	w.send("code", w.code("sms", w.person.phone, 0))
	w.shot("password")
	w.send("password", "short", "repeat", "other")
	w.refused("password with errors")
	w.send("password", w.person.password, "repeat", w.person.password)
	w.shot("done")
}

// day is a date in the three fields of a form, in the calendar of the language.
func (w *walk) day(field, iso string) []string {
	d, _ := text.ParseDay(iso)
	year, month, day := d.Year, int(d.Month), d.Day
	if w.lang == "fa" {
		year, month, day = d.SolarHijri()
	}
	return []string{field + "-day", strconv.Itoa(day), field + "-month", strconv.Itoa(month), field + "-year", strconv.Itoa(year)}
}

func (w *walk) profile() {
	p := w.person
	w.call("/registers/people", map[string]any{"fields": map[string]string{
		"family_name": "Петрова", "given_name": "Мария", "patronymic": "Ивановна", "sex": "female", "birth_date": "1992-05-14",
		"birth_place": "г. Вологда", "citizenship": "RU", "snils": p.snils, "document_type": "ru_passport", "document_series": "4512",
		"document_number": p.passport, "document_issued_on": "2013-06-10", "document_issued_by": "Отделом внутренних дел города Вологды",
		"document_department_code": "350-001"},
		"statement": map[string]any{"currency": "RUB", "points": "31.120", "experience_months": 84, "employers": []any{map[string]any{
			"name": "ООО «Ромашка»", "contributions": []any{map[string]any{"year": 2025, "amount": 4523100}}}}}})
	w.visit("/id/profile/edit")
	w.press("#page")
	w.refused("form with errors")
	w.fill(append(w.day("birth_date", "1992-05-14"), "patronymic", "Ивановна", "sex", "female", "birth_place", "г. Вологда", "snils", p.mistyped,
		"citizenship", "RU", "identity_document", "ru_passport")...)
	w.do(func() error { return w.c.pressThis(`#page button[name="do"][value="kind"]`) })
	w.fill(append(w.day("issued_on", "2013-06-10"), "series", "4512", "number", p.passport,
		"issued_by", "Отделом внутренних дел города Вологды", "department_code", "350-001")...)
	w.shot("form filled")
	w.press("#page")
	w.shot("answers")
	w.call("/registers/migration", map[string]string{"mode": "slow", "delay": "6s"})
	w.press("#page")
	w.shot("check running")
	w.checked()
	w.shot("check with a mismatch")
	w.call("/registers/migration", map[string]string{"mode": "honest"})
	w.mend()
	w.checked()
	w.shot("check done")
	w.visit("/id/profile/user", "/id/profile/documents", "/id/profile/contacts/phone", "/id/profile/contacts/email")
	w.send("password", p.password, "email", p.email)
	w.shot("code by e-mail")
	w.send("code", w.code("mail", p.email, 0))
	w.shot("contact added")
}

// mend corrects the number that was mistyped, and sends it.
func (w *walk) mend() {
	w.open("/id/profile/edit")
	w.send("snils", w.person.snils)
	w.press("#page")
}

// checked waits until no register is asked any more.
func (w *walk) checked() {
	w.do(func() error {
		for range 60 {
			if _, err := w.c.open(w.d.Portal + "/id/check"); err != nil {
				return err
			}
			runs, err := ask[bool](w.c, `!!document.querySelector("main [data-poll]")`)
			if err != nil || !runs {
				return err
			}
			time.Sleep(300 * time.Millisecond)
		}
		return fmt.Errorf("the check does not end")
	})
}

func (w *walk) proofing() {
	p := w.person
	w.visit("/id/proofing", "/id/proofing/centre", "/id/proofing/pass")
	w.press("#page")
	w.shot("pass made")
	w.do(func() error { return w.d.advance(2 * time.Minute) })
	w.officer("operator")
	w.visit("/desk", "/desk/proofing")
	w.send("login", p.phone, "purpose", "confirm")
	w.shot("desk, visit")
	visit := w.path()
	w.send("series", "4512", "number", "000000", "features", "*")
	w.refused("desk, other number")
	w.send("series", "4512", "number", p.passport, "features", "*")
	w.shot("desk, compared")
	n := w.count("sms", p.phone)
	w.press("#page")
	w.shot("desk, code sent")
	w.visit("/id/proofing/desk")
	w.open(visit + "/visitor")
	w.shot("desk, visitor's screen")
	w.send("code", w.code("sms", p.phone, n))
	w.shot("desk, visitor has confirmed")
	w.open(visit)
	w.shot("desk, proved")
	w.press("#page")
	w.shot("desk, over")
	w.press(`form[action="/desk/signout"]`)
	w.shot("desk, signed out")
}

func (w *walk) officer(role string) {
	w.do(func() error { return w.c.signIn(w.d, visitor{role: role, entry: "/desk/signin"}) })
}

// otherOfficer is the second one of a role, who signs in when the first has left.
func (w *walk) otherOfficer(role string) {
	w.do(func() error { return w.c.signOut("/desk/signout") })
	w.do(func() error { return w.c.signIn(w.d, visitor{role: role, other: true, entry: "/desk/signin"}) })
}

func (w *walk) signing() {
	w.do(w.c.forget)
	w.speak()
	w.open("/id/signin")
	w.send("login", w.person.phone, "password", "not this one")
	w.refused("refused")
	w.do(func() error { return w.d.advance(time.Minute) })
	w.open("/id/signin")
	w.send("login", w.person.phone, "password", w.person.password)
	w.press(`form[action="/id/signout"]`)
	w.shot("signed out")
}
