package signindesk

import (
	"net/http"
	"time"

	"okno/internal/text"
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
		return r.Show(w, visit.Page{Title: r.T("signin.desk.home"), Body: homeBody(r, ending(r), cards)})
	}
}

// warnedBefore is how long before their end an officer is told that the rights end by themselves.
const warnedBefore = 14 * 24 * time.Hour

// ending tells an officer whose rights end soon until when they hold; "" for all others.
func ending(r *visit.Request) string {
	until := r.Officer.Until
	if until.IsZero() || until.Sub(r.Now) > warnedBefore {
		return ""
	}
	return r.T("signin.desk.rights_end", "date", text.DayOf(until, r.Law().Zone))
}
