package signinpage

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/ui"
	"okno/internal/visit"
)

func leadTo(path string) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error { return r.Redirect(w, path) }
}

// tabs are the pages of the account settings.
func tabs(r *visit.Request, now string) ui.Tabs {
	t := ui.Tabs{Label: r.T("signin.settings.title")}
	for _, one := range []struct{ key, path string }{
		{"signin.events.tab", eventsPath}, {"signin.change.tab", passwordPath}, {"signin.sessions.tab", sessionsPath},
		{"signin.notices.tab", noticesPath}, {"signin.who.tab", whoPath}, {"sites.tab", sitesPath},
	} {
		t.Links = append(t.Links, ui.Link{Text: r.T(one.key), Href: one.path, Current: one.path == now})
	}
	return t
}

// Settings is what stands above every page of the account settings; now is the page's path.
func Settings(r *visit.Request, now string) templ.Component { return tabs(r, now) }

// settingsPage is a page of the account settings.
func settingsPage(r *visit.Request, title string, body templ.Component) visit.Page {
	return visit.Page{Title: title, Body: body, Form: true, Section: "/account", Back: &ui.Link{Text: r.T("signin.settings.back"), Href: "/id/profile/user"}}
}

// done is the notice after an act, named by the query's word; nothing for other words.
func done(r *visit.Request, words map[string]string) templ.Component {
	key := words[r.URL.Query().Get("done")]
	if key == "" {
		return templ.NopComponent
	}
	return ui.Notice{Tone: ui.Good, Text: r.T(key)}
}

func ticked(yes bool) []string {
	if yes {
		return []string{"yes"}
	}
	return nil
}
