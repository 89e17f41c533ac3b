package application

import (
	"strings"
	"time"

	"okno/internal/jurisdiction"
	"okno/internal/profile"
	"okno/internal/secret"
)

// MarkState is how far a register's confirmation of one answer is (D-15).
type MarkState string

// The states. Text keys are "application.mark.<state>" and "cases.mark.<state>".
const (
	MarkWaiting   MarkState = "waiting"   // to be confirmed by the register; the check goes on
	MarkConfirmed MarkState = "confirmed" // the register knows one living person with this
	MarkDiffers   MarkState = "differs"   // it does not: the office compares
	MarkUnasked   MarkState = "unasked"   // the register cannot be asked this: the office compares
)

// Mark stands on an answer that no register had confirmed at the click.
type Mark struct {
	State    MarkState `json:"state"`
	Register string    `json:"register"` // its code
	At       time.Time `json:"at"`       // since when in this state
	Held     *Answer   `json:"held,omitempty"`
	Inquiry  string    `json:"inquiry"`
}

// inquiry is what a register has to be asked for an application: once, with one
// key, for all the answers that it covers.
type inquiry struct {
	ID       string            `json:"id"` // the key by which the register knows the question
	Register string            `json:"register"`
	Values   map[string]string `json:"values"` // profile fields, as they were sent
	Tries    int               `json:"tries,omitempty"`
	IsAsked  bool              `json:"asked,omitempty"` // sent at least once, whether or not an answer came
}

// checks says whether a register answers questions about people's data.
func checks(r jurisdiction.Register) bool { return r.Service == "checks" }

// sentFields are the profile fields that a register is sent, when the identity
// document is of a kind.
func sentFields(r jurisdiction.Register, kind string) []string {
	var all []string
	for _, name := range r.Sends {
		all = append(all, profile.SentFields(name, kind)...)
	}
	return all
}

// claimed are the profile fields that an answer speaks about.
func claimed(field jurisdiction.FormField, a Answer) map[string]string {
	values := map[string]string{}
	prefix := field.Prefill
	switch field.Type {
	case jurisdiction.FieldDocument:
		if field.Prefill == profile.Identity {
			values[profile.Identity] = field.Document
		}
		prefix = field.Document
		fallthrough
	case jurisdiction.FieldAddress, jurisdiction.FieldPerson:
		for part, value := range a.Parts {
			values[prefix+"."+part] = value
		}
	default:
		values[prefix] = a.Text
	}
	return values
}

// isVouched says that a register or a centre stands for a value: the very one.
func (a Applicant) isVouched(name, value string) bool {
	known := a.Known[name]
	return known.Value == value && (strings.HasPrefix(known.Source, "register/") || strings.HasPrefix(known.Source, "desk/"))
}

// claims are all profile values that the form speaks with: what the profile
// offers, and over it what the answers say.
func (f Form) claims(answers Answers) map[string]string {
	all := map[string]string{}
	for name, known := range f.Applicant.Known {
		all[name], _ = known.offered()
	}
	for _, page := range f.Service.Form {
		for _, field := range page.Fields {
			if a := answers[field.Code]; field.Prefill != "" && !a.IsEmpty() {
				for name, value := range claimed(field, a) {
					all[name] = value
				}
			}
		}
	}
	return all
}

// saying are the claims of a form as it stands.
func (f Form) saying() map[string]string {
	answers := Answers{}
	for _, page := range f.Service.Form {
		for _, field := range page.Fields {
			answers[field.Code] = f.answer(field)
		}
	}
	return f.claims(answers)
}

// unconfirmed finds the register that has yet to confirm an answer; false when
// somebody vouches for it, or no register can be asked.
func (f Form) unconfirmed(field jurisdiction.FormField, a Answer, all func() map[string]string) (jurisdiction.Register, bool) {
	if field.Prefill == "" || a.IsEmpty() || len(f.Applicant.Known) == 0 {
		return jurisdiction.Register{}, false
	}
	said := claimed(field, a)
	for name, value := range said {
		if value == "" || f.Applicant.isVouched(name, value) {
			delete(said, name)
		}
	}
	if len(said) == 0 {
		return jurisdiction.Register{}, false
	}
	claims := all()
	for _, r := range f.law.Registers {
		if !checks(r) || !f.canAsk(r, claims) {
			continue
		}
		for _, name := range sentFields(r, claims[profile.Identity]) {
			if said[name] != "" {
				return r, true
			}
		}
	}
	return jurisdiction.Register{}, false
}

// canAsk says whether all is there that a register wants to be sent.
func (f Form) canAsk(r jurisdiction.Register, values map[string]string) bool {
	kind := values[profile.Identity]
	document, _ := f.law.Document(kind)
	for _, name := range sentFields(r, kind) {
		part, _ := f.law.Names.Part(name)
		field, _ := document.Field(strings.TrimPrefix(name, kind+"."))
		if values[name] == "" && !part.Optional && !field.Optional {
			return false
		}
	}
	return true
}

// marks are the marks that some of the answers get at the click, with what has to
// be asked for them.
func (f Form) marks(answers, some Answers, now time.Time) (map[string]Mark, []inquiry) {
	all := map[string]Mark{}
	var asked []inquiry
	claims := f.claims(answers)
	for _, page := range f.Service.Form {
		for _, field := range page.Fields {
			r, open := f.unconfirmed(field, some[field.Code], func() map[string]string { return claims })
			if !open {
				continue
			}
			n := len(asked)
			for i, q := range asked {
				if q.Register == r.Code {
					n = i
				}
			}
			if n == len(asked) {
				asked = append(asked, inquiry{ID: secret.NewID(), Register: r.Code, Values: only(claims, sentFields(r, claims[profile.Identity]))})
			}
			all[field.Code] = Mark{State: MarkWaiting, Register: r.Code, At: now, Inquiry: asked[n].ID}
		}
	}
	return all, asked
}

func only(values map[string]string, names []string) map[string]string {
	kept := map[string]string{}
	for _, name := range append(names, profile.Identity) {
		if value := values[name]; value != "" {
			kept[name] = value
		}
	}
	return kept
}

// mark is the mark of an answer as it stands: of a case the one that was kept, of
// a draft the one that sending would set.
func (f Form) mark(field jurisdiction.FormField, a Answer, saying func() map[string]string) *Mark {
	if f.marked != nil {
		if m, ok := f.marked[field.Code]; ok {
			return &m
		}
		return nil
	}
	if r, open := f.unconfirmed(field, a, saying); open {
		return &Mark{State: MarkWaiting, Register: r.Code}
	}
	return nil
}

// held is what is vouched for in the place of an answer that a register did not
// confirm; nil when nothing is, or the same.
func (f Form) held(field jurisdiction.FormField, filed Answer) *Answer {
	vouched := map[string]Known{}
	for name, known := range f.Applicant.Known {
		if f.Applicant.isVouched(name, known.Value) {
			known.Waits = ""
			vouched[name] = known
		}
	}
	f.Applicant.Known = vouched
	if a := f.prefilled(field); !a.IsEmpty() && !a.Equal(filed) {
		return &a
	}
	return nil
}
