package visit

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"okno/internal/ui"
	"okno/internal/web"
)

// Page is what a handler shows inside the shell.
type Page struct {
	Title       string
	Description string
	Body        templ.Component
	Failed      bool     // the form was refused; shown with status 422
	Form        bool     // the body has a form with id "page", which the selectors post
	Wide        bool     // main takes the whole width
	Back        *ui.Link // the way back
	Crumbs      []ui.Link
	Refresh     *ui.Refresh
	Words       string // what was searched for
	Section     string // address of the menu item that is current, if not found by itself
	Status      int    // 200, or 422 when Failed, unless given
	// Keep is for how long the page may be shown to everybody who is not signed in
	// and made the same choices, without asking the handler again; 0: not at all.
	// For pages that show what all may see and hold no form key.
	Keep time.Duration
}

// Show answers with a page.
func (r *Request) Show(w http.ResponseWriter, p Page) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	layout := r.layout(p)
	if err := layout.Render(templ.WithChildren(r.Context(), p.Body), buffer); err != nil {
		return err
	}
	status := p.Status
	switch {
	case status != 0:
	case p.Failed:
		status = http.StatusUnprocessableEntity
	default:
		status = http.StatusOK
	}
	if p.Keep > 0 && status == http.StatusOK && r.mayShelve() && w.Header().Get("Set-Cookie") == "" {
		r.shelve(w, p.Keep, buffer.Bytes())
		return nil
	}
	web.WriteHTML(w, r.Request, status, buffer.Bytes())
	return nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// layout is the shell around the page: what stands in the same place everywhere.
func (r *Request) layout(p Page) ui.Layout {
	s, law := r.site, r.site.Law
	lang := r.Lang()
	l := ui.Layout{W: r.Printer, Title: p.Title, Failed: p.Failed, Description: p.Description,
		Site: law.Portal.In(lang), Official: r.T("visit.official", "host", s.hostOf(r.Request)),
		Theme: law.Code, Style: s.Assets.Style(law.Code), Script: s.Assets.Script(), Icon: s.Assets.Icon(), Logo: s.Assets.Logo(law.Code),
		Large: r.Choices.Large, Form: p.Form, Wide: p.Wide, Crumbs: p.Crumbs, Back: p.Back, Refresh: p.Refresh,
		Selectors: r.selectors(), Return: r.address(), Foot: r.foot()}
	l.Resize = r.resize()
	if inDesk(r.URL.Path) {
		return r.desk(l)
	}
	l.Ways = r.ways(p.Section, p.Words)
	r.corner(&l)
	return l
}

// corner is the top right: two buttons (NAV-21), or the name and Exit (LOG-09, LOG-11).
func (r *Request) corner(l *ui.Layout) {
	if r.Account.ID == "" {
		l.SignIn = ui.Link{Text: r.T("visit.sign_in"), Href: r.Keep("/id/signin")}
		l.Register = ui.Link{Text: r.T("visit.register"), Href: r.Keep("/id/registration")}
		return
	}
	name := r.Account.Name.Short
	if name == "" {
		name = r.Account.Name.Full
	}
	l.Person = &ui.SignedIn{Name: name, Href: "/account", Exit: "/id/signout"}
	l.Session = r.sessionNotice("/id/session")
}

func (r *Request) desk(l ui.Layout) ui.Layout {
	l.Staff, l.Home = true, "/desk"
	if r.Officer.ID != "" {
		l.Person = &ui.SignedIn{Name: r.Officer.Name, Href: "/desk", Exit: "/desk/signout"}
		l.Session = r.sessionNotice("/desk/session")
	}
	return l
}

func (r *Request) sessionNotice(stay string) ui.Session {
	return ui.Session{Seconds: int(r.Session.Until().Sub(r.Now).Seconds()), Stay: stay}
}

// address is where the page stands, for the way back to it.
func (r *Request) address() string {
	if q := r.URL.RawQuery; q != "" && r.Method == http.MethodGet {
		return r.URL.Path + "?" + q
	}
	return r.URL.Path
}

// Parts of the shell that many pages share are drawn once for each key, a few
// kilobytes each: all cities and ways with every page would take a third of its
// making. A key holds all that the part's looks hang on.
type (
	selectorsKey struct {
		lang, city, audience string
		desk                 bool
	}
	waysKey struct {
		lang      string
		partner   bool
		menu, bar string // where the reader is
	}
	footKey struct {
		lang string
		desk bool
	}
)

// drawn gives a part as it was drawn under this key before, or draws it.
func (s *Site) drawn(key any, part func() templ.Component) templ.Component {
	if drawn, ok := s.parts.Load(key); ok {
		return drawn.(templ.Component)
	}
	var look strings.Builder
	made := part()
	if err := made.Render(context.Background(), &look); err != nil {
		return made
	}
	drawn := templ.Raw(look.String())
	s.parts.Store(key, drawn)
	return drawn
}

func (r *Request) selectors() templ.Component {
	key := selectorsKey{r.Lang(), r.Choices.City, r.Choices.Audience, inDesk(r.URL.Path)}
	return r.site.drawn(key, func() templ.Component {
		if key.desk {
			return ui.Selectors{r.languageSelector()}
		}
		return ui.Selectors{r.categorySelector(), r.locationSelector(), r.languageSelector()}
	})
}

