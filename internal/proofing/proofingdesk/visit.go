package proofingdesk

import (
	"net/http"
	"strings"
	"time"

	"okno/internal/jurisdiction"
	"okno/internal/proofing"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// shown is what was typed and what was wrong with it.
type shown struct {
	Typed  map[string]string
	Ticked []string
	Errs   visit.Errors
	Result *proofing.Comparison // of the comparison that has just not matched
}

func (d desk) showVisit(w http.ResponseWriter, r *visit.Request) error {
	return d.showVisitPage(w, r, shown{})
}

// showVisitPage is one page for the whole visit; its state says what it asks for.
func (d desk) showVisitPage(w http.ResponseWriter, r *visit.Request, s shown) error {
	v, err := d.Look(r.Context(), r.Officer, r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	page := visit.Page{Title: r.T("proofing.visit.title." + string(v.State)), Form: true, Wide: true,
		Failed: s.Errs.Any(), Body: visitBody(r, d, v, s, keys(w, r)), Back: &ui.Link{Text: r.T("proofing.visit.back"), Href: "/desk/proofing"}}
	if s.Result != nil {
		page.Status = http.StatusUnprocessableEntity
	}
	if v.State == proofing.Asked || v.State == proofing.CodeSent && v.Seconds(v.Now) > 0 {
		page.Refresh = &ui.Refresh{Seconds: 5}
	}
	return r.Show(w, page)
}

// compare sends what the operator typed from the document to be compared.
func (d desk) compare(w http.ResponseWriter, r *visit.Request) error {
	v, err := d.Screen(r.Context(), r.Officer, r.PathValue("id"))
	if err != nil {
		return err
	}
	s := shown{Typed: map[string]string{}, Ticked: r.Form.All("features")}
	for name := range r.Form.Values() {
		s.Typed[name] = r.Form.Text(name)
	}
	result, err := d.Compare(r.Context(), r.Officer, v.ID, s.Typed, s.Ticked)
	if errs, refused := r.Refused(err); refused {
		s.Errs = errs
		return d.showVisitPage(w, r, s)
	}
	if err != nil {
		return err
	}
	if !result.Matched && result.Left > 0 {
		s.Result, s.Typed = &result, nil
		return d.showVisitPage(w, r, s)
	}
	return r.Redirect(w, visitPath(v.ID))
}

func (d desk) show(w http.ResponseWriter, r *visit.Request) error {
	return d.then(w, r, d.Show(r.Context(), r.Officer, r.PathValue("id"), r.Form.Text("show-reason")))
}

func (d desk) send(w http.ResponseWriter, r *visit.Request) error {
	return d.then(w, r, d.SendCode(r.Context(), r.Officer, r.PathValue("id")))
}

func (d desk) confirm(w http.ResponseWriter, r *visit.Request) error {
	return d.then(w, r, d.Confirm(r.Context(), r.Officer, r.PathValue("id")))
}

func (d desk) stop(w http.ResponseWriter, r *visit.Request) error {
	return d.then(w, r, d.Stop(r.Context(), r.Officer, r.PathValue("id"), r.Form.Text("stop-reason")))
}

// line is a value of the profile and how it is compared with the document.
type line struct {
	Label, Value, How string
	Latin             bool
}

// lines lays the profile out beside what to compare (OPR-08).
func (d desk) lines(r *visit.Request, v proofing.Visit) [][]ui.Cell {
	law, lang := d.Law(), r.Lang()
	var all []line
	letters, typed, ask := r.T("proofing.how.letters"), r.T("proofing.how.typed"), r.T("proofing.how.ask")
	for _, part := range law.Names.Parts {
		if t := v.Values[part.Code]; t != "" {
			all = append(all, line{part.Label.In(lang), t, letters, false})
		}
	}
	all = append(all, line{r.T("proofing.form.birth"), date(r, v.Values["birth_date"]), r.T("proofing.how.date"), false})
	if sex := v.Values["sex"]; sex != "" {
		all = append(all, line{r.T("proofing.field.sex"), r.T("proofing.field.sex." + sex), letters, false})
	}
	if place := v.Values["birth_place"]; place != "" {
		all = append(all, line{r.T("proofing.field.birth_place"), place, letters, false})
	}
	all = append(all, line{r.T("proofing.form.kind"), v.Document.Name.In(lang), r.T("proofing.how.kind"), false})
	for _, f := range v.Document.Fields {
		value, how := v.Values[v.Document.Code+"."+f.Code], letters
		switch {
		case f.Kind == jurisdiction.KindDate:
			value, how = date(r, value), r.T("proofing.how.date")
		case f.Compact || f.Kind == jurisdiction.KindIdentifier:
			how = typed
		}
		all = append(all, line{f.Label.In(lang), value, how, f.Compact})
	}
	for _, n := range law.Identifiers {
		if t := v.Values[n.Code]; t != "" && n.Unique {
			all = append(all, line{n.Name.In(lang), n.Show(t), r.T("proofing.how.number"), true})
		}
	}
	if address := d.address(v.Values, "registration_address"); address != "" {
		all = append(all, line{r.T("proofing.field.registration"), address, ask, false})
	}
	var rows [][]ui.Cell
	for _, l := range all {
		rows = append(rows, []ui.Cell{{Text: l.Label}, {Text: l.Value, Latin: l.Latin}, {Text: l.How}})
	}
	return rows
}

func (d desk) address(values map[string]string, which string) string {
	var parts []string
	for _, p := range d.Law().Address {
		if t := values[which+"."+p.Code]; t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, ", ")
}

func date(r *visit.Request, kept string) string {
	day, err := text.ParseDay(kept)
	if err != nil {
		return kept
	}
	return r.Date(day)
}

// features are the ticks about the document itself.
func features(r *visit.Request, s shown) ui.Checkboxes {
	boxes := ui.Checkboxes{W: r, Name: "features", Legend: r.T("proofing.feature.legend"), Values: s.Ticked, Error: s.Errs.For("features")}
	for _, f := range proofing.Features {
		boxes.Choices = append(boxes.Choices, ui.Choice{Value: f, Label: r.T("proofing.feature." + f)})
	}
	return boxes
}

// reasons is a list of reasons to choose from.
func reasons(r *visit.Request, errs visit.Errors, name, label string, key func(string) string, from []string) ui.Select {
	list := ui.Select{W: r, Name: name, Label: label, Empty: r.T("proofing.reason.choose"), Error: errs.For(name)}
	for _, reason := range from {
		list.Choices = append(list.Choices, ui.Choice{Value: reason, Label: r.T(key(reason))})
	}
	return list
}

// minutes is a length of time in whole minutes, begun ones counted.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// envelopeForm is the id of the envelope's form: the page's own one when there is no phone to send to.
func envelopeForm(v proofing.Visit) string {
	if v.Phone == "" {
		return "page"
	}
	return "envelope"
}

func showKey(reason string) string { return "proofing.show." + reason }

func stopKey(reason string) string { return "proofing.stop." + reason }
