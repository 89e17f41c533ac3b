package partnerpage

import (
	"net/http"
	"strings"
	"time"

	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/partner"
	"okno/internal/partner/partnervisit"
	"okno/internal/ui"
	"okno/internal/visit"
)

// siteView is a site as its people see it.
type siteView struct {
	r       *visit.Request
	site    partner.Site
	c       client.Client // as edited
	missing []string      // for production
	reason  string        // of the last refusal
	failing time.Time     // since when it confirms no sign-out (OIDC-16)
	issuer  string
	errs    visit.Errors
}

func (c console) showSite(w http.ResponseWriter, r *visit.Request) error {
	return c.showSitePage(w, r, visit.Errors{})
}

func (c console) showSitePage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) (err error) {
	v := siteView{r: r, issuer: c.p.Issuer, errs: errs}
	if v.site, err = c.s.Site(r.Context(), r.Account.ID, idOf(r)); err != nil {
		return err
	}
	if v.reason, err = c.s.LastReason(r.Context(), r.Account.ID, idOf(r)); err != nil {
		return err
	}
	if v.failing, err = c.p.Failing(r.Context(), idOf(r)); err != nil {
		return err
	}
	v.c, v.missing = v.site.Edited(), c.s.Missing(v.site)
	return r.Show(w, visit.Page{Title: v.c.Name.In(r.Lang()), Body: siteBody(v, r.Key(w)), Failed: errs.Any(), Back: backTo(r, orgOf(v.site.Organisation.ID))})
}

// deletable says that the site may be deleted: it never left the sandbox.
func (v siteView) deletable() bool {
	return v.site.Live.Stage == "" || v.site.Live.Stage == client.Sandbox
}

// ends is the title above what ends a site, for a while or for good.
func (v siteView) ends() string {
	if v.deletable() {
		return "partner.site.more"
	}
	return "partner.site.pausing"
}

// over says that nothing of the site can be changed any more.
func (v siteView) over() bool { return v.site.Organisation.Over() != nil }

// changing reads a site of which something is about to be changed.
func (c console) changing(r *visit.Request) (partner.Site, error) {
	site, err := c.s.Site(r.Context(), r.Account.ID, idOf(r))
	if err == nil {
		err = site.Organisation.Over()
	}
	return site, err
}

// postSite does what one of the page's buttons says.
func (c console) postSite(w http.ResponseWriter, r *visit.Request) error {
	ctx, who, id := r.Context(), r.Account.ID, idOf(r)
	acts := map[string]func() error{
		"complete": func() error { return c.s.Complete(ctx, who, id) },
		"pause":    func() error { return c.s.Pause(ctx, who, id, true) },
		"open":     func() error { return c.s.Pause(ctx, who, id, false) },
		"ask":      func() error { return c.s.Ask(ctx, who, id) },
		"withdraw": func() error { return c.s.Withdraw(ctx, who, id) },
		"drop":     func() error { return c.s.DropDraft(ctx, who, id) },
	}
	word := r.Form.Text("act")
	if word == "delete" {
		return c.delete(w, r)
	}
	act, known := acts[word]
	if !known {
		return fault.New(fault.NotFound, "partner.unknown")
	}
	err := act()
	if errs, refused := r.Refused(err); refused {
		return c.showSitePage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, pathOf(id, "?done="+word))
}

func (c console) delete(w http.ResponseWriter, r *visit.Request) error {
	site, err := c.s.Site(r.Context(), r.Account.ID, idOf(r))
	if err != nil {
		return err
	}
	if err := c.s.Delete(r.Context(), r.Account.ID, idOf(r)); err != nil {
		return err
	}
	return r.Redirect(w, orgOf(site.Organisation.ID)+"?done=deleted")
}

func (c console) showDelete(w http.ResponseWriter, r *visit.Request) error {
	site, err := c.changing(r)
	if err != nil {
		return err
	}
	name := site.Edited().Name.In(r.Lang())
	return r.Show(w, visit.Page{Title: r.T("partner.delete.title", "site", name), Body: deleteBody(r, site, name, r.Key(w)), Form: true, Back: backTo(r, pathOf(idOf(r), ""))})
}

// rows are the whole registration with a way to change each part.
func (v siteView) rows() []ui.Row {
	r, c := v.r, v.c
	to := func(step string) string {
		if v.over() {
			return ""
		}
		return pathOf(c.ID, "/"+step)
	}
	row := func(key, value, step string) ui.Row {
		return ui.Row{Name: r.T("partner.field." + key), Value: value, Change: to(step)}
	}
	latin := func(row ui.Row) ui.Row { row.Latin = true; return row }
	return []ui.Row{
		{Name: r.T("partner.field.id"), Value: string(c.ID), Latin: true},
		row("name", partnervisit.Words(r, c.Name), "name"),
		{Name: r.T("partner.field.logo"), Show: logoCell(r, c), Change: to("logo")},
		row("purpose", partnervisit.Words(r, c.Purpose), "purpose"),
		latin(row("contact", c.Contact, "purpose")),
		latin(row("redirects", partnervisit.Lines(c.Redirects), "addresses")),
		latin(row("post_logout", partnervisit.Lines(c.PostLogout), "addresses")),
		latin(row("logout_uri", c.LogoutURI, "addresses")),
		row("method", v.method(), "proof"),
		row("required", partnervisit.Attributes(r, c.Required), "attributes"),
		row("optional", partnervisit.Attributes(r, c.Optional), "attributes"),
		row("reason", c.Reason, "attributes"),
		row("level", r.T("partner.level."+c.Level.String()), "rules"),
		row("refuses", partnervisit.Ways(r, c.Refuses), "rules"),
		row("grants", partnervisit.Grants(r, c.Grants), "rules"),
		latin(row("resources", partnervisit.Lines(c.Resources), "rules")),
		row("advanced", setNames(r, v.site), "advanced"),
	}
}

// method says how the site proves itself, with the names of its keys.
func (v siteView) method() string { return methodOf(v.r, v.c) }

func methodOf(r *visit.Request, c client.Client) string {
	if c.OfESIA() && c.Method == client.PrivateKeyJWT && len(c.Keys.Keys) == 0 {
		return r.T("partner.proof.by.esia")
	}
	text := r.T("partner.method." + string(c.Method))
	var names []string
	for _, k := range c.Keys.Keys {
		names = append(names, k.KeyID)
	}
	if len(names) > 0 {
		text += " (" + strings.Join(names, ", ") + ")"
	}
	return text
}

// state is how far a site is, in a word.
func state(r *visit.Request, s partner.Site) *ui.Tag {
	switch {
	case s.Live.Stopped != nil:
		return &ui.Tag{Text: r.T("partner.state.stopped"), Tone: ui.Bad}
	case s.Registered() && s.Live.Paused:
		return &ui.Tag{Text: r.T("partner.state.paused"), Tone: ui.Warning}
	case !s.Registered():
		return &ui.Tag{Text: r.T("partner.state.draft"), Tone: ui.Neutral}
	case s.Live.Stage == client.Production:
		return &ui.Tag{Text: r.T("partner.state.production"), Tone: ui.Good}
	case s.Live.Stage == client.Asked:
		return &ui.Tag{Text: r.T("partner.state.asked"), Tone: ui.Info}
	}
	return &ui.Tag{Text: r.T("partner.state.sandbox"), Tone: ui.Info}
}

// empty is what stands in place of a value: of a draft it may still be missing, of
// a site it is simply none.
func (v siteView) empty() string {
	if v.site.Registered() {
		return v.r.T("partner.advanced.none")
	}
	return "" // the list's own words
}
