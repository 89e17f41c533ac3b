package jurisdiction

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"okno/internal/text"
)

var (
	plainCode = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	colour    = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	money     = regexp.MustCompile(`^[A-Z]{3}$`)
	country   = regexp.MustCompile(`^[A-Z]{2}$`)
	wire      = regexp.MustCompile(`^[^/\s]+/[^/\s]+/[^/\s]+/[^/\s]+$`)
)

// check looks at what several files say together. Files that could not be read
// leave zero values behind, which it must bear.
func (l *loader) check() {
	l.checkIdentifiers()
	l.checkDocuments()
	l.checkNames()
	l.checkPasswords()
	l.problems = append(l.problems, l.j.Rules.mistakes(Source{File: "rules.yaml", Line: 1})...)
	l.checkPlaces()
	l.checkLevels()
	l.checkRegisters()
	l.checkArticles()
	l.checkTheme()
	for _, s := range l.j.Services {
		l.checkService(s)
	}
}

func (l *loader) checkHead(h head) {
	if !plainCode.MatchString(h.Code) {
		l.add(h.problem("the code %q is not lower-case letters and digits", h.Code))
	}
	if !money.MatchString(h.Currency.Code) || h.Currency.MinorUnits < 0 || h.Currency.MinorUnits > 4 {
		l.add(h.problem("the currency has a code of three capital letters and 0 to 4 minor units"))
	}
	if len(h.Phone.Countries) == 0 {
		l.add(h.problem("phone.countries is empty"))
	}
	for i := range l.j.Phone.Countries {
		c := &l.j.Phone.Countries[i]
		c.mobile = l.compile(c.Source, "mobile", c.Mobile)
		if !c.mobile.MatchString(c.Example) {
			l.add(c.problem("the example %q is not a mobile number by the pattern", c.Example))
		}
	}
	for i := range l.j.Address {
		part := &l.j.Address[i]
		if part.Pattern != "" {
			part.pattern = l.compile(part.Source, "pattern", part.Pattern)
		}
	}
	for _, code := range append([]string{h.Citizenship.Own}, h.Citizenship.Codes...) {
		if !country.MatchString(code) {
			l.add(h.problem("the citizenship %q is not two capital letters", code))
		}
	}
	for _, c := range h.Contacts {
		if !slices.Contains([]string{"phone", "email", "address"}, c.Kind) {
			l.add(h.problem("the contact kind %q is not phone, email or address", c.Kind))
		}
	}
}

// compile is never nil: a broken expression becomes one that matches nothing.
func (l *loader) compile(at Source, what, expression string) *pattern {
	p, err := compile(expression)
	if err != nil {
		l.add(at.problem("the %s %q is not a regular expression", what, expression))
		p, _ = compile(`[^\s\S]`)
	}
	return p
}

// unique refuses codes that are malformed or come twice.
func unique[T any](l *loader, list []T, of func(T) (string, Source)) {
	seen := map[string]bool{}
	for _, item := range list {
		code, at := of(item)
		if !plainCode.MatchString(code) {
			l.add(at.problem("the code %q is not lower-case letters, digits and _", code))
		}
		if seen[code] {
			l.add(at.problem("the code %q comes twice", code))
		}
		seen[code] = true
	}
}

func (l *loader) checkIdentifiers() {
	unique(l, l.j.Identifiers, func(i Identifier) (string, Source) { return i.Code, i.Source })
	for n := range l.j.Identifiers {
		i := &l.j.Identifiers[n]
		i.pattern = l.compile(i.Source, "pattern", i.Pattern)
		if wrong := i.Checksum.mistake(); wrong != "" {
			l.add(i.problem("%s", wrong))
			continue
		}
		if _, err := i.Normalise(i.Example); err != nil {
			l.add(i.problem("the example %q is not valid by its own rules", i.Example))
		}
	}
}

func (l *loader) checkDocuments() {
	unique(l, l.j.Documents, func(d Document) (string, Source) { return d.Code, d.Source })
	for n := range l.j.Documents {
		d := &l.j.Documents[n]
		if len(d.Fields) == 0 {
			l.add(d.problem("the document has no field"))
		}
		if _, ok := l.j.Register(d.Register); d.Register != "" && !ok {
			l.add(d.problem("the register %q does not exist", d.Register))
		}
		unique(l, d.Fields, func(f DocumentField) (string, Source) { return f.Code, f.Source })
		for k := range d.Fields {
			l.checkDocumentField(&d.Fields[k])
		}
	}
}

