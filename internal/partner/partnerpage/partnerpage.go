// Package partnerpage is the partners' console: what it is and how to begin, an
// organisation and its people, its sites question by question, a try of each, what
// was refused, and asking for production (NAV-01 "partners", A-56).
//
// Only members see an organisation and its sites; to all others they do not exist.
// A secret is shown once, in the answer to the press that made it, and stands in
// no address.
package partnerpage

import (
	"net/http"
	"slices"
	"strings"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/partner"
	"okno/internal/ui"
	"okno/internal/visit"
)

// Paths of the pages.
const (
	homePath = "/partners"
	minePath = "/partners/mine"
	newPath  = "/partners/new"
	orgPath  = "/partners/organisations/{organisation}"
	sitePath = "/partners/sites/{id}"
	tryPath  = "/partners/try"
)

// console is what the pages work with.
type console struct {
	s *partner.Service
	p *oidc.Provider
}

// Mount mounts the pages in the order in which partners meet them.
func Mount(site *visit.Site, s *partner.Service, p *oidc.Provider) {
	c, may := console{s, p}, account.Standard
	site.Public("GET "+homePath, c.showHome)
	site.Public("GET /partners/logo/{logo}", c.showLogo)
	site.Resident("GET "+minePath, may, c.showMine)
	site.Resident("POST "+minePath, may, c.postMine)
	site.Resident("GET "+newPath, may, c.showNew)
	site.Resident("POST "+newPath, may, c.postNew)
	site.Resident("GET "+orgPath, may, c.showOrganisation)
	site.Resident("POST "+orgPath, may, c.postOrganisation)
	site.Resident("GET "+orgPath+"/site", may, c.showBegin)
	site.Resident("POST "+orgPath+"/site", may, c.postBegin)
	site.Resident("GET "+sitePath, may, c.showSite)
	site.Resident("POST "+sitePath, may, c.postSite)
	site.Resident("GET "+sitePath+"/delete", may, c.showDelete)
	site.Resident("GET "+sitePath+"/proof", may, c.showProof)
	site.Resident("POST "+sitePath+"/proof", may, c.postProof)
	for _, m := range manners {
		site.Resident("GET "+sitePath+"/proof/"+m.word, may, c.showManner(m))
		site.Resident("POST "+sitePath+"/proof/"+m.word, may, c.postManner(m))
	}
	site.Resident("GET "+sitePath+"/advanced", may, c.showAdvanced)
	site.Resident("GET "+sitePath+"/esia", may, c.showESIA)
	site.Resident("POST "+sitePath+"/esia", may, c.postESIA)
	site.Resident("GET "+sitePath+"/logo", may, c.showPicture)
	site.Resident("POST "+sitePath+"/logo", may, c.postPicture)
	site.Resident("GET "+sitePath+"/errors", may, c.showTroubles)
	site.Resident("GET "+sitePath+"/try", may, c.showTry)
	site.Resident("POST "+sitePath+"/try", may, c.postTry)
	site.Resident("GET "+tryPath, may, c.showTried)
	for _, step := range slices.Concat(steps, special) {
		site.Resident("GET "+sitePath+"/"+step.word, may, c.showStep(step))
		site.Resident("POST "+sitePath+"/"+step.word, may, c.postStep(step))
	}
}

func idOf(r *visit.Request) client.ID { return client.ID(r.PathValue("id")) }

func pathOf(id client.ID, rest string) string { return "/partners/sites/" + string(id) + rest }

func orgOf(id string) string { return "/partners/organisations/" + id }

// backTo is the way back, which says where it leads.
func backTo(r *visit.Request, path string) *ui.Link {
	return &ui.Link{Text: r.T("partner.back." + placeOf(path)), Href: path}
}

// placeOf is the word of a page in the texts of the ways back to it.
func placeOf(path string) string {
	for _, place := range []struct{ ends, word string }{{"/advanced", "advanced"}, {"/proof", "proof"}, {"/try", "try"}} {
		if strings.HasSuffix(path, place.ends) {
			return place.word
		}
	}
	switch {
	case path == homePath:
		return "home"
	case path == minePath:
		return "mine"
	case strings.HasPrefix(path, orgOf("")):
		return "organisation"
	}
	return "site"
}

// names are the fields of a name in each of the country's languages.
func names(r *visit.Request) jurisdiction.Words {
	words := jurisdiction.Words{}
	for _, lang := range r.Law().Languages {
		if name := r.Form.Text("name_" + lang); name != "" {
			words[lang] = name
		}
	}
	return words
}

func (c console) showHome(w http.ResponseWriter, r *visit.Request) error {
	return r.Show(w, visit.Page{Title: r.T("partner.home.title"), Body: homeBody(r, c.p.Issuer)})
}

// showLogo serves a picture of ours: small, encoded by us, named by what it holds.
func (c console) showLogo(w http.ResponseWriter, r *visit.Request) error {
	picture, err := c.s.Logo(r.Context(), r.PathValue("logo"))
	if err != nil {
		return err
	}
	if err := visit.Send(w, visit.File{Name: "logo.png", Type: "image/png", Content: picture, Shown: true}); err != nil {
		return err
	}
	return nil
}
