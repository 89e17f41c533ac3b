package cataloguepage_test

import (
	"net/http"
	"testing"

	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/catalogue/cataloguepage"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/visit"
	"okno/internal/visit/visittest"

	"github.com/a-h/templ"
)

// people stands in for the profile and for the drafts.
type people struct {
	known  map[account.ID]map[string]string
	drafts map[account.ID]map[string]catalogue.Draft
}

func (p *people) Values(_ *db.Tx, who account.ID) (map[string]string, error) {
	return p.known[who], nil
}

func (p *people) DraftOf(_ *db.Tx, who account.ID, service string) (catalogue.Draft, bool, error) {
	d, ok := p.drafts[who][service]
	return d, ok, nil
}

type world struct {
	*visittest.World
	people *people
	list   *catalogue.Catalogue
}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake, code string) *world {
	t.Helper()
	w := &world{World: visittest.New(t, d, now, code), people: &people{map[account.ID]map[string]string{}, map[account.ID]map[string]catalogue.Draft{}}}
	var err error
	if w.list, err = catalogue.New(d, w.Law, w.Accounts, catalogue.Sources{Profiles: w.people, Drafts: w.people}); err != nil {
		t.Fatal(err)
	}
	cataloguepage.Mount(w.Site, w.list, stub("Signed in home"))
	for _, path := range []string{"GET /id/signin", "GET /id/registration", "GET /id/profile/edit", "GET /id/proofing", "GET /services/{id}/apply"} {
		w.Site.Public(path, stub(path))
	}
	return w
}

// stub is a page of another package.
func stub(title string) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return r.Show(w, visit.Page{Title: title, Body: templ.Raw("<h1>" + title + "</h1>")})
	}
}