func (l *loader) checkDocumentField(f *DocumentField) {
	if f.Kind == "" {
		f.Kind = KindText
	}
	switch f.Kind {
	case KindText:
		if f.Pattern != "" {
			f.pattern = l.compile(f.Source, "pattern", f.Pattern)
			if _, err := f.text(f.Example); err != nil {
				l.add(f.problem("the example %q does not fit the pattern", f.Example))
			}
		}
	case KindIdentifier:
		i, ok := l.j.Identifier(f.Identifier)
		if !ok {
			l.add(f.problem("the identifier %q does not exist", f.Identifier))
		}
		f.identifier = &i
	case KindDate:
	default:
		l.add(f.problem("%q is not a kind of field (text, date, identifier)", f.Kind))
	}
}

func (l *loader) checkNames() {
	names, at := &l.j.Names, Source{File: "names.yaml", Line: 1}
	unique(l, names.Parts, func(p NamePart) (string, Source) { return p.Code, p.Source })
	if len(names.Parts) == 0 || len(names.Alphabets) == 0 || names.Max < 1 {
		l.add(at.problem("a name has at least one part, one alphabet and one character"))
	}
	for n := range names.Alphabets {
		a := &names.Alphabets[n]
		for _, word := range strings.Fields(a.Letters) {
			from, size := utf8.DecodeRuneInString(word)
			to := from
			if rest, isRange := strings.CutPrefix(word[size:], "-"); isRange {
				to, size = utf8.DecodeRuneInString(rest)
				word = rest
			}
			if size != len(word) || from == utf8.RuneError || to < from {
				l.add(at.problem("the letters %q of alphabet %q are not like а-я", word, a.Code))
				continue
			}
			a.set = append(a.set, letterRange{from, to})
		}
		if len(a.set) == 0 {
			l.add(at.problem("the alphabet %q has no letters", a.Code))
		}
	}
	if strings.IndexFunc(names.Marks, unicode.IsControl) >= 0 {
		l.add(at.problem("marks hold a control character"))
	}
}

func (l *loader) checkPasswords() {
	p, at := &l.j.Passwords, Source{File: "passwords.yaml", Line: 1}
	unique(l, p.Profiles, func(f PasswordProfile) (string, Source) { return f.Code, f.Source })
	if p.Profile().Code == "" {
		l.add(at.problem("the profile in force %q does not exist", p.InForce))
	}
	for _, f := range p.Profiles {
		if f.Min < 8 || f.Max < 64 || f.Max > 1024 {
			l.add(f.problem("min is at least 8, max 64 to 1024"))
		}
	}
	p.trivial = map[string]bool{}
	for _, word := range p.Trivial {
		p.trivial[text.Fold(word)] = true
	}
}

func (l *loader) checkTheme() {
	t := l.j.Theme
	for _, c := range []string{t.Accent, t.Support, t.Neutral} {
		if !colour.MatchString(c) {
			l.add(t.problem("the colour %q is not like #1e2b3c", c))
		}
	}
	if t.Logo == "" || strings.ContainsAny(t.Logo, `/\`) {
		l.add(t.problem("the logo is a file in theme/"))
	} else if _, err := fs.Stat(l.pack, "theme/"+t.Logo); err != nil {
		l.add(t.problem("the logo %q is not in theme/", t.Logo))
	}
}

func (l *loader) checkArticles() {
	for _, list := range [][]Article{l.j.Questions, l.j.News, l.j.Terms} {
		unique(l, list, func(a Article) (string, Source) { return strings.ReplaceAll(a.Code, "-", "_"), a.Source })
		for _, a := range list {
			if _, ok := l.j.Service(a.Service); a.Service != "" && !ok {
				l.add(a.problem("the service %q does not exist", a.Service))
			}
		}
	}
	for _, n := range l.j.News {
		if n.Date.IsZero() {
			l.add(n.problem("news has a date"))
		}
	}
}
