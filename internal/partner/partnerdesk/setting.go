package partnerdesk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/partner"
	"okno/internal/ui"
	"okno/internal/visit"
)

const settingPath = sitePath + "/settings"

// settingView is the page of what only registrars set for a site.
type settingView struct {
	r    *visit.Request
	site partner.Site
	open *partner.Setting // waits for a second registrar
	s    partner.Settings // as the form shows them
	sent bool             // the form shows what was typed
	errs visit.Errors
}

func (v settingView) stale() bool    { return v.open != nil && v.open.Stale(v.site.Live) }
func (v settingView) mine() bool     { return v.open != nil && v.open.First == v.r.Officer.ID }
func (v settingView) editable() bool { return v.open == nil || v.stale() }

func (d desk) showSetting(w http.ResponseWriter, r *visit.Request) error {
	return d.showSettingPage(w, r, visit.Errors{})
}

func (d desk) showSettingPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	id := client.ID(r.PathValue("id"))
	v := settingView{r: r, errs: errs, sent: errs.Any() || r.Restored()}
	var err error
	if v.site, err = d.s.SiteFor(r.Context(), r.Officer, id); err != nil {
		return err
	}
	if v.site.Organisation.State == partner.Closed {
		return v.site.Organisation.Over()
	}
	err = d.s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { v.open, err = d.s.SettingOf(tx, id); return err })
	if err != nil {
		return err
	}
	switch v.s = partner.SettingsOf(v.site.Live); {
	case v.sent:
		v.s = readSettings(r)
	case v.open != nil:
		v.s = partner.SettingsOf(v.open.On(v.site.Live))
	}
	back := &ui.Link{Text: v.site.Live.Name.In(r.Lang()), Href: registryPath + "/" + string(id)}
	return r.Show(w, visit.Page{Title: r.T("partner_setting.title"), Body: settingBody(v, r.Key(w)), Failed: errs.Any(), Form: v.editable(), Back: back})
}

func (d desk) postSetting(w http.ResponseWriter, r *visit.Request) (err error) {
	id, act := client.ID(r.PathValue("id")), r.Form.Text("act")
	switch act {
	case "propose":
		err = d.s.ProposeSetting(r.Context(), r.Officer, id, readSettings(r), r.Form.Text("reason"))
	case "confirm":
		err = d.s.ConfirmSetting(r.Context(), r.Officer, id, r.Form.Text("setting"))
	case "drop":
		err = d.s.DropSetting(r.Context(), r.Officer, id, r.Form.Text("setting"))
	default:
		err = fault.New(fault.NotFound, "partner.unknown")
	}
	if errs, refused := r.Refused(err); refused {
		return d.showSettingPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, registryPath+"/"+string(id)+"/settings?done="+act)
}

// lawField is the field of the law in a language; the first has the name that
// client.Check gives it, so that the summary of errors leads there.
func lawField(i int, lang string) string {
	if i == 0 {
		return "law"
	}
	return "law_" + lang
}

func readSettings(r *visit.Request) partner.Settings {
	yes := func(field string) bool { return r.Form.Text(field) == "yes" }
	s := partner.Settings{Introspect: yes("introspect"), Resources: lines(r, "resources"), Scopes: lines(r, "scopes"), Exchange: yes("exchange"),
		Registered: yes("state"), RS256: yes("signature"), Sector: r.Form.Text("sector"), Lasts: readDays(r.Form.Digits("lasts"))}
	for i, lang := range r.Law().Languages {
		if words := strings.TrimSpace(r.Form.Text(lawField(i, lang))); words != "" {
			if s.Law == nil {
				s.Law = jurisdiction.Words{}
			}
			s.Law[lang] = words
		}
	}
	return s
}

const day = 24 * time.Hour

// readDays is a number of days; nothing is zero, and what is no number of days in a
// year is what client.Check refuses.
func readDays(text string) time.Duration {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > int(client.Year/day) {
		return -1
	}
	return time.Duration(n) * day
}

// lines are what a field holds, one a line.
func lines(r *visit.Request, field string) (list []string) {
	for line := range strings.Lines(r.Form.Lines(field)) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

func (v settingView) lines(field string, list []string) string {
	if v.sent {
		return v.r.Form.Lines(field)
	}
	return strings.Join(list, "\n")
}

func (v settingView) days() string {
	switch {
	case v.sent:
		return v.r.Form.Text("lasts")
	case v.s.Lasts == 0:
		return ""
	}
	return strconv.Itoa(int(v.s.Lasts / day))
}

func (v settingView) reason() string {
	if !v.sent && v.open != nil {
		return v.open.Reason
	}
	return v.r.Form.Text("reason")
}

// first is a text for the first of several fields.
func (v settingView) first(i int, text string) string {
	if i == 0 {
		return text
	}
	return ""
}

// radios is a question of two answers, no and yes.
func (v settingView) radios(name, legend string, answers [2]string, hint string, on bool) templ.Component {
	value := "no"
	if on {
		value = "yes"
	}
	return ui.Radios{W: v.r, Name: name, Legend: v.r.T(legend), Hint: hint, Error: v.errs.For(name), Value: value,
		Choices: []ui.Choice{{Value: "no", Label: answers[0]}, {Value: "yes", Label: answers[1]}}}
}

// differences are what the proposal would change, with what is now, and why.
func (v settingView) differences() (rows []ui.Row) {
	old, n := v.site.Live, v.open.On(v.site.Live)
	names := partner.Fields(old, n)
	for _, field := range fields(v.r) {
		if slices.Contains(names, field.name) {
			rows = append(rows, ui.Row{Name: v.r.T("partner.field." + field.name), Value: field.say(n), Source: nowIs(v.r, field.say(old))})
		}
	}
	return append(rows, ui.Row{Name: v.r.T("partner_setting.reason"), Value: v.open.Reason})
}

func settingsTable(r *visit.Request, list []partner.Setting) ui.Table {
	t := ui.Table{Caption: r.T("partner_setting.list"), Empty: ui.Empty{Title: r.T("partner_setting.none")},
		Columns: []ui.Column{{Name: r.T("partner.field.id")}, {Name: r.T("partner.desk.since")}}}
	for _, s := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: string(s.Site), Latin: true, Href: registryPath + "/" + string(s.Site) + "/settings"}, {Text: r.ShortDateTime(s.At, r.Law().Zone)}})
	}
	return t
}
