package signinpage

import (
	"net/http"
	"net/url"

	"okno/internal/signin"
	"okno/internal/visit"
)

// signOut is the Exit button. Whoever has entered other sites is shown how far they
// have heard of it (SESS-4).
func signOut(s *signin.Service, elsewhere Elsewhere) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		to, err := "", error(nil)
		if elsewhere.Leave != nil && r.Session.Anyone() {
			to, err = elsewhere.Leave(w, r)
		}
		if err == nil && to == "" {
			to, err = signOutPath, s.SignOut(r.Context(), r.Session, "exit")
		}
		if err != nil {
			return err
		}
		r.SignOut(w)
		return r.Redirect(w, to)
	}
}

func showSignedOut() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Account.ID != "" {
			return r.Redirect(w, "/account")
		}
		return r.Show(w, visit.Page{Title: r.T("signin.out.title"), Body: signedOutBody(r)})
	}
}

// signInAgain ends the session and asks to sign in, so that a new level takes
// effect at once (CHK-17, LVL-43, Q-40).
func signInAgain(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.SignOut(r.Context(), r.Session, "again"); err != nil {
			return err
		}
		r.SignOut(w)
		return r.Redirect(w, signInPath+"?next="+url.QueryEscape(r.Next("/account")))
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
