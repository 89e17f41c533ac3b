package visit

import (
	"bytes"
	"context"
	"net/http"
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
		Selectors: r.selectors(), Return: r.address(), Help: r.help(), Bottom: r.T("visit.bottom", "country", law.Name.In(lang)),
		Footer: r.footer(), Words: p.Words}
	l.Resize = r.resize()
	if inDesk(r.URL.Path) {
		return r.desk(l)
	}
	l.Menu, l.Bar, l.Search = r.menu(p.Section), r.bar(p.Section), "/search"
	r.corner(&l)
	return l
}

// corner is the top right: two buttons (NAV-21), or the name and Exit (LOG-09, LOG-11).
func (r *Request) corner(l *ui.Layout) {
	if r.Account.ID == "" {
		l.SignIn = ui.Link{Text: r.T("visit.sign_in"), Href: "/id/signin"}
		l.Register = ui.Link{Text: r.T("visit.register"), Href: "/id/registration"}
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

// selectorsKey is all that the looks of the selectors hang on.
type selectorsKey struct {
	lang, city, audience string
	desk                 bool
}

// selectors are drawn once for each combination of choices, a few kilobytes each:
// all cities with every page would take a fourth of its making.
func (r *Request) selectors() templ.Component {
	key := selectorsKey{r.Lang(), r.Choices.City, r.Choices.Audience, inDesk(r.URL.Path)}
	if drawn, ok := r.site.selectors.Load(key); ok {
		return drawn.(templ.Component)
	}
	all := ui.Selectors{r.categorySelector(), r.locationSelector(), r.languageSelector()}
	if key.desk {
		all = ui.Selectors{r.languageSelector()}
	}
	var look strings.Builder
	if err := all.Render(context.Background(), &look); err != nil {
		return all
	}
	drawn := templ.Raw(look.String())
	r.site.selectors.Store(key, drawn)
	return drawn
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

// menu is the fixed menu of five items (NAV-08, NAV-09).
func (r *Request) menu(section string) []ui.Link {
	return r.links(section, []ui.Link{
		{Text: r.T("visit.menu.home"), Href: "/", Icon: "home"},
		{Text: r.T("visit.menu.services"), Href: "/services", Icon: "services"},
		{Text: r.T("visit.menu.account"), Href: "/account", Icon: "person"},
		{Text: r.T("visit.menu.payment"), Href: "/payment", Icon: "payment"},
		{Text: r.T("visit.menu.help"), Href: "/help", Icon: "help"},
	})
}

// partners is the category of those who bring sites (NAV-01), where a country has it.
const partners = "partners"

// bar is the second bar (NAV-10, Q-36).
func (r *Request) bar(section string) []ui.Link {
	bar := []ui.Link{
		{Text: r.T("visit.bar.authorities"), Href: "/authorities"},
		{Text: r.T("visit.bar.services"), Href: "/services"},
		{Text: r.T("visit.bar.search"), Href: "/search"},
	}
	if r.Choices.Audience == partners {
		bar = append(bar, ui.Link{Text: r.T("visit.bar.partners"), Href: "/partners"})
	}
	return r.links(section, bar)
}

func (r *Request) links(section string, links []ui.Link) []ui.Link {
	for i, l := range links {
		here := r.URL.Path == l.Href || l.Href != "/" && strings.HasPrefix(r.URL.Path, l.Href+"/")
		links[i].Current = section == l.Href || section == "" && here
	}
	return links
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
