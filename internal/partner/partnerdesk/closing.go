package partnerdesk

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/partner"
	"okno/internal/ui"
	"okno/internal/visit"
)

const allPath = path + "/organisations"

// organisationView is an organisation as registrars see it.
type organisationView struct {
	r             *visit.Request
	o             partner.Organisation
	sites         []client.Client  // registered
	closing       *partner.Closing // what registrars said about closing it
	first, second string           // their names
	errs          visit.Errors
}

func (v organisationView) mine() bool { return v.closing.First == v.r.Officer.ID }

// back leads to the list from which the organisation was opened.
func (v organisationView) back() *ui.Link {
	if v.o.State == partner.Confirmed || v.o.State == partner.Closed {
		return &ui.Link{Text: v.r.T("partner_closing.all"), Href: allPath}
	}
	return back(v.r)
}

// showAll lists the organisations that were confirmed, and those closed since.
func (d desk) showAll(w http.ResponseWriter, r *visit.Request) error {
	var list []partner.Organisation
	err := d.s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { list, err = d.s.Decided(tx, r.Lang()); return err })
	if err != nil {
		return err
	}
	t := ui.Table{Caption: r.T("partner_closing.all"), Hidden: true, Empty: ui.Empty{Title: r.T("partner_closing.all_empty")},
		Columns: []ui.Column{{Name: r.T("partner.field.name")}, {Name: r.T("partner.field.number")}, {Name: r.T("partner.desk.state")}}}
	for _, o := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: o.Name.In(r.Lang()), Href: allPath + "/" + o.ID}, {Text: o.Number, Latin: true}, {Text: r.T("partner.org.state." + string(o.State))}})
	}
	return r.Show(w, visit.Page{Title: r.T("partner_closing.all"), Body: allBody(r, t), Back: back(r)})
}

// see reads what the page of an organisation shows beside itself.
func (d desk) see(tx *db.Tx, v *organisationView) (err error) {
	if v.sites, err = d.s.Registry(tx, v.r.Lang()); err != nil {
		return err
	}
	v.sites = slices.DeleteFunc(v.sites, func(c client.Client) bool { return c.Owner != v.o.ID })
	if v.closing, err = d.s.ClosingOf(tx, v.o.ID); err != nil || v.closing == nil {
		return err
	}
	name := func(id officer.ID) (string, error) {
		if id == "" {
			return "", nil
		}
		o, err := d.s.Officers.Get(tx, id)
		return o.Name, err
	}
	if v.first, err = name(v.closing.First); err != nil {
		return err
	}
	v.second, err = name(v.closing.Second)
	return err
}

// closingRows are why and by whom an organisation is to be closed, or was.
func (v organisationView) closingRows() []ui.Row {
	r := v.r
	rows := []ui.Row{
		{Name: r.T("partner_closing.why"), Value: v.closing.Reason},
		{Name: r.T("partner_closing.proposed_by"), Value: v.first, Source: r.ShortDateTime(v.closing.At, r.Law().Zone)},
	}
	if v.closing.Second != "" {
		rows = append(rows, ui.Row{Name: r.T("partner_closing.confirmed_by"), Value: v.second, Source: r.ShortDateTime(v.closing.Closed, r.Law().Zone)})
	}
	return rows
}

func (v organisationView) siteTable() templ.Component {
	r := v.r
	t := ui.Table{Caption: r.T("partner.org.sites"), Empty: ui.Empty{Title: r.T("partner.desk.registry_empty")},
		Columns: []ui.Column{{Name: r.T("partner.field.name")}, {Name: r.T("partner.field.id")}, {Name: r.T("partner.desk.state")}}}
	for _, c := range v.sites {
		t.Rows = append(t.Rows, []ui.Cell{{Text: c.Name.In(r.Lang()), Href: registryPath + "/" + string(c.ID)}, {Text: string(c.ID), Latin: true}, {Text: state(r, c)}})
	}
	return t
}

// closings lists the proposals to close an organisation, by its name.
func (d desk) closings(tx *db.Tx, r *visit.Request) (t ui.Table, err error) {
	list, err := d.s.Closings(tx)
	if err != nil || len(list) == 0 {
		return t, err
	}
	all, err := d.s.Decided(tx, r.Lang())
	if err != nil {
		return t, err
	}
	t = ui.Table{Caption: r.T("partner_closing.list"), Columns: []ui.Column{{Name: r.T("partner.field.name")}, {Name: r.T("partner.field.number")}, {Name: r.T("partner.desk.since")}}}
	for _, c := range list {
		i := slices.IndexFunc(all, func(o partner.Organisation) bool { return o.ID == c.Organisation })
		if i < 0 {
			continue
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: all[i].Name.In(r.Lang()), Href: allPath + "/" + c.Organisation}, {Text: all[i].Number, Latin: true}, {Text: r.ShortDateTime(c.At, r.Law().Zone)}})
	}
	return t, nil
}
