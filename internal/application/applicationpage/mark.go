package applicationpage

import (
	"okno/internal/application"
	"okno/internal/ui"
	"okno/internal/visit"
)

// answered is one answer as it is read: with its source where the profile could
// have it, and with how far its confirmation by a register is (D-15).
func answered(r *visit.Request, q application.Question) ui.Row {
	row := ui.Row{Name: q.Label.In(r.Lang()), Value: application.Shown(r.Printer, r.Law(), q.FormField, q.Answer)}
	if q.Prefill != "" {
		row.Source = sourceOf(r, q.Answer)
	}
	if q.Mark == nil {
		return row
	}
	tones := map[application.MarkState]ui.Tone{application.MarkWaiting: ui.Warning, application.MarkConfirmed: ui.Good,
		application.MarkDiffers: ui.Info, application.MarkUnasked: ui.Info}
	row.Tag = &ui.Tag{Text: r.T("application.mark." + string(q.Mark.State)), Tone: tones[q.Mark.State]}
	register, _ := r.Law().Register(q.Mark.Register)
	row.Source = words(register.Name, r.Lang())
	return row
}

// marks is what a form's marks mean for the applicant, if there are any that count.
func marks(r *visit.Request, f application.Form, sent bool) (notice ui.Notice, any bool) {
	var waiting, compared bool
	for _, page := range f.Pages() {
		for _, q := range page.Questions {
			if q.Mark != nil {
				waiting = waiting || q.Mark.State == application.MarkWaiting
				compared = compared || q.Mark.State == application.MarkDiffers || q.Mark.State == application.MarkUnasked
			}
		}
	}
	switch {
	case compared:
		return ui.Notice{Tone: ui.Info, Title: r.T("application.mark.compared"), Text: r.T("application.mark.compared_text")}, true
	case waiting && sent:
		return ui.Notice{Tone: ui.Info, Title: r.T("application.mark.title"), Text: r.T("application.mark.sent_text")}, true
	case waiting:
		return ui.Notice{Tone: ui.Info, Title: r.T("application.mark.title"), Text: r.T("application.mark.title_text")}, true
	}
	return notice, false
}
