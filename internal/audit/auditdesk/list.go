package auditdesk

import (
	"net/url"
	"slices"
	"strings"

	"okno/internal/audit"
	"okno/internal/ui"
)

// kinds are those of actors, in the order of the list to choose from.
var kinds = []audit.ActorKind{audit.Resident, audit.Officer, audit.System, audit.Visitor, audit.Client}

// readFilter reads the filter from the address; what cannot be one narrows nothing.
func readFilter(q url.Values) (f audit.Filter) {
	if kind := audit.ActorKind(q.Get("kind")); slices.Contains(kinds, kind) {
		f.Kind = kind
	}
	f.Act = word(q.Get("act"), "abcdefghijklmnopqrstuvwxyz._")
	f.Before = word(q.Get("before"), "0123456789abcdef-")
	return f
}

// word is s when it is made of these letters only, else "".
func word(s, letters string) string {
	s = strings.TrimSpace(s)
	if len(s) > 80 || strings.Trim(s, letters) != "" {
		return ""
	}
	return s
}

// address is the list with a filter.
func address(f audit.Filter) string {
	q := url.Values{}
	for name, value := range map[string]string{"act": f.Act, "kind": string(f.Kind), "before": f.Before} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// older is the address of the next page, newer that of the first.
func (v view) older() string {
	f := v.filter
	f.Before = v.entries[len(v.entries)-1].ID
	return address(f)
}

func (v view) newer() string {
	f := v.filter
	f.Before = ""
	return address(f)
}

func (v view) choices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: v.r.T("audit.filter.all")}}
	for _, kind := range kinds {
		choices = append(choices, ui.Choice{Value: string(kind), Label: v.r.T("audit.kind." + string(kind))})
	}
	return choices
}

func (v view) table() ui.Table {
	r := v.r
	t := ui.Table{Caption: r.T("audit.caption"), Empty: ui.Empty{Title: r.T("audit.empty"), Link: ui.Link{Text: r.T("audit.empty.link"), Href: path}},
		Columns: []ui.Column{{Name: r.T("audit.column.at")}, {Name: r.T("audit.column.act")}, {Name: r.T("audit.column.actor")},
			{Name: r.T("audit.column.subject")}, {Name: r.T("audit.column.object")}, {Name: r.T("audit.column.purpose")}}}
	for _, e := range v.entries {
		t.Rows = append(t.Rows, []ui.Cell{{Text: r.DateTime(e.At, r.Law().Zone)},
			{Text: e.Act, Href: address(audit.Filter{Act: e.Act, Kind: v.filter.Kind}), Latin: true}, {Show: actorCell(v, e)},
			{Text: e.Subject, Latin: true}, {Text: e.Object, Latin: true}, {Show: purposeCell(v, e)}})
	}
	return t
}

// purposeOf is why somebody read, in the reader's language if the purpose is a text key.
func (v view) purposeOf(e audit.Recorded) string {
	if v.r.Has(e.Purpose) {
		return v.r.T(e.Purpose)
	}
	return e.Purpose
}

// facts are the facts of an entry in the order of their names: "result=granted".
func facts(e audit.Recorded) string {
	var list []string
	for name, value := range e.Facts {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// state is the newest signed state of the log.
func (v view) state() ui.SummaryList {
	r := v.r
	l := ui.SummaryList{W: r, Title: r.T("audit.state"), Missing: r.T("audit.state.none")}
	if v.latest.Size == 0 {
		l.Rows = []ui.Row{{Name: r.T("audit.state.size")}}
		return l
	}
	l.Rows = []ui.Row{{Name: r.T("audit.state.size"), Value: r.Number(v.latest.Size)},
		{Name: r.T("audit.state.at"), Value: r.DateTime(v.latest.At, r.Law().Zone)},
		{Name: r.T("audit.state.root"), Value: v.latest.Root, Latin: true}}
	return l
}

// found is what the verification says.
func (v view) found() ui.Notice {
	r, report := v.r, v.report
	if len(report.Problems) == 0 {
		return ui.Notice{Tone: ui.Good, Title: r.T("audit.sound"), Text: r.T("audit.sound.text", "entries", report.Entries, "checkpoints", report.Checkpoints)}
	}
	return ui.Notice{Tone: ui.Bad, Title: r.T("audit.unsound")}
}
