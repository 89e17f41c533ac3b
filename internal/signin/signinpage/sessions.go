package signinpage

import (
	"net/http"

	"okno/internal/jurisdiction"
	"okno/internal/signin"
	"okno/internal/visit"
)

func showSessions(s *signin.Service, elsewhere Elsewhere) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		live, err := s.SessionsOf(r.Context(), r.Account.ID)
		if err != nil {
			return err
		}
		var entered map[string][]jurisdiction.Words
		if elsewhere.Entered != nil {
			if entered, err = elsewhere.Entered(r, live); err != nil {
				return err
			}
		}
		return r.Show(w, settingsPage(r, r.T("signin.sessions.title"), sessionsBody(r, live, entered, r.Key(w))))
	}
}

// postSessions ends one session, or all others.
func postSessions(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		id := r.Form.Text("end")
		var err error
		switch id {
		case "":
			return r.Redirect(w, sessionsPath)
		case "others":
			err = s.EndOthers(r.Context(), r.Session)
		default:
			err = s.EndSession(r.Context(), r.Session, id)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, sessionsPath+"?done=ended")
	}
}

// deviceOf is the session's device, or words for one that says nothing of itself.
func deviceOf(r *visit.Request, l signin.Listed) string {
	if l.Device == "" {
		return r.T("signin.sessions.unknown")
	}
	return l.Device
}

// listed names sites in the reader's language.
func listed(r *visit.Request, sites []jurisdiction.Words) string {
	var names []string
	for _, site := range sites {
		names = append(names, site.In(r.Lang()))
	}
	return r.List(names)
}