func (r *Request) languageSelector() ui.Selector {
	sel := ui.Selector{Label: r.T("visit.language"), Icon: "language", Now: r.Name()}
	for _, lang := range r.site.languages() {
		sel.Options = append(sel.Options, ui.Option{Action: "/language/" + lang, Text: r.site.Texts.For(lang).Name(), Lang: lang, Current: lang == r.Lang()})
	}
	return sel
}

func (r *Request) locationSelector() ui.Selector {
	sel := ui.Selector{Label: r.T("visit.location"), Icon: "place", Ask: r.Choices.City == ""}
	for _, c := range r.site.Law.Cities {
		name := c.Name.In(r.Lang())
		if c.Code == r.Choices.City {
			sel.Now = name
		}
		sel.Options = append(sel.Options, ui.Option{Action: "/location/" + c.Code, Text: name, Current: c.Code == r.Choices.City})
	}
	return sel
}

func (r *Request) categorySelector() ui.Selector {
	sel := ui.Selector{Label: r.T("visit.category"), Icon: "person"}
	for _, a := range r.site.Law.Audiences {
		name := a.Name.In(r.Lang())
		if a.Code == r.Choices.Audience {
			sel.Now = name
		}
		sel.Options = append(sel.Options, ui.Option{Action: "/category/" + a.Code, Text: name, Current: a.Code == r.Choices.Audience})
	}
	return sel
}

func (r *Request) resize() ui.Option {
	if r.Choices.Large {
		return ui.Option{Action: "/size/normal", Text: r.T("visit.size.normal")}
	}
	return ui.Option{Action: "/size/large", Text: r.T("visit.size.large")}
}

// menu is the fixed menu of five items (NAV-08, NAV-09); the texts are keys.
var menu = []ui.Link{
	{Text: "visit.menu.home", Href: "/", Icon: "home"},
	{Text: "visit.menu.services", Href: "/services", Icon: "services"},
	{Text: "visit.menu.account", Href: "/account", Icon: "person"},
	{Text: "visit.menu.payment", Href: "/payment", Icon: "payment"},
	{Text: "visit.menu.help", Href: "/help", Icon: "help"},
}

// partners is the category of those who bring sites (NAV-01), where a country has it.
const partners = "partners"

// bar is the second bar (NAV-10, Q-36); the last is for partners.
var bar = []ui.Link{
	{Text: "visit.bar.authorities", Href: "/authorities"},
	{Text: "visit.bar.services", Href: "/services"},
	{Text: "visit.bar.search", Href: "/search"},
	{Text: "visit.bar.partners", Href: "/partners"},
}

// ways are the menu, the bar with the place where the reader is, and the search
// line with what he searched for.
func (r *Request) ways(section, words string) templ.Component {
	key := waysKey{r.Lang(), r.Choices.Audience == partners, r.here(section, menu), r.here(section, bar)}
	draw := func() templ.Component {
		second := bar
		if !key.partner {
			second = bar[:len(bar)-1]
		}
		l := ui.Layout{W: r.Printer, Menu: r.links(menu, key.menu), Bar: r.links(second, key.bar), Search: searchPath, Words: words}
		return l.DrawWays()
	}
	if words != "" {
		return draw()
	}
	return r.site.drawn(key, draw)
}

// searchPath is where what is typed into the bar goes.
const searchPath = "/search"

// here is the address of the link under which the page stands, "" if under none.
func (r *Request) here(section string, links []ui.Link) string {
	for _, l := range links {
		here := r.URL.Path == l.Href || l.Href != "/" && strings.HasPrefix(r.URL.Path, l.Href+"/")
		if section == l.Href || section == "" && here {
			return l.Href
		}
	}
	return ""
}

func (r *Request) links(keys []ui.Link, here string) []ui.Link {
	links := slices.Clone(keys)
	for i, l := range links {
		links[i].Text, links[i].Current = r.T(l.Text), l.Href == here
	}
	return links
}

// foot is the help and the footer, the same on every page of a language.
func (r *Request) foot() templ.Component {
	key := footKey{r.Lang(), inDesk(r.URL.Path)}
	return r.site.drawn(key, func() templ.Component {
		law := r.site.Law
		l := ui.Layout{W: r.Printer, Logo: r.site.Assets.Logo(law.Code), Help: r.help(), Footer: r.footer(),
			Bottom: r.T("visit.bottom", "country", law.Name.In(key.lang))}
		return l.DrawFoot()
	})
}

func (r *Request) footer() []ui.Link {
	if inDesk(r.URL.Path) {
		return nil
	}
	return []ui.Link{
		{Text: r.T("visit.footer.centres"), Href: "/centres"},
		{Text: r.T("visit.footer.news"), Href: "/news"},
		{Text: r.T("visit.footer.terms"), Href: "/terms"},
		{Text: r.T("visit.footer.verify"), Href: "/verify"},
		{Text: r.T("visit.footer.partners"), Href: "/partners"},
	}
}

// help is the same line in the same place of every page.
func (r *Request) help() ui.Help {
	h := ui.Help{Links: []ui.Link{{Text: r.T("visit.help.answers"), Href: "/help"}}}
	for _, c := range r.site.Law.Contacts {
		if c.Kind == "phone" {
			h.Phone, h.Tel, h.Hours = c.Value, dial(c.Value), c.Note.In(r.Lang())
			break
		}
	}
	return h
}

// dial is a phone number as a telephone takes it.
func dial(number string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, number)
}
