package applicationdesk

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/application"
	"okno/internal/audit"
	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// caseView is what the page of a case may show.
type caseView struct {
	r *visit.Request
	application.View
	key templ.Component
}

// showPurpose asks why an officer who does not hold the case looks at it (D-18).
func showPurpose() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		v := caseView{r: r, key: r.Key(w)}
		v.ID = idOf(r)
		return r.Show(w, visit.Page{Title: r.T("cases.look.title"), Body: purposeBody(v), Back: back(r)})
	}
}

func back(r *visit.Request) *ui.Link { return &ui.Link{Text: r.T("cases.back"), Href: "/desk/cases"} }

func showCase(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		purpose := purposes[r.URL.Query().Get("for")]
		if purpose == "" {
			return r.Redirect(w, casePath(idOf(r), "/look"))
		}
		v, err := s.Open(r.Context(), r.Officer, idOf(r), purpose)
		if err != nil {
			return err
		}
		view := caseView{r: r, View: v, key: r.Key(w)}
		return r.Show(w, visit.Page{Title: r.T("cases.case.title", "number", v.Number), Body: caseBody(view), Back: back(r)})
	}
}

// mine says whether the officer works on the case now.
func (v caseView) mine() bool { return v.Officer == v.r.Officer.ID }

// canAct says whether corrections and decisions are possible.
func (v caseView) canAct() bool { return v.mine() && v.IsOpen() && v.Decided.IsZero() && !v.IsPaused() }

func (v caseView) canDecide() bool { return v.mine() && v.IsOpen() && v.Decided.IsZero() }

func (v caseView) canCheck() bool { return v.canAct() && v.State == application.Accepted }

func (v caseView) status() ui.Status {
	r := v.r
	st := ui.Status{W: r, Tone: ui.Info, Sentence: r.T("application.state." + string(v.State)), Turn: r.T("application.turn." + v.Turn)}
	if stage, ok := v.Service.Stage(v.Stage); ok {
		st.Sentence = stage.Name.In(r.Lang())
	}
	today := text.DayOf(r.Now, r.Law().Zone)
	switch {
	case v.IsPaused():
		open, _ := v.OpenCorrection()
		st.Sentence, st.Tone, st.Until = r.T("cases.paused_until"), ui.Warning, r.Date(open.Until)
	case v.IsOverdue(today):
		st.Tone, st.Until = ui.Bad, r.T("cases.overdue_since", "due", v.Due)
	case v.Decided.IsZero() && !v.Due.IsZero():
		st.Until = r.Date(v.Due)
	case !v.StageDue.IsZero():
		st.Until = r.Date(v.StageDue)
	}
	return st
}

func (v caseView) facts() ui.SummaryList {
	r := v.r
	holder := v.Holder
	if holder == "" {
		holder = r.T("cases.nobody")
	}
	return ui.SummaryList{W: r, Title: r.T("cases.case.about"), Rows: []ui.Row{
		{Name: r.T("cases.case.applicant"), Value: v.Name},
		{Name: r.T("cases.column.service"), Value: v.Service.Name.In(r.Lang())},
		{Name: r.T("cases.case.filed"), Value: r.DateTime(v.Filed, r.Law().Zone)},
		{Name: r.T("cases.column.due"), Value: r.Date(v.Due)},
		{Name: r.T("cases.column.officer"), Value: holder},
		{Name: r.T("cases.case.language"), Value: text.NameOf(v.Lang)},
	}}
}

// answers are the questions of a page with where each value is from.
func (v caseView) answers(p application.Page) ui.SummaryList {
	list := ui.SummaryList{W: v.r, Title: p.Title.In(v.r.Lang()), Heading: 3}
	for _, q := range p.Questions {
		row := v.marked(ui.Row{Name: q.Label.In(v.r.Lang()), Value: application.Shown(v.r.Printer, v.r.Law(), q.FormField, q.Answer), Source: v.source(q)}, q)
		if q.Type == jurisdiction.FieldFile && q.Answer.Text != "" {
			row.Show = fileLink(v, q.Answer.Text)
		}
		list.Rows = append(list.Rows, row)
	}
	return list
}

