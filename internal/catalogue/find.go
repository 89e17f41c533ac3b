package catalogue

import (
	"context"
	"slices"
	"strings"

	"okno/internal/jurisdiction"
	"okno/internal/search"
)

// The index holds three kinds of things; the beginning of an id says which.
const (
	serviceID   = "service/"
	authorityID = "authority/"
	questionID  = "question/"
)

// mostFound bounds an answer.
const mostFound = 60

// Wanted is what somebody looks for. Zero filters let everything through.
type Wanted struct {
	Words  string
	Lang   string
	Region string                      // where availability is judged
	Here   []Here                      // ticked availabilities
	Levels []jurisdiction.AccountLevel // ticked levels
	Free   bool                        // only what costs nothing
	Kinds  []jurisdiction.ServiceKind  // ticked kinds (CAT-13)
}

// Found is an answer: services, authorities and questions, each the best first.
type Found struct {
	Services    []*jurisdiction.Service
	Authorities []jurisdiction.Authority
	Questions   []jurisdiction.Article
	// Of counts what every filter would leave of the services found by words
	// alone: "here.online", "level.standard", "kind.document", "free".
	Of map[string]int
	// All is how many services the words alone found.
	All int
	// Instead is "did you mean", "" when every word is known.
	Instead string
}

// Empty says that nothing was found at all.
func (f Found) Empty() bool {
	return len(f.Services)+len(f.Authorities)+len(f.Questions) == 0
}

// Find looks for services, authorities and questions by the reader's own words
// (NAV-11..13); without words it lists all services.
func (c *Catalogue) Find(ctx context.Context, w Wanted) (Found, error) {
	f := Found{Of: map[string]int{}}
	if strings.TrimSpace(w.Words) == "" {
		return f.narrowed(c.law.Services, w), nil
	}
	hits, err := c.everything.Search(ctx, w.Words, w.Lang, mostFound)
	if err != nil {
		return f, err
	}
	var services []*jurisdiction.Service
	for _, h := range hits {
		kind, code, _ := strings.Cut(h.ID, "/")
		switch kind + "/" {
		case serviceID:
			services = append(services, c.services[code])
		case authorityID:
			a, _ := c.law.Authority(code)
			f.Authorities = append(f.Authorities, a)
		case questionID:
			f.Questions = append(f.Questions, c.question(code))
		}
	}
	f.Instead = c.everything.Suggest(w.Words, w.Lang)
	return f.narrowed(services, w), nil
}

// narrowed counts what the filters would leave and applies them.
func (f Found) narrowed(services []*jurisdiction.Service, w Wanted) Found {
	f.All = len(services)
	for _, s := range services {
		here, level, free := HereOf(s, w.Region), s.Level("apply"), len(s.Duties) == 0
		f.Of["here."+string(here)]++
		f.Of["level."+level.String()]++
		f.Of["kind."+string(s.Kind)]++
		if free {
			f.Of["free"]++
		}
		if ticked(w.Here, here) && ticked(w.Levels, level) && ticked(w.Kinds, s.Kind) && (free || !w.Free) {
			f.Services = append(f.Services, s)
		}
	}
	return f
}

func ticked[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// Ask looks for questions only (SUP-01).
func (c *Catalogue) Ask(ctx context.Context, words, lang string) ([]jurisdiction.Article, error) {
	hits, err := c.asked.Search(ctx, words, lang, mostFound)
	var found []jurisdiction.Article
	for _, h := range hits {
		found = append(found, c.question(strings.TrimPrefix(h.ID, questionID)))
	}
	return found, err
}

func (c *Catalogue) question(code string) jurisdiction.Article {
	a, _ := Article(c.law.Questions, code)
	return a
}

// Article finds a page of help, news or terms by its code.
func Article(list []jurisdiction.Article, code string) (jurisdiction.Article, bool) {
	for _, a := range list {
		if a.Code == code {
			return a, true
		}
	}
	return jurisdiction.Article{}, false
}

// serviceDocument is a service as the index knows it: also its authority and its
// category lead to it.
func (c *Catalogue) serviceDocument(s *jurisdiction.Service) search.Document {
	authority, _ := c.law.Authority(s.Authority)
	category, _ := c.law.Category(s.Category)
	d := search.Document{ID: serviceID + s.ID, Text: inLanguages(c.law, s.Name, s.Summary, s.Synonyms), Boost: 1}
	if s.Popular > 0 {
		d.Boost = 1.1
	}
	for lang, t := range d.Text {
		t.Description += "\n" + authority.Name.In(lang) + "\n" + category.Name.In(lang)
		d.Text[lang] = t
	}
	return d
}

func inLanguages(law *jurisdiction.Jurisdiction, title, about jurisdiction.Words, synonyms jurisdiction.Synonyms) map[string]search.Text {
	text := map[string]search.Text{}
	for _, lang := range law.Languages {
		text[lang] = search.Text{Title: title.In(lang), Description: about.In(lang), Synonyms: synonyms[lang]}
	}
	return text
}
