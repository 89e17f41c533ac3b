package registrationpage

import (
	"net/http"
	"strings"

	"okno/internal/fault"
	"okno/internal/registration"
	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

// passwordView is what the password page may show. What was typed is never shown again.
type passwordView struct {
	contact    string
	conditions []ui.Condition
	made       string // a password that was made for the visitor (PWD-15)
}

func showPassword(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showPasswordPage(s, w, r, "", visit.Errors{})
	}
}

func postPassword(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.URL.Query().Has("make") {
			return showMade(s, w, r)
		}
		opened, err := s.Finish(r.Context(), registration.Choice{Browser: r.Browser(), Password: r.Form.Exact("password"),
			Repeat: r.Form.Exact("repeat"), Device: signin.Device(r.UserAgent()), Session: r.Session})
		if errs, ok := r.Refused(inWords(r, err)); ok {
			return showPasswordPage(s, w, r, "", errs)
		}
		if fault.HasKey(err, "registration.taken") {
			return showTaken(w, r)
		}
		if err != nil {
			return back(w, r, err)
		}
		r.SignIn(w, opened.Token, false)
		return r.Redirect(w, doneAddress(opened.Next))
	}
}

// showTaken tells somebody who has proved to hold a contact that it has an
// account already, and leads to it (P-38).
func showTaken(w http.ResponseWriter, r *visit.Request) error {
	return r.Show(w, visit.Page{Title: r.T("registration.taken.title"), Body: takenBody(r), Status: http.StatusConflict})
}

// inWords puts a broken rule into a sentence that says what to do.
func inWords(r *visit.Request, err error) error {
	f := fault.Of(err)
	if err == nil || len(f.Fields) == 0 || !strings.HasPrefix(f.Fields[0].Key, "jurisdiction.password.") {
		return err
	}
	rule := r.T(f.Fields[0].Key, f.Fields[0].Vars.Pairs()...)
	return fault.OneField(f.Fields[0].Name, "registration.password.needs", fault.Vars{"rule": rule})
}

// showMade shows the page with a password made for the visitor, to be copied or
// written down and typed twice like any other.
func showMade(s *registration.Service, w http.ResponseWriter, r *visit.Request) error {
	made, err := r.Law().Passwords.Generate(nil)
	if err != nil {
		return err
	}
	return showPasswordPage(s, w, r, made, visit.Errors{})
}

func showPasswordPage(s *registration.Service, w http.ResponseWriter, r *visit.Request, made string, errs visit.Errors) error {
	p, ok, err := at(s, w, r, registration.AtPassword)
	if err != nil || !ok {
		return err
	}
	v := passwordView{contact: p.Contact, conditions: r.PasswordConditions(&r.Law().Passwords), made: made}
	return r.Show(w, visit.Page{Title: r.T("registration.password.title"), Body: passwordBody(r, v, errs, r.Key(w)), Failed: errs.Any(), Form: true, Wide: true})
}
