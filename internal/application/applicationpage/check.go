package applicationpage

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// checkView is what the page before sending may show.
type checkView struct {
	r *visit.Request
	c application.Case
	f application.Form
}

func showCheck(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		c, f, err := s.Draft(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return sentAlready(w, r, err)
		}
		if page, missing := f.Unfinished(); missing {
			return r.Redirect(w, pathTo(c.ID, "/form/"+page.Code))
		}
		pages := f.Pages()
		return r.Show(w, visit.Page{Title: r.T("application.check.title"), Body: checkBody(checkView{r, c, f}, r.Key(w)), Form: true,
			Back: &ui.Link{Text: r.T("application.fill.back"), Href: pathTo(c.ID, "/form/"+pages[len(pages)-1].Code)}})
	}
}

func postCheck(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		err := s.Send(r.Context(), r.Account.ID, idOf(r))
		switch {
		case fault.HasKey(err, application.KeyUnfinished):
			return r.Redirect(w, pathTo(idOf(r), "/check"))
		case fault.HasKey(err, application.KeyBarred):
			c, _, err := s.Draft(r.Context(), r.Account.ID, idOf(r))
			if err != nil {
				return sentAlready(w, r, err)
			}
			return r.Redirect(w, "/services/"+c.Service.ID+"/apply")
		case err != nil:
			return sentAlready(w, r, err)
		}
		return r.Redirect(w, pathTo(idOf(r), ""))
	}
}

// list is one page of answers with its links to change them.
func (v checkView) list(page application.Page) ui.SummaryList {
	list := answers(v.r, page)
	for i, q := range page.Questions {
		if !q.Locked {
			list.Rows[i].Change = pathTo(v.c.ID, "/form/"+page.Code+"?from=check")
		}
	}
	return list
}

// answers is a page of answers as they are read.
func answers(r *visit.Request, page application.Page) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: page.Title.In(r.Lang()), Missing: r.T("application.check.empty")}
	for _, q := range page.Questions {
		row := answered(r, q)
		row.Latin = kindOf(q.FormField) == ui.Mobile || q.Type == jurisdiction.FieldNumber
		list.Rows = append(list.Rows, row)
	}
	return list
}

func (v checkView) duties() []jurisdiction.Duty {
	return v.c.Service.DutiesFor(v.f.Facts(), v.f.Values())
}
