package signinpage

import (
	"net/http"

	"okno/internal/signin"
	"okno/internal/visit"
)

func showPassword() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showPasswordPage(w, r, "", visit.Errors{})
	}
}

func postPassword(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		err := s.ChangePassword(r.Context(), r.Session, signin.Change{Old: r.Form.Exact("old"), New: r.Form.Exact("password"), Repeat: r.Form.Exact("repeat"),
			Browser: r.Browser(), Device: signin.Device(r.UserAgent())})
		if errs, refused := r.Refused(err); refused {
			return showPasswordPage(w, r, "", errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, passwordPath+"?done=changed")
	}
}

// generate shows the page with a password made for the holder (PWD-15).
func generate() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		made, err := r.Law().Passwords.Generate(nil)
		if err != nil {
			return err
		}
		return showPasswordPage(w, r, made, visit.Errors{})
	}
}

func showPasswordPage(w http.ResponseWriter, r *visit.Request, made string, errs visit.Errors) error {
	p := settingsPage(r, r.T("signin.change.title"), passwordBody(r, made, errs, r.Key(w)))
	p.Failed, p.Wide = errs.Any(), true
	return r.Show(w, p)
}
