package proofingdesk

import (
	"net/http"
	"strconv"

	"okno/internal/ui"
	"okno/internal/visit"
)

// approvePath is the evidence of one visit, for its second officer. A visit's id
// names nobody and opens nothing to anybody else.
func approvePath(id string) string { return "/desk/proofing/approve?visit=" + id }

// showApprove lists the visits that wait for a second officer, or shows the evidence of one.
func (d desk) showApprove(w http.ResponseWriter, r *visit.Request) error {
	if id := r.URL.Query().Get("visit"); id != "" {
		return d.showEvidence(w, r, id, visit.Errors{})
	}
	asked, err := d.Asked(r.Context(), r.Officer)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("proofing.approve.title"), Form: true, Body: askedBody(r, asked, keys(w, r)),
		Back: &ui.Link{Text: r.T("proofing.visit.back"), Href: "/desk/proofing"}})
}

func (d desk) showEvidence(w http.ResponseWriter, r *visit.Request, id string, errs visit.Errors) error {
	v, err := d.LookSecond(r.Context(), r.Officer, id)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return r.Show(w, visit.Page{Title: r.T("proofing.evidence.title"), Form: true, Wide: true, Failed: errs.Any(),
		Body: evidenceBody(r, d, v, errs, r.Key(w)), Back: &ui.Link{Text: r.T("proofing.approve.title"), Href: "/desk/proofing/approve"}})
}

// approve takes a visit, or decides about it, as the button says.
func (d desk) approve(w http.ResponseWriter, r *visit.Request) error {
	id, next := r.Form.Text("visit"), "/desk/proofing/approve"
	var err error
	switch r.Form.Text("decision") {
	case "approve":
		err = d.Approve(r.Context(), r.Officer, id)
	case "decline":
		err = d.Decline(r.Context(), r.Officer, id, r.Form.Text("reason"))
	default:
		err, next = d.TakeSecond(r.Context(), r.Officer, id, r.Browser()), approvePath(id)
	}
	if errs, refused := r.Refused(err); refused {
		return d.showEvidence(w, r, id, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, next)
}

// listForm gives the first form of the list the id that the selectors post.
func listForm(i int) string {
	if i == 0 {
		return "page"
	}
	return "visit-" + strconv.Itoa(i)
}
