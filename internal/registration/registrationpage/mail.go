package registrationpage

import (
	"net/http"
	"time"

	"okno/internal/registration"
	"okno/internal/visit"
)

func showMail(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		p, ok, err := at(s, w, r, registration.AtMail)
		if err != nil || !ok {
			return err
		}
		return showMailPage(w, r, p, visit.Errors{})
	}
}

func showMailPage(w http.ResponseWriter, r *visit.Request, p registration.Progress, errs visit.Errors) error {
	return r.Show(w, visit.Page{Title: r.T("registration.mail.title"), Body: mailBody(r, p, errs, r.Key(w)), Failed: errs.Any(), Form: true})
}

// left is the life of the code in whole seconds, for the countdown (P-23).
func left(p registration.Progress) int {
	if p.Spent {
		return 0
	}
	return int(p.Left / time.Second)
}

// lifetime is the life of a code in minutes, rounded up.
func lifetime(r *visit.Request) int {
	return int((r.Law().Rules.Code.Lifetime + time.Minute - 1) / time.Minute)
}

// clockSeconds is the minute in which a new code may be asked for, rounded up.
func clockSeconds(r *visit.Request, p registration.Progress) string {
	return clock(r, r.Now.Add(p.Wait+time.Minute-time.Microsecond).Truncate(time.Minute))
}
