package signinpage

import (
	"net/http"

	"okno/internal/signin"
	"okno/internal/visit"
)

// showNotMe is the page that the link of a notice opens, without a session
// (AUTH-6). It spends nothing: mail programs open links to look at them.
func showNotMe(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showNotMePage(s, w, r, visit.Errors{})
	}
}

// postNotMeLink locks the account, sends a code, or sets the new password.
func postNotMeLink(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		token := r.PathValue("token")
		var err error
		next := r.URL.Path
		switch r.Form.Text("act") {
		case "lock":
			err = s.Lock(r.Context(), token)
		case "send":
			err = s.SendUnlockCode(r.Context(), token, r.Client(), r.Lang())
		default:
			next = signInPath + "?done=unlocked"
			err = s.Unlock(r.Context(), signin.Unlocking{Token: token, Code: r.Form.Digits("code"), Password: r.Form.Exact("password"),
				Repeat: r.Form.Exact("repeat"), Device: signin.Device(r.UserAgent())})
		}
		if errs, refused := r.Refused(err); refused {
			return showNotMePage(s, w, r, errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, next)
	}
}

func showNotMePage(s *signin.Service, w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	d, err := s.Doubted(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	p := visit.Page{Title: r.T("signin.not_me.title"), Failed: errs.Any(), Form: true}
	switch {
	case d.Restored:
		p.Title, p.Body, p.Form = r.T("signin.not_me.over_title"), notMeOverBody(r), false
	case d.Pressed:
		p.Title, p.Body, p.Wide = r.T("signin.not_me.locked_title"), lockedBody(r, d, lastDigits(d.Phone), errs, r.Key(w)), true
	default:
		p.Body = notMeBody(r, d, r.Key(w))
	}
	return r.Show(w, p)
}

// lastDigits are those by which the holder knows a phone and a stranger does not.
func lastDigits(phone string) string { return phone[max(0, len(phone)-2):] }
