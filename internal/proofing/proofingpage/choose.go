package proofingpage

import (
	"net/http"
	"time"

	"okno/internal/account"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// choice is what the page of all ways shows.
type choice struct {
	Level    account.Level
	Methods  []jurisdiction.ProofingMethod // in the jurisdiction's order
	Envelope time.Time                     // until when an envelope's code may be typed; zero: there is none
}

// addresses are the pages of the ways that exist.
var addresses = map[string]string{"centre": "/id/proofing/centre"}

// choose compares all ways on one page (P-01). A simplified account is told why
// it cannot be confirmed and where to go on (LVL-12); a verified one is congratulated (IDC-19).
func (p pages) choose(w http.ResponseWriter, r *visit.Request) error {
	if r.Level == account.Verified {
		return r.Show(w, visit.Page{Title: r.T("proofing.done.title"), Body: doneBody(r)})
	}
	c := choice{Level: r.Level, Methods: p.Law().Proofing.Methods}
	if r.Level == account.Standard {
		var err error
		if c.Envelope, err = p.HasEnvelope(r.Context(), r.Account.ID); err != nil {
			return err
		}
	}
	page := visit.Page{Title: r.T("proofing.choose.title"), Body: chooseBody(r, c), Back: back(r)}
	if r.Level < account.Standard {
		page.Title, page.Status = r.T("proofing.simplified.title"), http.StatusForbidden
	}
	return r.Show(w, page)
}

// card is one way.
func (c choice) card(r *visit.Request, m jurisdiction.ProofingMethod) ui.Card {
	lang := r.Lang()
	card := ui.Card{Title: m.Name.In(lang), Text: m.About.In(lang), Heading: 3}
	if m.Available && c.Level == account.Standard {
		card.Href = addresses[m.Code]
	}
	switch {
	case !m.Available:
		card.Tag = &ui.Tag{Text: r.T("proofing.choose.not_yet"), Tone: ui.Neutral}
	case m.Recommended:
		card.Tag = &ui.Tag{Text: r.T("proofing.choose.recommended"), Tone: ui.Good}
	}
	return card
}

// back leads to the account, or to what sent the holder here: a site that waits for
// a higher level.
func back(r *visit.Request) *ui.Link {
	if next := r.Next(""); next != "" {
		return &ui.Link{Text: r.T("proofing.back.waiting"), Href: next}
	}
	return &ui.Link{Text: r.T("proofing.back.account"), Href: "/account"}
}
