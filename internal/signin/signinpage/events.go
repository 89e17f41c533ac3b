package signinpage

import (
	"net/http"

	"okno/internal/signin"
	"okno/internal/visit"
)

func showEvents(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		events, err := s.EventsOf(r.Context(), r.Account.ID)
		if err != nil {
			return err
		}
		return r.Show(w, settingsPage(r, r.T("signin.events.title"), eventsBody(r, events, r.Key(w))))
	}
}

// postNotMe is the answer "No" to "Was this you?".
func postNotMe(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if err := s.NotMe(r.Context(), r.Session, r.Browser()); err != nil {
			return err
		}
		return r.Redirect(w, passwordPath+"?done=not_me")
	}
}

// sentence says an event in words (S21).
func sentence(r *visit.Request, e signin.Event) string {
	if e.Kind == signin.LevelMoved {
		return r.T("signin.event.level." + e.Note)
	}
	if e.Device == "" {
		return r.T("signin.event." + string(e.Kind))
	}
	return r.T("signin.event_by."+string(e.Kind), "device", e.Device)
}

// moment is when something happened, in the country's time.
func moment(r *visit.Request, e signin.Event) string { return r.DateTime(e.At, r.Law().Zone) }

// isDoubtful says whether the holder is asked "Was this you?".
func isDoubtful(e signin.Event) bool {
	return e.Kind == signin.SignedInNew || e.Kind == signin.PasswordChanged
}
