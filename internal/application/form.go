package application

import (
	"slices"
	"strings"
	"sync"

	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// Form is a service's form as one applicant meets it now: which pages and fields
// are asked, what is known already, what is still missing. It is a value without
// a database; pages and use cases both work on it.
type Form struct {
	Service   *jurisdiction.Service
	Applicant Applicant
	Answers   Answers
	law       *jurisdiction.Jurisdiction
	today     text.Day
	asked     map[string]string   // fingerprint of each question, by field
	only      []string            // fields open for correction; nil: all
	was       map[string]bool     // of a correction: the fields that were asked when it began
	frozen    *jurisdiction.Facts // of a sent case: what the conditions saw then
	marked    map[string]Mark     // of a sent case: never nil
}

// Question is one field as it stands.
type Question struct {
	jurisdiction.FormField
	Answer Answer
	Locked bool  // comes from the profile and cannot be changed here
	Done   bool  // answered, in today's wording
	Again  bool  // was answered, but the question has changed since
	Mark   *Mark // a register has not confirmed it, or had not at the click; nil: nothing to confirm (D-15)
}

// Page is one page as it stands.
type Page struct {
	jurisdiction.FormPage
	Questions []Question
}

// Done says whether nothing is missing on the page.
func (p Page) Done() bool {
	for _, q := range p.Questions {
		if !q.Done {
			return false
		}
	}
	return true
}

// Facts are what conditions see of the applicant.
func (f Form) Facts() jurisdiction.Facts {
	if f.frozen != nil {
		return *f.frozen
	}
	return f.Applicant.facts(f.today)
}

// Values are the answers as conditions see them: only fields that are asked now
// count, in the order of the form, so that an answer behind a closed branch
// cannot open another one.
func (f Form) Values() map[string]any {
	values := map[string]any{}
	facts := f.Facts()
	for _, page := range f.Service.Form {
		if !page.When.Holds(facts, values) {
			continue
		}
		for _, field := range page.Fields {
			if a := f.answer(field); field.IsAsked(facts, values) && !a.IsEmpty() {
				values[field.Code] = a.value(field)
			}
		}
	}
	return values
}

// Pages are the pages that are asked now, with the marks of their answers.
func (f Form) Pages() []Page {
	pages, saying := f.asks(), sync.OnceValue(f.saying)
	for i := range pages {
		for n, q := range pages[i].Questions {
			pages[i].Questions[n].Mark = f.mark(q.FormField, q.Answer, saying)
		}
	}
	return pages
}

// asks are the pages that are asked now, without marks.
func (f Form) asks() []Page {
	facts, values := f.Facts(), f.Values()
	var pages []Page
	for _, def := range f.Service.Form {
		if !def.When.Holds(facts, values) {
			continue
		}
		page := Page{FormPage: def}
		for _, field := range def.Fields {
			if field.IsAsked(facts, values) && f.isOpen(field.Code) {
				page.Questions = append(page.Questions, f.question(field))
			}
		}
		if len(page.Questions) > 0 {
			pages = append(pages, page)
		}
	}
	return pages
}

func (f Form) isOpen(code string) bool {
	if f.only == nil {
		return true
	}
	for _, open := range f.only {
		if open == code {
			return true
		}
	}
	return false
}

// Page finds a page that is asked now.
func (f Form) Page(code string) (Page, bool) {
	for _, page := range f.Pages() {
		if page.Code == code {
			return page, true
		}
	}
	return Page{}, false
}

// Unfinished is the first page on which something is missing.
func (f Form) Unfinished() (Page, bool) {
	for _, page := range f.asks() {
		if !page.Done() {
			return page, true
		}
	}
	return Page{}, false
}

// After is the page that follows another; false when it was the last.
func (f Form) After(code string) (Page, bool) {
	seen := false
	for _, page := range f.asks() {
		if seen {
			return page, true
		}
		seen = page.Code == code
	}
	return Page{}, false
}

func (f Form) question(field jurisdiction.FormField) Question {
	q := Question{FormField: field, Answer: f.answer(field), Locked: f.isLocked(field)}
	kept, was := f.Answers[field.Code]
	switch {
	case q.Locked:
		q.Done = true
	case kept.Refused: // a scanner has refused the file
	case was && kept.Asked != f.asked[field.Code]:
		q.Again = true
	case was:
		q.Done = !q.Answer.IsEmpty() || field.Optional
	}
	return q
}

// answer is what stands in a field: what the profile has for a locked one, what
// was typed, else what the profile offers (LVL-40).
func (f Form) answer(field jurisdiction.FormField) Answer {
	kept, typed := f.Answers[field.Code]
	if typed && !field.Locked {
		return kept
	}
	if known := f.prefilled(field); !typed || !known.IsEmpty() {
		return known
	}
	return kept
}

func (f Form) isLocked(field jurisdiction.FormField) bool {
	return field.Locked && !f.prefilled(field).IsEmpty()
}

// prefilled is what the profile has for a field.
func (f Form) prefilled(field jurisdiction.FormField) Answer {
	if field.Prefill == "" {
		return Answer{}
	}
	a := Answer{Asked: f.asked[field.Code]}
	switch field.Type {
	case jurisdiction.FieldDocument:
		kind, _ := f.Applicant.Known[field.Prefill].offered()
		if field.Prefill != field.Document && kind != field.Document {
			return Answer{}
		}
		a.Parts, a.Source = f.under(field.Document)
	case jurisdiction.FieldAddress, jurisdiction.FieldPerson:
		a.Parts, a.Source = f.under(field.Prefill)
	default:
		a.Text, a.Source = f.Applicant.Known[field.Prefill].offered()
	}
	if a.IsEmpty() {
		return Answer{}
	}
	return a
}

// under collects the parts of a document or an address; its source is the one of
// all parts, the holder when they differ. Parts that no register checks do not
// count where others are checked.
func (f Form) under(prefix string) (map[string]string, string) {
	parts, sources, checked := map[string]string{}, map[string]bool{}, map[string]bool{}
	asked := f.checked(prefix)
	for name, known := range f.Applicant.Known {
		part, ok := strings.CutPrefix(name, prefix+".")
		value, source := known.offered()
		if !ok || value == "" {
			continue
		}
		parts[part] = value
		sources[source] = true
		if slices.Contains(asked, name) {
			checked[source] = true
		}
	}
	if len(checked) > 0 {
		sources = checked
	}
	if len(sources) != 1 {
		return parts, HolderSource
	}
	for source := range sources {
		return parts, source
	}
	return parts, ""
}

// checked are the profile fields that some register checks, when the identity
// document is of a kind.
func (f Form) checked(kind string) []string {
	var all []string
	for _, r := range f.law.Registers {
		if checks(r) {
			all = append(all, sentFields(r, kind)...)
		}
	}
	return all
}

// Check brings what a page sent to the form in which it is kept. Mistakes come
// together as fault.Invalid, named by field or field-part; Answers then hold the
// good ones.
func (f Form) Check(page Page, typed Typed) (Answers, error) {
	answers := Answers{}
	var wrong []fault.Field
	facts, values, shown := f.Facts(), f.Values(), f.Values()
	for _, field := range page.Fields {
		if !f.isOpen(field.Code) || !field.IsAsked(facts, values) || f.isLocked(field) {
			continue
		}
		if !field.IsAsked(facts, shown) && !typed.has(field.Code) {
			continue // an answer of this very page has opened it: it is asked next
		}
		a, err := f.check(field, typed)
		if err != nil {
			refused := fault.Of(err)
			if refused.Kind != fault.Invalid {
				return nil, err
			}
			wrong = append(wrong, refused.Fields...)
			delete(values, field.Code)
			continue
		}
		a.Asked = f.asked[field.Code]
		if known := f.prefilled(field); known.Equal(a) {
			a.Source = known.Source
		} else {
			a.Source = HolderSource
		}
		answers[field.Code] = a
		values[field.Code] = a.value(field) // later fields of the page may hang on it
	}
	return answers, fault.Fields(wrong...)
}

func (f Form) check(field jurisdiction.FormField, typed Typed) (Answer, error) {
	switch field.Type {
	case jurisdiction.FieldFile: // comes by Attach
		return f.checkFile(field, typed)
	case jurisdiction.FieldDocument, jurisdiction.FieldAddress, jurisdiction.FieldPerson:
		return f.checkParts(field, typed)
	case jurisdiction.FieldOffice:
		return f.checkOffice(field, typed[field.Code])
	}
	value, err := field.Check(typed[field.Code], f.today)
	return Answer{Text: textOf(value)}, err
}

// checkFile takes the file that Attach has kept, or that it will be brought where
// the service allows it.
func (f Form) checkFile(field jurisdiction.FormField, typed Typed) (Answer, error) {
	if len(field.Bring) > 0 && typed[BringName(field.Code)] != "" {
		return Answer{Brings: true}, nil
	}
	kept := f.Answers[field.Code]
	if kept.Refused && !field.Optional {
		return kept, fault.OneField(field.Code, "blob.infected", nil)
	}
	if kept.Refused {
		return Answer{}, nil
	}
	if kept.Text == "" && !field.Optional {
		return kept, fault.OneField(field.Code, "application.file.missing", nil)
	}
	return Answer{Text: kept.Text}, nil
}

func (f Form) checkOffice(field jurisdiction.FormField, typed string) (Answer, error) {
	value, err := field.Check(typed, f.today)
	if err != nil || value == "" {
		return Answer{}, err
	}
	for _, centre := range f.Offices(field) {
		if centre.Code == value {
			return Answer{Text: centre.Code}, nil
		}
	}
	return Answer{}, fault.OneField(field.Code, "jurisdiction.choose", nil)
}

// Offices are the centres that a field of type office offers (APP-05), those of
// the applicant's region first.
func (f Form) Offices(field jurisdiction.FormField) []jurisdiction.Centre {
	var near, far []jurisdiction.Centre
	for _, c := range f.law.Centres {
		if !c.DoesOffer(field.Offers) {
			continue
		}
		if city, ok := f.law.City(c.City); ok && city.Region == f.Applicant.Region {
			near = append(near, c)
			continue
		}
		far = append(far, c)
	}
	return append(near, far...)
}

// checkParts checks a document, an address or a person; an optional one may be
// left empty as a whole.
func (f Form) checkParts(field jurisdiction.FormField, typed Typed) (Answer, error) {
	parts := map[string]string{}
	for name, value := range typed {
		if part, ok := strings.CutPrefix(name, field.Code+"-"); ok && strings.TrimSpace(value) != "" {
			parts[part] = value
		}
	}
	if len(parts) == 0 && field.Optional {
		return Answer{}, nil
	}
	var err error
	switch field.Type {
	case jurisdiction.FieldDocument:
		document, _ := f.law.Document(field.Document)
		parts, err = document.Check(parts, f.today)
	case jurisdiction.FieldAddress:
		parts, err = f.law.CheckAddress(parts)
	default:
		parts, err = f.checkPerson(parts)
	}
	return Answer{Parts: parts}, prefixed(field.Code, err)
}

// BirthPart is the part of a person that is the date of birth.
const BirthPart = "birth_date"

func (f Form) checkPerson(typed map[string]string) (map[string]string, error) {
	kept := map[string]string{}
	var wrong []fault.Field
	for _, part := range f.law.Names.Parts {
		value, err := f.law.Names.Check(part.Code, typed[part.Code])
		if err != nil {
			wrong = append(wrong, fault.Of(err).Fields...)
		} else if value != "" {
			kept[part.Code] = value
		}
	}
	born := jurisdiction.FormField{Code: BirthPart, Type: jurisdiction.FieldDate, Past: true}
	value, err := born.Check(typed[BirthPart], f.today)
	if err != nil {
		wrong = append(wrong, fault.Of(err).Fields...)
	} else {
		kept[BirthPart] = textOf(value)
	}
	return kept, fault.Fields(wrong...)
}

func prefixed(code string, err error) error {
	if err == nil || fault.Of(err).Kind != fault.Invalid {
		return err
	}
	var wrong []fault.Field
	for _, field := range fault.Of(err).Fields {
		field.Name = code + "-" + field.Name
		wrong = append(wrong, field)
	}
	return fault.Fields(wrong...)
}

// Complete gathers the answers of every field that is asked, as they are sent;
// false when something is missing.
func (f Form) Complete() (Answers, bool) {
	all := Answers{}
	for _, page := range f.asks() {
		for _, q := range page.Questions {
			if !q.Done {
				return nil, false
			}
			if !q.Answer.IsEmpty() {
				all[q.Code] = q.Answer
			}
		}
	}
	return all, true
}
