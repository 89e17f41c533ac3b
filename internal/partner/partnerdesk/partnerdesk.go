// Package partnerdesk is the workplace of the registrars of sites: they confirm
// organisations, and two of them grant production to a site, or changes of one
// that is there, or close an organisation for good. Every look at an organisation leaves an audit line.
package partnerdesk

import (
	"net/http"
	"strings"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/partner"
	"okno/internal/partner/partnervisit"
	"okno/internal/ui"
	"okno/internal/visit"
)

const (
	path    = "/desk/partners"
	orgPath = allPath + "/{id}"
	reqPath = path + "/requests/{id}"

	registryPath = path + "/sites"
	sitePath     = registryPath + "/{id}"
)

// desk is what the workplace works with.
type desk struct{ s *partner.Service }

// Mount mounts the workplace, in the order of the work.
func Mount(site *visit.Site, s *partner.Service) {
	d, may := desk{s}, officer.ManageSites
	site.Officer("GET "+path, may, d.showList)
	site.Officer("GET "+allPath, may, d.showAll)
	site.Officer("GET "+orgPath, may, d.showOrganisation)
	site.Officer("POST "+orgPath, may, d.postOrganisation)
	site.Officer("GET "+reqPath, may, d.showRequest)
	site.Officer("POST "+reqPath, may, d.postRequest)
	site.Officer("GET "+registryPath, may, d.showRegistry)
	site.Officer("GET "+sitePath, may, d.showSite)
	site.Officer("POST "+sitePath, may, d.postSite)
	site.Officer("GET "+settingPath, may, d.showSetting)
	site.Officer("POST "+settingPath, may, d.postSetting)
}

func back(r *visit.Request) *ui.Link { return &ui.Link{Text: r.T("partner.desk.back"), Href: path} }

func (d desk) showList(w http.ResponseWriter, r *visit.Request) error {
	var waiting []partner.Organisation
	var requests []partner.Request
	var settings []partner.Setting
	var closings ui.Table
	err := d.s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if waiting, err = d.s.Waiting(tx); err != nil {
			return err
		}
		if requests, err = d.s.Requests(tx); err != nil {
			return err
		}
		if settings, err = d.s.Settings(tx); err != nil {
			return err
		}
		closings, err = d.closings(tx, r)
		return err
	})
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("partner.desk.title"), Body: listBody(r, organisations(r, waiting), sites(r, requests), settingsTable(r, settings), closings)})
}

func organisations(r *visit.Request, list []partner.Organisation) ui.Table {
	t := ui.Table{Caption: r.T("partner.desk.organisations"), Empty: ui.Empty{Title: r.T("partner.desk.no_organisations")},
		Columns: []ui.Column{{Name: r.T("partner.field.name")}, {Name: r.T("partner.field.number")}, {Name: r.T("partner.desk.since")}}}
	for _, o := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: o.Name.In(r.Lang()), Href: path + "/organisations/" + o.ID}, {Text: o.Number, Latin: true}, {Text: r.ShortDateTime(o.AskedAt, r.Law().Zone)}})
	}
	return t
}

func sites(r *visit.Request, list []partner.Request) ui.Table {
	t := ui.Table{Caption: r.T("partner.desk.requests"), Empty: ui.Empty{Title: r.T("partner.desk.no_requests")},
		Columns: []ui.Column{{Name: r.T("partner.field.name")}, {Name: r.T("partner.field.id")}, {Name: r.T("partner.desk.since")}, {Name: r.T("partner.desk.needs")}}}
	for _, q := range list {
		needs := r.T("partner.desk.first")
		if q.First != "" {
			needs = r.T("partner.desk.second")
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: q.Site.Name.In(r.Lang()), Href: path + "/requests/" + q.ID}, {Text: string(q.Site.ID), Latin: true},
			{Text: r.ShortDateTime(q.AskedAt, r.Law().Zone)}, {Text: needs}})
	}
	return t
}

func (d desk) showOrganisation(w http.ResponseWriter, r *visit.Request) error {
	return d.showOrganisationPage(w, r, visit.Errors{})
}

func (d desk) showOrganisationPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	o, err := d.s.LookAt(r.Context(), r.Officer, r.PathValue("id"))
	if err != nil {
		return err
	}
	v := organisationView{r: r, o: o, errs: errs}
	if err := d.s.DB.Read(r.Context(), func(tx *db.Tx) error { return d.see(tx, &v) }); err != nil {
		return err
	}
	form := o.State == partner.Asked || o.State == partner.Confirmed && v.closing == nil
	return r.Show(w, visit.Page{Title: o.Name.In(r.Lang()), Body: organisationBody(v, r.Key(w)), Failed: errs.Any(), Form: form, Back: v.back()})
}

func (d desk) postOrganisation(w http.ResponseWriter, r *visit.Request) (err error) {
	ctx, id, reason, closing := r.Context(), r.PathValue("id"), r.Form.Text("reason"), r.Form.Text("closing")
	to := path
	switch r.Form.Text("act") {
	case "confirm":
		err = d.s.Decide(ctx, r.Officer, id, true, "")
	case "refuse":
		err = d.s.Decide(ctx, r.Officer, id, false, reason)
	case "close_propose":
		to, err = allPath+"/"+id, d.s.ProposeClosing(ctx, r.Officer, id, reason)
	case "close_confirm":
		to, err = allPath+"/"+id, d.s.ConfirmClosing(ctx, r.Officer, id, closing)
	case "close_drop":
		to, err = allPath+"/"+id+"?done=drop", d.s.DropClosing(ctx, r.Officer, id, closing)
	default:
		err = fault.New(fault.NotFound, "partner.unknown")
	}
	if errs, refused := r.Refused(err); refused {
		return d.showOrganisationPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, to)
}

