package applicationdesk

import (
	"okno/internal/application"
	"okno/internal/text"
	"okno/internal/ui"
)

// marked puts on a row how far the register's confirmation of an answer is (D-15).
// Where it differs, the officer sees both values.
func (v caseView) marked(row ui.Row, q application.Question) ui.Row {
	m := q.Mark
	if m == nil {
		return row
	}
	r := v.r
	tones := map[application.MarkState]ui.Tone{application.MarkWaiting: ui.Warning, application.MarkConfirmed: ui.Good, application.MarkDiffers: ui.Bad, application.MarkUnasked: ui.Warning}
	row.Tag = &ui.Tag{Text: r.T("cases.mark." + string(m.State)), Tone: tones[m.State]}
	register, _ := r.Law().Register(m.Register)
	name := m.Register
	if len(register.Name) > 0 {
		name = register.Name.In(r.Lang())
	}
	row.Source = r.T("cases.mark.register", "register", name, "day", text.DayOf(m.At, r.Law().Zone))
	if m.State == application.MarkDiffers || m.State == application.MarkUnasked {
		row.Show = bothValues(v, row.Value, v.held(q))
	}
	return row
}

// held is what was confirmed before in the place of an answer, "" when nothing is known.
func (v caseView) held(q application.Question) string {
	if q.Mark.Held == nil {
		return ""
	}
	return application.Shown(v.r.Printer, v.r.Law(), q.FormField, *q.Mark.Held)
}

// warning is what an officer has to know of the marks before deciding, "" for nothing.
func (v caseView) warning() string {
	open, compare := false, false
	for _, page := range v.Form.Pages() {
		for _, q := range page.Questions {
			if q.Mark != nil {
				open = open || q.Mark.State == application.MarkWaiting
				compare = compare || q.Mark.State == application.MarkDiffers || q.Mark.State == application.MarkUnasked
			}
		}
	}
	switch {
	case !v.Decided.IsZero():
		return ""
	case compare:
		return v.r.T("cases.mark.compare")
	case open:
		return v.r.T("cases.mark.open")
	}
	return ""
}
