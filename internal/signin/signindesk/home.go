package signindesk

import (
	"net/http"

	"okno/internal/ui"
	"okno/internal/visit"
)

// showHome lists the workplaces that the officer's permissions open.
func showHome(workplaces []Workplace) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		var cards []ui.Card
		for _, one := range workplaces {
			if !r.Officer.May(one.Need) {
				continue
			}
			card := ui.Card{Title: r.T(one.Title), Href: one.Path, Heading: 2}
			if one.Text != "" {
				card.Text = r.T(one.Text)
			}
			cards = append(cards, card)
		}
		return r.Show(w, visit.Page{Title: r.T("signin.desk.home"), Body: homeBody(r, cards)})
	}
}
