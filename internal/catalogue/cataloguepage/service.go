package cataloguepage

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"okno/internal/catalogue"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// servicePage is all that a service's page may show (CAT-10..12, S03).
type servicePage struct {
	*jurisdiction.Service
	missing   catalogue.Missing
	authority jurisdiction.Authority
	category  jurisdiction.Category
	questions []jurisdiction.Article
	articles  articles
}

func showService(c *catalogue.Catalogue, a articles) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		s, ok := c.Service(r.PathValue("id"))
		if !ok {
			return fault.New(fault.NotFound, "catalogue.no_service")
		}
		missing, err := c.Look(r.Context(), r.Account.ID, r.Level, s, r.Region())
		if err != nil {
			return err
		}
		p := servicePage{Service: s, missing: missing, articles: a}
		p.authority, _ = c.Law().Authority(s.Authority)
		p.category, _ = c.Law().Category(s.Category)
		p.questions = slices.DeleteFunc(slices.Clone(c.Law().Questions), func(q jurisdiction.Article) bool { return q.Service != s.ID })
		crumbs := append(servicesCrumbs(r), ui.Link{Text: p.category.Name.In(r.Lang()), Href: "/categories/" + s.Category})
		return r.Show(w, visit.Page{Title: s.Name.In(r.Lang()), Description: s.Summary.In(r.Lang()), Section: "/services", Crumbs: crumbs, Keep: kept, Body: serviceBody(r, p)})
	}
}

// facts are what one wants to know before starting (CAT-10, CAT-11, CAT-19).
func (p servicePage) facts(r *visit.Request) ui.SummaryList {
	place := r.T("catalogue.here." + string(p.missing.Here))
	rows := []ui.Row{
		{Name: r.T("catalogue.service.authority"), Show: link("/authorities/"+p.authority.Code, p.authority.Name.In(r.Lang()))},
		{Name: r.T("catalogue.service.here"), Value: place},
		{Name: r.T("catalogue.service.deadline"), Value: deadlineWords(r, p.Service)},
		{Name: r.T("catalogue.service.cost"), Value: costWords(r, p.Service)},
		{Name: r.T("catalogue.service.level"), Value: levelWords(r, p.Level("apply"))},
		{Name: r.T("catalogue.service.who"), Value: r.List(audienceNames(r, p.Service))},
		{Name: r.T("catalogue.service.kind"), Value: r.T("catalogue.kind." + string(p.Kind))},
	}
	if p.Signature {
		rows = append(rows, ui.Row{Name: r.T("catalogue.service.signature"), Value: r.T("catalogue.service.signature_text")})
	}
	return ui.SummaryList{W: r, Title: r.T("catalogue.service.facts"), Rows: rows}
}

func link(href, words string) templ.Component { return textLink(href, words) }

// duties is the table of what is paid, with the discount of the portal.
func (p servicePage) duties(r *visit.Request) ui.Table {
	t := ui.Table{Caption: r.T("catalogue.service.duties"), Columns: []ui.Column{
		{Name: r.T("catalogue.service.duty")}, {Name: r.T("catalogue.service.full"), Number: true}, {Name: r.T("catalogue.service.on_portal"), Number: true}}}
	for _, d := range p.Duties {
		t.Rows = append(t.Rows, []ui.Cell{{Text: d.Name.In(r.Lang())}, {Text: money(r, d.Amount)}, {Text: money(r, d.OnPortal())}})
	}
	return t
}

// action is the one button: "Get service", or the one step that is missing
// (CAT-17, P-26). Nothing for what no step can help.
func (p servicePage) action(r *visit.Request) ui.Button {
	return ui.Button{Text: r.T("catalogue.step." + string(p.missing.Step)), Href: stepHref(p.missing, p.Service)}
}

// needsLevel says that the level is the obstacle, signed in or not.
func (p servicePage) needsLevel() bool {
	switch p.missing.Step {
	case catalogue.StepSignIn, catalogue.StepProfile, catalogue.StepConfirm:
		return p.missing.Level != jurisdiction.Anonymous
	}
	return false
}

// draftSaved is when the draft that waits was kept.
func (p servicePage) draftSaved(r *visit.Request) string {
	return r.Date(text.DayOf(p.missing.Draft.Saved, r.Law().Zone))
}

// closed says that one cannot apply here and now, whoever asks (GEN-15).
func (p servicePage) closed() bool {
	return p.missing.Step == catalogue.StepVisit
}
