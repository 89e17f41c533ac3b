package signindesk

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/signin"
	"okno/internal/visit"
)

// signInForm is what may be shown again: neither password nor code.
type signInForm struct{ login, next string }

func readSignIn(r *visit.Request) signInForm { return signInForm{r.Form.Text("login"), r.Next("")} }

func showSignIn() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Officer.ID != "" {
			return r.Redirect(w, r.Next("/desk"))
		}
		return showSignInPage(w, r, readSignIn(r), visit.Errors{})
	}
}

// postSignIn takes login, password and code at once: a page between them would
// tell whether the password was right.
func postSignIn(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		form := readSignIn(r)
		result, err := s.SignInOfficer(r.Context(), signin.Attempt{Login: form.login, Password: r.Form.Exact("password"), Code: r.Form.Digits("code"),
			Browser: r.Browser(), Address: r.Client(), Device: signin.Device(r.UserAgent()), Old: r.Session, Work: r.Worked})
		if err != nil {
			return err
		}
		if result.Refused() {
			errs, _ := r.Refused(result.Refusal("login"))
			return showSignInPage(w, r, form, errs)
		}
		r.SignIn(w, result.Token, true)
		return r.Redirect(w, r.Next("/desk"))
	}
}

func showSignInPage(w http.ResponseWriter, r *visit.Request, form signInForm, errs visit.Errors) error {
	return r.Show(w, visit.Page{Title: r.T("signin.desk.title"), Body: signInBody(r, form, errs, templ.Join(r.Key(w), r.Work(w))), Failed: errs.Any(), Form: true})
}

func signOut(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.SignOut(r.Context(), r.Session, "exit"); err != nil {
			return err
		}
		r.SignOut(w)
		return r.Redirect(w, signOutPath)
	}
}

func showSignedOut() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Officer.ID != "" {
			return r.Redirect(w, "/desk")
		}
		return r.Show(w, visit.Page{Title: r.T("signin.desk.out"), Body: signedOutBody(r)})
	}
}

// stay answers the script that keeps a session alive.
func stay(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if !r.Session.Anyone() {
			w.WriteHeader(http.StatusUnauthorized)
			return nil
		}
		if err := s.Stay(r.Context(), r.Session); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}
