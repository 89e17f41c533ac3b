package registrationpage

import (
	"net/http"

	"okno/internal/fault"
	"okno/internal/registration"
	"okno/internal/ui"
	"okno/internal/visit"
)

// showConfirm is the page that the letter's link opens. It spends nothing: mail
// programs open links to look at them, people press the button.
func showConfirm(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		token := r.URL.Query().Get("token")
		address, err := s.MailFor(r.Context(), token)
		if err != nil {
			return err
		}
		return r.Show(w, visit.Page{Title: r.T("registration.confirm.title"), Body: confirmBody(r, address, token, r.Key(w)), Form: true})
	}
}

func postConfirm(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		password, err := s.ConfirmMail(r.Context(), r.Form.Text("token"), r.Browser())
		switch {
		case fault.HasKey(err, "registration.taken"):
			return showTaken(w, r)
		case err != nil:
			return err
		case password:
			return r.Redirect(w, passwordPath)
		}
		return r.Redirect(w, addedPath)
	}
}

func showAdded(w http.ResponseWriter, r *visit.Request) error {
	to := ui.Button{Text: r.T("registration.already.account"), Href: "/account"}
	return r.Show(w, visit.Page{Title: r.T("registration.added.title"), Body: addedBody(r, to)})
}
