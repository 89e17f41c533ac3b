package applicationpage

import (
	"net/http"

	"okno/internal/application"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// startView is what the first page of an application may show.
type startView struct {
	service *jurisdiction.Service
	begun   application.Begun
}

func showStart(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		b, err := s.Look(r.Context(), r.Account.ID, r.PathValue("id"))
		if err != nil {
			return err
		}
		return showStartPage(w, r, s, b)
	}
}

func showStartPage(w http.ResponseWriter, r *visit.Request, s *application.Applications, b application.Begun) error {
	service, _ := s.Online(r.PathValue("id"))
	v := startView{service, b}
	title := service.Name.In(r.Lang())
	if b.Barrier.Stands() {
		return r.Show(w, visit.Page{Title: title, Body: barredBody(r, v), Back: toService(r, service)})
	}
	return r.Show(w, visit.Page{Title: title, Body: startBody(r, v, r.Key(w)), Form: true, Back: toService(r, service)})
}

func postStart(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		look, err := s.Look(r.Context(), r.Account.ID, r.PathValue("id"))
		if err != nil {
			return err
		}
		if look.Barrier.Stands() {
			return showStartPage(w, r, s, look)
		}
		if look.Statement {
			b, err := s.Request(r.Context(), r.Account.ID, r.PathValue("id"))
			if err != nil {
				return err
			}
			return r.Redirect(w, pathTo(b.ID, "/statement"))
		}
		b, err := s.Begin(r.Context(), r.Account.ID, r.PathValue("id"))
		if err != nil {
			return err
		}
		return r.Redirect(w, pathTo(b.ID, ""))
	}
}

func toService(r *visit.Request, service *jurisdiction.Service) *ui.Link {
	return &ui.Link{Text: r.T("application.start.back"), Href: "/services/" + service.ID}
}

// needed lists the documents of CAT-12 and APP-04, before anything is asked.
func (v startView) needed(r *visit.Request) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: r.T("application.start.documents"), Missing: r.T("application.start.document_ready")}
	for _, d := range v.service.Documents {
		note := words(d.Note, r.Lang())
		if d.Fetched && note == "" {
			note = r.T("application.start.fetched")
		}
		row := ui.Row{Name: d.Name.In(r.Lang()), Value: note}
		if d.Optional {
			row.Source = r.T("ui.optional")
		}
		list.Rows = append(list.Rows, row)
	}
	return list
}

// terms are how long it takes and what it costs.
func terms(r *visit.Request, service *jurisdiction.Service, duties []jurisdiction.Duty) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: r.T("application.terms.title")}
	list.Rows = append(list.Rows, ui.Row{Name: r.T("application.terms.authority"), Value: authority(r, service.Authority)},
		ui.Row{Name: r.T("application.terms.time"), Value: deadline(r, service)})
	if len(service.Duties) == 0 {
		list.Rows = append(list.Rows, ui.Row{Name: r.T("application.terms.cost"), Value: r.T("application.terms.free")})
	}
	for _, d := range duties {
		list.Rows = append(list.Rows, ui.Row{Name: d.Name.In(r.Lang()), Value: r.Money(d.Amount, r.Law().Currency.Code), Source: r.T("application.terms.at_office")})
	}
	return list
}

func deadline(r *visit.Request, service *jurisdiction.Service) string {
	if note := words(service.Deadline.Note, r.Lang()); note != "" {
		return note
	}
	return r.T("application.terms.days", "n", service.Deadline.WorkingDays)
}

func authority(r *visit.Request, code string) string {
	a, _ := r.Law().Authority(code)
	return words(a.Name, r.Lang())
}
