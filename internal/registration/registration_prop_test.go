package registration_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/registration"
)

// TestAnyWayThroughRegistration walks at random through registrations of three
// browsers and two numbers, with time passing, and holds what must always hold.
func TestAnyWayThroughRegistration(t *testing.T) {
	round := 0
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	rapid.Check(t, func(rt *rapid.T) {
		round++
		now.Advance(25 * time.Hour) // the limits of the round before are over
		m := &machine{world: w, rt: rt, round: round, codes: map[string]string{}, opened: map[string]int{}}
		rt.Repeat(map[string]func(*rapid.T){
			"begin":  func(*rapid.T) { m.beginOne() },
			"enter":  func(*rapid.T) { m.enterOne() },
			"guess":  func(*rapid.T) { m.guess() },
			"again":  func(*rapid.T) { m.again() },
			"finish": func(*rapid.T) { m.finishOne() },
			"wait":   func(*rapid.T) { now.Advance(time.Duration(rapid.IntRange(1, 400).Draw(m.rt, "seconds")) * time.Second) },
			"":       func(*rapid.T) { m.holds() },
		})
	})
}

// machine remembers what the world should know.
type machine struct {
	*world
	rt     *rapid.T
	round  int
	codes  map[string]string // browser to the newest code that was sent to it
	opened map[string]int    // phone to how many accounts were opened with it
}

func (m *machine) browser() string {
	return fmt.Sprintf("b%d-%d", m.round, rapid.IntRange(0, 2).Draw(m.rt, "browser"))
}

func (m *machine) phone() string {
	return fmt.Sprintf("+7900%03d%04d", m.round%1000, rapid.IntRange(0, 1).Draw(m.rt, "phone"))
}

// allowed lets through what the limits may always say.
func (m *machine) allowed(err error) bool {
	if err != nil && !fault.Is(err, fault.TooMany) && !registration.IsNone(err) {
		m.rt.Fatal(err)
	}
	return err == nil
}

func (m *machine) beginOne() {
	browser, phone := m.browser(), m.phone()
	if m.allowed(m.Begin(context.Background(), form(browser, phone, ""))) {
		m.codes[browser] = m.code(phone)
	}
}

func (m *machine) again() {
	browser := m.browser()
	p, err := m.Progress(context.Background(), browser)
	if err != nil {
		m.rt.Fatal(err)
	}
	if m.allowed(m.Again(context.Background(), browser, "")) {
		m.codes[browser] = m.code(p.Phone)
	}
}

func (m *machine) enterOne() {
	browser := m.browser()
	before, err := m.Progress(context.Background(), browser)
	if err != nil {
		m.rt.Fatal(err)
	}
	code := m.codes[browser]
	result, _, err := m.EnterCode(context.Background(), browser, code)
	if !m.allowed(err) {
		return
	}
	if right := code != "" && before.Left > 0 && !before.Spent; right != (result == registration.CodeRight) {
		m.rt.Fatalf("the code was right in time: %v, result %v", right, result)
	}
}

func (m *machine) guess() {
	browser := m.browser()
	code := m.codes[browser]
	if code == "" {
		code = "123456"
	}
	result, _, err := m.EnterCode(context.Background(), browser, wrongCode(code))
	if m.allowed(err) && result == registration.CodeRight {
		m.rt.Fatal("a wrong code was right")
	}
}

func (m *machine) finishOne() {
	browser := m.browser()
	p, err := m.Progress(context.Background(), browser)
	if err != nil {
		m.rt.Fatal(err)
	}
	opened, err := m.Finish(context.Background(), registration.Choice{Browser: browser, Password: goodPassword, Repeat: goodPassword})
	if fault.HasKey(err, "registration.taken") {
		if m.opened[p.Phone] == 0 {
			m.rt.Fatal("a number that nobody has was taken")
		}
		return
	}
	if !m.allowed(err) {
		return
	}
	if p.Step != registration.AtPassword || opened.Account == "" {
		m.rt.Fatalf("an account was opened from the step %s", p.Step)
	}
	m.opened[p.Phone]++
}

// holds is what is true after every step: one account a number, opened only by
// who proved it, and at most one live registration a browser.
func (m *machine) holds() {
	for i := range 2 {
		phone := fmt.Sprintf("+7900%03d%04d", m.round%1000, i)
		if m.opened[phone] > 1 {
			m.rt.Fatalf("%d accounts with one number", m.opened[phone])
		}
		m.read(func(tx *db.Tx) error {
			holder, err := m.Accounts.ByContact(tx, account.Phone, phone)
			if (holder != "") != (m.opened[phone] == 1) {
				m.rt.Fatalf("holder %q, opened %d", holder, m.opened[phone])
			}
			return err
		})
	}
	twice := m.count(`SELECT count(*) FROM (SELECT browser FROM registration_registration
		WHERE browser <> '' AND state IN ('code', 'mail', 'confirmed') GROUP BY browser HAVING count(*) > 1) x`)
	if twice != 0 {
		m.rt.Fatal("a browser has two registrations")
	}
}
