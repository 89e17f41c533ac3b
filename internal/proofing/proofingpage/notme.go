package proofingpage

import (
	"net/http"

	"okno/internal/proofing"
	"okno/internal/visit"
)

// showNotMe shows what was confirmed and asks whether it was really the holder
// (PROOF-4). The link works without a session: somebody else may be signed in.
func (p pages) showNotMe(w http.ResponseWriter, r *visit.Request) error {
	doubt, err := p.Doubt(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	title := r.T("proofing.not_me.title")
	if doubt.Used {
		title = r.T("proofing.not_me.done_title")
	}
	return r.Show(w, visit.Page{Title: title, Form: true, Body: notMeBody(r, doubt, p.centreName(r, doubt), r.Key(w))})
}

func (p pages) centreName(r *visit.Request, d proofing.Doubt) string {
	c, ok := p.Centres().Get(d.Centre)
	if !ok {
		return d.Centre
	}
	return c.Name.In(r.Lang())
}

func (p pages) notMe(w http.ResponseWriter, r *visit.Request) error {
	if err := p.Repudiate(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path)
}
