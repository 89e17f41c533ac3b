package oidcpage

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcvisit"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

// showLogout asks whether the person wants to sign out everywhere, and names the
// sites. With a valid hint of the present session nothing is asked about the site that
// gave it (OIDC-14): the person is out there already, and the others are named. What a
// site sent does not stay in the page's address: its hint names the person.
func (p pages) showLogout(w http.ResponseWriter, r *visit.Request) error {
	query := r.URL.Query()
	if len(query) > 0 && !p.asking(r, query) {
		return p.wished(w, r, query)
	}
	if !r.Session.Anyone() {
		return r.Redirect(w, signOutPath)
	}
	ask, err := p.leaving(r, query)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: ask.title(r), Body: logoutBody(r, ask, r.KeyTo(w, goodbyePath)), Form: true})
}

// leaving is the question whether to sign out everywhere.
type leaving struct {
	wish  string // comes back with the answer
	left  string // the site where the person has signed out already, "" for none
	stay  string // where it goes on with "no"
	sites []client.Client
}

// left is in the address of the question when the person is out at the site that asks.
const left = "left"

func (p pages) leaving(r *visit.Request, query url.Values) (ask leaving, err error) {
	ask = leaving{wish: r.URL.RawQuery, stay: "/account"}
	if !query.Has(left) {
		ask.sites, err = p.enteredIn(r, r.Session.Line)
		return ask, err
	}
	if to := query.Get("to"); to != "" {
		ask.stay = to
	}
	c, err := p.Clients.Find(r.Context(), client.ID(query.Get("site")))
	if err != nil {
		return ask, err
	}
	ask.left = c.Name.In(r.Lang())
	err = p.DB.Read(r.Context(), func(tx *db.Tx) (err error) { ask.sites, err = p.Others(tx, r.Session.Line, c.ID); return err })
	return ask, err
}

func (l leaving) title(r *visit.Request) string {
	if l.left != "" {
		return r.T("oidc.left.title", "site", l.left)
	}
	return r.T("oidc.logout.title")
}

// text is what stands above the list.
func (l leaving) text(r *visit.Request) string {
	switch {
	case l.left == "":
		return r.T("oidc.logout.text")
	case len(l.sites) == 0:
		return r.T("oidc.left.alone")
	}
	return r.T("oidc.left.text")
}

// wished takes what a site sent the browser with.
func (p pages) wished(w http.ResponseWriter, r *visit.Request, query url.Values) error {
	wish, err := p.Leave(r.Context(), query, oidcvisit.Visitor(w, r))
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return showRefusal(w, r, refusal)
	}
	if err != nil {
		return err
	}
	switch {
	case !r.Session.Anyone() && wish.Return != "":
		return visit.Leave(w, wish.Return)
	case !r.Session.Anyone():
		return r.Redirect(w, signOutPath)
	case wish.Sure:
		return p.depart(w, r, wish)
	case wish.Return == "":
		return r.Redirect(w, oidc.PathLogout)
	}
	return r.Redirect(w, oidc.PathLogout+"?"+p.way(r.Named(w), r.Session.Line, wish.Return, wish.Client.ID).Encode())
}

// depart signs out at the site that a valid hint came from, and everywhere when no
// other site is open.
func (p pages) depart(w http.ResponseWriter, r *visit.Request, wish oidc.Leaving) error {
	others, err := p.Depart(r.Context(), r.Session, wish.Client.ID)
	if err != nil {
		return err
	}
	if !others {
		return p.signOut(w, r, wish.Client.ID, wish.Return)
	}
	query := p.way(r.Named(w), r.Session.Line, wish.Return, wish.Client.ID)
	query.Set(left, "1")
	return r.Redirect(w, oidc.PathLogout+"?"+query.Encode())
}

// way is where a session's sign-out leads back to, in an address of ours that
// nobody else can make.
func (p pages) way(browser, line, back string, site client.ID) url.Values {
	return url.Values{"to": {back}, "site": {string(site)}, "sign": {p.mark(browser, line, back, string(site))}}
}

// asking says that an address is ours and of this session.
func (p pages) asking(r *visit.Request, query url.Values) bool {
	return r.Session.Anyone() && p.leadsBack(r, r.Session.Line, query)
}

