package main

import (
	"context"
	"fmt"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/portal"
	"okno/internal/profile"
)

// filing measures the press of "Send": from a filled-in form to a stored case
// with its event, job and audit line. The twin gets the same statements.
func filing(ctx context.Context, w *workshop) error {
	for _, engine := range engines {
		f := &filings{}
		t := trial{rounds: 7, size: 300, prepare: f.prepare, ready: withoutPhoto, run: f.send}
		p, err := t.on(ctx, w, engine)
		if err != nil {
			return err
		}
		say("filing-"+engine, p, "/s", 0, map[string]string{"sqlite": ">=1.00", "postgres": ">=0.50"}[engine])
	}
	return nil
}

// service is what is applied for.
const service = "foreign_passport"

// withoutPhoto lets the form be complete without its photo: sending does not
// touch it, and looking into thousands of photos would take longer than all the rest.
func withoutPhoto(p *portal.Portal) {
	s, ok := p.Law.Service(service)
	if !ok {
		return
	}
	for page := range s.Form {
		for field := range s.Form[page].Fields {
			if s.Form[page].Fields[field].Code == "photo" {
				s.Form[page].Fields[field].Optional = true
			}
		}
	}
}

// filings are drafts in which nothing is missing, each of its own person.
type filings struct {
	who []resident
	ids []application.ID
}

func (f *filings) prepare(ctx context.Context, p *portal.Portal, n int) error {
	var err error
	if f.who, err = settle(ctx, p, 0, n, "unused"); err != nil {
		return err
	}
	f.ids = make([]application.ID, n)
	office, err := pickup(p)
	if err != nil {
		return err
	}
	_, err = all(ctx, n, writers, func(ctx context.Context, i int) error { return f.fill(ctx, p, i, office) })
	return err
}

// pickup is the first office that hands passports out.
func pickup(p *portal.Portal) (string, error) {
	s, ok := p.Law.Service(service)
	if ok {
		field, _ := s.Field("office")
		for _, c := range p.Law.Centres {
			if c.DoesOffer(field.Offers) {
				return c.Code, nil
			}
		}
	}
	return "", fmt.Errorf("nobody hands out %s", service)
}

func (f *filings) fill(ctx context.Context, p *portal.Portal, i int, office string) error {
	id := f.who[i].id
	err := p.DB.Write(ctx, func(tx *db.Tx) error { return verify(tx, p, id) })
	if err != nil {
		return err
	}
	begun, err := p.Applications.Begin(ctx, id, service)
	if err != nil || begun.ID == "" {
		return fmt.Errorf("begin: %+v %w", begun.Barrier, err)
	}
	f.ids[i] = begun.ID
	for _, page := range pages(office) {
		if _, err := p.Applications.Save(ctx, id, begun.ID, page.code, page.typed); err != nil {
			return fmt.Errorf("page %s: %w %v", page.code, err, fault.Of(err).Fields)
		}
	}
	return nil
}

// verify lets an officer confirm the resident's identity, with his passport.
func verify(tx *db.Tx, p *portal.Portal, id account.ID) error {
	by := audit.BySystem("bench")
	if _, _, err := p.Accounts.Add(tx, id, account.Evidence{Way: account.ByDesk, Source: p.Law.Centres[0].Code, By: "bench"}, by); err != nil {
		return err
	}
	return p.Profiles.Set(tx, id, map[string]string{"citizenship": "RU", "birth_place": "Вологда", profile.Identity: "ru_passport",
		"ru_passport.series": "1905", "ru_passport.number": "123456", "ru_passport.issued_on": "2011-06-01", "ru_passport.issued_by": "ОВД города Вологды",
		"ru_passport.department_code": "352-001"}, profile.Source("register/migration"), by)
}

type page struct {
	code  string
	typed application.Typed
}

func pages(office string) []page {
	return []page{
		{"passport", application.Typed{"kind": "chip10", "purpose": "first"}},
		{"about_you", application.Typed{"latin_name": "SOKOLOVA IRINA", "phone": "+79161234567", "address-postcode": "160000",
			"address-region": "Вологодская область", "address-city": "Вологда", "address-house": "5"}},
		{"history", application.Typed{"changed_name": "no", "occupation": "retired", "secrets": "no"}},
		{"photo", application.Typed{}},
		{"pickup", application.Typed{"consent": "true", "office": office}},
	}
}

func (f *filings) send(ctx context.Context, p *portal.Portal, i int) error {
	return p.Applications.Send(ctx, f.who[i].id, f.ids[i])
}
