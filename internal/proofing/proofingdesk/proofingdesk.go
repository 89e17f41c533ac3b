// Package proofingdesk is the workplace of a centre's operator: find a visitor by
// login or pass, compare the profile with the document, let the visitor prove the
// second channel, confirm, print (OPR, S39). Few fields, all of them by keyboard.
// It holds no rule: package proofing decides.
package proofingdesk

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/pdf"
	"okno/internal/proofing"
	"okno/internal/visit"
)

// desk is what the handlers share.
type desk struct {
	*proofing.Service
	fonts *pdf.Fonts
}

// Mount adds the pages of the workplace. Fonts draw the printed papers.
func Mount(site *visit.Site, s *proofing.Service, fonts *pdf.Fonts) {
	d := desk{s, fonts}
	may := officer.ConfirmIdentity
	site.Officer("GET /desk/proofing", may, d.start)
	site.Officer("POST /desk/proofing", may, d.find)
	site.Officer("GET /desk/proofing/approve", may, d.showApprove)
	site.Officer("POST /desk/proofing/approve", may, d.approve)
	site.Officer("GET /desk/proofing/{id}", may, d.showVisit)
	site.Officer("POST /desk/proofing/{id}", may, d.compare)
	site.Officer("POST /desk/proofing/{id}/show", may, d.show)
	site.Officer("POST /desk/proofing/{id}/send", may, d.send)
	site.Officer("POST /desk/proofing/{id}/confirm", may, d.confirm)
	site.Officer("POST /desk/proofing/{id}/stop", may, d.stop)
	site.Officer("POST /desk/proofing/{id}/envelope", may, d.envelope)
	site.Officer("GET /desk/proofing/{id}/visitor", may, d.showVisitor)
	site.Officer("POST /desk/proofing/{id}/visitor", may, d.enterVisitor)
	site.Officer("GET /desk/proofing/{id}/form.pdf", may, d.form)
}

// papers are sent once and kept nowhere.
func papers(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
}

func (d desk) print(r *visit.Request) proofing.Print {
	fonts := d.fonts
	if r.Dir() == "rtl" {
		fonts = fonts.Prefer("Vazirmatn")
	}
	return proofing.Print{Words: r.Printer, Fonts: fonts}
}

// form prints the application in two copies for signature (OPR-10).
func (d desk) form(w http.ResponseWriter, r *visit.Request) error {
	form, err := d.FormAtDesk(r.Context(), r.Officer, r.PathValue("id"))
	if err != nil {
		return err
	}
	papers(w, "form.pdf")
	_, err = d.Draw(form, d.print(r)).WriteTo(w)
	return err
}

// envelope prints the envelope, once: nobody can ask for the same code again (OPR-18).
func (d desk) envelope(w http.ResponseWriter, r *visit.Request) error {
	e, err := d.HandOver(r.Context(), r.Officer, r.PathValue("id"))
	if err != nil {
		return err
	}
	papers(w, "envelope.pdf")
	_, err = d.DrawEnvelope(e, r.Now, r.Host, d.print(r)).WriteTo(w)
	return err
}

// keys makes a fresh hidden key for each form of a page.
func keys(w http.ResponseWriter, r *visit.Request) func() templ.Component {
	return func() templ.Component { return r.Key(w) }
}

func visitPath(id string) string { return "/desk/proofing/" + id }

// then leads back to the visit after an act; refused fields show the visit again.
func (d desk) then(w http.ResponseWriter, r *visit.Request, err error) error {
	if errs, refused := r.Refused(err); refused {
		return d.showVisitPage(w, r, shown{Errs: errs})
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, visitPath(r.PathValue("id")))
}

// codeFault is what the visitor's screen says about a code that is not right.
func codeFault(result proofing.CodeResult, err error) error {
	switch {
	case err != nil || result.Right:
		return err
	case result.Left == 0:
		return fault.OneField("code", "proofing.code_dead", nil)
	}
	return fault.OneField("code", "proofing.code_wrong", fault.Vars{"n": result.Left})
}
