package journeys

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/notify"
	"okno/internal/profile"
	"okno/sim/register"
)

// TestRegistersFail lets the registers fail in every way while somebody's data
// are checked: nothing is lost, doubled, believed or blocked, and all is well
// once they are well (D-15, F-14, CHK-24).
func TestRegistersFail(t *testing.T) {
	for _, mode := range []register.Mode{register.RefuseAll, register.Hang, register.Slow, register.Review, register.Garble, register.Lie, register.Duplicate} {
		t.Run("D-15 the registers "+string(mode)+" and the check is neither lost nor doubled", func(t *testing.T) {
			t.Parallel()
			c := run(t, "")
			registersFail(c, mode)
			c.verifyAudit()
		})
	}
}

// TestRegistersDiffer lets the registers say that the data are wrong: the person
// is told once and nothing is believed, also when the same is looked up again.
func TestRegistersDiffer(t *testing.T) {
	t.Run("CHK-24 the registers say mismatch and nobody is believed, and it is told once", func(t *testing.T) {
		t.Parallel()
		c := run(t, "")
		r := c.stranger("en", c.demo.Portal.Law)
		r.register()
		c.registers(register.Mismatch)
		r.fillIn("113-520-411 93")
		r.told(r.phone, firstWords(r.T("check.not_matched.sms")))
		c.registers(register.Honest)
		c.advance(2 * time.Hour)
		r.b.Open("/id/check").MustNot(r.T("check.done.complete"))
		if n := r.times(r.T("check.not_matched.sms")); n != 1 {
			t.Errorf("it was told %d times", n)
		}
		for _, name := range []string{"pension", "migration"} {
			if ledger := c.demo.Outside.Registers.Ledger(name); len(ledger) != 1 || ledger[0].Checked != 1 {
				t.Errorf("%s was asked %+v", name, ledger)
			}
		}
		c.verifyAudit()
	})
}

// times is how often the resident was told something by SMS.
func (r *resident) times(text string) (n int) {
	for _, m := range r.sms(r.phone) {
		if strings.Contains(m.Text, firstWords(text)) {
			n++
		}
	}
	return n
}

