package register

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A Person is somebody whom the registers know.
type Person struct {
	Fields    map[string]string `json:"fields"`              // every field that any register compares
	Deceased  bool              `json:"deceased,omitempty"`  // right data of a dead person are a mismatch
	Review    bool              `json:"review,omitempty"`    // right data of this person always go to manual review
	Registers []string          `json:"registers,omitempty"` // names of the registers that know the person; empty: all
	Statement *Statement        `json:"statement,omitempty"` // the pension account, if there is one
}

// A Statement is a pension account. Amounts are whole smallest units of the currency.
type Statement struct {
	AsOf             string     `json:"as_of"` // a date; the day of asking when empty
	Currency         string     `json:"currency"`
	Points           string     `json:"points"` // a decimal number, "0" when empty
	ExperienceMonths int        `json:"experience_months"`
	Employers        []Employer `json:"employers"`
	Total            int64      `json:"total"` // computed, never read
}

// An Employer paid contributions.
type Employer struct {
	Name          string         `json:"name"`
	Contributions []Contribution `json:"contributions"`
}

// A Contribution is what an employer paid in one year.
type Contribution struct {
	Year   int   `json:"year"`
	Amount int64 `json:"amount"`
}

var (
	plainName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)
	currency  = regexp.MustCompile(`^[A-Z]{3}$`)
	decimal   = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,6})?$`)
)

// AddPerson makes the registers know p. Who is added later is found first.
func (s *Server) AddPerson(p Person) error {
	if len(p.Fields) == 0 {
		return errors.New("a person needs fields")
	}
	for name, value := range p.Fields {
		if !plainName.MatchString(name) {
			return fmt.Errorf("field name %q is not lower-case letters, digits and _", name)
		}
		if !utf8.ValidString(value) || utf8.RuneCountInString(value) > 300 {
			return fmt.Errorf("field %q is not text of at most 300 characters", name)
		}
	}
	for _, name := range p.Registers {
		if s.find(name) == nil {
			return fmt.Errorf("there is no register %q", name)
		}
	}
	p.Fields, p.Registers = maps.Clone(p.Fields), slices.Clone(p.Registers)
	if p.Statement != nil {
		whole, err := p.Statement.complete()
		if err != nil {
			return err
		}
		p.Statement = &whole
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people = append(s.people, p)
	return nil
}

// complete checks a statement, sorts its years and sums it up.
func (st Statement) complete() (Statement, error) {
	if st.AsOf != "" {
		if _, err := time.Parse(time.DateOnly, st.AsOf); err != nil {
			return st, fmt.Errorf("as_of %q is not a date like 2026-10-01", st.AsOf)
		}
	}
	if !currency.MatchString(st.Currency) {
		return st, fmt.Errorf("currency %q is not three capital letters", st.Currency)
	}
	if st.Points == "" {
		st.Points = "0"
	}
	if !decimal.MatchString(st.Points) {
		return st, fmt.Errorf("points %q is not a number like 87.512", st.Points)
	}
	if st.ExperienceMonths < 0 || st.ExperienceMonths > 1200 {
		return st, fmt.Errorf("experience_months %d is not between 0 and 1200", st.ExperienceMonths)
	}
	employers := make([]Employer, 0, len(st.Employers))
	st.Total = 0
	for _, e := range st.Employers {
		if strings.TrimSpace(e.Name) == "" {
			return st, errors.New("an employer has no name")
		}
		paid := slices.Clone(e.Contributions)
		slices.SortStableFunc(paid, func(a, b Contribution) int { return b.Year - a.Year })
		for _, c := range paid {
			if c.Year < 1900 || c.Year > 2200 || c.Amount < 0 || c.Amount > 1e15 {
				return st, fmt.Errorf("contribution of %d in %d is impossible", c.Amount, c.Year)
			}
			st.Total += c.Amount
		}
		employers = append(employers, Employer{Name: e.Name, Contributions: append([]Contribution{}, paid...)})
	}
	st.Employers = employers
	return st, nil
}

// holder finds who has all the named fields as given, the latest added first. Whoever has none of them is not in this register.
// The caller holds s.mu.
func (s *Server) holder(r *register, names []string, given map[string]string) *Person {
	for i := len(s.people) - 1; i >= 0; i-- {
		p := &s.people[i]
		known := len(p.Registers) == 0 || slices.Contains(p.Registers, r.Name)
		if known && hasAny(p.Fields, names) && sameIn(names, p.Fields, given) {
			return p
		}
	}
	return nil
}

func hasAny(fields map[string]string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return fold(fields[name]) != "" })
}

func sameIn(names []string, a, b map[string]string) bool {
	for _, name := range names {
		if fold(a[name]) != fold(b[name]) {
			return false
		}
	}
	return true
}

// fold brings text to the form in which registers compare it.
func fold(text string) string {
	text = cases.Fold().String(norm.NFC.String(text))
	text = strings.ReplaceAll(norm.NFC.String(text), "ё", "е")
	return strings.Join(strings.Fields(text), " ")
}
