package applicationpage

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/application"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// listView is what the list of applications may show (S24).
type listView struct {
	r *visit.Request
	application.Mine
	key templ.Component
}

func showList(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		mine, err := s.List(r.Context(), r.Account.ID)
		if err != nil {
			return err
		}
		return r.Show(w, visit.Page{Title: r.T("application.list.title"), Body: listBody(listView{r, mine, r.Key(w)}),
			Back: &ui.Link{Text: r.T("application.list.back"), Href: "/account"}})
	}
}

func (v listView) empty() bool {
	return len(v.Waiting)+len(v.Office)+len(v.Finished)+len(v.Removed) == 0
}

func (v listView) card(c application.Case) ui.Card {
	card := ui.Card{Title: c.Service.Name.In(v.r.Lang()), Href: pathTo(c.ID, ""), Text: v.line(c), Tag: &ui.Tag{Text: v.r.T("application.state." + string(c.State)), Tone: toneOf(c)}}
	if c.Number != "" {
		card.Facts = append(card.Facts, v.r.T("application.list.number", "number", c.Number))
	}
	return card
}

func toneOf(c application.Case) ui.Tone {
	switch {
	case c.IsDraft() || c.IsPaused():
		return ui.Warning
	case c.State == application.ResultReady:
		return ui.Good
	case c.IsOpen():
		return ui.Info
	}
	return ui.Neutral
}

// line says what is next and when.
func (v listView) line(c application.Case) string {
	zone := v.r.Law().Zone
	today := text.DayOf(v.r.Now, zone)
	switch {
	case c.IsDraft():
		return v.r.T("application.list.draft", "until", text.DayOf(c.Expires, zone))
	case c.IsPaused():
		return v.r.T("application.list.correct", "until", c.CorrectBy)
	case !c.Closed.IsZero():
		return v.r.T("application.list.closed", "day", text.DayOf(c.Closed, zone))
	case c.IsOverdue(today):
		return v.r.T("application.status.overdue", "due", c.Due)
	case c.State == application.ResultReady:
		if stage, ok := c.Service.Stage(c.Stage); ok {
			return stage.Name.In(v.r.Lang())
		}
	case c.Turn == application.TurnRegister:
		return v.r.T("application.turn.register")
	}
	if !c.Decided.IsZero() {
		return v.r.T("application.list.due", "due", c.StageDue)
	}
	return v.r.T("application.list.due", "due", c.Due)
}

// removed are the drafts that can still be restored.
func (v listView) removed() ui.SummaryList {
	list := ui.SummaryList{W: v.r, Title: v.r.T("application.list.removed")}
	for _, c := range v.Removed {
		list.Rows = append(list.Rows, ui.Row{Name: c.Service.Name.In(v.r.Lang()), Show: v.restore(c)})
	}
	return list
}

// until is the last day on which a draft can be restored.
func (v listView) until(c application.Case) text.Day { return text.DayOf(c.Expires, v.r.Law().Zone) }
