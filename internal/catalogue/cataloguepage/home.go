package cataloguepage

import (
	"net/http"

	"okno/internal/catalogue"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// homePage is all that the signed-out home page may show (S01).
type homePage struct {
	tasks      []*jurisdiction.Service // "Popular on the site" (NAV-15): those that can be had here
	laterTasks []*jurisdiction.Service // and those that cannot
	popular    []*jurisdiction.Service // with procedure, deadline and cost (NAV-17): those that can be had here
	notHere    []*jurisdiction.Service // the popular ones that cannot
	questions  []jurisdiction.Article  // NAV-18
	news       []jurisdiction.Article  // NAV-19
	contacts   []jurisdiction.Contact  // NAV-20
	articles   articles
}

// How much of each the page shows; "larger and simpler" has four tasks.
const (
	homeTasks      = 8
	homeTasksLarge = 4
	homePopular    = 6
	homeNews       = 3
)

// showHome shows the same page to everybody who has not signed in and made the
// same choices, and a page of their own to whoever has.
func showHome(c *catalogue.Catalogue, a articles, signedIn visit.Handler) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Account.ID != "" {
			return signedIn(w, r)
		}
		law, audience, tasks := c.Law(), r.Choices.Audience, homeTasks
		if r.Choices.Large {
			tasks = homeTasksLarge
		}
		p := homePage{questions: c.PopularQuestions(), news: law.News[:min(homeNews, len(law.News))], contacts: law.Contacts, articles: a}
		p.tasks, p.laterTasks = partHere(r, c.Popular(audience, tasks))
		p.popular, p.notHere = partHere(r, c.Popular(audience, homePopular))
		return r.Show(w, visit.Page{Title: r.T("catalogue.home.title"), Description: r.T("catalogue.home.lead"), Wide: true, Section: "/", Keep: kept, Body: homeBody(r, p)})
	}
}

// partHere parts services that can be had online where somebody lives, or may be
// once a place is chosen, from those that cannot; each part keeps its order.
func partHere(r *visit.Request, list []*jurisdiction.Service) (here, not []*jurisdiction.Service) {
	for _, s := range list {
		if isHere(r, s) {
			here = append(here, s)
		} else {
			not = append(not, s)
		}
	}
	return here, not
}

func isHere(r *visit.Request, s *jurisdiction.Service) bool {
	h := catalogue.HereOf(s, r.Region())
	return h == catalogue.HereOnline || h == catalogue.HereSomewhere
}

// firstPhone is the number that stands on top of the simpler page.
func firstPhone(contacts []jurisdiction.Contact) string {
	for _, c := range contacts {
		if c.Kind == "phone" {
			return c.Value
		}
	}
	return ""
}

// contactHref is the address that a contact opens, "" for none.
func contactHref(c jurisdiction.Contact) string {
	switch c.Kind {
	case "phone":
		return "tel:" + digits(c.Value)
	case "email":
		return "mailto:" + c.Value
	}
	return ""
}

func digits(number string) string {
	kept := make([]byte, 0, len(number))
	for i := range len(number) {
		if c := number[i]; c >= '0' && c <= '9' || c == '+' {
			kept = append(kept, c)
		}
	}
	return string(kept)
}

func popularCard(r *visit.Request, s *jurisdiction.Service) ui.Card {
	c := shortCard(r, s)
	c.Facts = nil // said in full below
	return c
}
