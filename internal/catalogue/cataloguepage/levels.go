package cataloguepage

import (
	"net/http"
	"strings"

	"okno/internal/catalogue"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// levelsPage is what the page of levels shows, all of it from data (LVL-01..42).
type levelsPage struct {
	rungs    []rung
	services []*jurisdiction.Service
	answer   *jurisdiction.Article
	articles articles
}

type rung struct {
	jurisdiction.Level
	opens []*jurisdiction.Service
	mine  bool
}

func showLevels(c *catalogue.Catalogue, a articles) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		p := levelsPage{services: c.Law().Services, articles: a}
		for _, l := range c.Law().Levels {
			p.rungs = append(p.rungs, rung{l, c.Opens(l.Code), l.Code == levelOf(r.Level)})
		}
		if q, ok := catalogue.Article(c.Law().Questions, "levels"); ok {
			p.answer = &q
		}
		return r.Show(w, visit.Page{Title: r.T("catalogue.levels.title"), Wide: true, Section: "/help", Crumbs: helpCrumbs(r), Keep: kept, Body: levelsBody(r, p)})
	}
}

// standard is the level that the copy of LVL-42 leads to.
func (p levelsPage) standard() (rung, bool) {
	for _, l := range p.rungs {
		if l.Code == jurisdiction.Standard {
			return l, true
		}
	}
	return rung{}, false
}

// matrix says for every service at which level it opens (CAT-19).
func (p levelsPage) matrix(r *visit.Request) ui.Table {
	t := ui.Table{Caption: r.T("catalogue.levels.matrix"), Columns: []ui.Column{{Name: r.T("catalogue.levels.service")}}}
	t.Columns = append(t.Columns, ui.Column{Name: r.T("catalogue.level.nobody")})
	for _, l := range p.rungs {
		t.Columns = append(t.Columns, ui.Column{Name: l.Name.In(r.Lang())})
	}
	for _, s := range p.services {
		row := []ui.Cell{{Text: s.Name.In(r.Lang()), Href: servicePath(s)}, cell(r, s, jurisdiction.Anonymous)}
		for _, l := range p.rungs {
			row = append(row, cell(r, s, l.Code))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func cell(r *visit.Request, s *jurisdiction.Service, l jurisdiction.AccountLevel) ui.Cell {
	switch {
	case catalogue.IsOpen(s, l):
		return ui.Cell{Text: r.T("catalogue.levels.yes")}
	case l == jurisdiction.Anonymous:
		return ui.Cell{Text: r.T("catalogue.levels.read")} // GEN-09, LVL-38
	}
	return ui.Cell{Text: r.T("catalogue.levels.no")}
}

// needs are the words of what a level asks for: a field's name comes from the
// jurisdiction's numbers and documents or from the texts.
func (l rung) needs(r *visit.Request) []string {
	var words []string
	for _, n := range l.Needs {
		field, optional := strings.CutSuffix(n, "?")
		word := fieldWords(r, field)
		if optional {
			word = r.T("catalogue.levels.if_any", "field", word)
		}
		words = append(words, word)
	}
	return words
}

func fieldWords(r *visit.Request, field string) string {
	if first, second, either := strings.Cut(field, "|"); either {
		return r.T("catalogue.levels.either", "one", fieldWords(r, first), "other", fieldWords(r, second))
	}
	if i, ok := r.Law().Identifier(field); ok {
		return i.Name.In(r.Lang())
	}
	if part, ok := r.Law().Names.Part(field); ok {
		return part.Label.In(r.Lang())
	}
	if d, ok := r.Law().Document(field); ok {
		return d.Name.In(r.Lang())
	}
	return r.T("catalogue.field." + field)
}

// proofs are the words of what proves a level: all registers, or one of the ways.
func (l rung) proofs(r *visit.Request) []string {
	var words []string
	for _, p := range l.Proofs {
		if register, ok := r.Law().Register(p); ok {
			words = append(words, register.Name.In(r.Lang()))
			continue
		}
		words = append(words, wayWords(r, p))
	}
	return words
}

func wayWords(r *visit.Request, code string) string {
	for _, m := range r.Law().Proofing.Methods {
		if m.Code == code {
			return m.Name.In(r.Lang())
		}
	}
	return r.T("catalogue.way." + code)
}

// oneIsEnough says that one of the proofs proves the level; else all must.
func (l rung) oneIsEnough() bool { return l.Code == jurisdiction.Verified }
