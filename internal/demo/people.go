package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/profile"
	"okno/internal/signin"
)

// Person is an invented resident, as the JSON file names him.
type Person struct {
	Name     string `json:"name"`
	About    string `json:"about"` // in English
	Level    string `json:"level"`
	Login    string `json:"login"`
	Password string `json:"password"`
	SNILS    string `json:"snils"` // the country's own number

	AboutIn jurisdiction.Words `json:"about_in,omitempty"` // in each language of the pack
}

// about is what the person is good for; a folder that was made before there were
// languages knows it in English.
func (p Person) about() jurisdiction.Words {
	if len(p.AboutIn) == 0 {
		return jurisdiction.Words{"en": p.About}
	}
	return p.AboutIn
}

// Officer is an invented officer, as the JSON file names him.
type Officer struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Login    string `json:"login"`
	Password string `json:"password"`
	TOTP     string `json:"totp_secret"`
}

// made is what is kept of a populated demo: the officers' authenticators are
// made by the portal itself and cannot be read back.
type made struct {
	People   []Person  `json:"people"`
	Officers []Officer `json:"officers"`
}

// populate makes the invented people once; a folder that holds them already is left alone.
func (d *Demo) populate(ctx context.Context, from *jurisdiction.Demo) error {
	path := filepath.Join(d.config.Data, "people.json")
	content, err := os.ReadFile(path)
	if err == nil {
		var m made
		if err := json.Unmarshal(content, &m); err != nil {
			return fmt.Errorf("demo: %s: %w", path, err)
		}
		d.people, d.staff = m.People, m.Officers
		return nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, p := range from.People {
		if err := d.addPerson(ctx, p); err != nil {
			return fmt.Errorf("demo: person %s: %w", p.Code, err)
		}
	}
	for _, o := range from.Officers {
		if err := d.addOfficer(ctx, o); err != nil {
			return fmt.Errorf("demo: officer %s: %w", o.Code, err)
		}
	}
	content, err = json.MarshalIndent(made{d.people, d.staff}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// addPerson opens an account as the pack says; who has none yet is only known to the registers.
func (d *Demo) addPerson(ctx context.Context, p jurisdiction.DemoPerson) error {
	law := d.Portal.Law
	name := law.Names.Full(p.Profile)
	d.people = append(d.people, Person{Name: name, About: p.About.In("en"), AboutIn: p.About, Level: p.Level.String(), Login: p.Phone, Password: p.Password, SNILS: p.Profile[d.Portal.Accounts.Rules().UniqueNumber]})
	if p.Level == jurisdiction.Anonymous {
		return nil
	}
	hash, err := d.Portal.Ring.Hasher().Hash(ctx, p.Password)
	if err != nil {
		return err
	}
	return d.Portal.DB.Write(ctx, func(tx *db.Tx) error { return d.openAccount(tx, p, name, hash) })
}

func (d *Demo) openAccount(tx *db.Tx, p jurisdiction.DemoPerson, name, hash string) error {
	accounts, law := d.Portal.Accounts, d.Portal.Law
	by := audit.BySystem("demo")
	short := name
	if given := p.Profile["given_name"]; given != "" {
		short = given
	}
	id, err := accounts.Create(tx, account.Opening{Name: account.Name{Full: name, Short: short}, Language: law.Language(), Category: law.Audiences[0].Code})
	if err != nil {
		return err
	}
	if err := d.addContacts(tx, id, p, by); err != nil {
		return err
	}
	if err := d.Portal.SignIn.Set(tx, string(id), hash); err != nil {
		return err
	}
	level, _ := account.ParseLevel(p.Level.String())
	if level == account.Simplified {
		return d.setProfile(tx, id, map[string]string{"family_name": p.Profile["family_name"], "given_name": p.Profile["given_name"]}, profile.Holder, by)
	}
	if err := d.setProfile(tx, id, values(p), profile.Holder, by); err != nil {
		return err
	}
	return d.prove(tx, id, p, level, by)
}

func (d *Demo) addContacts(tx *db.Tx, id account.ID, p jurisdiction.DemoPerson, by audit.Actor) error {
	for kind, value := range map[account.ContactKind]string{account.Phone: p.Phone, account.Email: p.Email} {
		if value == "" {
			continue
		}
		if err := d.Portal.Accounts.AddContact(tx, id, kind, value); err != nil {
			return err
		}
		if _, _, err := d.Portal.Accounts.Add(tx, id, account.Evidence{Way: account.ByContact, Source: string(kind)}, by); err != nil {
			return err
		}
	}
	return nil
}

// prove gives an account the evidence that its level is computed from.
func (d *Demo) prove(tx *db.Tx, id account.ID, p jurisdiction.DemoPerson, level account.Level, by audit.Actor) error {
	accounts := d.Portal.Accounts
	if number := p.Profile[accounts.Rules().UniqueNumber]; number != "" {
		if err := accounts.Claim(tx, id, number, level == account.Verified, by); err != nil {
			return err
		}
	}
	for _, register := range accounts.Rules().StandardRegisters {
		if _, _, err := accounts.Add(tx, id, account.Evidence{Way: account.ByRegister, Source: register}, by); err != nil {
			return err
		}
	}
	if err := d.confirm(tx, id, by); err != nil {
		return err
	}
	if level < account.Verified {
		return nil
	}
	way := cmp.Or(account.Way(p.Way), account.ByDesk)
	if !slices.Contains(accounts.Rules().ProofWays, way) {
		return fmt.Errorf("nobody is proved by %q here", way)
	}
	_, _, err := accounts.Add(tx, id, account.Evidence{Way: way, Source: d.Portal.Law.Centres[0].Code, By: "demo"}, by)
	return err
}

// confirm says of the values that registers are sent that they have confirmed them.
func (d *Demo) confirm(tx *db.Tx, id account.ID, by audit.Actor) error {
	profiles := d.Portal.Profiles
	p, err := profiles.Read(tx, id)
	if err != nil {
		return err
	}
	sources := map[string]profile.Source{}
	for _, r := range d.Portal.Law.Registers {
		if !slices.Contains(d.Portal.Accounts.Rules().StandardRegisters, r.Code) {
			continue
		}
		for _, sent := range r.Sends {
			for _, field := range profile.SentFields(sent, p.Text(profile.Identity)) {
				if _, told := sources[field]; !told {
					sources[field] = profile.FromRegister(r.Code)
				}
			}
		}
	}
	return profiles.Confirm(tx, id, profiles.Core(p), sources, by)
}

// setProfile keeps the values that are not empty.
func (d *Demo) setProfile(tx *db.Tx, id account.ID, all map[string]string, source profile.Source, by audit.Actor) error {
	for field, value := range all {
		if value == "" {
			delete(all, field)
		}
	}
	return d.Portal.Profiles.Set(tx, id, all, source, by)
}

// values are a person's data by the fields of the profile.
func values(p jurisdiction.DemoPerson) map[string]string {
	all := map[string]string{}
	for field, value := range p.Profile {
		all[field] = value
	}
	if p.Document != "" {
		all[profile.Identity] = p.Document
	}
	for kind, fields := range p.Documents {
		for field, value := range fields {
			all[kind+"."+field] = value
		}
	}
	for part, value := range p.Address {
		all[profile.Residence+"."+part] = value
	}
	return all
}

// addOfficer invites an officer and accepts the invitation, as a real one does.
func (d *Demo) addOfficer(ctx context.Context, o jurisdiction.DemoOfficer) error {
	var token string
	err := d.Portal.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := d.Portal.Officers.Add(tx, officer.Officer{Login: o.Login, Name: o.Name, Roles: []officer.Role{officer.Role(o.Role)},
			Authority: o.Authority, Centre: o.Centre}, audit.BySystem("demo"))
		if err != nil {
			return err
		}
		token, err = d.Portal.SignIn.Invite(tx, id, audit.BySystem("demo"))
		return err
	})
	if err != nil {
		return err
	}
	invitation, err := d.Portal.SignIn.Invitation(ctx, token)
	if err != nil {
		return err
	}
	// The code of half a minute ago: each counts once, and the present one is left for the first sign-in.
	code, err := totp.GenerateCode(invitation.Secret, d.clock.Now().Add(-30*time.Second))
	if err != nil {
		return err
	}
	if err := d.Portal.SignIn.Accept(ctx, token, signin.Acceptance{Password: o.Password, Repeat: o.Password, Code: code}); err != nil {
		return err
	}
	d.staff = append(d.staff, Officer{Name: o.Name, Role: strings.ReplaceAll(o.Role, " ", "_"), Login: o.Login, Password: o.Password, TOTP: invitation.Secret})
	return nil
}