func registersFail(c *country, mode register.Mode) {
	t, r := c.t, c.stranger("en", c.demo.Portal.Law)
	r.register()
	c.registers(mode)
	p := r.fillIn("113-520-411 93")
	if mode != register.Duplicate { // which answers, and may have done so by now
		p.Must(r.T("check.title"))
	}
	c.await("the registers to be asked", func() bool { return c.asked("pension") > 0 && c.asked("migration") > 0 })
	if mode != register.Duplicate {
		for _, path := range []string{"/id/check", "/account", "/id/profile/user", "/services"} {
			began := c.now()
			if p := r.b.Open(path); p.Status != 200 || c.now().Sub(began) > 2*time.Second {
				t.Errorf("%s: %d after %s", path, p.Status, c.now().Sub(began))
			}
		}
		r.b.Open("/id/check").MustNot(r.T("check.done.complete"))
		if p := r.b.Open("/services/pension_statement/apply"); p.HasButton(r.T("application.start.get")) {
			t.Error("what nobody checked was believed")
		}
	}
	c.registers(register.Honest)
	if mode == register.Review { // somebody at the register has looked
		for _, name := range []string{"pension", "migration"} {
			for _, e := range c.demo.Outside.Registers.Ledger(name) {
				if err := c.demo.Outside.Registers.Resolve(name, e.Key, "match"); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	c.settle("the check to pass", func() bool { return r.b.Open("/id/check").Has(r.T("check.done.complete")) })
	looked := 1
	if mode == register.Duplicate {
		looked = 2 // by the register's own fault
	}
	for _, name := range []string{"pension", "migration"} {
		ledger := c.demo.Outside.Registers.Ledger(name)
		if len(ledger) != 1 || ledger[0].Checked > looked {
			t.Errorf("%s was asked %d questions, the first was looked up %d times", name, len(ledger), ledger[0].Checked)
		}
	}
	r.told(r.phone, firstWords(r.T("check.passed.sms")))
	if told := r.times(r.T("check.passed.sms")); told != 1 {
		t.Errorf("the result was told %d times", told)
	}
}

// registers switches both registers of the check.
func (c *country) registers(mode register.Mode) {
	c.t.Helper()
	for _, name := range []string{"pension", "migration"} {
		ask := map[string]string{"mode": string(mode)}
		if mode == register.Slow {
			ask["delay"] = "15s" // within the time that an answer may take
		}
		c.call("POST", "/registers/"+name, ask, nil)
	}
}

// asked is how often a register was asked about anything.
func (c *country) asked(name string) (n int) {
	for _, e := range c.demo.Outside.Registers.Ledger(name) {
		n += e.Times
	}
	return n
}

// settle moves the time until something has happened, for a day at most.
func (c *country) settle(what string, happened func() bool) {
	c.t.Helper()
	for range 96 {
		if happened() {
			return
		}
		c.advance(15 * time.Minute)
	}
	c.t.Fatalf("moved the clock a day for %s", what)
}

// TestMessagesFail lets the SMS centre and the mail server fail while somebody
// registers: no code is sent twice, and a new one comes when it is asked for.
func TestMessagesFail(t *testing.T) {
	for _, mode := range []string{"hang", "refuse", "disconnect", "error", "garble", "lose", "delay", "duplicate"} {
		t.Run("OTP-7 the SMS centre does "+mode+" and no code is sent twice by itself", func(t *testing.T) {
			t.Parallel()
			smsFails(run(t, ""), mode)
		})
	}
	for _, mode := range []string{"refuse", "tempfail", "drop", "slow", "hang", "duplicate"} {
		t.Run("MSG-1 the mail server does "+mode+" and nothing is lost but a code that died", func(t *testing.T) {
			t.Parallel()
			mailFails(run(t, ""), mode)
		})
	}
}

func smsFails(c *country, mode string) {
	t := c.t
	r := c.stranger("en", c.demo.Portal.Law)
	ask, copies := map[string]string{"mode": mode}, 1
	switch mode {
	case "delay":
		ask["delay"] = "3s"
	case "duplicate":
		copies = 2 // by the centre's own fault
	}
	c.call("POST", "/smsc/mode", ask, nil)
	p := r.b.Open("/id/registration")
	p.Fill(r.name("family_name"), "Петрова").Fill(r.name("given_name"), "Мария").
		Fill(r.T("registration.contact.phone"), r.phone).Press(r.T("registration.contact.register")).MustBe(200, "/id/registration/code")
	c.advance(2 * time.Minute)
	r.b.Open("/services").Must(r.T("visit.menu.services"))
	c.call("POST", "/smsc/mode", map[string]string{"mode": "deliver"}, nil)
	c.advance(time.Minute)
	c.advance(10 * time.Minute)
	if mode == "delay" {
		c.await("the late SMS", func() bool { return len(c.sms(r.phone)) > 0 })
	}
	before := c.sms(r.phone)
	codes := map[string]int{}
	for _, m := range before {
		if codes[sixDigits.FindString(m.Text)]++; codes[sixDigits.FindString(m.Text)] > copies {
			t.Errorf("one code came twice: %d messages", len(before))
		}
	}
	p = r.b.Open("/id/registration/code").Press(r.T("registration.code.again"))
	if p.Status != 200 {
		t.Fatalf("no new code: %d %s", p.Status, p.Text())
	}
	p = r.b.Open("/id/registration/code").Fill(r.T("registration.code.label"), r.code(r.phone, len(before))).Press(r.T("registration.code.continue")).MustBe(200, "/id/registration/password")
	p.Fill(r.T("registration.password.label"), r.password).Fill(r.T("registration.password.repeat"), r.password).
		Press(r.T("registration.password.done")).MustBe(200, "/id/registration/done")
	c.verifyFew()
}

// verifyFew proves a log that is still short.
func (c *country) verifyFew() {
	c.t.Helper()
	if report, err := c.demo.Portal.VerifyAudit(c.t.Context()); err != nil || len(report.Problems) > 0 {
		c.t.Fatalf("the audit log is not sound: %v %+v", err, report)
	}
}

func mailFails(c *country, mode string) {
	r := c.stranger("en", c.demo.Portal.Law)
	r.register()
	c.call("POST", "/mailbox/mode", map[string]string{"mode": mode}, nil)
	p := r.b.Open("/id/profile/contacts/email").Fill(r.T("profile.contact.email"), r.email).Fill(r.T("profile.password"), r.password).Press(r.T("profile.contact.send"))
	if p.Status != 200 {
		c.t.Fatalf("a dead mail server stops the page: %d %s", p.Status, p.Text())
	}
	c.advance(2 * time.Minute)
	c.call("POST", "/mailbox/mode", map[string]string{"mode": "accept"}, nil)
	c.advance(5 * time.Minute)
	copies := 1
	if mode == "duplicate" {
		copies = 2 // by the server's own fault
	}
	if mode == "slow" || mode == "duplicate" {
		c.await("the letter", func() bool { return len(c.mail(r.email)) > 0 })
	}
	if n := len(c.mail(r.email)); n > copies {
		c.t.Errorf("one code was sent %d times", n)
	}
	r.addEmail()
	c.verifyFew()
}

// open is how many checks wait for slow registers while others live on.
const open = 50

// TestNobodyStarves lets registers and the mail server answer nobody while fifty
// checks are open: who needs something else does not notice (D-19, REG-22).
func TestNobodyStarves(t *testing.T) {
	t.Parallel()
	c := run(t, "")
	c.call("POST", "/registers/pension", map[string]string{"mode": string(register.Hang)}, nil)
	c.call("POST", "/registers/migration", map[string]string{"mode": string(register.Slow), "delay": "20s"}, nil)
	c.checks(open)
	t.Run("OPR-13 a notice waits for no register: phone and e-mail have it within two minutes", func(t *testing.T) {
		began := c.now()
		r := c.stranger("en", c.demo.Portal.Law)
		c.confirmed("+79001112277", "confirmed@mail.example")
		c.told("+79001112277", firstWords(r.T("proofing.message.confirmed.sms")))
		c.await("the letter", func() bool { return len(c.mail("confirmed@mail.example")) == 1 })
		if took := c.now().Sub(began); took > 2*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
	c.call("POST", "/mailbox/mode", map[string]string{"mode": "hang"}, nil)
	c.letters(open)
	c.await("the registers to be asked", func() bool { return c.asked("pension") > 0 && c.asked("migration") > 0 })
	t.Run("REG-22 a code arrives within seconds though fifty checks and letters wait for partners who hang", func(t *testing.T) {
		r := c.stranger("en", c.demo.Portal.Law)
		began := c.now()
		r.register()
		if took := c.now().Sub(began); took > 10*time.Second {
			t.Errorf("the registration took %s", took)
		}
	})
	t.Run("D-19 the audit log is sequenced within ten seconds meanwhile", func(t *testing.T) {
		began, waiting := c.now(), 1
		c.await("the log", func() bool {
			err := c.demo.Portal.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
				waiting, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE seq IS NULL AND at < $1`, db.At(began))
				return err
			})
			return err == nil && waiting == 0
		})
		if took := c.now().Sub(began); took > 10*time.Second {
			t.Errorf("the log took %s", took)
		}
	})
	t.Run("MSG-1 nothing that waited was run twice at once", func(t *testing.T) {
		for _, name := range []string{"pension", "migration"} {
			for _, e := range c.demo.Outside.Registers.Ledger(name) {
				if e.Times > 1 {
					t.Errorf("%s was asked one question %d times", name, e.Times)
				}
			}
		}
	})
}

// checks sends the data of n invented people to be checked.
func (c *country) checks(n int) {
	c.t.Helper()
	p := c.demo.Portal
	made, err := p.Law.Demo()
	if err != nil {
		c.t.Fatal(err)
	}
	who := made.People[0]
	for i := range n {
		values := map[string]string{profile.Identity: who.Document, "snils": snils(140000000 + i)}
		for field, value := range who.Profile {
			if values[field] == "" {
				values[field] = value
			}
		}
		for kind, fields := range who.Documents {
			for field, value := range fields {
				values[kind+"."+field] = value
			}
		}
		values["ru_passport.number"] = fmt.Sprintf("30%04d", 5000+i)
		err := p.DB.Write(c.t.Context(), func(tx *db.Tx) error {
			id, err := p.Accounts.Create(tx, account.Opening{Name: account.Name{Full: "Петрова Мария Ивановна", Short: "Мария"}, Language: "ru", Category: p.Law.Audiences[0].Code})
			if err != nil {
				return err
			}
			if err := p.Accounts.AddContact(tx, id, account.Email, fmt.Sprintf("p%d@mail.example", i)); err != nil {
				return err
			}
			by := audit.BySystem("test")
			if err := p.Profiles.Set(tx, id, values, profile.Holder, by); err != nil {
				return err
			}
			return p.Checks.Send(tx, id, by)
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

// confirmed tells somebody what a confirmed identity is told by (OPR-13).
func (c *country) confirmed(phone, email string) {
	c.t.Helper()
	p := c.demo.Portal
	err := p.DB.Write(c.t.Context(), func(tx *db.Tx) error {
		id, err := p.Accounts.Create(tx, account.Opening{Name: account.Name{Full: "Петрова Мария Ивановна", Short: "Мария"}, Language: "en", Category: p.Law.Audiences[0].Code})
		if err != nil {
			return err
		}
		if err := p.Accounts.AddContact(tx, id, account.Phone, phone); err != nil {
			return err
		}
		if err := p.Accounts.AddContact(tx, id, account.Email, email); err != nil {
			return err
		}
		return p.Notices.Send(tx, notify.Notice{To: id, Key: "proofing.message.confirmed", Path: "/id/proofing/not-me/none", Security: true,
			Vars: map[string]string{"centre": p.Law.Centres[0].Name.In("en")}})
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// letters sends n letters to people who have registered nowhere yet.
func (c *country) letters(n int) {
	c.t.Helper()
	for i := range n {
		err := c.demo.Portal.DB.Write(c.t.Context(), func(tx *db.Tx) error {
			return c.demo.Portal.Notices.SendTo(tx, notify.Direct{Kind: account.Email, Address: fmt.Sprintf("q%d@mail.example", i), Lang: "en", Key: "check.passed"})
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
}
