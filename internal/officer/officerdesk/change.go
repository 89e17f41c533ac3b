package officerdesk

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/ui"
	"okno/internal/visit"
)

// changeView is a page that asks once more before something is done with an officer.
type changeView struct {
	r      *visit.Request
	who    officer.Officer
	key    templ.Component
	action string
	title  string
	text   string
	button ui.Button
}

func (v changeView) facts() ui.SummaryList {
	r := v.r
	l := ui.SummaryList{W: r, Title: r.T("officers.about"), Rows: []ui.Row{{Name: r.T("officers.name"), Value: v.who.Name},
		{Name: r.T("officers.login"), Value: v.who.Login, Latin: true}, {Name: r.T("officers.role"), Value: roles(r, v.who)}}}
	if at := office(r, v.who); at != "" {
		l.Rows = append(l.Rows, ui.Row{Name: r.T("officers.office"), Value: at})
	}
	return l
}

func (d desk) showAgain(w http.ResponseWriter, r *visit.Request) error {
	return d.ask(w, r, changeView{action: "/again", title: r.T("officers.again.title"), text: r.T("officers.again.text"),
		button: ui.Button{Text: r.T("officers.again.button")}})
}

func (d desk) showEnd(w http.ResponseWriter, r *visit.Request) error {
	return d.ask(w, r, changeView{action: "/end", title: r.T("officers.end.title"), text: r.T("officers.end.text"),
		button: ui.Button{Text: r.T("officers.end.button"), Danger: true}})
}

// ask shows the officer and asks; a look at the officer's data is written down.
func (d desk) ask(w http.ResponseWriter, r *visit.Request, v changeView) error {
	var err error
	switch v.who, err = d.read(r); {
	case err != nil:
		return err
	case v.who.ID == r.Officer.ID:
		return r.Redirect(w, path)
	}
	v.r, v.key, v.action = r, r.Key(w), pathOf(v.who.ID, v.action)
	return r.Show(w, visit.Page{Title: v.title, Body: changeBody(v), Back: back(r)})
}

// proposeLink proposes a new link; earlier ones die when it is confirmed.
func (d desk) proposeLink(w http.ResponseWriter, r *visit.Request) error {
	err := d.site.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := d.site.Officers.ProposeLink(tx, idOf(r), r.By())
		return err
	})
	if err != nil {
		return err
	}
	return r.Redirect(w, path)
}

// end takes the rights and ends the sessions in one transaction (SESS-5).
func (d desk) end(w http.ResponseWriter, r *visit.Request) error {
	err := d.site.DB.Write(r.Context(), func(tx *db.Tx) error {
		if _, err := d.site.Officers.Get(tx, idOf(r)); err != nil {
			return err
		}
		if err := d.site.Officers.End(tx, idOf(r), r.By()); err != nil {
			return err
		}
		return d.site.Sessions.EndAll(tx, string(idOf(r)), "", "officer_ended")
	})
	if err != nil {
		return err
	}
	return r.Redirect(w, path)
}
