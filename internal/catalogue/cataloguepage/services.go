package cataloguepage

import (
	"net/http"

	"okno/internal/catalogue"
	"okno/internal/fault"
	"okno/internal/ui"
	"okno/internal/visit"
)

// showServices lists all categories with their services for the chosen audience (NAV-02, NAV-24).
func showServices(c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		shelves := c.Categories(r.Choices.Audience)
		return r.Show(w, visit.Page{Title: r.T("catalogue.services.title"), Wide: true, Keep: kept, Body: servicesBody(r, shelves)})
	}
}

// showCategory lists one category. Its address stands apart from that of a
// service, because "/services/category/apply" would be both.
func showCategory(c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		shelf, ok := c.Category(r.PathValue("code"), r.Choices.Audience)
		if !ok {
			return fault.New(fault.NotFound, "catalogue.no_category")
		}
		return r.Show(w, visit.Page{Title: shelf.Name.In(r.Lang()), Wide: true, Section: "/services", Crumbs: servicesCrumbs(r), Keep: kept, Body: shelfBody(r, shelf)})
	}
}

// showAuthorities lists every body that takes part (NAV-25).
func showAuthorities(c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return r.Show(w, visit.Page{Title: r.T("catalogue.authorities.title"), Wide: true, Keep: kept, Body: authoritiesBody(r, c.Authorities())})
	}
}

// showAuthority shows one body with its services (CAT-14).
func showAuthority(c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		shelf, ok := c.Authority(r.PathValue("code"))
		if !ok {
			return fault.New(fault.NotFound, "catalogue.no_authority")
		}
		crumbs := []ui.Link{home(r), {Text: r.T("catalogue.authorities.title"), Href: "/authorities"}}
		return r.Show(w, visit.Page{Title: shelf.Name.In(r.Lang()), Wide: true, Section: "/authorities", Crumbs: crumbs, Keep: kept, Body: shelfBody(r, shelf)})
	}
}

func home(r *visit.Request) ui.Link { return ui.Link{Text: r.T("catalogue.home.crumb"), Href: "/"} }

func servicesCrumbs(r *visit.Request) []ui.Link {
	return []ui.Link{home(r), {Text: r.T("catalogue.services.title"), Href: "/services"}}
}
