package partnerdesk

import (
	"net/http"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/partner"
	"okno/internal/ui"
	"okno/internal/visit"
)

// showRegistry lists all registered sites, so that one can be closed in a hurry.
func (d desk) showRegistry(w http.ResponseWriter, r *visit.Request) error {
	var all []client.Client
	err := d.s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		all, err = d.s.Registry(tx, r.Lang())
		return err
	})
	if err != nil {
		return err
	}
	t := ui.Table{Caption: r.T("partner.desk.registry"), Hidden: true, Empty: ui.Empty{Title: r.T("partner.desk.registry_empty")},
		Columns: []ui.Column{{Name: r.T("partner.field.name")}, {Name: r.T("partner.field.id")}, {Name: r.T("partner.desk.state")}}}
	for _, c := range all {
		t.Rows = append(t.Rows, []ui.Cell{{Text: c.Name.In(r.Lang()), Href: registryPath + "/" + string(c.ID)}, {Text: string(c.ID), Latin: true}, {Text: state(r, c)}})
	}
	return r.Show(w, visit.Page{Title: r.T("partner.desk.registry"), Body: registryBody(r, t), Back: back(r)})
}

func state(r *visit.Request, c client.Client) string {
	switch {
	case c.Stopped != nil:
		return r.T("partner.state.stopped")
	case c.Paused:
		return r.T("partner.state.paused")
	}
	return r.T("partner.state." + string(c.Stage))
}

func (d desk) showSite(w http.ResponseWriter, r *visit.Request) error {
	return d.showSitePage(w, r, visit.Errors{})
}

func (d desk) showSitePage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	site, err := d.s.SiteFor(r.Context(), r.Officer, client.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: site.Live.Name.In(r.Lang()), Body: siteBody(r, site, errs, r.Key(w)), Failed: errs.Any(), Form: !mine(r, site) && site.Organisation.State != partner.Closed,
		Back: &ui.Link{Text: r.T("partner.desk.registry"), Href: registryPath}})
}

// mine says that the officer has proposed to open the site again: nothing is left to do here.
func mine(r *visit.Request, site partner.Site) bool {
	return site.Live.Stopped != nil && site.Live.Stopped.Reopen == string(r.Officer.ID)
}

// about are the facts by which an officer knows that it is the right site.
func about(r *visit.Request, site partner.Site) []ui.Row {
	c := site.Live
	return []ui.Row{
		{Name: r.T("partner.desk.organisation"), Show: organisationLink(r, site.Organisation)},
		{Name: r.T("partner.field.id"), Value: string(c.ID), Latin: true},
		{Name: r.T("partner.desk.state"), Value: state(r, c)},
		{Name: r.T("partner.field.contact"), Value: c.Contact, Latin: true},
		{Name: r.T("partner.field.purpose"), Value: c.Purpose.In(r.Lang())},
	}
}

func (d desk) postSite(w http.ResponseWriter, r *visit.Request) (err error) {
	id := client.ID(r.PathValue("id"))
	switch r.Form.Text("act") {
	case "stop":
		err = d.s.Stop(r.Context(), r.Officer, id, r.Form.Text("reason"))
	case "open":
		err = d.s.Reopen(r.Context(), r.Officer, id)
	default:
		err = fault.New(fault.NotFound, "partner.unknown")
	}
	if errs, refused := r.Refused(err); refused {
		return d.showSitePage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, registryPath+"/"+string(id))
}
