package jurisdiction

import "okno/internal/text"

// example is one line of examples/*.yaml: a value that must pass or must fail.
type example struct {
	Source
	Of      string   `yaml:"of"`               // identifier:<code>, name:<part>, document:<code>.<field>, phone, address:<part>, password
	Value   string   `yaml:"value"`            //
	Context []string `yaml:"context,optional"` // for a password
	Becomes string   `yaml:"becomes,optional"` // the kept form
	Fails   string   `yaml:"fails,optional"`   // text key of the refusal, without "jurisdiction."; empty: passes
	Why     string   `yaml:"why,optional"`
}

// exampleDay is the day on which examples are judged.
var exampleDay = text.Day{Year: 2026, Month: 10, Day: 1}

// runExamples runs examples/*.yaml and the examples of the services.
func (l *loader) runExamples() {
	for _, name := range l.files("examples", ".yaml") {
		var list []example
		l.read(name, &list)
		for _, e := range list {
			l.runExample(e)
		}
	}
	for _, s := range l.j.Services {
		for _, e := range s.Examples {
			l.runServiceExample(s, e)
		}
	}
}

func (l *loader) runExample(e example) {
	kept, key, known := l.j.judge(e)
	switch want := e.Fails; {
	case !known:
		l.add(e.problem("%q is nothing that can be judged", e.Of))
	case want == "" && key != "":
		l.add(e.problem("%s %q should pass, but fails with %q", e.Of, e.Value, key))
	case want != "" && key != "jurisdiction."+want:
		l.add(e.problem("%s %q should fail with %q, not with %q", e.Of, e.Value, want, key))
	case e.Becomes != "" && kept != e.Becomes:
		l.add(e.problem("%s %q should become %q, not %q", e.Of, e.Value, e.Becomes, kept))
	}
}

// runServiceExample applies a service's conditions to an invented applicant.
func (l *loader) runServiceExample(s *Service, e ServiceExample) {
	answers := map[string]any{}
	for code, typed := range e.Answers {
		f, ok := s.Field(code)
		if !ok {
			l.add(e.problem("the field %q does not exist", code))
			continue
		}
		answers[code] = answer(f, typed)
	}
	refusals := s.Refusals(e.Facts, answers)
	allowed := len(refusals) == 0 && e.Facts.Level >= s.Level("apply")
	if allowed != e.Allowed {
		l.add(e.problem("the example %q: allowed is %t, not %t", e.Name, allowed, e.Allowed))
	}
	if e.Duty == nil {
		return
	}
	var sum int64
	for _, d := range s.DutiesFor(e.Facts, answers) {
		sum += d.Amount
	}
	if sum != *e.Duty {
		l.add(e.problem("the example %q: the duty is %d, not %d", e.Name, sum, *e.Duty))
	}
}
