package applicationpage

import (
	"net/http"
	"strconv"

	"okno/internal/application"
	"okno/internal/audit"
	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// timelineView is what the page of a sent application may show (S27, S28).
type timelineView struct {
	r *visit.Request
	application.View
	today text.Day
}

func showTimeline(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		v, err := s.See(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return err
		}
		switch {
		case v.IsDraft():
			return toDraft(w, r, s)
		case isStatement(v.Service):
			return r.Redirect(w, pathTo(v.ID, "/statement"))
		}
		view := timelineView{r: r, View: v, today: text.DayOf(r.Now, r.Law().Zone)}
		return r.Show(w, visit.Page{Title: r.T("application.case.title", "service", v.Service.Name.In(r.Lang())), Body: timelineBody(view), Back: backToList(r)})
	}
}

func isStatement(service *jurisdiction.Service) bool {
	return service.Result != nil && service.Result.Kind == jurisdiction.ResultStatement
}

// toDraft leads to what is still missing of a draft.
func toDraft(w http.ResponseWriter, r *visit.Request, s *application.Applications) error {
	c, f, err := s.Draft(r.Context(), r.Account.ID, idOf(r))
	if err != nil {
		return sentAlready(w, r, err)
	}
	if page, missing := f.Unfinished(); missing {
		return r.Redirect(w, pathTo(c.ID, "/form/"+page.Code))
	}
	return r.Redirect(w, pathTo(c.ID, "/check"))
}

// justSent says that nothing has happened since the sending: the page is its
// confirmation (S27).
func (v timelineView) justSent() bool { return v.State == application.Sent }

// status is the box on top: a sentence, whose turn, by when (S28).
func (v timelineView) status() ui.Status {
	r := v.r
	st := ui.Status{W: r, Tone: ui.Info, Sentence: r.T("application.status." + string(v.State)), Turn: r.T("application.turn." + v.Turn)}
	switch {
	case v.IsPaused():
		open, _ := v.OpenCorrection()
		st.Sentence, st.Tone = r.T("application.status.correction"), ui.Warning
		st.Until = r.Deadline(text.LastMinute(open.Until, r.Law().Zone), r.Law().Zone)
		st.Action = &ui.Button{Text: r.T("application.case.correct"), Href: pathTo(v.ID, "/correct")}
	case v.IsOverdue(v.today):
		st.Sentence, st.Tone = r.T("application.status.overdue", "due", v.Due), ui.Warning
	case v.State == application.Refused:
		st.Tone = ui.Warning
	case v.State == application.ResultReady:
		st.Tone = ui.Good
		if !v.IsOpen() {
			st.Sentence = r.T("application.status.finished")
		} else if stage, ok := v.Service.Stage(v.Stage); ok {
			st.Sentence = stage.Name.In(r.Lang())
			st.You = words(stage.About, r.Lang())
		}
		if v.Turn == application.TurnApplicant && !v.StageDue.IsZero() {
			st.Until = r.Deadline(text.LastMinute(v.StageDue, r.Law().Zone), r.Law().Zone)
		}
	}
	if st.Until == "" && v.Turn == application.TurnAuthority && !v.IsOverdue(v.today) {
		day := v.Due
		if !v.Decided.IsZero() {
			day = v.StageDue
		}
		st.Until = r.Deadline(text.LastMinute(day, r.Law().Zone), r.Law().Zone)
		st.You = r.T("application.case.nothing_to_do")
	}
	return st
}

// timeline lists what happened and what is still to come.
func (v timelineView) timeline() ui.Timeline {
	t := ui.Timeline{W: v.r}
	for _, e := range v.Events {
		t.Events = append(t.Events, v.event(e))
	}
	if n := len(t.Events); n > 0 && v.IsOpen() {
		t.Events[n-1].Now = true
	}
	if v.IsOpen() {
		for _, stage := range v.ahead() {
			t.Events = append(t.Events, ui.Event{Title: stage.Name.In(v.r.Lang()), Text: words(stage.About, v.r.Lang()), Future: true})
		}
	}
	return t
}

// ahead are the stages after the present one.
func (v timelineView) ahead() []jurisdiction.Stage {
	for i, stage := range v.Service.Stages {
		if stage.Code == v.Stage {
			return v.Service.Stages[i+1:]
		}
	}
	return nil
}

