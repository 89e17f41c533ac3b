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
	tasks     []*jurisdiction.Service // "Popular on the site" (NAV-15)
	popular   []*jurisdiction.Service // with procedure, deadline and cost (NAV-17)
	questions []jurisdiction.Article  // NAV-18
	news      []jurisdiction.Article  // NAV-19
	contacts  []jurisdiction.Contact  // NAV-20
	articles  articles
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
		p := homePage{tasks: c.Popular(audience, tasks), popular: c.Popular(audience, homePopular), questions: c.PopularQuestions(),
			news: law.News[:min(homeNews, len(law.News))], contacts: law.Contacts, articles: a}
		return r.Show(w, visit.Page{Title: r.T("catalogue.home.title"), Description: r.T("catalogue.home.lead"), Wide: true, Section: "/", Keep: kept, Body: homeBody(r, p)})
	}
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
