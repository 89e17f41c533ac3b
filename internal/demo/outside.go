package demo

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"okno/internal/jurisdiction"
	"okno/internal/outside/email/smtp"
	"okno/internal/outside/reach"
	"okno/internal/outside/register/xroad"
	"okno/internal/outside/sms/smpp"
	"okno/internal/portal"
	"okno/sim/mail"
	"okno/sim/register"
	"okno/sim/smsc"
)

// outside are the simulators of the outside world, each on its own socket.
type outside struct {
	SMS       *smsc.Server
	Mail      *mail.Server
	Registers *register.Server
}

// What the simulated SMS centre knows us by.
const (
	smsName     = "okno"
	smsPassword = "demo-sms"
)

func startOutside(law *jurisdiction.Jurisdiction, made *jurisdiction.Demo, now *savedClock) (o *outside, err error) {
	o = &outside{}
	if o.SMS, err = smsc.Start(smsc.Config{Addr: "127.0.0.1:0", SystemID: smsName, Password: smsPassword, Now: now.Now}); err != nil {
		return o, err
	}
	if o.Mail, err = mail.Start(mail.Config{Addr: "127.0.0.1:0", Now: now.Now}); err != nil {
		return o, err
	}
	config := register.Config{Addr: "127.0.0.1:0", Now: now.Now}
	for _, r := range law.Registers {
		config.Registers = append(config.Registers, simulated(r))
	}
	for _, p := range made.People {
		config.People = append(config.People, known(p, now))
	}
	o.Registers, err = register.Start(config)
	return o, err
}

// simulated is a register of the country as the simulator plays it.
func simulated(r jurisdiction.Register) register.Register {
	s := register.Register{Name: r.Code, Title: r.Name.In("en"), Provider: r.Wire}
	var fields []string
	for _, field := range r.Sends {
		if wire, ok := r.Renames[field]; ok {
			field = wire
		}
		fields = append(fields, field)
	}
	if r.Service == "statements" {
		s.Statements = fields
	} else {
		s.Compares = fields
	}
	return s
}

// known is what the registers hold of an invented person.
func known(p jurisdiction.DemoPerson, now *savedClock) register.Person {
	fields := p.WireFields()
	if p.Unknown {
		fields["family_name"] += "-"
	}
	person := register.Person{Fields: fields, Deceased: p.Deceased, Review: p.Review}
	if p.Statement == nil {
		return person
	}
	st := &register.Statement{AsOf: now.Now().Format("2006-01-02"), Points: p.Statement.Points, Currency: p.Statement.Currency, ExperienceMonths: p.Statement.ExperienceMonths}
	for _, e := range p.Statement.Employers {
		employer := register.Employer{Name: e.Name}
		for _, c := range e.Contributions {
			employer.Contributions = append(employer.Contributions, register.Contribution{Year: c.Year, Amount: c.Amount})
		}
		st.Employers = append(st.Employers, employer)
	}
	person.Statement = st
	return person
}

// configure points the portal's adapters at the simulators.
func (o *outside) configure(c *portal.Config, law *jurisdiction.Jurisdiction, dir string) error {
	password := filepath.Join(dir, "sms-password")
	if err := os.WriteFile(password, []byte(smsPassword), 0o600); err != nil {
		return err
	}
	c.SMS = smpp.Config{Address: o.SMS.Addr(), SystemID: smsName, PasswordFile: password, Source: "Okno", Network: reach.Loopback, Insecure: true}
	host, port, _ := strings.Cut(o.Mail.Addr(), ":")
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	c.Email = smtp.Config{Host: host, Port: number, Insecure: true, Network: reach.Loopback, From: "no-reply@okno.example", FromName: law.Portal}
	c.Registers = xroad.Config{Client: strings.ToUpper(law.Code) + "/GOV/00000001/OKNO", Registers: map[string]xroad.Register{}}
	for _, r := range law.Registers {
		c.Registers.Registers[r.Code] = xroad.Register{Address: o.Registers.URL(), Provider: r.Wire, Network: reach.Loopback}
	}
	return nil
}

// Close stops the simulators.
func (o *outside) Close() error {
	var errs []error
	if o.Registers != nil {
		errs = append(errs, o.Registers.Close())
	}
	if o.Mail != nil {
		errs = append(errs, o.Mail.Close())
	}
	if o.SMS != nil {
		errs = append(errs, o.SMS.Close())
	}
	return errors.Join(errs...)
}
