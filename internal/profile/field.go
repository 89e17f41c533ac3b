package profile

import (
	"slices"
	"strings"

	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// Form names a part of the profile that is filled in together: General, the code
// of a document or a number, Registration or Residence.
type Form string

// General is the form "Filling in and checking personal data" (PRF-02): what the standard level needs.
const General Form = "general"

// Sexes are the choices of PRF-05.
var Sexes = []string{"male", "female"}

// Need is a field that the general form asks for.
type Need struct {
	Field    string
	Optional bool
}

// Needs are the fields of the general form in their order (levels.yaml, standard).
func (s *Profiles) Needs() []Need {
	var needs []Need
	for _, level := range s.law.Levels {
		if level.Code != jurisdiction.Standard {
			continue
		}
		for _, n := range level.Needs {
			if strings.Contains(n, "|") || n == "phone" || n == "email" || n == "password" {
				continue
			}
			field, optional := strings.CutSuffix(n, "?")
			needs = append(needs, Need{field, optional})
		}
	}
	return needs
}

// Law is the jurisdiction whose fields these are.
func (s *Profiles) Law() *jurisdiction.Jurisdiction { return s.law }

// IsCore says whether a field is checked by the registers, so that a change of
// it has to be confirmed once the account is standard.
func (s *Profiles) IsCore(field string) bool {
	if kind, _, ok := strings.Cut(field, "."); ok {
		d, found := s.law.Document(kind)
		return found && d.Identity
	}
	return slices.ContainsFunc(s.Needs(), func(n Need) bool { return n.Field == field })
}

// Fields are the fields of a form. For General kind is the chosen kind of
// identity document. Nil when there is no such form.
func (s *Profiles) Fields(form Form, kind string) []string {
	var fields []string
	switch {
	case form == General:
		for _, n := range s.Needs() {
			fields = append(fields, n.Field)
			if d, ok := s.law.Document(kind); ok && n.Field == Identity && d.Identity {
				fields = append(fields, documentFields(d)...)
			}
		}
		return fields
	case string(form) == Registration || string(form) == Residence:
		for _, part := range s.law.Address {
			fields = append(fields, string(form)+"."+part.Code)
		}
		return fields
	}
	if d, ok := s.law.Document(string(form)); ok {
		return documentFields(d)
	}
	if _, ok := s.law.Identifier(string(form)); ok {
		return []string{string(form)}
	}
	return nil
}

func documentFields(d jurisdiction.Document) []string {
	var fields []string
	for _, f := range d.Fields {
		fields = append(fields, d.Code+"."+f.Code)
	}
	return fields
}

// IdentityKinds are the kinds of identity documents of a citizenship; all of
// them when none was chosen yet (PRF-11, PRF-15).
func (s *Profiles) IdentityKinds(citizenship string) []jurisdiction.Document {
	var kinds []jurisdiction.Document
	for _, d := range s.law.Documents {
		if d.Identity && (citizenship == "" || d.HeldBy(citizenship, s.law.Citizenship.Own)) {
			kinds = append(kinds, d)
		}
	}
	return kinds
}

// Others are the forms beside the general one, in the jurisdiction's order: numbers, documents, addresses (PRF-22).
func (s *Profiles) Others() []Form {
	var forms []Form
	for _, i := range s.law.Identifiers {
		if !s.IsCore(i.Code) {
			forms = append(forms, Form(i.Code))
		}
	}
	for _, d := range s.law.Documents {
		if !d.Identity {
			forms = append(forms, Form(d.Code))
		}
	}
	return append(forms, Registration, Residence)
}

// Check brings what was typed in a form to the form in which it is kept and
// refuses, field by field in the order of the form, what is missing or wrong
// (PRF-17). Fields that the form does not have are dropped.
func (s *Profiles) Check(form Form, typed map[string]string, today text.Day) (map[string]string, error) {
	c := checker{law: s.law, typed: typed, today: today, kept: map[string]string{}}
	switch {
	case form == General:
		for _, n := range s.Needs() {
			c.general(n)
		}
	case string(form) == Registration || string(form) == Residence:
		kept, err := s.law.CheckAddress(under(typed, string(form)))
		c.take(string(form)+".", kept, err)
	default:
		if d, ok := s.law.Document(string(form)); ok {
			c.document(d)
		} else if _, ok := s.law.Identifier(string(form)); ok {
			c.general(Need{Field: string(form)})
		} else {
			return nil, fault.New(fault.NotFound, "profile.no_form")
		}
	}
	return c.kept, fault.Fields(c.wrong...)
}

type checker struct {
	law   *jurisdiction.Jurisdiction
	typed map[string]string
	today text.Day
	kept  map[string]string
	wrong []fault.Field
}

func (c *checker) refuse(field, key string) {
	c.wrong = append(c.wrong, fault.Field{Name: field, Key: key})
}

// take keeps values and renames mistakes to the names of the form.
func (c *checker) take(prefix string, kept map[string]string, err error) {
	for code, value := range kept {
		c.kept[prefix+code] = value
	}
	if err == nil {
		return
	}
	for _, f := range fault.Of(err).Fields {
		f.Name = prefix + f.Name
		c.wrong = append(c.wrong, f)
	}
}

func (c *checker) general(n Need) {
	typed := strings.TrimSpace(c.typed[n.Field])
	if _, isName := c.law.Names.Part(n.Field); isName {
		value, err := c.law.Names.Check(n.Field, typed)
		c.take("", one(n.Field, value), err)
		return
	}
	if typed == "" && n.Optional {
		return
	}
	if identifier, ok := c.law.Identifier(n.Field); ok {
		value, err := identifier.Normalise(typed)
		c.take("", one(n.Field, value), err)
		return
	}
	switch n.Field {
	case Sex:
		c.choose(Sex, typed, Sexes, "profile.choose_sex")
	case Citizenship:
		c.choose(Citizenship, typed, append([]string{c.law.Citizenship.Own}, c.law.Citizenship.Codes...), "profile.choose_citizenship")
	case BirthDate:
		value, err := jurisdiction.DocumentField{Code: BirthDate, Kind: jurisdiction.KindDate}.Check(typed, c.today)
		c.take("", one(BirthDate, value), err)
	case Identity:
		c.identity(typed)
	default:
		value, err := jurisdiction.DocumentField{Code: n.Field}.Check(typed, c.today)
		c.take("", one(n.Field, value), err)
	}
}

func (c *checker) choose(field, typed string, from []string, key string) {
	if !slices.Contains(from, typed) {
		c.refuse(field, key)
		return
	}
	c.kept[field] = typed
}

func (c *checker) identity(kind string) {
	d, ok := c.law.Document(kind)
	switch {
	case !ok || !d.Identity:
		c.refuse(Identity, "profile.choose_document")
		return
	case c.kept[Citizenship] != "" && !d.HeldBy(c.kept[Citizenship], c.law.Citizenship.Own):
		c.refuse(Identity, "profile.document_of_others")
		return
	}
	c.kept[Identity] = kind
	c.document(d)
}

func (c *checker) document(d jurisdiction.Document) {
	kept, err := d.Check(under(c.typed, d.Code), c.today)
	c.take(d.Code+".", kept, err)
}

func one(field, value string) map[string]string {
	if value == "" {
		return nil
	}
	return map[string]string{field: value}
}

func under(typed map[string]string, prefix string) map[string]string {
	parts := map[string]string{}
	for field, value := range typed {
		if code, ok := strings.CutPrefix(field, prefix+"."); ok {
			parts[code] = value
		}
	}
	return parts
}

// SentFields are the fields of the profile behind a name that a register is
// sent: "document_number" is the number of the identity document of that kind.
func SentFields(sent, kind string) []string {
	if sent == "document_type" {
		return []string{Identity}
	}
	if code, ok := strings.CutPrefix(sent, "document_"); ok {
		return []string{kind + "." + code}
	}
	return []string{sent}
}
