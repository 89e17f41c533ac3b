package applicationpage

import (
	"okno/internal/application"
	"okno/internal/ui"
	"okno/internal/visit"
)

// answered is one answer as it is read: with its source, or with how far its
// confirmation by a register is (D-15).
func answered(r *visit.Request, q application.Question) ui.Row {
	row := ui.Row{Name: q.Label.In(r.Lang()), Value: application.Shown(r.Printer, r.Law(), q.FormField, q.Answer), Source: sourceOf(r, q.Answer)}
	m := q.Mark
	if m == nil {
		return row
	}
	register, _ := r.Law().Register(m.Register)
	named := func(key string) string { return r.T(key, "register", words(register.Name, r.Lang())) }
	switch {
	case m.State == application.MarkConfirmed:
		row.Tag = &ui.Tag{Text: r.T("application.mark.confirmed"), Tone: ui.Good}
	case m.State == application.MarkDiffers:
		row.Tag, row.Source = &ui.Tag{Text: r.T("application.mark.differs"), Tone: ui.Info}, named("application.mark.differs_text")
	case m.State == application.MarkUnasked:
		row.Tag, row.Source = &ui.Tag{Text: r.T("application.mark.unasked"), Tone: ui.Info}, named("application.mark.unasked_text")
	case q.IsSent():
		row.Tag, row.Source = &ui.Tag{Text: r.T("application.mark.waiting"), Tone: ui.Warning}, named("application.mark.sent_text")
	default:
		row.Tag, row.Source = &ui.Tag{Text: r.T("application.mark.waiting"), Tone: ui.Warning}, named("application.mark.waiting_text")
	}
	return row
}

// waiting says whether an answer of a form is still to be confirmed.
func waiting(f application.Form) bool {
	for _, page := range f.Pages() {
		for _, q := range page.Questions {
			if q.Mark != nil && q.Mark.State == application.MarkWaiting {
				return true
			}
		}
	}
	return false
}
