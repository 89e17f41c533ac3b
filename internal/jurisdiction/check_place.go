package jurisdiction

import (
	"slices"
	"strings"
)

var offers = []string{ConfirmIdentity, RestoreAccount, DeleteAccount, PickUp, Advice}

func (l *loader) checkPlaces() {
	j := l.j
	unique(l, j.Regions, func(r Region) (string, Source) { return r.Code, r.Source })
	unique(l, j.Cities, func(c City) (string, Source) { return c.Code, c.Source })
	unique(l, j.Authorities, func(a Authority) (string, Source) { return a.Code, a.Source })
	unique(l, j.Categories, func(c Category) (string, Source) { return c.Code, c.Source })
	unique(l, j.Audiences, func(a Audience) (string, Source) { return a.Code, a.Source })
	unique(l, j.CentreKinds, func(k CentreKind) (string, Source) { return k.Code, k.Source })
	unique(l, j.Centres, func(c Centre) (string, Source) { return c.Code, c.Source })
	for n := range j.Regions {
		r := &j.Regions[n]
		r.zone = j.Zone
		if r.TimeZone == "" {
			continue
		}
		if zone, err := loadZone(r.TimeZone); err == nil {
			r.zone = zone
		} else {
			l.add(r.problem("the time zone %q is not known", r.TimeZone))
		}
	}
	for _, c := range j.Cities {
		if _, ok := j.Region(c.Region); !ok {
			l.add(c.problem("the region %q does not exist", c.Region))
		}
		l.checkPoint(c.Source, c.Latitude, c.Longitude)
	}
	for _, c := range j.Centres {
		l.checkCentre(c)
	}
	l.checkCategories()
}

// checkCategories refuses a shelf with nothing on it: who opens it is lost (CAT-09).
func (l *loader) checkCategories() {
	for _, c := range l.j.Categories {
		if !slices.ContainsFunc(l.j.Services, func(s *Service) bool { return s.Category == c.Code }) {
			l.add(c.problem("the category %q has no service (CAT-09)", c.Code))
		}
	}
}

func (l *loader) checkPoint(at Source, latitude, longitude float64) {
	if latitude < -90 || latitude > 90 || longitude < -180 || longitude > 180 {
		l.add(at.problem("the point %g, %g is not on the earth", latitude, longitude))
	}
}

func (l *loader) checkCentre(c Centre) {
	if _, ok := l.j.City(c.City); !ok {
		l.add(c.problem("the city %q does not exist", c.City))
	}
	if !slices.ContainsFunc(l.j.CentreKinds, func(k CentreKind) bool { return k.Code == c.Kind }) {
		l.add(c.problem("the kind of centre %q does not exist", c.Kind))
	}
	for _, o := range c.Offers {
		if !slices.Contains(offers, o) {
			l.add(c.problem("%q is not something a centre offers (%s)", o, strings.Join(offers, ", ")))
		}
	}
	l.checkPoint(c.Source, c.Latitude, c.Longitude)
}

// generalFields are the profile fields that every country has.
var generalFields = []string{"birth_date", "birth_place", "sex", "citizenship", "phone", "email", "password", "identity_document",
	"registration_address", "residence_address"}

// ProfileFields are the codes of everything a profile may hold: the general
// fields, the parts of a name, the national numbers and the documents.
func (j *Jurisdiction) ProfileFields() []string {
	fields := slices.Clone(generalFields)
	for _, p := range j.Names.Parts {
		fields = append(fields, p.Code)
	}
	for _, i := range j.Identifiers {
		fields = append(fields, i.Code)
	}
	for _, d := range j.Documents {
		fields = append(fields, d.Code)
	}
	return fields
}

// wireFields are what a register may be sent: profile fields, and the fields of
// the identity document as document_type and document_<field>.
func (j *Jurisdiction) wireFields() []string {
	fields := append(j.ProfileFields(), "document_type")
	for _, d := range j.Documents {
		for _, f := range d.Fields {
			fields = append(fields, "document_"+f.Code)
		}
	}
	return fields
}

func (l *loader) checkLevels() {
	at := Source{File: "levels.yaml", Line: 1}
	if len(l.j.Levels) != 3 {
		l.add(at.problem("there are exactly three levels (LVL-01)"))
		return
	}
	known := l.j.ProfileFields()
	for n, level := range l.j.Levels {
		if level.Code != AccountLevel(n+1) {
			l.add(level.problem("the levels stand in the order simplified, standard, verified (LVL-03)"))
		}
		for _, need := range level.Needs {
			for _, one := range strings.Split(strings.TrimSuffix(need, "?"), "|") {
				if !slices.Contains(known, one) {
					l.add(level.problem("the profile field %q does not exist", one))
				}
			}
		}
		for _, proof := range level.Proofs {
			l.checkProof(level, proof)
		}
	}
}

func (l *loader) checkProof(level Level, proof string) {
	_, isRegister := l.j.Register(proof)
	isMethod := slices.ContainsFunc(l.j.Proofing.Methods, func(m ProofingMethod) bool { return m.Code == proof })
	if level.Code == Verified && !isMethod || level.Code == Standard && !isRegister {
		l.add(level.problem("the proof %q does not exist: standard is proved by registers, verified by a method", proof))
	}
}

func (l *loader) checkRegisters() {
	unique(l, l.j.Registers, func(r Register) (string, Source) { return r.Code, r.Source })
	unique(l, l.j.Proofing.Methods, func(m ProofingMethod) (string, Source) { return m.Code, m.Source })
	known := l.j.wireFields()
	for _, r := range l.j.Registers {
		if _, ok := l.j.Authority(r.Owner); !ok {
			l.add(r.problem("the authority %q does not exist", r.Owner))
		}
		if !wire.MatchString(r.Wire) {
			l.add(r.problem("the wire %q is not INSTANCE/CLASS/MEMBER/SUBSYSTEM", r.Wire))
		}
		if r.Service != "checks" && r.Service != "statements" {
			l.add(r.problem("the service %q is not checks or statements", r.Service))
		}
		for _, f := range append(slices.Clone(r.Sends), r.Corrects...) {
			if !slices.Contains(known, f) {
				l.add(r.problem("the profile field %q does not exist", f))
			}
		}
		for f := range r.Renames {
			if !slices.Contains(r.Sends, f) {
				l.add(r.problem("%q is renamed but not sent", f))
			}
		}
	}
}