// source says who vouches for a value that the profile could have.
func (v caseView) source(q application.Question) string {
	if q.Prefill == "" || q.Answer.IsEmpty() {
		return ""
	}
	s := q.Answer.Source
	if register, ok := v.r.Law().Register(after(s, "register/")); ok {
		return v.r.T("cases.source.register", "name", register.Name.In(v.r.Lang()))
	}
	if centre, ok := v.r.Law().Centre(after(s, "desk/")); ok {
		return v.r.T("cases.source.register", "name", centre.Name.In(v.r.Lang()))
	}
	return v.r.T("cases.source.applicant")
}

func after(s, prefix string) string {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):]
	}
	return ""
}

// changes are the answers of the last correction, old and new beside each other.
func (v caseView) changes() ui.Table {
	r := v.r
	t := ui.Table{Caption: r.T("cases.changes"), Columns: []ui.Column{{Name: r.T("cases.changes.field")}, {Name: r.T("cases.changes.before")}, {Name: r.T("cases.changes.now")}}}
	for _, c := range v.Corrections {
		if !c.Answered {
			continue
		}
		for _, change := range c.Changes(v.Form.Answers) {
			field, ok := v.Service.Field(change.Field)
			if !ok {
				continue
			}
			shown := func(a application.Answer) string { return application.Shown(r.Printer, r.Law(), field, a) }
			t.Rows = append(t.Rows, []ui.Cell{{Text: field.Label.In(r.Lang())}, {Text: shown(change.Before)}, {Text: shown(change.At)}})
		}
	}
	return t
}

// toBring lists what is brought instead of sent, with a button for what has not come yet.
func (v caseView) toBring() ui.SummaryList {
	list := ui.SummaryList{W: v.r, Title: v.r.T("cases.bring.title")}
	for _, b := range v.ToBring {
		row := ui.Row{Name: b.Field.Label.In(v.r.Lang()), Value: v.r.T("cases.bring.not_yet")}
		switch {
		case !b.Came.IsZero():
			row.Value = v.r.T("cases.bring.came", "time", v.r.DateTime(b.Came, v.r.Law().Zone))
		case v.IsOpen():
			row.Show = came(v, b)
		}
		list.Rows = append(list.Rows, row)
	}
	return list
}

func (v caseView) timeline() ui.Timeline {
	t := ui.Timeline{W: v.r}
	for _, e := range v.Events {
		shown := ui.Event{When: v.r.DateTime(e.At, v.r.Law().Zone), Title: v.r.T("application.event." + string(e.Kind)), Text: e.Words, By: v.by(e)}
		if stage, ok := v.Service.Stage(e.Facts["stage"]); ok {
			shown.Title = stage.Name.In(v.r.Lang())
		}
		if field, ok := v.Service.Field(e.Facts["field"]); ok {
			shown.Text = field.Label.In(v.r.Lang())
		}
		if register, ok := v.r.Law().Register(e.Facts["register"]); ok {
			shown.Text = register.Name.In(v.r.Lang())
		}
		t.Events = append(t.Events, shown)
	}
	if n := len(t.Events); n > 0 && v.IsOpen() {
		t.Events[n-1].Now = true
	}
	return t
}

func (v caseView) by(e application.Event) string {
	switch e.By {
	case audit.Resident:
		return v.r.T("cases.by.applicant")
	case audit.Officer:
		return v.r.T("cases.by.office")
	}
	return v.r.T("application.by.portal")
}

// next is what pressing "move on" does.
func (v caseView) next() string {
	if stage, more := v.NextStage(); more {
		return v.r.T("cases.case.next", "stage", stage.Name.In(v.r.Lang()))
	}
	return v.r.T("cases.case.finish")
}
