package jurisdiction

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Demo are the invented people and officers of `okno demo`, from demo/ of a pack.
// It is read only on request: `okno serve` never sees it.
type Demo struct {
	People   []DemoPerson
	Officers []DemoOfficer
}

// DemoPerson is an invented resident.
type DemoPerson struct {
	Source
	Code      string                       `yaml:"code"`
	About     Words                        `yaml:"about"`              // what this person is good for
	Level     AccountLevel                 `yaml:"level"`              // the account that is made; anonymous: none yet
	Way       string                       `yaml:"way,optional"`       // how a verified account was proved, as a way of proof of the level is called; a centre's desk when empty
	Password  string                       `yaml:"password,optional"`  //
	Phone     string                       `yaml:"phone,optional"`     // as kept: +79001234567
	Email     string                       `yaml:"email,optional"`     //
	Profile   map[string]string            `yaml:"profile"`            // profile field to kept value
	Document  string                       `yaml:"document,optional"`  // kind of the identity document
	Documents map[string]map[string]string `yaml:"documents,optional"` // kind to field to kept value
	Address   map[string]string            `yaml:"address,optional"`   // residence
	Deceased  bool                         `yaml:"deceased,optional"`  // the registers know of the death
	Review    bool                         `yaml:"review,optional"`    // the registers always look by hand
	Unknown   bool                         `yaml:"unknown,optional"`   // the registers hold other data: every check is a mismatch
	Statement *DemoStatement               `yaml:"statement,optional"` // the pension account
}

// DemoStatement is an invented account in the register of statements, in the
// shape of docs/wires/register.md section 4.
type DemoStatement struct {
	Points           string         `yaml:"points" json:"points"`
	Currency         string         `yaml:"currency" json:"currency"`
	ExperienceMonths int            `yaml:"experience_months" json:"experience_months"`
	Employers        []DemoEmployer `yaml:"employers" json:"employers"`
}

// DemoEmployer is an invented employer.
type DemoEmployer struct {
	Name          string             `yaml:"name" json:"name"`
	Contributions []DemoContribution `yaml:"contributions" json:"contributions"`
}

// DemoContribution is what an employer paid in a year, in smallest units.
type DemoContribution struct {
	Year   int   `yaml:"year" json:"year"`
	Amount int64 `yaml:"amount" json:"amount"`
}

// DemoOfficer is an invented officer.
type DemoOfficer struct {
	Source
	Code      string `yaml:"code"`
	Name      string `yaml:"name"`
	Role      string `yaml:"role"` // a role of package officer: operator, case_worker, supervisor, auditor, registrar, admin
	Login     string `yaml:"login"`
	Password  string `yaml:"password"`
	TOTP      string `yaml:"totp"`               // secret, base32
	Centre    string `yaml:"centre,optional"`    // where an operator works
	Authority string `yaml:"authority,optional"` // whose cases an officer decides
}

// WireFields are the person's data by the names that registers compare:
// profile fields, document_type and document_<field> of the identity document.
func (p DemoPerson) WireFields() map[string]string {
	fields := maps.Clone(p.Profile)
	if p.Document == "" {
		return fields
	}
	fields["document_type"] = p.Document
	for name, value := range p.Documents[p.Document] {
		fields["document_"+name] = value
	}
	return fields
}

// Demo reads and checks demo/ of the pack. The error is Problems.
func (j *Jurisdiction) Demo() (*Demo, error) {
	l := &loader{pack: j.pack, j: &Jurisdiction{Languages: j.Languages}}
	d := &Demo{}
	l.read("demo/people.yaml", &d.People)
	l.read("demo/officers.yaml", &d.Officers)
	if len(l.problems) == 0 {
		l.j = j
		unique(l, d.People, func(p DemoPerson) (string, Source) { return p.Code, p.Source })
		unique(l, d.Officers, func(o DemoOfficer) (string, Source) { return o.Code, o.Source })
		for _, p := range d.People {
			l.checkDemoPerson(p)
		}
		for _, o := range d.Officers {
			l.checkDemoOfficer(o)
		}
	}
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return d, nil
}

// hasDemo says whether the pack brings demo people at all.
func (l *loader) hasDemo() bool {
	_, err := fs.Stat(l.pack, "demo/people.yaml")
	return err == nil
}

func (l *loader) checkDemoPerson(p DemoPerson) {
	if p.Password != "" && len(l.j.Passwords.Check(p.Password, nil)) > 0 {
		l.add(p.problem("the password breaks the rules in force"))
	}
	if p.Phone != "" {
		if kept, err := l.j.Phone.Normalise(p.Phone); err != nil || kept != p.Phone {
			l.add(p.problem("the phone is not a kept mobile number"))
		}
	}
	for field, value := range p.Profile {
		l.checkDemoValue(p, field, value)
	}
	for kind, values := range p.Documents {
		d, ok := l.j.Document(kind)
		if !ok {
			l.add(p.problem("the document %q does not exist", kind))
			continue
		}
		kept, err := d.Check(values, exampleDay)
		if err != nil || !maps.Equal(kept, values) {
			l.add(p.problem("the document %q is not whole by its own rules", kind))
		}
	}
	if _, ok := p.Documents[p.Document]; p.Document != "" && !ok {
		l.add(p.problem("the identity document %q is not among the documents", p.Document))
	}
	if len(p.Address) > 0 {
		if _, err := l.j.CheckAddress(p.Address); err != nil {
			l.add(p.problem("the address is not whole"))
		}
	}
	l.checkDemoNeeds(p)
}

func (l *loader) checkDemoValue(p DemoPerson, field, value string) {
	var err error
	kept := value
	if i, ok := l.j.Identifier(field); ok {
		kept, err = i.Normalise(value)
	} else if _, ok := l.j.Names.Part(field); ok {
		kept, err = l.j.Names.Check(field, value)
	} else if !slices.Contains(generalFields, field) {
		l.add(p.problem("the profile field %q does not exist", field))
	}
	if err != nil || kept != value {
		l.add(p.problem("the value of %q does not pass its own rules", field))
	}
}

// checkDemoNeeds: an account of a level holds what the levels up to it need.
func (l *loader) checkDemoNeeds(p DemoPerson) {
	has := func(field string) bool {
		switch field {
		case "phone":
			return p.Phone != ""
		case "email":
			return p.Email != ""
		case "password":
			return p.Password != ""
		case "identity_document":
			return p.Document != ""
		}
		return p.Profile[field] != ""
	}
	for _, level := range l.j.Levels {
		if level.Code > p.Level {
			return
		}
		for _, need := range level.Needs {
			if !strings.HasSuffix(need, "?") && !slices.ContainsFunc(strings.Split(need, "|"), has) {
				l.add(p.problem("an account of level %s needs %s", level.Code, need))
			}
		}
	}
}

func (l *loader) checkDemoOfficer(o DemoOfficer) {
	if _, ok := l.j.Centre(o.Centre); o.Centre != "" && !ok {
		l.add(o.problem("the centre %q does not exist", o.Centre))
	}
	if _, ok := l.j.Authority(o.Authority); o.Authority != "" && !ok {
		l.add(o.problem("the authority %q does not exist", o.Authority))
	}
	if len(l.j.Passwords.Check(o.Password, nil)) > 0 {
		l.add(o.problem("the password breaks the rules in force"))
	}
	if len(o.TOTP) < 32 || strings.Trim(o.TOTP, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		l.add(o.problem("totp is at least 32 characters of base32 (160 bits)"))
	}
}
