package jurisdiction

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"
)

// checkService looks at one service and compiles its conditions.
func (l *loader) checkService(s *Service) {
	j := l.j
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			l.add(s.problem(format, args...))
		}
	}
	_, known := j.Category(s.Category)
	refuse(!known, "the category %q does not exist", s.Category)
	_, known = j.Authority(s.Authority)
	refuse(!known, "the authority %q does not exist", s.Authority)
	refuse(!plainCode.MatchString(s.ID), "the id %q is not lower-case letters, digits and _", s.ID)
	refuse(len(s.Audiences) == 0, "the service is for nobody: audiences is empty")
	for _, a := range s.Audiences {
		refuse(!slices.ContainsFunc(j.Audiences, func(x Audience) bool { return x.Code == a }), "the audience %q does not exist", a)
	}
	for _, r := range s.Regions {
		_, known = j.Region(r)
		refuse(!known, "the region %q does not exist", r)
	}
	for lang := range s.Synonyms {
		refuse(!slices.Contains(j.Languages, lang), "the pack does not speak %q", lang)
	}
	_, known = s.Levels["apply"]
	refuse(!known, "levels has no operation apply (CAT-19)")
	refuse(len(s.Procedure) == 0, "the procedure has no step (CAT-11)")
	refuse(s.Deadline.WorkingDays < 0, "a deadline is not before the beginning")
	l.checkWholeness(s, refuse)
	answers, empty := answersOf(s)
	l.checkForm(s, answers, empty)
	l.checkConditions(s, answers, empty)
	l.checkStages(s)
	l.checkResult(s)
}

// checkWholeness: who says "online" must bring all that an application needs.
func (l *loader) checkWholeness(s *Service, refuse func(bool, string, ...any)) {
	if s.Availability != Online {
		refuse(len(s.Form) > 0 || s.Result != nil, "a service that is not online has no form and no result")
		return
	}
	refuse(s.Result == nil, "an online service has a result")
	if s.Result != nil && s.Result.Kind == ResultStatement {
		return
	}
	refuse(len(s.Form) == 0, "an online service has a form")
	refuse(len(s.Stages) == 0, "an online service has stages")
	refuse(s.Decision == nil, "an online service has a decision")
}

func (l *loader) checkForm(s *Service, answers types.Map, empty map[string]any) {
	unique(l, s.Form, func(p FormPage) (string, Source) { return p.Code, p.Source })
	var all []FormField
	for n := range s.Form {
		page := &s.Form[n]
		l.condition(page.Source, &page.When, answers, empty)
		if len(page.Fields) == 0 {
			l.add(page.problem("the page has no field"))
		}
		for k := range page.Fields {
			f := &page.Fields[k]
			l.condition(f.Source, &f.When, answers, empty)
			l.checkField(f)
			all = append(all, *f)
		}
	}
	unique(l, all, func(f FormField) (string, Source) { return f.Code, f.Source })
}

func (l *loader) checkField(f *FormField) {
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			l.add(f.problem(format, args...))
		}
	}
	refuse((f.Type == FieldChoice) != (len(f.Options) > 0), "options belong to a choice, and a choice has options")
	refuse((f.Type == FieldFile) != (f.File != nil), "`file` belongs to a field of type file, and is needed there")
	refuse(f.Type != FieldFile && len(f.Bring) > 0, "`bring` belongs to a field of type file: nothing else can be brought instead")
	refuse((f.Type == FieldDocument) != (f.Document != ""), "`document` belongs to a field of type document, and is needed there")
	refuse((f.Type == FieldOffice) != (f.Offers != ""), "`offers` belongs to a field of type office, and is needed there")
	refuse(f.Offers != "" && !slices.Contains(offers, f.Offers), "no centre offers %q", f.Offers)
	refuse(f.Min != nil && f.Max != nil && *f.Min > *f.Max, "min is above max")
	refuse(f.MaxLength > 0 && f.MinLength > f.MaxLength, "min_length is above max_length")
	refuse(f.Prefill != "" && !slices.Contains(l.j.ProfileFields(), f.Prefill), "the profile field %q does not exist", f.Prefill)
	refuse(f.Locked && f.Prefill == "", "a locked field is prefilled")
	if _, ok := l.j.Document(f.Document); f.Document != "" && !ok {
		l.add(f.problem("the document %q does not exist", f.Document))
	}
	seen := map[string]bool{}
	for _, o := range f.Options {
		refuse(!plainCode.MatchString(o.Code) || seen[o.Code], "the option %q is malformed or comes twice", o.Code)
		seen[o.Code] = true
	}
	if f.File != nil {
		l.checkFile(*f)
	}
	if f.Pattern != "" {
		f.pattern = l.compile(f.Source, "pattern", f.Pattern)
		refuse(!f.pattern.MatchString(f.Example), "the example %q does not fit the pattern", f.Example)
	}
}

var fileKinds = []string{"image/jpeg", "image/png", "application/pdf"}