// leadsBack says that the way in an address is one that we made for a session of this browser.
func (p pages) leadsBack(r *visit.Request, line string, query url.Values) bool {
	return query.Has("sign") && secret.Equal(query.Get("sign"), p.mark(r.Browser(), line, query.Get("to"), query.Get("site")))
}

// signOutPath is where Exit leads.
const signOutPath = "/id/signout"

// logoutPosted turns a posted wish into one in the address, as authorizePosted does.
func (p pages) logoutPosted(w http.ResponseWriter, r *visit.Request) error {
	query, ok := r.Posted(w)
	if !ok {
		return showRefusal(w, r, &oidc.Refusal{Code: oidc.InvalidRequest, Why: "oidc.why.form"})
	}
	return visit.Leave(w, oidc.PathLogout+"?"+query)
}

// postLogout is the person's own yes, on our page.
func (p pages) postLogout(w http.ResponseWriter, r *visit.Request) error {
	wish, err := url.ParseQuery(r.Form.Text("wish"))
	if err != nil || !p.asking(r, wish) {
		wish = nil
	}
	return p.signOut(w, r, client.ID(wish.Get("site")), wish.Get("to"))
}

// signOut ends the session and shows which sites are told.
func (p pages) signOut(w http.ResponseWriter, r *visit.Request, site client.ID, back string) error {
	line := r.Session.Line
	if r.Session.Anyone() {
		if err := p.End(r.Context(), r.Session); err != nil {
			return err
		}
		r.SignOut(w)
	}
	query := p.parting(w, r, line)
	if site != "" {
		maps.Copy(query, p.way(r.Named(w), line, back, site))
	}
	return r.Redirect(w, goodbyePath+"?"+query.Encode())
}

// parting is what the goodbye page of a session needs in its address.
func (p pages) parting(w http.ResponseWriter, r *visit.Request, line string) url.Values {
	return url.Values{"of": {p.partingOf(r.Named(w), line)}}
}

// partingOf names a session that has ended for the browser that ended it alone.
func (p pages) partingOf(browser, line string) string { return line + "." + p.mark(browser, line) }

func (p pages) mark(parts ...string) string {
	return p.Vault.Ring().FormMAC(append([]string{"parting"}, parts...)...)
}

// showGoodbye lists the sites and says which have not answered.
func (p pages) showGoodbye(w http.ResponseWriter, r *visit.Request) error {
	query := r.URL.Query()
	line := p.lineOf(r, query)
	if line == "" {
		return r.Redirect(w, signOutPath)
	}
	list, err := p.PartingOf(r.Context(), line)
	if err != nil {
		return err
	}
	g := goodbye{names: map[client.ID]string{}, list: list}
	for _, f := range list {
		c, err := p.Clients.Find(r.Context(), f.Client)
		if err != nil {
			return err
		}
		g.names[f.Client] = c.Name.In(r.Lang())
	}
	if p.leadsBack(r, line, query) {
		c, err := p.Clients.Find(r.Context(), client.ID(query.Get("site")))
		if err != nil {
			return err
		}
		g.back, g.site, g.from = query.Get("to"), c.Name.In(r.Lang()), c.ID
	}
	page := visit.Page{Title: r.T("oidc.goodbye.title"), Body: goodbyeBody(r, g, r.URL.RawQuery, r.Key(w)), Form: len(g.silent()) > 0}
	if g.waits() {
		page.Refresh = &ui.Refresh{Seconds: reloadSeconds, Polls: true} // without scripts, which ask more often and leave the page in place
	} else if g.back != "" && g.all() && len(g.list) == 1 {
		page.Refresh = &ui.Refresh{To: g.back} // there is nothing to read
	}
	return r.Show(w, page)
}

// reloadSeconds is how often the page is loaded again while sites are being told.
const reloadSeconds = 15

// lineOf is the session whose sites the page shows, "" when the address is not of this browser.
func (p pages) lineOf(r *visit.Request, query url.Values) string {
	line, mark, _ := strings.Cut(query.Get("of"), ".")
	if line == "" || !secret.Equal(mark, p.mark(r.Browser(), line)) {
		return ""
	}
	return line
}

// postAgain tells a site that did not answer once more.
func (p pages) postAgain(w http.ResponseWriter, r *visit.Request) error {
	query, err := url.ParseQuery(r.Form.Text("parting"))
	line := ""
	if err == nil {
		line = p.lineOf(r, query)
	}
	if line == "" {
		return r.Redirect(w, signOutPath)
	}
	if err := p.TellAgain(r.Context(), line, r.Form.Text("site")); err != nil {
		return err
	}
	return r.Redirect(w, goodbyePath+"?"+query.Encode())
}

