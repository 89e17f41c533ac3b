// Package proofingpage is the residents' side of confirming who they are: the
// choice of a way, the way to a centre with all that must be brought, the pass,
// the printed form, the code that a desk or an envelope asks for, and "this was
// not me". It holds no rule: package proofing decides.
package proofingpage

import (
	"bytes"
	"net/http"

	"okno/internal/account"
	"okno/internal/pdf"
	"okno/internal/proofing"
	"okno/internal/visit"
)

// pages is what the handlers share.
type pages struct {
	*proofing.Service
	fonts *pdf.Fonts
}

// Mount adds the pages in the order in which residents meet them. Fonts draw the printed form.
func Mount(site *visit.Site, s *proofing.Service, fonts *pdf.Fonts) {
	p := pages{s, fonts}
	site.Resident("GET /id/proofing", account.Simplified, p.choose)
	site.Resident("GET /id/proofing/centre", account.Standard, p.centre)
	site.Resident("GET /id/proofing/form.pdf", account.Standard, p.form)
	site.Resident("GET /id/proofing/pass", account.Standard, p.showPass)
	site.Resident("POST /id/proofing/pass", account.Standard, p.makePass)
	site.Resident("GET /id/proofing/desk", account.Standard, p.showDesk)
	site.Resident("POST /id/proofing/desk", account.Standard, p.enterDesk)
	site.Resident("GET /id/proofing/code", account.Standard, p.showCode)
	site.Resident("POST /id/proofing/code", account.Standard, p.enterCode)
	site.Public("GET /id/proofing/not-me/{token}", p.showNotMe)
	site.Public("POST /id/proofing/not-me/{token}", p.notMe)
}

// print is what draws papers in the reader's language.
func (p pages) print(r *visit.Request) proofing.Print {
	fonts := p.fonts
	if r.Dir() == "rtl" {
		fonts = fonts.Prefer("Vazirmatn")
	}
	return proofing.Print{Words: r.Printer, Fonts: fonts}
}

// form sends the application form to print (OPR-09). It is never kept by a browser or a proxy.
func (p pages) form(w http.ResponseWriter, r *visit.Request) error {
	form, err := p.FormOf(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	var paper bytes.Buffer
	if _, err := p.Draw(form, p.print(r)).WriteTo(&paper); err != nil {
		return err
	}
	return visit.Send(w, visit.File{Name: "form.pdf", Type: "application/pdf", Content: paper.Bytes(), Shown: true})
}
