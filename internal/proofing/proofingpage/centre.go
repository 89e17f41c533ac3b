package proofingpage

import (
	"net/http"

	"okno/internal/centre"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// nearest is how many centres are listed before all of them are asked for.
const nearest = 6

// wayToCentre is what the page about a centre's desk shows.
type wayToCentre struct {
	City    string
	Cities  []ui.Choice
	Centres []centre.Near
	More    bool
	// Number is the name of the national number that the profile lacks, "" when it has it.
	Number string
	// Document is the name of the identity document in the profile.
	Document string
}

// centre shows where to go and what to bring (CTR-03, S14).
func (p pages) centre(w http.ResponseWriter, r *visit.Request) error {
	bring, err := p.Bring(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	way := wayToCentre{City: r.Choices.City, Number: bring.Number.In(r.Lang()), Document: bring.Document.In(r.Lang())}
	if city, ok := p.Law().City(r.URL.Query().Get("city")); ok {
		way.City = city.Code
	}
	for _, city := range p.Law().Cities {
		way.Cities = append(way.Cities, ui.Choice{Value: city.Code, Label: city.Name.In(r.Lang())})
	}
	way.Centres = p.Centres().Nearest(way.City, jurisdiction.ConfirmIdentity)
	if len(way.Centres) > nearest && r.URL.Query().Get("all") == "" {
		way.Centres, way.More = way.Centres[:nearest], true
	}
	return r.Show(w, visit.Page{Title: r.T("proofing.centre.title"), Body: centreBody(r, p, way), Back: &ui.Link{Text: r.T("proofing.back.methods"), Href: "/id/proofing"}})
}

// facts are the lines of a centre's card.
func (p pages) facts(r *visit.Request, way wayToCentre, n centre.Near) []string {
	facts := []string{n.Address.In(r.Lang())}
	if way.City != "" {
		facts = append(facts, centre.Distance(r.Printer, n))
	}
	return append(facts, p.Centres().Now(r.Printer, n.Centre, r.Now))
}
