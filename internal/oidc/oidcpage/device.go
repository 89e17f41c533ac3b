package oidcpage

import (
	"net/http"
	"net/url"

	"okno/internal/oidc"
	"okno/internal/oidc/oidcvisit"
	"okno/internal/visit"
)

// showDevice asks for the word that a device without a browser shows.
func (p pages) showDevice(w http.ResponseWriter, r *visit.Request) error {
	word := r.Form.Text("word")
	if word == "" {
		word = r.URL.Query().Get("word")
	}
	if r.Account.ID == "" {
		return r.Redirect(w, signInPath+"?"+url.Values{"next": {r.URL.RequestURI()}}.Encode())
	}
	return showDevicePage(w, r, word, visit.Errors{})
}

func (p pages) postDevice(w http.ResponseWriter, r *visit.Request) error {
	if r.Account.ID == "" {
		return r.Redirect(w, signInPath+"?"+url.Values{"next": {oidc.PathDevicePage}}.Encode())
	}
	next, err := p.Device(r.Context(), r.Form.Text("word"), oidcvisit.Visitor(w, r))
	if errs, refused := r.Refused(err); refused {
		return showDevicePage(w, r, r.Form.Text("word"), errs)
	}
	if refusal := oidc.RefusalOf(err); refusal != nil {
		return showRefusal(w, r, refusal)
	}
	if err != nil {
		return err
	}
	return p.lead(w, r, next)
}

func showDevicePage(w http.ResponseWriter, r *visit.Request, word string, errs visit.Errors) error {
	if len(word) > 20 {
		word = ""
	}
	return r.Show(w, visit.Page{Title: r.T("oidc.device.title"), Body: deviceBody(r, word, errs, r.Key(w)), Failed: errs.Any(), Form: true})
}