// Leave ends the session of whoever presses Exit and leads to the page that says
// how far the sites have heard of it; "" when no site was entered (signinpage).
func Leave(provider *oidc.Provider) func(http.ResponseWriter, *visit.Request) (string, error) {
	p := pages{Provider: provider}
	return func(w http.ResponseWriter, r *visit.Request) (string, error) {
		line, err := r.Root()
		if err != nil {
			return "", err
		}
		sites, err := p.enteredIn(r, line)
		if err != nil || len(sites) == 0 {
			return "", err
		}
		session := r.Session
		session.Line = line
		if err := p.End(r.Context(), session); err != nil {
			return "", err
		}
		return goodbyePath + "?" + p.parting(w, r, line).Encode(), nil
	}
}

func (p pages) enteredIn(r *visit.Request, line string) (sites []client.Client, err error) {
	err = p.DB.Read(r.Context(), func(tx *db.Tx) (err error) { sites, err = p.Entered(tx, line); return err })
	return sites, err
}

// Entered names the sites that each of somebody's sessions has opened (S22).
func Entered(provider *oidc.Provider) func(*visit.Request, []signin.Listed) (map[string][]jurisdiction.Words, error) {
	return func(r *visit.Request, live []signin.Listed) (names map[string][]jurisdiction.Words, err error) {
		err = provider.DB.Read(r.Context(), func(tx *db.Tx) error {
			names = map[string][]jurisdiction.Words{}
			for _, session := range live {
				sites, err := provider.Entered(tx, session.Line)
				if err != nil {
					return err
				}
				for _, site := range sites {
					names[session.Line] = append(names[session.Line], site.Name)
				}
			}
			return nil
		})
		return names, err
	}
}

// goodbye is the page after a sign-out.
type goodbye struct {
	list  []oidc.Farewell
	names map[client.ID]string
	back  string // the site that asked for it
	site  string
	from  client.ID
}

func (g goodbye) waits() bool {
	for _, f := range g.list {
		if f.State == oidc.Waiting && !late(f) {
			return true
		}
	}
	return false
}

// words are the key of what stands above the list.
func (g goodbye) words() string {
	switch {
	case g.waits():
		return "oidc.goodbye.text"
	case len(g.list) == 0:
		return "oidc.goodbye.here"
	case g.all():
		return "oidc.goodbye.everywhere"
	}
	return "oidc.goodbye.not_all"
}

// state changes whenever the page has something new to say.
func (g goodbye) state() (all string) {
	for _, f := range g.list {
		all += string(f.State) + map[bool]string{true: " late", false: ""}[late(f)] + " "
	}
	return strings.TrimSpace(all)
}

// all says that every site has confirmed.
func (g goodbye) all() bool {
	for _, f := range g.list {
		if f.State != oidc.Told {
			return false
		}
	}
	return true
}

// late says that a site has not answered so far, and that we go on trying by ourselves.
func late(f oidc.Farewell) bool { return f.State == oidc.Waiting && f.Tries > 1 }

// silent are the sites that can be told again.
func (g goodbye) silent() (list []oidc.Farewell) {
	for _, f := range g.list {
		if f.State == oidc.Silent {
			list = append(list, f)
		}
	}
	return list
}

func (g goodbye) tasks(r *visit.Request) (list ui.TaskList) {
	tones := map[oidc.FarewellState]ui.Tone{oidc.Waiting: ui.Info, oidc.Told: ui.Good, oidc.Silent: ui.Warning, oidc.Untold: ui.Warning}
	for _, f := range g.list {
		t := ui.Task{Name: g.names[f.Client], Status: r.T("oidc.goodbye." + string(f.State)), Tone: tones[f.State]}
		if late(f) {
			t.Status, t.Tone = r.T("sites.late"), ui.Warning
		}
		if f.State == oidc.Untold && f.Client == g.from {
			t.Status, t.Tone, t.Note = r.T("oidc.goodbye.from"), ui.Info, r.T("oidc.goodbye.look")
		} else if late(f) || f.State == oidc.Silent || f.State == oidc.Untold {
			t.Note = r.T("oidc.goodbye.close_it")
		}
		list.Tasks = append(list.Tasks, t)
	}
	return list
}
