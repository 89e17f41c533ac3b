package applicationdesk

import (
	"net/http"
	"net/url"
	"strconv"

	"okno/internal/application"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// inboxView is what the list may show: no personal data (T-60).
type inboxView struct {
	r      *visit.Request
	filter application.Filter
	query  url.Values
	cases  []application.Listed
	counts application.Counts
}

func showInbox(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		v := inboxView{r: r, query: r.URL.Query()}
		v.filter = readFilter(v.query)
		var err error
		if v.cases, v.counts, err = s.Inbox(r.Context(), r.Officer, v.filter); err != nil {
			return err
		}
		return r.Show(w, visit.Page{Title: r.T("cases.title"), Body: inboxBody(v), Wide: true})
	}
}

// readFilter reads the filter from the address, so that it can be kept as a bookmark.
func readFilter(q url.Values) application.Filter {
	page, _ := strconv.Atoi(q.Get("page"))
	f := application.Filter{Service: q.Get("service"), State: application.State(q.Get("state")), Due: q.Get("due"), Number: q.Get("number"), Page: min(max(page, 1), 10_000)}
	switch q.Get("who") {
	case "mine":
		f.Mine = true
	case "free":
		f.Free = true
	}
	return f
}

// with is the address of this list with one part of the filter changed.
func (v inboxView) with(name, value string) string {
	q := url.Values{}
	for key, values := range v.query {
		q[key] = values
	}
	q.Del("page")
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return "/desk/cases"
	}
	return "/desk/cases?" + q.Encode()
}

// tabs are the quick filters, each with its number.
func (v inboxView) tabs() ui.Tabs {
	r, who := v.r, v.query.Get("who")
	tab := func(key string, n int, href string, current bool) ui.Link {
		return ui.Link{Text: r.T(key, "n", n), Href: href, Current: current}
	}
	overdue := v.filter.Due == application.DueOverdue
	return ui.Tabs{Label: r.T("cases.tabs"), Links: []ui.Link{
		tab("cases.tab.open", v.counts.Open, "/desk/cases", who == "" && !overdue),
		tab("cases.tab.mine", v.counts.Mine, "/desk/cases?who=mine", who == "mine"),
		tab("cases.tab.free", v.counts.Free, "/desk/cases?who=free", who == "free"),
		tab("cases.tab.overdue", v.counts.Overdue, "/desk/cases?due=overdue", overdue),
	}}
}

func (v inboxView) services() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: v.r.T("cases.filter.all")}}
	for _, s := range v.r.Law().Services {
		if s.Authority == v.r.Officer.Authority && s.Availability == jurisdiction.Online {
			choices = append(choices, ui.Choice{Value: s.ID, Label: s.Name.In(v.r.Lang())})
		}
	}
	return choices
}

func (v inboxView) states() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: v.r.T("cases.filter.open")}}
	for _, s := range application.States() {
		if s != application.Draft {
			choices = append(choices, ui.Choice{Value: string(s), Label: v.r.T("application.state." + string(s))})
		}
	}
	return choices
}

func (v inboxView) dues() []ui.Choice {
	return []ui.Choice{{Value: "", Label: v.r.T("cases.filter.all")}, {Value: application.DueWeek, Label: v.r.T("cases.due.week")},
		{Value: application.DueOverdue, Label: v.r.T("cases.due.overdue")}}
}

// table is the list, what the law wants first at the top.
func (v inboxView) table() ui.Table {
	r := v.r
	t := ui.Table{Caption: r.T("cases.caption", "n", v.counts.Shown), Columns: []ui.Column{{Name: r.T("cases.column.due"), Sorted: "ascending"},
		{Name: r.T("cases.column.number")}, {Name: r.T("cases.column.service")}, {Name: r.T("cases.column.state")}, {Name: r.T("cases.column.officer")}},
		Empty: ui.Empty{Title: r.T("cases.empty.title"), Text: r.T("cases.empty.text"), Link: ui.Link{Text: r.T("cases.empty.link"), Href: "/desk/cases"}}}
	for _, c := range v.cases {
		t.Rows = append(t.Rows, []ui.Cell{{Show: dueCell(v, c)}, {Text: c.Number, Href: v.open(c), Latin: true},
			{Text: v.service(c.Service)}, {Show: stateCell(v, c)}, {Text: v.holder(c)}})
	}
	return t
}

// open leads into the case: at once for the holder, by way of a purpose for others.
func (v inboxView) open(c application.Listed) string {
	switch {
	case c.Own:
		return ""
	case c.Officer == v.r.Officer.ID:
		return casePath(c.ID, "?for=decide")
	}
	return casePath(c.ID, "/look")
}

func (v inboxView) service(id string) string {
	if s, ok := v.r.Law().Service(id); ok {
		return s.Name.In(v.r.Lang())
	}
	return id
}

func (v inboxView) holder(c application.Listed) string {
	switch {
	case c.Own:
		return v.r.T("cases.own")
	case c.Officer == "":
		return v.r.T("cases.nobody")
	case c.Officer == v.r.Officer.ID:
		return v.r.T("cases.you")
	}
	return v.r.T("cases.holder", "name", c.Holder, "since", v.r.DateTime(c.Taken, v.r.Law().Zone))
}

func (v inboxView) pages() ui.Pages {
	return ui.Pages{W: v.r, Now: max(v.filter.Page, 1), Of: (v.counts.Shown + application.PerPage - 1) / application.PerPage,
		Href: func(page int) string { return v.with("page", strconv.Itoa(page)) }}
}
