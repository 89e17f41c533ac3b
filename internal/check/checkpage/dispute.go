package checkpage

import (
	"net/http"

	"okno/internal/ui"
	"okno/internal/visit"
)

// showDispute asks somebody who was told of a claim whether it was somebody else (D-06).
func (p pages) showDispute(w http.ResponseWriter, r *visit.Request) error {
	token := r.URL.Query().Get("claim")
	if r.URL.Query().Get("done") == "" {
		if err := p.checks.Disputable(r.Context(), token); err != nil {
			return err
		}
	} else {
		token = ""
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return r.Show(w, visit.Page{Title: r.T("check.dispute.title"), Body: disputeBody(r, token, r.Key(w)), Form: true,
		Back: &ui.Link{Text: r.T("check.dispute.home"), Href: "/"}})
}

func (p pages) postDispute(w http.ResponseWriter, r *visit.Request) error {
	if err := p.checks.Dispute(r.Context(), r.Form.Text("claim")); err != nil {
		return err
	}
	return r.Redirect(w, "/id/check/dispute?done=1")
}
