package catalogue

import (
	"cmp"
	"fmt"
	"slices"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/search"
)

// Catalogue is the whole list. Any number of goroutines may read it at once.
type Catalogue struct {
	db       *db.DB
	law      *jurisdiction.Jurisdiction
	accounts *account.Accounts
	sources  Sources

	services   map[string]*jurisdiction.Service
	category   map[string][]*jurisdiction.Service
	authority  map[string][]*jurisdiction.Service
	popular    []*jurisdiction.Service // by their place (NAV-15)
	everything *search.Index
	asked      *search.Index // questions only
}

// New makes the catalogue of a jurisdiction.
func New(d *db.DB, law *jurisdiction.Jurisdiction, accounts *account.Accounts, sources Sources) (*Catalogue, error) {
	c := &Catalogue{db: d, law: law, accounts: accounts, sources: sources, services: map[string]*jurisdiction.Service{},
		category: map[string][]*jurisdiction.Service{}, authority: map[string][]*jurisdiction.Service{}}
	for _, s := range law.Services {
		c.services[s.ID] = s
		c.category[s.Category] = append(c.category[s.Category], s)
		c.authority[s.Authority] = append(c.authority[s.Authority], s)
		if s.Popular > 0 {
			c.popular = append(c.popular, s)
		}
	}
	slices.SortStableFunc(c.popular, func(a, b *jurisdiction.Service) int { return cmp.Compare(a.Popular, b.Popular) })
	return c, c.index()
}

// Law is the jurisdiction that the catalogue was made from.
func (c *Catalogue) Law() *jurisdiction.Jurisdiction { return c.law }

// Service finds a service by its id.
func (c *Catalogue) Service(id string) (*jurisdiction.Service, bool) {
	s, ok := c.services[id]
	return s, ok
}

// Shelf is a category or an authority with its services.
type Shelf struct {
	Code     string
	Name     jurisdiction.Words
	About    jurisdiction.Words
	Website  string                  // of an authority, may be ""
	Services []*jurisdiction.Service // may be none: information only
}

// Categories are the shelves by category with what is there for an audience, in
// the jurisdiction's order (NAV-24). An empty audience means everybody.
func (c *Catalogue) Categories(audience string) []Shelf {
	var shelves []Shelf
	for _, k := range c.law.Categories {
		shelves = append(shelves, Shelf{k.Code, k.Name, k.About, "", forAudience(c.category[k.Code], audience)})
	}
	return shelves
}

// Category is one shelf of Categories.
func (c *Catalogue) Category(code, audience string) (Shelf, bool) {
	k, ok := c.law.Category(code)
	return Shelf{k.Code, k.Name, k.About, "", forAudience(c.category[code], audience)}, ok
}

// Authorities are all bodies that take part in public services (NAV-25).
func (c *Catalogue) Authorities() []Shelf {
	var shelves []Shelf
	for _, a := range c.law.Authorities {
		shelves = append(shelves, Shelf{a.Code, a.Name, a.About, a.Website, c.authority[a.Code]})
	}
	return shelves
}

// Authority is one body with all its services.
func (c *Catalogue) Authority(code string) (Shelf, bool) {
	a, ok := c.law.Authority(code)
	return Shelf{a.Code, a.Name, a.About, a.Website, c.authority[code]}, ok
}

// Popular are at most n services to begin with, for an audience: those most asked
// for (NAV-15, CAT-16), then what else can be had online.
func (c *Catalogue) Popular(audience string, n int) []*jurisdiction.Service {
	list := forAudience(c.popular, audience)
	for _, s := range forAudience(c.law.Services, audience) {
		if s.Popular == 0 && s.Availability == jurisdiction.Online {
			list = append(list, s)
		}
	}
	return list[:min(n, len(list))]
}

// PopularQuestions are those most often asked of support (NAV-18).
func (c *Catalogue) PopularQuestions() []jurisdiction.Article {
	return slices.DeleteFunc(slices.Clone(c.law.Questions), func(a jurisdiction.Article) bool { return !a.Popular })
}

// IsFor says whether a service is for an audience; "" is everybody.
func IsFor(s *jurisdiction.Service, audience string) bool {
	return audience == "" || slices.Contains(s.Audiences, audience)
}

func forAudience(list []*jurisdiction.Service, audience string) []*jurisdiction.Service {
	var some []*jurisdiction.Service
	for _, s := range list {
		if IsFor(s, audience) {
			some = append(some, s)
		}
	}
	return some
}

// index makes the two search indexes.
func (c *Catalogue) index() (err error) {
	var all, questions []search.Document
	for _, s := range c.law.Services {
		all = append(all, c.serviceDocument(s))
	}
	for _, a := range c.law.Authorities {
		all = append(all, search.Document{ID: authorityID + a.Code, Text: inLanguages(c.law, a.Name, a.About, nil), Boost: 0.9})
	}
	for _, q := range c.law.Questions {
		d := search.Document{ID: questionID + q.Code, Text: inLanguages(c.law, q.Title, q.Body, q.Synonyms)}
		all, questions = append(all, d), append(questions, d)
	}
	if c.everything, err = search.New(all); err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	if c.asked, err = search.New(questions); err != nil {
		return fmt.Errorf("catalogue: questions: %w", err)
	}
	return nil
}
