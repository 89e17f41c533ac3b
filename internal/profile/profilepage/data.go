package profilepage

import (
	"net/http"
	"strings"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/profile"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// dataPage is the tab "My data" (PRF-01).
type dataPage struct {
	tabs     ui.Tabs
	level    levelWindow
	check    *ui.Notice // the result of the checks (CHK-18)
	checking ui.Link    // where the checks are shown
	confirm  bool       // identity may be confirmed now (PRF-36)
	empty    bool
	general  ui.SummaryList
	contacts ui.SummaryList
	others   ui.SummaryList
	fill     ui.Button // "Fill in profile" (PRF-28)
}

// levelWindow shows the level now and what the next one brings (LVL-41).
type levelWindow struct {
	now, brings string
	next, gives string // "" at the highest level
	need        string // what it takes
}

func (p pages) showData(w http.ResponseWriter, r *visit.Request) error {
	known, err := p.profiles.Look(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	status, err := p.checks.Look(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	d := dataPage{tabs: tabs(r), level: p.window(r, status), confirm: r.Level == account.Standard, empty: known.IsEmpty(),
		general: p.general(r, known), contacts: p.contacts(r, known), others: p.others(r, known), fill: fill(r, known)}
	d.check, d.checking = result(r, status)
	return r.Show(w, visit.Page{Title: r.T("profile.data.title"), Body: dataBody(r, d)})
}

func tabs(r *visit.Request) ui.Tabs {
	return ui.Tabs{Label: r.T("profile.tabs"), Links: []ui.Link{
		{Text: r.T("profile.data.title"), Href: "/id/profile/user", Current: true},
		{Text: r.T("profile.settings"), Href: "/id/settings"}}}
}

func fill(r *visit.Request, known profile.Profile) ui.Button {
	b := ui.Button{Text: r.T("profile.fill"), Href: "/id/profile/edit"}
	if r.Level >= account.Standard {
		b.Look = ui.Secondary
	}
	return b
}

func (p pages) window(r *visit.Request, status check.Status) levelWindow {
	var win levelWindow
	for _, level := range r.Law().Levels {
		switch int(level.Code) {
		case int(r.Level):
			win.now, win.brings = level.Name.In(r.Lang()), level.Brings.In(r.Lang())
		case int(r.Level) + 1:
			win.next, win.gives = level.Name.In(r.Lang()), level.Brings.In(r.Lang())
		}
	}
	switch {
	case r.Level == account.Simplified && status.Running():
		win.need = r.T("profile.level.checking")
	case r.Level == account.Simplified:
		win.need = r.T("profile.level.simplified", "fields", r.List(p.needed(r)))
	case r.Level == account.Standard:
		win.need = r.T("profile.level.standard")
	}
	return win
}

// needed are the names of what the general form asks for.
func (p pages) needed(r *visit.Request) []string {
	var names []string
	for _, n := range p.profiles.Needs() {
		names = append(names, p.label(r, n.Field))
	}
	return names
}

// result says how the checks stand (CHK-18).
func result(r *visit.Request, s check.Status) (*ui.Notice, ui.Link) {
	if !s.Exists() {
		return nil, ui.Link{}
	}
	link := ui.Link{Text: r.T("profile.check.link"), Href: "/id/check"}
	switch {
	case s.Running():
		return &ui.Notice{Tone: ui.Info, Title: r.T("profile.check.running")}, link
	case s.Passed():
		return &ui.Notice{Tone: ui.Good, Title: r.T("profile.check.done")}, link
	case s.Outcome == check.Open && len(s.ToCorrect()) > 0:
		return &ui.Notice{Tone: ui.Warning, Title: r.T("profile.check.correct")}, link
	}
	return &ui.Notice{Tone: ui.Warning, Title: r.T("profile.check.not_passed")}, link
}

// general are the data that the registers know, with a way to change each.
func (p pages) general(r *visit.Request, known profile.Profile) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: r.T("profile.general"), Action: &ui.Button{Text: r.T("profile.to_editing"), Href: "/id/profile/edit", Look: ui.Secondary}}
	kind := known.Text(profile.Identity)
	if kind == "" {
		kind = known.Candidate().Text(profile.Identity)
	}
	for _, field := range p.profiles.Fields(profile.General, kind) {
		list.Rows = append(list.Rows, p.row(r, known, field))
	}
	return list
}

func (p pages) row(r *visit.Request, known profile.Profile, field string) ui.Row {
	v := known.Value(field)
	row := ui.Row{Name: p.label(r, field), Value: p.shown(r, field, v.Text), Latin: p.isLatin(r, field), Source: source(r, v)}
	if v.Confirmed() {
		row.Tag = &ui.Tag{Text: r.T("profile.confirmed"), Tone: ui.Good}
	}
	if wanted, waits := known.Pending(field); waits {
		row.Tag = &ui.Tag{Text: r.T("profile.pending"), Tone: ui.Info}
		new := p.shown(r, field, wanted.Text)
		if new == "" {
			new = r.T("ui.summary.missing")
		}
		row.Source = strings.TrimSpace(row.Source + " " + r.T("profile.pending_value", "value", new))
	}
	return row
}

// source says who a value is from and since when.
func source(r *visit.Request, v profile.Value) string {
	if v.Text == "" || v.At.IsZero() {
		return ""
	}
	day := text.DayOf(v.At, r.Law().Zone)
	if code, ok := v.Source.Register(); ok {
		if register, known := r.Law().Register(code); known {
			return r.T("profile.source.register", "register", register.Name.In(r.Lang()), "date", day)
		}
	}
	if _, ok := v.Source.Desk(); ok {
		return r.T("profile.source.desk", "date", day)
	}
	return r.T("profile.source.holder", "date", day)
}

// contacts carry their mark (PRF-26) and the ways to add more (PRF-27).
func (p pages) contacts(r *visit.Request, known profile.Profile) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: r.T("profile.contacts")}
	mark := &ui.Tag{Text: r.T("profile.confirmed"), Tone: ui.Good}
	for _, c := range known.Contacts {
		value := c.Value
		if c.Kind == account.Phone {
			value = r.Law().Phone.Show(c.Value)
		}
		list.Rows = append(list.Rows, ui.Row{Name: r.T("profile.contact." + string(c.Kind)), Value: value, Latin: true, Tag: mark,
			Source: r.T("profile.source.code", "date", text.DayOf(c.Confirmed, r.Law().Zone))})
	}
	return list
}