func (v timelineView) event(e application.Event) ui.Event {
	shown := ui.Event{When: v.r.DateTime(e.At, v.r.Law().Zone), Title: v.r.T("application.event." + string(e.Kind)), Text: e.Words, By: v.by(e)}
	switch e.Kind {
	case application.EventStage, application.EventReady:
		if stage, ok := v.Service.Stage(e.Facts["stage"]); ok {
			shown.Title = stage.Name.In(v.r.Lang())
		}
	case application.EventConfirming, application.EventConfirmed, application.EventDiffers:
		if register, ok := v.r.Law().Register(e.Facts["register"]); ok {
			shown.Text = register.Name.In(v.r.Lang())
		}
	case application.EventBrought, application.EventFileRefused:
		if field, ok := v.Service.Field(e.Facts["field"]); ok {
			shown.Text = field.Label.In(v.r.Lang())
		}
	case application.EventStill:
		place, _ := strconv.Atoi(e.Facts["place"])
		of, _ := strconv.Atoi(e.Facts["of"])
		shown.Text = v.r.T("application.event.place", "place", place, "of", of)
	case application.EventAsked:
		if day, err := text.ParseDay(e.Facts["until"]); err == nil {
			shown.Text += "\n" + v.r.T("application.event.until", "until", day)
		}
	}
	return shown
}

func (v timelineView) by(e application.Event) string {
	switch e.By {
	case audit.Resident:
		return v.r.T("application.by.you")
	case audit.Officer:
		return authority(v.r, v.Authority)
	}
	return v.r.T("application.by.portal")
}

// changes are what the applicant has corrected: before and after.
func (v timelineView) changes() ui.Table {
	t := ui.Table{Caption: v.r.T("application.case.changes"), Columns: []ui.Column{{Name: v.r.T("application.case.field")},
		{Name: v.r.T("application.case.before")}, {Name: v.r.T("application.case.now")}}}
	for _, c := range v.Corrections {
		if !c.Answered {
			continue
		}
		for _, change := range c.Changes(v.Form.Answers) {
			field, _ := v.Service.Field(change.Field)
			t.Rows = append(t.Rows, []ui.Cell{{Text: field.Label.In(v.r.Lang())},
				{Text: application.Shown(v.r.Printer, v.r.Law(), field, change.Before)}, {Text: application.Shown(v.r.Printer, v.r.Law(), field, change.At)}})
		}
	}
	return t
}

// files are the documents that were sent in.
func (v timelineView) files() ui.Upload {
	u := ui.Upload{W: v.r}
	for _, file := range v.Files {
		label := v.r.T("application.file.sent")
		for _, page := range v.Service.Form {
			for _, f := range page.Fields {
				if v.Form.Answers[f.Code].Text == string(file.ID) {
					label = f.Label.In(v.r.Lang())
				}
			}
		}
		u.Files = append(u.Files, shownFile(v.r, v.ID, label, file))
	}
	return u
}

func (v timelineView) fileTable() ui.Table {
	t := ui.Table{Caption: v.r.T("application.case.files"), Columns: []ui.Column{{Name: v.r.T("application.case.document")}, {Name: v.r.T("application.case.file_state")}}}
	for _, f := range v.files().Files {
		t.Rows = append(t.Rows, []ui.Cell{{Text: f.Name, Href: f.Href}, {Text: v.r.Row(v.r.T("ui.file."+string(f.State)), f.Size)}})
	}
	return t
}

// missing are the things that are still to be brought.
func (v timelineView) missing() []application.ToBring {
	var all []application.ToBring
	for _, b := range v.ToBring {
		if b.Came.IsZero() && v.IsOpen() {
			all = append(all, b)
		}
	}
	return all
}

// office is where to collect the result, and what to bring.
func (v timelineView) office() (where, bring string) {
	if v.Result == nil || v.Service.Result.Kind != jurisdiction.ResultPickUp || v.State != application.ResultReady || !v.IsOpen() {
		return "", ""
	}
	return v.Result.Office, v.Result.Bring
}

func showWithdraw(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		v, err := s.See(r.Context(), r.Account.ID, idOf(r))
		if err != nil {
			return err
		}
		if !v.CanWithdraw() {
			return r.Redirect(w, pathTo(v.ID, ""))
		}
		return r.Show(w, visit.Page{Title: r.T("application.withdraw.title"), Form: true, Back: backToList(r), Body: sureBody(r, r.T("application.withdraw.title"),
			r.T("application.withdraw.text", "service", v.Service.Name.In(r.Lang())), r.T("application.withdraw.button"), r.Key(w))})
	}
}

func postWithdraw(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.Withdraw(r.Context(), r.Account.ID, idOf(r)); err != nil {
			return err
		}
		return r.Redirect(w, pathTo(idOf(r), ""))
	}
}
