package officerdesk

import (
	"net/http"

	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/ui"
	"okno/internal/visit"
)

// listView is what the list may show.
type listView struct {
	r    *visit.Request
	all  []officer.Officer
	open []officer.Grant
}

func (d desk) showList(w http.ResponseWriter, r *visit.Request) error {
	v := listView{r: r}
	err := d.site.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if v.all, err = d.site.Officers.All(tx); err != nil {
			return err
		}
		if v.open, err = d.site.Officers.OpenGrants(tx); err != nil {
			return err
		}
		return look(tx, r, "")
	})
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("officers.title"), Body: listBody(v), Wide: true, Back: &ui.Link{Text: r.T("officers.home"), Href: "/desk"}})
}

func (v listView) table() ui.Table {
	r := v.r
	t := ui.Table{Caption: r.T("officers.caption"), Columns: []ui.Column{{Name: r.T("officers.name")}, {Name: r.T("officers.login")},
		{Name: r.T("officers.role")}, {Name: r.T("officers.office")}, {Name: r.T("officers.state")}, {Name: r.T("officers.act")}}}
	for _, o := range v.all {
		t.Rows = append(t.Rows, []ui.Cell{{Text: o.Name}, {Text: o.Login, Latin: true}, {Text: roles(r, o)}, {Text: office(r, o)},
			{Show: stateCell(v, o)}, {Show: actCell(v, o)}})
	}
	return t
}

// waiting are the proposals that another administrator has to confirm.
func (v listView) waiting() ui.Table {
	r := v.r
	t := ui.Table{Caption: r.T("officers.grant.caption"), Columns: []ui.Column{{Name: r.T("officers.name")}, {Name: r.T("officers.grant.then")},
		{Name: r.T("officers.grant.by")}, {Name: r.T("officers.act")}}}
	for _, g := range v.open {
		name := v.name(g.Officer)
		t.Rows = append(t.Rows, []ui.Cell{{Text: name}, {Text: describe(r, officer.Officer{Roles: g.Roles, Authority: g.Authority, Centre: g.Centre})},
			{Text: v.name(g.By)}, {Show: grantCell(v, g, name)}})
	}
	return t
}

func (v listView) name(id officer.ID) string {
	for _, o := range v.all {
		if o.ID == id {
			return o.Name
		}
	}
	return ""
}

// can says whether something can be done with the officer: not with oneself,
// nor with one whose rights have ended.
func (v listView) can(o officer.Officer) bool { return o.ID != v.r.Officer.ID && o.Ended.IsZero() }

func (v listView) state(o officer.Officer) ui.Tag {
	switch {
	case !o.Ended.IsZero():
		return ui.Tag{Text: v.r.T("officers.state.ended"), Tone: ui.Neutral}
	case o.Lapsed:
		return ui.Tag{Text: v.r.T("officers.state.lapsed"), Tone: ui.Warning}
	case o.Active:
		return ui.Tag{Text: v.r.T("officers.state.active"), Tone: ui.Good}
	}
	if len(o.Roles) == 0 {
		return ui.Tag{Text: v.r.T("officers.state.proposed"), Tone: ui.Warning}
	}
	return ui.Tag{Text: v.r.T("officers.state.invited"), Tone: ui.Warning}
}

func roles(r *visit.Request, o officer.Officer) string {
	var words []string
	for _, role := range o.Roles {
		words = append(words, r.T("signin.who.role."+string(role)))
	}
	return r.List(words)
}

// office is where the officer works, "" for those who work for the whole portal.
func office(r *visit.Request, o officer.Officer) string {
	if centre, ok := r.Law().Centre(o.Centre); ok {
		return centre.Name.In(r.Lang())
	}
	if authority, ok := r.Law().Authority(o.Authority); ok {
		return authority.Name.In(r.Lang())
	}
	return ""
}
