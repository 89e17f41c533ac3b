package signinpage

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/jurisdiction"
	"okno/internal/signin"
	"okno/internal/visit"
)

// signInForm is what may be shown again of what was typed: never the password.
type signInForm struct {
	login  string
	shared bool
	next   string
	site   jurisdiction.Words // the site that sent the person (S19)
	fresh  string             // why a living session is not enough: "yes" or "other"
}

func readSignIn(r *visit.Request, elsewhere Elsewhere) signInForm {
	f := signInForm{login: r.Form.Text("login"), shared: r.Form.Text("shared") == "yes", next: r.Next(""), fresh: freshOf(r)}
	if f.next == "" || elsewhere.Sender == nil {
		return f
	}
	site, login := elsewhere.Sender(r, f.next)
	f.site = site
	if f.login == "" {
		f.login = login
	}
	return f
}

// freshOf reads why a site wants the person to sign in again.
func freshOf(r *visit.Request) string {
	why := r.URL.Query().Get("fresh")
	if why == "" {
		why = r.Form.Text("fresh")
	}
	if why != "yes" && why != "other" {
		return ""
	}
	return why
}

// showSignIn asks who it is; whoever is signed in is led on, unless a site wants a
// fresh proof.
func showSignIn(elsewhere Elsewhere) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Account.ID != "" && freshOf(r) == "" {
			return r.Redirect(w, r.Next("/account"))
		}
		return showSignInPage(w, r, readSignIn(r, elsewhere), visit.Errors{})
	}
}

func postSignIn(s *signin.Service, elsewhere Elsewhere) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		form := readSignIn(r, elsewhere)
		result, err := s.SignIn(r.Context(), signin.Attempt{Login: form.login, Password: r.Form.Exact("password"), Browser: r.Browser(),
			Address: r.Client(), Device: signin.Device(r.UserAgent()), Shared: form.shared, Old: r.Session, Work: r.Worked})
		if err != nil {
			return err
		}
		if result.Refused() {
			errs, _ := r.Refused(result.Refusal("login"))
			return showSignInPage(w, r, form, errs)
		}
		r.SignIn(w, result.Token, false)
		return r.Redirect(w, r.Next("/account")) // LOG-08
	}
}

func showSignInPage(w http.ResponseWriter, r *visit.Request, form signInForm, errs visit.Errors) error {
	return r.Show(w, visit.Page{Title: r.T("signin.title"), Body: signInBody(r, form, errs, templ.Join(r.Key(w), r.Work(w))), Failed: errs.Any(), Form: true})
}

// loginLabel names what may be typed: phone, e-mail and the numbers of the country.
func loginLabel(r *visit.Request) string {
	kinds := []string{r.T("signin.login.phone"), r.T("signin.login.email")}
	for _, id := range r.Law().Identifiers {
		if id.Login {
			kinds = append(kinds, nameOf(r, id))
		}
	}
	if len(kinds) == 2 {
		return r.T("signin.login.two", "first", kinds[0], "second", kinds[1])
	}
	return r.T("signin.login.three", "first", kinds[0], "second", kinds[1], "third", kinds[2])
}

func nameOf(r *visit.Request, id jurisdiction.Identifier) string { return id.Name.In(r.Lang()) }

func showRecovery() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return r.Show(w, visit.Page{Title: r.T("signin.recovery.title"), Body: recoveryBody(r)})
	}
}