func (d desk) showRequest(w http.ResponseWriter, r *visit.Request) error {
	return d.showRequestPage(w, r, visit.Errors{})
}

func (d desk) showRequestPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	c, err := d.s.Case(r.Context(), r.Officer, r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: c.Site.Name.In(r.Lang()), Body: requestBody(r, c, rows(r, c), errs, r.Key(w)), Failed: errs.Any(), Form: true, Back: back(r)})
}

func (d desk) postRequest(w http.ResponseWriter, r *visit.Request) (err error) {
	id := r.PathValue("id")
	switch r.Form.Text("act") {
	case "propose":
		err = d.s.Propose(r.Context(), r.Officer, id)
	case "grant":
		err = d.s.Grant(r.Context(), r.Officer, id)
	case "refuse":
		err = d.s.Refuse(r.Context(), r.Officer, id, r.Form.Text("reason"))
	default:
		err = fault.New(fault.NotFound, "partner.unknown")
	}
	if errs, refused := r.Refused(err); refused {
		return d.showRequestPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, path)
}

// rows are the site as it would be; what differs from what is in production says
// what it is now.
func rows(r *visit.Request, c partner.Case) (rows []ui.Row) {
	old, n := c.Now.Live, c.Site
	first := old.Stage != client.Production
	for _, field := range fields(r) {
		row := ui.Row{Name: r.T("partner.field." + field.name), Value: field.say(n)}
		if now := field.say(old); !first && now != row.Value {
			row.Source = nowIs(r, now)
		}
		rows = append(rows, row)
	}
	return rows
}

// nowIs says beside a new value what holds until then.
func nowIs(r *visit.Request, value string) string {
	if value == "" {
		value = r.T("partner.advanced.none")
	}
	return r.T("partner.desk.now", "value", strings.ReplaceAll(value, "\n", " / "))
}

// field is a part of a site in words.
type field struct {
	name string // as partner.Fields names it
	say  func(client.Client) string
}

// fields are the whole of a site, in the order in which officers read it.
func fields(r *visit.Request) []field {
	return []field{
		{"id", func(c client.Client) string { return string(c.ID) }},
		{"name", func(c client.Client) string { return partnervisit.Words(r, c.Name) }},
		{"purpose", func(c client.Client) string { return partnervisit.Words(r, c.Purpose) }},
		{"law", func(c client.Client) string { return partnervisit.Words(r, c.Law) }},
		{"contact", func(c client.Client) string { return c.Contact }},
		{"redirects", func(c client.Client) string { return partnervisit.Lines(c.Redirects) }},
		{"post_logout", func(c client.Client) string { return partnervisit.Lines(c.PostLogout) }},
		{"logout_uri", func(c client.Client) string { return c.LogoutURI }},
		{"method", func(c client.Client) string { return r.T("partner.method." + string(c.Method)) }},
		{"required", func(c client.Client) string { return partnervisit.Attributes(r, c.Required) }},
		{"optional", func(c client.Client) string { return partnervisit.Attributes(r, c.Optional) }},
		{"reason", func(c client.Client) string { return c.Reason }},
		{"level", func(c client.Client) string { return r.T("partner.level." + c.Level.String()) }},
		{"refuses", func(c client.Client) string { return partnervisit.Ways(r, c.Refuses) }},
		{"grants", func(c client.Client) string { return partnervisit.Grants(r, c.Grants) }},
		{"scopes", func(c client.Client) string { return partnervisit.Lines(c.Scopes) }},
		{"resources", func(c client.Client) string { return partnervisit.Lines(c.Resources) }},
		{"introspect", func(c client.Client) string { return answer(r, "introspect", c.Introspect) }},
		{"lasts", func(c client.Client) string { return r.T("partner.answer.lasts", "n", int(c.Life().Hours()/24)) }},
		{"state", func(c client.Client) string { return answer(r, "state", c.Registered) }},
		{"esia", func(c client.Client) string { return certificates(c) }},
		{"sector", func(c client.Client) string { return c.Sector }},
		{"signature", func(c client.Client) string { return string(c.Algorithm()) }},
		{"par", func(c client.Client) string { return r.T(partner.Pushing(c)) }},
		{"dpop", func(c client.Client) string { return answer(r, "dpop", c.DPoP) }},
	}
}

// answer is one of the two answers to a question about a site.
func answer(r *visit.Request, word string, yes bool) string {
	if yes {
		return r.T("partner.answer." + word + ".yes")
	}
	return r.T("partner.answer." + word + ".no")
}

// certificates are those of the ESIA dialect, by whom they name.
func certificates(c client.Client) string {
	var names []string
	for _, one := range partner.Certificates(c) {
		names = append(names, one.Subject)
	}
	return partnervisit.Lines(names)
}
