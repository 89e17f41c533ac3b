// Package cataloguepage shows the catalogue to everybody: the home page,
// services by category and by authority, the search, a service's page, help,
// news, terms, centres and payment.
//
// It never decides who may have a service: it shows what package catalogue says.
package cataloguepage

import (
	"time"

	"okno/internal/catalogue"
	"okno/internal/visit"
)

// kept is for how long a page of the catalogue is kept for whoever is not signed
// in: it says nothing that changes sooner.
const kept = 10 * time.Minute

// Mount mounts the pages in the order in which people meet them. signedIn shows
// the home page of somebody who has signed in.
func Mount(site *visit.Site, c *catalogue.Catalogue, signedIn visit.Handler) {
	a := renderArticles(c.Law())
	site.Public("GET /{$}", showHome(c, a, signedIn))
	site.Public("GET /services", showServices(c))
	site.Public("GET /categories/{code}", showCategory(c))
	site.Public("GET /authorities", showAuthorities(c))
	site.Public("GET /authorities/{code}", showAuthority(c))
	site.Public("GET /search", showSearch(c))
	site.Public("GET /services/{id}", showService(c, a))
	site.Public("GET /help", showHelp(c, a))
	site.Public("GET /help/levels", showLevels(c, a))
	site.Public("GET /help/{slug}", showQuestion(c, a))
	site.Public("GET /news", showNews(c, a))
	site.Public("GET /news/{slug}", showNewsItem(c, a))
	site.Public("GET /terms", showTerms(c, a))
	site.Public("GET /centres", showCentres(c))
	site.Public("GET /payment", showPayment(c))
}
