package proofingdesk

import (
	"net/http"

	"okno/internal/centre"
	"okno/internal/proofing"
	"okno/internal/ui"
	"okno/internal/visit"
)

// searchForm is what the operator types.
type searchForm struct{ Login, Purpose string }

func readSearch(r *visit.Request) searchForm {
	return searchForm{r.Form.Text("login"), r.Form.Text("purpose")}
}

// purposes are the reasons to look somebody up (AUTHZ-6).
func (f searchForm) purposes(r *visit.Request) ui.Radios {
	radios := ui.Radios{W: r, Name: "purpose", Legend: r.T("proofing.start.purpose"), Hint: r.T("proofing.start.purpose_hint"), Value: f.Purpose}
	for _, p := range proofing.Purposes {
		radios.Choices = append(radios.Choices, ui.Choice{Value: p, Label: r.T("proofing.purpose." + p)})
	}
	return radios
}

// start is the first page of the workplace: one search, with a reason.
func (d desk) start(w http.ResponseWriter, r *visit.Request) error {
	return d.showStart(w, r, readSearch(r), proofing.Found{}, visit.Errors{})
}

func (d desk) showStart(w http.ResponseWriter, r *visit.Request, f searchForm, found proofing.Found, errs visit.Errors) error {
	asked, err := d.Asked(r.Context(), r.Officer)
	if err != nil {
		return err
	}
	here := r.Officer.Centre
	if c, ok := d.Centres().Get(here); ok {
		here = c.Name.In(r.Lang())
	}
	page := visit.Page{Title: r.T("proofing.start.title"), Form: true, Failed: errs.Any(), Body: startBody(r, f, found, errs, here, len(asked), r.Key(w))}
	if found.Outcome != "" {
		page.Status = http.StatusUnprocessableEntity
	}
	return r.Show(w, page)
}

// find opens the visit, or says why there is none and what to do.
func (d desk) find(w http.ResponseWriter, r *visit.Request) error {
	f := readSearch(r)
	found, err := d.Find(r.Context(), r.Officer, proofing.Search{Login: f.Login, Purpose: f.Purpose, Browser: r.Browser()})
	if errs, refused := r.Refused(err); refused {
		return d.showStart(w, r, f, proofing.Found{}, errs)
	}
	if err != nil {
		return err
	}
	if found.Outcome == proofing.FoundStandard {
		return r.Redirect(w, visitPath(found.Case))
	}
	return d.showStart(w, r, searchForm{Purpose: f.Purpose}, found, visit.Errors{})
}

// helpers are the nearest centres that can help, at most three (OPR-17).
func helpers(found proofing.Found) []centre.Near {
	const most = 3
	return found.Nearest[:min(most, len(found.Nearest))]
}
