package application

import (
	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/profile"
)

// FromProfile gives what the profiles of the house know: their values in force,
// the confirmed contacts and the full name.
func FromProfile(p *profile.Profiles) Profiles { return fromProfile{p} }

type fromProfile struct{ profiles *profile.Profiles }

// Known implements Profiles.
func (f fromProfile) Known(tx *db.Tx, id account.ID) (map[string]Known, error) {
	p, err := f.profiles.Read(tx, id)
	if err != nil {
		return nil, err
	}
	known := map[string]Known{}
	for field, value := range p.Values() {
		known[field] = Known{Value: value, Source: string(p.Value(field).Source), At: p.Value(field).At}
	}
	for field := range p.Candidate().Values() {
		if waiting, is := p.Pending(field); is {
			value := known[field]
			value.Waits = waiting.Text
			known[field] = value
		}
	}
	for _, c := range p.Contacts {
		if _, first := known[string(c.Kind)]; !first {
			known[string(c.Kind)] = Known{Value: c.Value, Source: HolderSource, At: c.Confirmed}
		}
	}
	if full := p.FullName(); full != "" {
		known["full_name"] = Known{Value: full, Source: HolderSource}
	}
	return known, nil
}
