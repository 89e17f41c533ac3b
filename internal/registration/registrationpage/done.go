package registrationpage

import (
	"net/http"
	"net/url"
	"time"

	"okno/internal/registration"
	"okno/internal/ui"
	"okno/internal/visit"
)

// profilePath is where personal data is filled in (REG-39).
const profilePath = "/id/profile/edit"

func doneAddress(next string) string {
	if next == "" {
		return donePath
	}
	return donePath + "?" + url.Values{"next": {next}}.Encode()
}

// showDone says that the account is open and leads on by itself after three
// seconds (REG-36, REG-37).
func showDone(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Account.ID == "" {
			return r.Redirect(w, contactPath)
		}
		second, err := s.Unconfirmed(r.Context(), r.Account.ID)
		if err != nil {
			return err
		}
		seconds := int(s.Law.Rules.SignIn.ReturnAfter / time.Second)
		return r.Show(w, visit.Page{Title: r.T("registration.done.title"), Body: doneBody(r, r.Next(""), second, seconds),
			Refresh: &ui.Refresh{Seconds: seconds, To: r.Next(profilePath)}})
	}
}