func (l *loader) checkFile(f FormField) {
	for _, kind := range f.File.Kinds {
		if !slices.Contains(fileKinds, kind) {
			l.add(f.problem("files of the kind %q are not taken (%s)", kind, strings.Join(fileKinds, ", ")))
		}
	}
	limit := l.j.Rules.Files.FileBytes
	if len(f.File.Kinds) == 0 || f.File.MaxMB < 1 || int64(f.File.MaxMB)<<20 > limit {
		l.add(f.problem("a file has kinds and at most %d MB", limit>>20))
	}
	tooFew := f.File.MaxWidth > 0 && f.File.MinWidth > f.File.MaxWidth || f.File.MaxHeight > 0 && f.File.MinHeight > f.File.MaxHeight
	if tooFew || f.File.MinWidth < 0 || f.File.MinHeight < 0 {
		l.add(f.problem("the smallest image is larger than the largest"))
	}
}

func (l *loader) condition(at Source, c *Condition, answers types.Map, empty map[string]any) {
	if err := c.compile(answers, empty, l.j.Citizenship.Own); err != nil {
		text, _, _ := strings.Cut(err.Error(), "\n")
		l.add(at.problem("%s", text))
	}
}

func (l *loader) checkConditions(s *Service, answers types.Map, empty map[string]any) {
	for n := range s.Eligibility {
		l.condition(s.Eligibility[n].Source, &s.Eligibility[n].Holds, answers, empty)
	}
	for n := range s.Duties {
		d := &s.Duties[n]
		l.condition(d.Source, &d.When, answers, empty)
		if d.Amount <= 0 || d.Discount < 0 || d.Discount > 100 {
			l.add(d.problem("a duty is more than 0 and its discount 0 to 100 percent"))
		}
	}
	if s.Result == nil {
		return
	}
	for n := range s.Result.Validity {
		v := &s.Result.Validity[n]
		l.condition(s.Result.Source, &v.When, answers, empty)
		if v.Years < 0 || v.Months < 0 || v.Years+v.Months == 0 {
			l.add(s.Result.problem("a validity has years or months"))
		}
	}
}

func (l *loader) checkStages(s *Service) {
	unique(l, s.Stages, func(st Stage) (string, Source) { return st.Code, st.Source })
	deciding := 0
	for _, st := range s.Stages {
		if !slices.Contains([]string{TurnApplicant, TurnAuthority, TurnRegister}, st.Turn) {
			l.add(st.problem("the turn %q is not applicant, authority or register", st.Turn))
		}
		if st.WorkingDays < 0 {
			l.add(st.problem("a stage does not end before it begins"))
		}
		if st.Officer {
			deciding++
		}
	}
	if s.Decision == nil {
		return
	}
	if deciding != 1 {
		l.add(s.problem("an officer decides in exactly one stage"))
	}
	unique(l, s.Decision.Outcomes, func(o Outcome) (string, Source) { return o.Code, o.Source })
	grants := 0
	for _, o := range s.Decision.Outcomes {
		if o.Grants {
			grants++
		} else if len(o.Reasons) == 0 {
			l.add(o.problem("a refusal has reasons to pick from"))
		}
		unique(l, o.Reasons, func(r Reason) (string, Source) { return r.Code, r.Source })
	}
	if grants != 1 {
		l.add(s.problem("exactly one outcome grants the result"))
	}
	if c := s.Decision.Correction; c != nil {
		for _, f := range c.Fields {
			if _, ok := s.Field(f); !ok {
				l.add(s.problem("the field %q, open to correction, does not exist", f))
			}
		}
		if c.WorkingDays < 1 {
			l.add(s.problem("a correction has at least one working day"))
		}
	}
}

func (l *loader) checkResult(s *Service) {
	r := s.Result
	if r == nil {
		return
	}
	switch r.Kind {
	case ResultStatement:
		if register, ok := l.j.Register(r.Register); !ok || register.Service != "statements" {
			l.add(r.problem("a statement comes from a register that has the service statements"))
		}
	case ResultPickUp:
		if f, ok := s.Field(r.Office); !ok || f.Type != FieldOffice {
			l.add(r.problem("the pick-up place %q is not a field of type office", r.Office))
		}
	case ResultPDF:
	default:
		l.add(r.problem("the result %q is not statement, pdf or pickup", r.Kind))
	}
	for _, f := range r.Fields {
		if !l.comesFrom(s, f.From) {
			l.add(f.problem("the value %q does not exist", f.From))
		}
	}
}

var resultValues = []string{"case.number", "case.filed_on", "case.decided_on", "result.valid_until", "profile.full_name",
	"statement.as_of", "statement.points", "statement.experience_months", "statement.employers", "statement.total"}

func (l *loader) comesFrom(s *Service, from string) bool {
	if slices.Contains(resultValues, from) {
		return true
	}
	place, name, _ := strings.Cut(from, ".")
	switch place {
	case "profile":
		return slices.Contains(l.j.ProfileFields(), name)
	case "answers":
		_, ok := s.Field(name)
		return ok
	}
	return false
}
