package officerdesk

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/ui"
	"okno/internal/visit"
)

// grantView is what the page of a proposal may show.
type grantView struct {
	r    *visit.Request
	g    officer.Grant
	who  officer.Officer
	by   officer.Officer
	key  templ.Component
	mine bool // the administrator who looks has proposed it
}

// decide says whether the one who looks may confirm or refuse: not for himself.
func (v grantView) decide() bool { return v.who.ID != v.r.Officer.ID }

func (d desk) showGrant(w http.ResponseWriter, r *visit.Request) error {
	v := grantView{r: r}
	err := d.site.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if v.g, err = d.site.Officers.OpenGrant(tx, r.PathValue("grant")); err != nil {
			return err
		}
		if v.who, err = d.site.Officers.Get(tx, v.g.Officer); err != nil {
			return err
		}
		if v.by, err = d.site.Officers.Get(tx, v.g.By); err != nil {
			return err
		}
		return look(tx, r, v.who.ID)
	})
	if err != nil {
		return err
	}
	v.key, v.mine = r.Key(w), v.g.By == r.Officer.ID
	return r.Show(w, visit.Page{Title: r.T("officers.grant.title"), Body: grantBody(v), Back: back(r)})
}

func (v grantView) facts() ui.SummaryList {
	r := v.r
	l := ui.SummaryList{W: r, Title: r.T("officers.about"), Rows: []ui.Row{{Name: r.T("officers.name"), Value: v.who.Name},
		{Name: r.T("officers.login"), Value: v.who.Login, Latin: true}}}
	if len(v.who.Roles) > 0 {
		l.Rows = append(l.Rows, ui.Row{Name: r.T("officers.grant.now"), Value: describe(r, v.who)})
	}
	after := officer.Officer{Roles: v.g.Roles, Authority: v.g.Authority, Centre: v.g.Centre}
	l.Rows = append(l.Rows, ui.Row{Name: r.T("officers.grant.then"), Value: describe(r, after)},
		ui.Row{Name: r.T("officers.until"), Value: until(r, v.g.Until)})
	if v.g.Link {
		l.Rows = append(l.Rows, ui.Row{Name: r.T("officers.link.label"), Value: r.T("officers.grant.link")})
	}
	return v.append(l)
}

// append says who proposed, and when.
func (v grantView) append(l ui.SummaryList) ui.SummaryList {
	r := v.r
	l.Rows = append(l.Rows, ui.Row{Name: r.T("officers.grant.by"), Value: v.by.Name}, ui.Row{Name: r.T("officers.grant.at"), Value: r.DateTime(v.g.At, r.Law().Zone)})
	return l
}

// describe are roles and office in words.
func describe(r *visit.Request, o officer.Officer) string {
	if at := office(r, o); at != "" {
		return roles(r, o) + " (" + at + ")"
	}
	return roles(r, o)
}

func until(r *visit.Request, t time.Time) string {
	if t.IsZero() {
		return r.T("officers.until.none")
	}
	return r.DateTime(t, r.Law().Zone)
}

// confirm puts the proposal into force; a new link is shown, once.
func (d desk) confirm(w http.ResponseWriter, r *visit.Request) error {
	var token string
	var who officer.Officer
	err := d.site.DB.Write(r.Context(), func(tx *db.Tx) error {
		g, err := d.site.Officers.Confirm(tx, r.PathValue("grant"), r.By())
		if err != nil {
			return err
		}
		if who, err = d.site.Officers.Get(tx, g.Officer); err != nil || !g.Link {
			return err
		}
		token, err = d.signin.Invite(tx, g.Officer, r.By())
		return err
	})
	if err != nil {
		return err
	}
	if token != "" {
		return d.showLink(w, r, who.Name, token)
	}
	return r.Redirect(w, path)
}

func (d desk) refuse(w http.ResponseWriter, r *visit.Request) error {
	err := d.site.DB.Write(r.Context(), func(tx *db.Tx) error { return d.site.Officers.Refuse(tx, r.PathValue("grant"), r.By()) })
	if err != nil {
		return err
	}
	return r.Redirect(w, path)
}