// others are the documents, numbers and addresses beside the general data (PRF-22).
func (p pages) others(r *visit.Request, known profile.Profile) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: r.T("profile.documents.title"),
		Action: &ui.Button{Text: r.T("profile.documents.all"), Href: "/id/profile/documents", Look: ui.Secondary}}
	for _, form := range p.profiles.Others() {
		list.Rows = append(list.Rows, p.otherRow(r, known, form))
	}
	return list
}

func (p pages) otherRow(r *visit.Request, known profile.Profile, form profile.Form) ui.Row {
	row := ui.Row{Name: p.formName(r, form), Change: "/id/profile/documents/" + string(form)}
	var parts []string
	for _, field := range p.profiles.Fields(form, "") {
		if value := p.shown(r, field, known.Text(field)); value != "" {
			parts = append(parts, value)
			row.Source = source(r, known.Value(field))
		}
	}
	if len(parts) == 0 {
		row.Verb = r.T("profile.add")
	}
	row.Latin = p.isLatin(r, string(form)) && len(parts) == 1
	row.Value = r.List(parts)
	return row
}

// formName is what a document, number or address is called.
func (p pages) formName(r *visit.Request, form profile.Form) string {
	if d, ok := r.Law().Document(string(form)); ok {
		return d.Name.In(r.Lang())
	}
	return p.label(r, string(form))
}
