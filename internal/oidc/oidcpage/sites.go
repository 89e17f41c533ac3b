package oidcpage

import (
	"net/http"
	"slices"
	"time"

	"okno/internal/client"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/oidc"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// use is one agreement with its site.
type use struct {
	consent.Consent
	Site  client.Client
	times int64 // how often it was given data
	last  time.Time
}

// showSites lists who uses what, since when and until when (S23).
func (p pages) showSites(w http.ResponseWriter, r *visit.Request) error {
	all, err := p.uses(r)
	if err != nil {
		return err
	}
	var now, before []use
	for _, u := range all {
		if u.InForce(r.Now) {
			now = append(now, u)
		} else {
			before = append(before, u)
		}
	}
	lawful, err := p.lawful(r)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("oidc.sites.title"), Body: sitesBody(r, p.settings(r, sitesPath), now, before, lawful), Section: "/account",
		Back: &ui.Link{Text: r.T("signin.settings.back"), Href: "/id/profile/user"}})
}

func (p pages) uses(r *visit.Request) (all []use, err error) {
	err = p.DB.Read(r.Context(), func(tx *db.Tx) error {
		all = nil
		list, err := consent.Of(tx, r.Account.ID)
		if err != nil {
			return err
		}
		for _, c := range list {
			site, err := p.Clients.Get(tx, c.Client)
			if err != nil {
				return err
			}
			u := use{Consent: c, Site: site}
			if u.times, u.last, err = consent.Uses(tx, c); err != nil {
				return err
			}
			all = append(all, u)
		}
		return nil
	})
	return all, err
}

// lawful are the sites that see data by law: nobody can stop them, so the law stands there (S23).
func (p pages) lawful(r *visit.Request) (list []oidc.Lawful, err error) {
	err = p.DB.Read(r.Context(), func(tx *db.Tx) (err error) { list, err = p.Lawful(tx, r.Account.ID); return err })
	return list, err
}

// lawRows say what a site sees by law, and by which one.
func lawRows(r *visit.Request, l oidc.Lawful) []ui.Row {
	return []ui.Row{
		{Name: r.T("oidc.sites.what"), Value: oneALine(names(r, slices.Concat(l.Client.Required, l.Client.Optional)))},
		{Name: r.T("oidc.sites.purpose"), Value: l.Client.Purpose.In(r.Lang())},
		{Name: r.T("sites.law"), Value: l.Client.Law.In(r.Lang())},
		{Name: r.T("oidc.sites.last"), Value: r.ShortDateTime(l.Entered, r.Law().Zone)},
	}
}

func (p pages) one(r *visit.Request) (use, error) {
	all, err := p.uses(r)
	if err != nil {
		return use{}, err
	}
	for _, u := range all {
		if string(u.ID) == r.PathValue("id") && u.InForce(r.Now) {
			return u, nil
		}
	}
	return use{}, fault.New(fault.NotFound, "consent.gone")
}

func (p pages) showStop(w http.ResponseWriter, r *visit.Request) error {
	u, err := p.one(r)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("oidc.stop.title", "site", u.Site.Name.In(r.Lang())), Body: stopBody(r, u, r.Key(w)), Form: true})
}

func (p pages) postStop(w http.ResponseWriter, r *visit.Request) error {
	if err := p.Stop(r.Context(), r.Account.ID, consent.ID(r.PathValue("id"))); err != nil {
		return err
	}
	return r.Redirect(w, sitesPath+"?done=stopped")
}

// ended is the day on which a consent was over.
func (u use) ended(r *visit.Request) text.Day {
	if u.Stopped.IsZero() {
		return text.DayOf(u.Ends, r.Law().Zone)
	}
	return text.DayOf(u.Stopped, r.Law().Zone)
}

// useRows say what a site uses, why, since when and until when.
func useRows(r *visit.Request, u use) []ui.Row {
	zone := r.Law().Zone
	last := r.T("oidc.sites.never")
	if u.times > 0 {
		last = r.T("oidc.sites.used", "n", int(u.times), "when", r.ShortDateTime(u.last, zone))
	}
	return []ui.Row{
		{Name: r.T("oidc.sites.what"), Value: oneALine(names(r, u.Attributes))},
		{Name: r.T("oidc.sites.purpose"), Value: u.Purpose},
		{Name: r.T("oidc.sites.since"), Value: r.ShortDate(text.DayOf(u.Given, zone))},
		{Name: r.T("oidc.sites.until"), Value: r.ShortDate(text.DayOf(u.Ends, zone))},
		{Name: r.T("oidc.sites.last"), Value: last},
	}
}
